import { beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../src/domain/people/person.ts";
import { NOT_REPLAYED, REPLAYED } from "../../../src/store/replay/tables.ts";
import { createTestStore } from "../../support/database.ts";
import {
  actorOf,
  aMigration,
  anOffice,
  aPerson,
  NOW,
  type Office,
  record,
} from "../../support/people.ts";
import { day, factsOf } from "../record-facts.ts";

const ABOUT = JSON.stringify([{ as: "evidence", place: "baa", sha256: "a".repeat(64) }]);
const { store, asOwner } = await createTestStore();
let office: Office;
let dana: Person;
let migration: Awaited<ReturnType<typeof aMigration>>;

async function happen(...facts: Parameters<typeof record>[2]): Promise<void> {
  const { organisationId } = office;
  await record(store, { organisationId, actor: actorOf(dana), at: NOW }, facts);
}

/** An organisation in which a bit of everything happened, half of it sealed. */
async function aHistory(): Promise<void> {
  office = await anOffice(store);
  dana = await aPerson(store, office);
  const eve = await aPerson(store, office);
  migration = await aMigration(store, dana, { personal: { customer: "Harbor Clinic" } });
  const of = factsOf(migration);
  const wrong = of.evidence();
  await happen(of.answer(), of.answer({ personal: { value: "2026-03-01" } }), of.evidence(), wrong);
  const { migrationId, requirement, evidenceId } = wrong;
  await happen({ type: "EvidenceRemoved", migrationId, requirement, evidenceId });
  while ((await store.ledger.seal()) > 0);
  const request = of.request();
  await happen(of.attestation(), request, {
    type: "DatesChanged",
    migrationId: migration,
    proposalOn: day("2026-04-01"),
    goLiveOn: day("2026-05-01"),
  });
  await happen(
    { type: "RoleGranted", personId: eve.id, role: "compliance_officer" },
    { type: "RoleWithdrawn", personId: eve.id, role: "compliance_officer" },
    { type: "AuditChannelChosen", channel: null },
    { type: "ConfigurationChanged", configuration: { slack: "off" }, changed: ["slack"] },
  );
}

beforeAll(aHistory);
const replay = () => store.replay(office.organisationId);

/** As an administrator who switches the guards off; undone when the test is over. */
async function whileTampered(sql: string, undo: string): Promise<unknown> {
  const without = (text: string) => asOwner(`set session_replication_role = replica; ${text}`);
  await without(sql);
  try {
    return await replay();
  } finally {
    await without(undo);
  }
}

describe("replaying the ledger", () => {
  test("gives the tables as they are, sealed or not", async () => {
    expect(await replay()).toEqual({ ok: true, facts: 15, tables: REPLAYED.length });
  });

  test("leaves the live tables alone", async () => {
    const count = () =>
      asOwner("select (select count(*) from answers) a, (select count(*) from people) p");
    const before = await count();
    await replay();

    expect(await count()).toEqual(before);
  });

  test.each([
    ["answers", "value = '\"2026-03-02\"'", "value = '\"2026-03-01\"'", "value"],
    ["evidence", "bytes = bytes + 1", "bytes = bytes - 1", "bytes"],
    ["evidence", "by_name = by_name || 'x'", "by_name = rtrim(by_name, 'x')", "by_name"],
    ["attestations", "controlled = true", "controlled = false", "controlled"],
    ["attestations", "about = '[]'", `about = '${ABOUT}'`, "about"],
    ["attestations", "checked_on = '2026-02-22'", "checked_on = '2026-02-21'", "checked_on"],
    ["sign_off_requests", "content_hash = 'x'", "content_hash = repeat('a', 64)", "content_hash"],
    ["migrations", "go_live_on = '2030-01-01'", "go_live_on = '2026-05-01'", "go_live_on"],
    ["requirement_items", "version = version + 1", "version = version - 1", "version"],
  ])("names a row of %s that somebody changed", async (table, change, undo, column) => {
    const where = `${table === "migrations" ? "id" : "migration_id"} = '${migration}'
      ${table === "answers" ? `and id = (select max(id) from answers where migration_id = '${migration}')` : ""}`;

    const verdict = await whileTampered(
      `update ${table} set ${change} where ${where}`,
      `update ${table} set ${undo} where ${where}`,
    );

    expect(verdict).toMatchObject({
      ok: false,
      why: expect.stringMatching(
        new RegExp(`^A row is not what the ledger says: ${table}, .*, in ${column}\\.$`),
      ),
    });
    expect(await replay()).toMatchObject({ ok: true });
  });

  test("names a row that somebody removed, and one that somebody added", async () => {
    const removed = await whileTampered(
      `create table kept as select * from contacts limit 0; create table held as
         select * from evidence where migration_id = '${migration}';
       delete from evidence where migration_id = '${migration}' and removed_at is null`,
      "insert into evidence select * from held where removed_at is null; drop table held, kept",
    );
    const added = await whileTampered(
      `insert into contacts select organisation_id, id, 'qsa', 'N', 'T', 'O', 'E', now()
       from migrations where id = '${migration}'`,
      `delete from contacts where migration_id = '${migration}'`,
    );

    expect(removed).toMatchObject({
      why: expect.stringMatching(/says more .* evidence, id .* is missing/),
    });
    expect(added).toMatchObject({ why: expect.stringMatching(/knows nothing of a row: contacts/) });
    expect(await replay()).toMatchObject({ ok: true });
  });

  test("says nothing personal about what it found", async () => {
    const verdict = await whileTampered(
      `update migrations set customer = 'Secret Clinic' where id = '${migration}'`,
      `update migrations set customer = 'Harbor Clinic' where id = '${migration}'`,
    );

    expect(JSON.stringify(verdict)).toMatch(/migrations.*customer/);
    expect(JSON.stringify(verdict)).not.toMatch(/Secret|Harbor/);
  });

  test("takes erased personal data for equal, whatever stands in the tables, and nothing beside it", async () => {
    await asOwner(
      "update ledger_personal set body = null, salt = null, erased_at = now() where organisation_id = $1",
      [office.organisationId],
    );
    await asOwner(
      "update people set name = 'erased', kind = 'deactivated' where organisation_id = $1",
      [office.organisationId],
    );

    expect(await replay()).toMatchObject({ ok: true });
    const verdict = await whileTampered(
      `update evidence set bytes = 1 where migration_id = '${migration}'`,
      `update evidence set bytes = 1024 where migration_id = '${migration}'`,
    );
    expect(verdict).toMatchObject({ ok: false, why: expect.stringContaining("in bytes") });
  });

  test("of an organisation that has none is in order", async () => {
    const other = await anOffice(store);

    expect(await store.replay(other.organisationId)).toMatchObject({ ok: true, facts: 0 });
  });

  test("names an entry that no table can follow", async () => {
    const other = await anOffice(store);
    const someone = await aPerson(store, other);
    const id = await aMigration(store, someone);
    await asOwner(
      `update ledger_staging set entry = replace(entry, '"MigrationOpened"', '"ChannelLinked"')
       where migration_id = $1`,
      [id],
    );

    expect(await store.replay(other.organisationId)).toMatchObject({
      ok: false,
      why: expect.stringMatching(/^Entry 2 cannot be replayed/),
    });
  });
});

test("every table is rebuilt from the ledger, or says why not", async () => {
  const rows = await asOwner(
    `select relname as name from pg_class
     where relnamespace = 'cleargate'::regnamespace and relkind in ('r', 'p') order by 1`,
  );
  const known = [...REPLAYED.map(({ name }) => name), ...Object.keys(NOT_REPLAYED)];

  expect(rows.map(({ name }) => name)).toEqual(known.sort());
});
