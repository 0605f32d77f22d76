import { afterAll, describe, expect, test } from "vitest";
import { examineDatabase } from "../../../src/store/examine.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { openPool } from "../../../src/store/pool.ts";
import { findExcess, type Standing } from "../../../src/store/tenancy/roles.ts";
import { inTransaction } from "../../../src/store/transaction.ts";
import { createTestStore, migrationsDir } from "../../support/database.ts";
import { anOffice } from "../../support/people.ts";
import { fillOrganisation } from "./fill-organisation.ts";

const given = await createTestStore();
const { store, asOwner, ownerUrl, appUrl } = given;
const settings = { url: appUrl, name: "test", max: 1, deadlineMs: 10_000 } as const;
const app = openPool(settings);
const loops = openPool({ ...settings, role: "cleargate_loops" });
afterAll(() => Promise.all([app.end(), loops.end()]));

const ours = await anOffice(store);
const theirs = await anOffice(store);
for (const office of [ours, theirs]) await fillOrganisation(given, office);

const options = { begin: "begin", deadlineMs: 10_000 } as const;
const asLoops = (text: string) =>
  inTransaction(loops, options, async (sql) => (await sql.query(text)).rows);
const asApp = (text: string, organisation = ours.organisationId) =>
  inTransaction(app, { ...options, organisation }, async (sql) => (await sql.query(text)).rows);

describe("the loops", () => {
  test.each(["outbox", "ledger_staging", "ledger_heads"])(
    "see %s of every organisation",
    async (table) => {
      const seen = await asLoops(`select distinct organisation_id as id from ${table}`);

      expect(seen).toEqual(
        expect.arrayContaining([{ id: ours.organisationId }, { id: theirs.organisationId }]),
      );
    },
  );

  test.each([
    "select name from people",
    "select name from organisations",
    "select 1 from migrations",
    "select 1 from answers",
    "select 1 from sign_offs",
    "select 1 from ledger_personal",
    "insert into sign_offs default values",
    "update ledger_entries set entry = ''",
    "delete from ledger_heads",
    "insert into outbox default values",
  ])("may not %s", async (text) => {
    await expect(asLoops(text)).rejects.toThrow("42501");
  });

  test("list the organisations, and the app alone may not", async () => {
    expect(await store.organisations()).toEqual(
      expect.arrayContaining([ours.organisationId, theirs.organisationId]),
    );
    expect((await app.query("select id from organisations")).rows).toEqual([]);
  });
});

describe("the app", () => {
  test.each([
    "insert into ledger_entries default values",
    "insert into ledger_heads default values",
    "delete from ledger_staging",
  ])("may not %s: sealing is the loops'", async (text) => {
    await expect(asApp(text)).rejects.toThrow("42501");
  });

  test("sees everything once row level security is off: the fence is what holds", async () => {
    await asOwner("alter table people disable row level security");
    const open = await asApp("select distinct organisation_id as id from people");
    const found = await examine();
    await asOwner("alter table people enable row level security");

    expect(open.length).toBeGreaterThan(1);
    expect(found.get("isolation of organizations")).toMatchObject({
      ok: false,
      says: "Row level security is off on people.",
    });
    expect((await examine()).get("isolation of organizations")?.ok).toBe(true);
  });

  test("does not start while its role owns a table", async () => {
    await asOwner("create table planted (); alter table planted owner to cleargate_app");
    const started = openStore({ ownerUrl, appUrl, migrationsDir });
    await expect(started).rejects.toThrow("which owns tables");
    await asOwner("drop table planted");
  });

  async function examine() {
    const { outbox, ledger } = store;
    const findings = await examineDatabase({
      pool: app,
      loops,
      outbox,
      ledger,
      clock: () => new Date(),
    });
    return new Map(findings.map((finding) => [finding.check, finding]));
  }

  test("and the loops are within their rights, says the doctor", async () => {
    const found = await examine();

    for (const check of ["database role", "database role of the loops"]) {
      expect(found.get(check)).toMatchObject({ ok: true });
    }
  });
});

describe("a role", () => {
  const right: Standing = {
    role: "cleargate_app",
    schema: "cleargate",
    superuser: false,
    bypassrls: false,
    owns: 0,
    follows: true,
  };

  test.each<[string, Partial<Standing>, string | null]>([
    ["within its rights", {}, null],
    ["that is a superuser", { superuser: true }, "a superuser"],
    ["that passes row level security", { bypassrls: true }, "passes row level security"],
    ["of another name", { role: "postgres" }, "runs as postgres in cleargate instead of"],
    ["in another schema", { schema: "public" }, "in public instead of"],
    ["that owns tables", { owns: 2 }, "owns tables"],
    ["with row_security off", { follows: false }, "row_security off"],
  ])("%s is judged so", (_what, change, says) => {
    const excess = findExcess({ ...right, ...change }, "cleargate_app");

    if (says === null) expect(excess).toBeNull();
    else expect(excess).toContain(says);
  });
});
