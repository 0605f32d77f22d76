/** Whoever brings the schema up to date dies in the middle of it; and an old version meets a newer schema. */
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { migrate } from "../../src/store/migrate.ts";
import { chanceOf, seedOf } from "../support/chance.ts";
import { createDatabase, migrationsDir, type TestStore } from "../support/database.ts";
import { startGroup } from "./group.ts";
import { times } from "./scale.ts";
import { environmentOf, freePort, killServers, startServer } from "./server.ts";

type Database = Omit<TestStore, "store">;

const whole = await createDatabase();
const torn = await createDatabase({ template: null });
const killed: Database[] = [];
while (killed.length < times(1)) killed.push(await createDatabase({ template: null }));
const newer = await createDatabase();
const root = path.resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(os.tmpdir(), "cleargate-schema-"));
const all = readdirSync(migrationsDir)
  .filter((name) => name.endsWith(".sql"))
  .sort();

afterEach(killServers);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every column, constraint, index, trigger and policy, and who may do what. */
async function shapeOf({ asOwner }: Database): Promise<readonly unknown[]> {
  return await asOwner(`
    select 'column', table_name, column_name, data_type || is_nullable from information_schema.columns
      where table_schema = 'cleargate'
    union all select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
      from pg_constraint where connamespace = 'cleargate'::regnamespace
    union all select 'index', tablename, indexname, indexdef from pg_indexes
      where schemaname = 'cleargate'
    union all select 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
      from pg_trigger where not tgisinternal
    union all select 'policy', tablename, policyname, coalesce(qual, '') from pg_policies
    union all select 'grant', table_name, grantee, privilege_type
      from information_schema.role_table_grants where table_schema = 'cleargate'
    order by 1, 2, 3, 4`);
}

/** Brings the schema up to date in a process of its own, which is killed at that moment. */
async function killMigrating(
  { ownerUrl }: Database,
  files: string,
  moment: () => Promise<boolean>,
): Promise<void> {
  const script = `import { migrate } from "./src/store/migrate.ts";
    await migrate(process.env.URL_TO_MIGRATE, process.env.FILES);`;
  const words = ["--import", "tsx", "--input-type=module", "-e", script];
  const env = environmentOf({ URL_TO_MIGRATE: ownerUrl, FILES: files });
  const child = startGroup(process.execPath, words, { cwd: root, stdio: "ignore", env });
  const gone = once(child, "exit");
  await expect.poll(moment, { timeout: 20_000, interval: 1 }).toBe(true);
  child.kill("SIGKILL");
  expect(await gone).toEqual([null, "SIGKILL"]);
}

async function appliedTo({ asOwner }: Database): Promise<readonly string[]> {
  const [found] = await asOwner("select to_regclass('cleargate.schema_migrations') is null as no");
  if (found?.no) return [];
  const rows = await asOwner("select name from schema_migrations order by name");
  return rows.map(({ name }) => String(name));
}

it("a file whose process died in the middle of it leaves nothing, and the next start applies it", async () => {
  const database = torn;
  const { asOwner, ownerUrl } = database;
  writeFileSync(path.join(folder, "0001_one.sql"), "create table one (id int);");
  const slow = "create table two (id int); select pg_sleep(1); create table three (id int);";
  writeFileSync(path.join(folder, "0002_two.sql"), slow);
  const tables = async () => {
    const rows = await asOwner("select tablename from pg_tables where schemaname = 'cleargate'");
    return rows.map(({ tablename }) => String(tablename)).sort();
  };

  await killMigrating(database, folder, async () => {
    const asleep = await asOwner(
      "select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'",
    );
    return asleep.length > 0;
  });
  expect(await tables()).toEqual(["one", "schema_migrations"]);

  expect(await migrate(ownerUrl, folder)).toEqual(["0002_two.sql"]);
  expect(await tables()).toEqual(["one", "schema_migrations", "three", "two"]);
  expect(await migrate(ownerUrl, folder)).toEqual([]);
});

it("our own files, killed after any of them, become the same schema at the next start", {
  timeout: times(60_000),
}, async () => {
  const chance = chanceOf(seedOf("the files after which a migration dies"));
  for (const database of killed) {
    const count = 1 + Math.floor(chance() * (all.length - 1));
    await killMigrating(
      database,
      migrationsDir,
      async () => (await appliedTo(database)).length >= count,
    );
    const before = await appliedTo(database);
    const applied = await migrate(database.ownerUrl, migrationsDir);

    expect([...before, ...applied].sort()).toEqual(all);
    expect(await shapeOf(database)).toEqual(await shapeOf(whole));
  }
});

it("a version that does not know what was applied refuses to start in a sentence, and changes nothing", async () => {
  await newer.asOwner("insert into schema_migrations (name, sha256) values ('9999_later.sql', '')");
  const before = await shapeOf(newer);
  const starting = startServer({ port: await freePort(), databaseUrl: newer.ownerUrl });

  await expect(starting).rejects.toThrow(
    /ended with 1:\n[^\n]*9999_later\.sql, which this version does not know: use a newer one\.\n$/,
  );
  expect(await shapeOf(newer)).toEqual(before);
});
