/** A record is used again only while no row of it has changed, whoever changed it and however. */
import { randomUUID } from "node:crypto";
import { expect, test, vi } from "vitest";
import type { Fact } from "../../src/domain/facts.ts";
import { leavesAsItWas } from "../../src/domain/migrations/notes.ts";
import { recall } from "../../src/store/reading/recall.ts";
import { LOAD_MIGRATION, LOOK_AT_MIGRATION } from "../../src/store/reading/record-sql.ts";
import { createTestStore } from "../support/database.ts";
import { actorOf, anOffice, aPerson, NOW } from "../support/people.ts";
import { factsOf, HASH } from "./record-facts.ts";
import { fillOrganisation } from "./tenancy/fill-organisation.ts";

const database = await createTestStore();
const { store, asOwner } = database;
const office = await anOffice(store);
const { organisationId } = office;
const { dana, id } = await fillOrganisation(database, office);
const other = await aPerson(store, office, { name: "Dana at home" });
await asOwner(
  `insert into contacts values ($1, $2, 'customer_compliance_officer', 'Lee', 'Counsel', 'Clinic', 'lee@x.example', now())`,
  [organisationId, id],
);
await asOwner(
  `insert into migration_detections values ($1, $2, 0,
     '{"vertical":"HIPAA","decision":"ask","default":"no","word":"care","why":"care"}')`,
  [organisationId, id],
);
await asOwner(`insert into workflow_definitions (hash, file, vertical, version, place, body, kept_at)
  values ('aa', 'hipaa.yml', 'HIPAA', 1, 1, '{}', now())`);
await asOwner("insert into migration_definitions values ($1, $2, 'HIPAA', 'aa', 0)", [
  organisationId,
  id,
]);
await asOwner(
  "insert into same_humans (person_id, organisation_id, human_id) values ($1, $2, $3)",
  [dana.id, organisationId, other.id],
);

async function load() {
  const found = await store.read(organisationId, (reading) => reading.situation(id));
  if (!found) throw new Error("the migration is not there");
  return found.record;
}

const home = async () =>
  (await store.read(organisationId, (reading) => reading.situations("open"))).map(
    ({ record }) => record,
  );

/** The tables that a statement reads. */
async function tablesOf(statement: string): Promise<readonly string[]> {
  const name = `of_${randomUUID().replaceAll("-", "")}`;
  await asOwner(`prepare ${name} (uuid, uuid, text[], uuid) as ${statement}`);
  const rows = await asOwner(
    `explain (format json, verbose) execute ${name} ('${organisationId}', '${id}', '{}', null)`,
  );
  const plan = JSON.stringify(rows);
  return [
    ...new Set([...plan.matchAll(/"Relation Name":"(\w+)"/g)].map(([, table]) => table ?? "")),
  ];
}

const loaded = await tablesOf(LOAD_MIGRATION);
/** What roles somebody holds is read each time, and so is what is open against the ledger. */
const READ_EACH_TIME = [
  "role_grants",
  "people",
  "ledger_breaks",
  "ledger_break_acceptances",
  "ledger_checkpoints",
];
const parts = loaded.filter((table) => !READ_EACH_TIME.includes(table));

test("every table of a record has its part in the stamp", async () => {
  expect(parts).toContain("sign_offs");
  expect([...(await tablesOf(LOOK_AT_MIGRATION))].sort()).toEqual([...loaded].sort());
});

test("a record that nobody has changed is the same one, alone and among others", async () => {
  const record = await load();

  expect(await load()).toBe(record);
  expect((await home())[0]).toBe(record);
  expect(await load()).toBe(record);
});

/** What only an administrator of the database can do, past every trigger. */
const unwatched = (statement: string) =>
  asOwner(`begin; set local session_replication_role = replica; ${statement}; commit`);

const whose = (table: string) => (table === "workspaces" ? "id" : "organisation_id");
const which = (table: string): string => {
  if (table === "workspaces") return `id = '${office.workspaceId}'`;
  if (table === "migrations") return `id = '${id}'`;
  return table === "same_humans"
    ? `organisation_id = '${organisationId}'`
    : `migration_id = '${id}'`;
};

test.each(parts)("a change of a row of %s makes another record", async (table) => {
  const record = await load();
  const [rows] = await asOwner(`select count(*)::int as there from ${table} where ${which(table)}`);
  expect(rows?.there).toBeGreaterThan(0);

  await unwatched(`update ${table} set ${whose(table)} = ${whose(table)} where ${which(table)}`);
  const changed = await load();
  expect(changed).not.toBe(record);
  expect(changed).toEqual(record);
  expect(await load()).toBe(changed);
  await unwatched(`update ${table} set ${whose(table)} = ${whose(table)} where ${which(table)}`);
  const [listed] = await home();
  expect(listed).not.toBe(changed);
  expect(await load()).toBe(listed);
});

