import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { converse } from "../../../src/app/conversation/converse.ts";
import { identifyWebPerson } from "../../../src/chat/web/people.ts";
import { countTrips } from "../../bench/stage.ts";
import { openClinic } from "../../scenarios/openings.ts";
import { openWebStage, WEB_CAST, type WebStage } from "../../scenarios/web-stage.ts";
import { createDatabase } from "../../support/database.ts";

const database = await createDatabase();
let stage: WebStage;

beforeAll(async () => {
  stage = await openWebStage(database.ownerUrl);
});
afterAll(async () => {
  await stage.stop();
});

/** For which living messages something was sent since, in its order. */
async function sentSince(last: number): Promise<readonly string[]> {
  const rows = await database.asOwner(
    "select split_part(key, ':', 1) as kind from outbox where id > $1 order by id",
    [last],
  );
  return rows.map(({ kind }) => kind);
}

it("a gate that is asked is told in the channel, and no card is edited that says the same", async () => {
  await openClinic(stage, "asked");
  await expect
    .poll(() => database.asOwner("select 1 from outbox where state = 'waiting'"))
    .toEqual([]);
  const [row] = await database.asOwner("select max(id)::int as last from outbox");

  await stage.as("engineer").command("/compliance gate 5");
  expect(await sentSince(row?.last)).toEqual(["gate"]);
  const asked = await database.asOwner(
    `select 1 from (select entry from ledger_staging union all select entry from ledger_entries) e
     where entry::jsonb ->> 'type' = 'GateChecked'`,
  );
  expect(asked).toHaveLength(1);
});

it("a gate that was asked before waits for the database three times: who asks, the migration, the commit", async () => {
  await openClinic(stage, "hurried");
  const { deps } = stage.running.core;
  const { organisationId, workspaceId } = await deps.store.organisationOf({
    surface: "web",
    workspaceRef: "local",
  });
  const [migration] = await deps.store.read(organisationId, (reading) => reading.migrations({}));
  if (!migration) throw new Error("no migration was opened");
  const ask = () =>
    converse(deps, {
      identity: identifyWebPerson(WEB_CAST.engineer, workspaceId),
      place: { kind: "home", channel: null },
      command: { type: "CheckGate", migration: migration.id, stage: 5 },
      values: {},
      eventKey: randomUUID(),
      correlationId: randomUUID(),
    });
  await ask();

  expect(await countTrips(ask)).toBe(3);
});
