/** Whatever the terminal records says who, when and about what, though it has no person. */
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { Deps } from "../../src/app/ports.ts";
import { createCliApp } from "../../src/cli/app.ts";
import { MigrationId } from "../../src/domain/ids.ts";
import { isRefusal } from "../../src/domain/refusal.ts";
import { readWorkflowFiles } from "../domain/verticals/workflow-files.ts";
import { createTestStore } from "../support/database.ts";
import { anOffice, NOW } from "../support/people.ts";

const clock = () => new Date(NOW);
const { store, asOwner } = await createTestStore({ clock });
const deps: Deps = {
  store,
  clock,
  newId: randomUUID,
  newSecret: () => "secret",
  directories: new Map(),
  workflows: readWorkflowFiles(),
  signingEmailDomains: [],
  reached: () => undefined,
  examinations: [],
};
const app = createCliApp({
  deps,
  exports: store.exports,
  findHome: () => anOffice(store),
  timeZone: "UTC",
  close: async () => undefined,
});

test("a migration that is opened, proposed for, asked about and reported: each entry has who, when and what", async () => {
  const created = await app.create({ customer: "Mercy Hospital", industry: "hospital" });
  if (isRefusal(created)) throw new Error(created.refused);
  const migration = MigrationId.parse(JSON.parse(created.json).migration_id);
  await app.propose({ migration, industry: "bank and hospital" });
  await app.canAdvance({ migration, stage: 3 });
  await app.report({ migration, draft: true });
  await app.report({ migration, draft: false });

  const rows = await asOwner(
    `select entry::json as entry from (select entry, sequence as place from ledger_entries
       union all select entry, 1000000 + id from ledger_staging) e
     where entry::json ->> 'migrationId' = $1 order by place`,
    [migration],
  );
  expect(rows.map(({ entry: { type, actor, by, at } }) => ({ type, actor, by, at }))).toEqual(
    ["MigrationOpened", "VerticalsProposed", "GateChecked", "ReportExported", "CommandRefused"].map(
      (type) => ({ type, actor: null, by: "terminal", at: NOW }),
    ),
  );
});