test.each(["sign_offs", "answers", "contacts", "same_humans"])(
  "rows that somebody deletes from %s are gone at the next look",
  async (table) => {
    const record = await load();

    await unwatched(
      `create table kept_rows as select * from ${table}; delete from ${table} where ${which(table)}`,
    );
    expect(await load()).not.toEqual(record);
    await unwatched(`insert into ${table} overriding system value select * from kept_rows`);
    await asOwner("drop table kept_rows");
    expect(await load()).toEqual(record);
  },
);

test("two rows that one transaction adds do not hide one another", async () => {
  const record = await load();

  await asOwner(
    `insert into contacts
     select organisation_id, migration_id, other.role, name, title, organisation, email, recorded_at
     from contacts c cross join (values ('qsa'), ('isa')) other (role) where c.migration_id = $1`,
    [id],
  );
  expect((await load()).contacts).toHaveLength(record.contacts.length + 2);
  await asOwner("delete from contacts where migration_id = $1 and role in ('qsa', 'isa')", [id]);
  expect(await load()).toEqual(record);
});

test("a word that somebody changes behind our back is read at the next look", async () => {
  const record = await load();

  await unwatched(`update sign_offs set by_name = 'Somebody Else' where migration_id = '${id}'`);
  const names = (await load()).items.flatMap(({ signOffs }) => signOffs.map((s) => s.signer.name));
  expect(names).toEqual(["Somebody Else"]);
  await unwatched(
    `update sign_offs set by_name = '${record.items[0]?.signOffs[0]?.signer.name}' where migration_id = '${id}'`,
  );
  expect(await load()).toEqual(record);
});

test("a doubt about the ledger is in the next record, and so is its end", async () => {
  const record = await load();

  await asOwner(
    `insert into ledger_breaks (id, organisation_id, found, found_at)
     values ($1, $2, '{"kind":"not_intact","why":"An entry was changed."}', now())`,
    [randomUUID(), organisationId],
  );
  expect((await load()).ledgerDoubt).toBe("An entry was changed.");
  await unwatched("delete from ledger_breaks");
  expect(await load()).toEqual(record);
});

const asked = { type: "GateChecked", migrationId: id, unsatisfied: [] } as const;
const NOTES: readonly Fact[] = [
  { ...asked, stage: 3, verdict: "blocked" },
  { ...asked, stage: 5, verdict: "pass" },
  { ...asked, stage: 3, verdict: "pass" },
  { type: "ReportExported", migrationId: id, draft: true, sha256: HASH },
  { type: "AuditExported", what: "bundle", sha256: HASH, entries: 1, signOffId: null },
  { type: "CommandRefused", command: "Text", code: "unknown_command", migrationId: id },
  factsOf(id).answer(),
];

test.each(NOTES)(
  "$type $stage $verdict changes its record, or is known to leave it",
  async (fact) => {
    const record = await load();
    await store.write(organisationId, null, (writing) =>
      writing.record([{ organisationId, actor: actorOf(dana), at: NOW, fact }]),
    );

    expect((await load()) === record).toBe(leavesAsItWas(fact));
  },
);

test("what was written and rolled back is never seen", async () => {
  const record = await load();
  const by = { organisationId, actor: actorOf(dana), at: NOW };
  const facts = [factsOf(id).answer({ personal: { value: "2026-02-02" } })];

  const undone = store.write(organisationId, null, async (writing) => {
    await writing.lockSituation(id, dana.id);
    await writing.record(facts.map((fact) => ({ ...by, fact })));
    const seen = await writing.migration(id);
    expect(seen?.items[0]?.answers[0]?.value).toBe("2026-02-02");
    throw new Error("thought better of it");
  });

  await expect(undone).rejects.toThrow("thought better of it");
  expect(await load()).toEqual(record);
});

test("what a transaction writes after it has looked, it sees when it looks again", async () => {
  const answer = (value: string) => factsOf(id).answer({ personal: { value } });
  const by = { organisationId, actor: actorOf(dana), at: NOW };

  await store.write(organisationId, null, async (writing) => {
    for (const value of ["2026-02-03", "2026-02-04", "2026-02-05"]) {
      await writing.record([{ ...by, fact: answer(value) }]);
      expect((await writing.migration(id))?.items[0]?.answers[0]?.value).toBe(value);
    }
  });
  expect((await load()).items[0]?.answers[0]?.value).toBe("2026-02-05");
});

test("whoever loses a connection relies on nothing of before", async () => {
  await load();
  expect(recall(id)).not.toBeNull();

  await asOwner(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'cleargate'`,
  );

  await vi.waitFor(() => expect(recall(id)).toBeNull(), { timeout: 5_000 });
});
