import { expect, it } from "vitest";
import { createTestStore } from "../support/database.ts";
import { anOffice } from "../support/people.ts";
import { findUnsound } from "./invariants.ts";

const given = await createTestStore();
const { store, asOwner, ownerUrl } = given;
const { organisationId } = await anOffice(store);

it("what is sealed, posted once and kept apart is sound; each of these broken is found", async () => {
  await store.sealLedger(organisationId);
  expect(await findUnsound(given, ownerUrl)).toEqual([]);

  await asOwner(
    `insert into ledger_staging (organisation_id, entry, changes_state) values ($1, '{}', false)`,
    [organisationId],
  );
  await asOwner("alter table workspaces disable row level security");

  expect(await findUnsound(given, ownerUrl)).toEqual([
    expect.stringMatching(/^entry \d+ is staged and not sealed$/),
    "a stranger sees rows of workspaces",
  ]);
});
