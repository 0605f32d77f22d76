import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { Bug, Unavailable } from "../../src/domain/fault.ts";
import { migrate } from "../../src/store/migrate.ts";
import { createDatabase, migrationsDir } from "../support/database.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cleargate-migrations-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const all = fs.readdirSync(migrationsDir).filter((name) => name.endsWith(".sql"));
const shape = `
  select table_name, column_name, data_type, is_nullable from information_schema.columns
  where table_schema = 'cleargate' order by table_name, ordinal_position`;

/** A folder with these files and what they say. */
function files(name: string, texts: Readonly<Record<string, string>>): string {
  const into = path.join(folder, name);
  fs.rmSync(into, { recursive: true, force: true });
  fs.mkdirSync(into);
  for (const [file, text] of Object.entries(texts)) fs.writeFileSync(path.join(into, file), text);
  return into;
}

test("all files are applied to an empty database, and none a second time", async () => {
  const database = await createDatabase({ template: null });

  expect(await migrate(database.ownerUrl, migrationsDir)).toEqual(all.sort());
  const before = await database.asOwner(shape);
  expect(await migrate(database.ownerUrl, migrationsDir)).toEqual([]);

  expect(before.length).toBeGreaterThan(100);
  expect(await database.asOwner(shape)).toEqual(before);
});

test("two processes at once apply each file once", async () => {
  const database = await createDatabase({ template: null });

  const applied = await Promise.all([
    migrate(database.ownerUrl, migrationsDir),
    migrate(database.ownerUrl, migrationsDir),
  ]);

  expect(applied.flat().sort()).toEqual(all.sort());
});

test("a file that was edited after it was applied is refused by name", async () => {
  const database = await createDatabase({ template: null });
  const first = { "0001_one.sql": "create table one (id int);" };
  await migrate(database.ownerUrl, files("edited", first));

  const edited = { "0001_one.sql": "create table one (id bigint);" };
  const attempt = migrate(database.ownerUrl, files("edited", edited));

  await expect(attempt).rejects.toThrow("0001_one.sql was edited after it was applied");
});

test("a schema that is newer than the files is refused", async () => {
  const database = await createDatabase({ template: null });
  const one = { "0001_one.sql": "create table one (id int);" };
  await migrate(database.ownerUrl, files("newer", { ...one, "0002_two.sql": "select 1;" }));

  const attempt = migrate(database.ownerUrl, files("newer", one));

  await expect(attempt).rejects.toThrow("0002_two.sql, which this version does not know");
});

test("a file that comes before one that was applied is refused", async () => {
  const database = await createDatabase({ template: null });
  const two = { "0002_two.sql": "create table two (id int);" };
  await migrate(database.ownerUrl, files("late", two));

  const attempt = migrate(
    database.ownerUrl,
    files("late", { ...two, "0001_one.sql": "select 1;" }),
  );

  await expect(attempt).rejects.toThrow("0001_one.sql comes before 0002_two.sql");
});

test("a file that fails leaves nothing of itself, and the ones before it stay", async () => {
  const database = await createDatabase({ template: null });
  const texts = {
    "0001_one.sql": "create table one (id int);",
    "0002_two.sql": "create table two (id int); select no_such_column;",
  };

  await expect(migrate(database.ownerUrl, files("broken", texts))).rejects.toThrow(Bug);

  const tables = await database.asOwner(
    "select table_name from information_schema.tables where table_schema = 'cleargate' order by 1",
  );
  expect(tables.map(({ table_name }) => table_name)).toEqual(["one", "schema_migrations"]);
});

test("a database that does not answer is unavailable, not a bug", async () => {
  const url = "postgres://nobody:none@127.0.0.1:1/none?sslmode=disable";

  await expect(migrate(url, migrationsDir)).rejects.toThrow(Unavailable);
});

test("every table with business rows names its organisation", async () => {
  const database = await createDatabase();

  const without = await database.asOwner(
    `select t.table_name from information_schema.tables t
     where t.table_schema = 'cleargate' and t.table_type = 'BASE TABLE' and not exists (
       select 1 from information_schema.columns c where c.table_schema = 'cleargate'
         and c.table_name = t.table_name and c.column_name = 'organisation_id')
     order by 1`,
  );

  expect(without.map(({ table_name }) => table_name)).toEqual([
    "organisations",
    "received_requests",
    "schema_migrations",
    "slack_install_states",
    "workflow_definitions",
  ]);
});
