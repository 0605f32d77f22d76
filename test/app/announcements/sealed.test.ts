import { afterAll, beforeAll, expect, test } from "vitest";
import { refreshGates } from "../../../src/app/gates/refresh.ts";
import type { OrganisationId } from "../../../src/domain/ids.ts";
import { openClinic } from "../../scenarios/openings.ts";
import { openWebStage, type WebStage } from "../../scenarios/web-stage.ts";
import { createDatabase } from "../../support/database.ts";

const { ownerUrl, asOwner } = await createDatabase();
let stage: WebStage;
let organisation: OrganisationId;

beforeAll(async () => {
  stage = await openWebStage(ownerUrl);
  const { store } = stage.running.core;
  [organisation] = (await store.organisations()) as [OrganisationId];
});
afterAll(async () => {
  await stage.stop();
});

const newest = async (key: string): Promise<string> => {
  const [row] = await asOwner(
    "select message::text as said from outbox where key like $1 order by id desc limit 1",
    [key],
  );
  return String(row?.said);
};
const countRows = async () => (await asOwner("select count(*)::int as n from outbox"))[0]?.n;

test("a seal alone edits nothing, and the next edit says up to where the ledger is sealed", async () => {
  await openClinic(stage, "sealing");
  await stage.as("engineer").command("/compliance gate 3");
  await expect
    .poll(() =>
      asOwner("select 1 from living_messages where key like 'gate:%' and ref is not null"),
    )
    .not.toEqual([]);
  const { deps, store } = stage.running.core;
  await store.sealLedger(organisation);
  const { size } = (await store.read(organisation, (reading) => reading.ledger())).checkpoint ?? {
    size: 0,
  };
  const before = await countRows();

  expect(size).toBeGreaterThan(5);
  expect(await refreshGates(deps, organisation)).toBe(0);
  expect(await countRows()).toBe(before);

  await stage.as("engineer").command("/compliance gate 3");
  expect(await newest("gate:%")).toMatch(/Sealed in the ledger up to entry \d+\./);
  await stage.as("engineer").command("/compliance gate 5");
  expect(await newest("gate:%:5")).toMatch(/Sealed in the ledger up to entry \d+\./);
  expect(await newest("migration:%")).toMatch(/Sealed in the ledger up to entry \d+\./);

  // Sealed anew, what stands there says less than is sealed, and stays.
  await store.sealLedger(organisation);
  expect(await refreshGates(deps, organisation)).toBe(0);
}, 60_000);
