/** Brings the database's schema to the version of these sources: plain SQL files, numbered, forward only. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { sha256 } from "../domain/audit/canonical.ts";
import { Bug, Unavailable } from "../domain/fault.ts";
import { isDatabaseDown } from "./faults.ts";
import { openLookUps } from "./tenancy/look-ups.ts";
import { prepareRoles } from "./tenancy/roles.ts";

const LOCK = 4_951_303_126;
const FILE = /^\d{4}_[a-z0-9_]+\.sql$/;

interface SchemaFile {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

/** The database and these sources do not go together; whoever starts them can mend it, as the sentence says. */
export class WrongSchema extends Bug {}

/** The files that were applied now. Several processes may call it at once: one applies, the others wait. */
export async function migrate(ownerUrl: string, folder: string): Promise<readonly string[]> {
  const files = await readFiles(folder);
  const session = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 5000 });
  session.on("error", () => undefined);
  try {
    await session.connect();
    await session.query("select pg_advisory_lock($1)", [LOCK]);
    await prepare(session);
    const done = await readDone(session);
    refuseUnknown(files, done);
    const applied: string[] = [];
    for (const file of files) {
      if (done.has(file.name)) continue;
      await apply(session, file);
      applied.push(file.name);
    }
    await openLookUps(session);
    return applied;
  } catch (cause) {
    if (!isDatabaseDown(cause)) throw cause;
    throw new Unavailable("The database does not answer.", { cause });
  } finally {
    // Ending the session gives the lock back.
    await session.end().catch(() => undefined);
  }
}

async function readFiles(folder: string): Promise<readonly SchemaFile[]> {
  const names = (await readdir(folder)).filter((name) => FILE.test(name)).sort();
  return await Promise.all(
    names.map(async (name) => {
      const sql = await readFile(path.join(folder, name), "utf8");
      return { name, sql, sha256: sha256(sql) };
    }),
  );
}

async function prepare(session: pg.Client): Promise<void> {
  await prepareRoles(session);
  await session.query("create schema if not exists cleargate");
  await session.query("grant usage on schema cleargate to cleargate_app");
  await session.query(`
    create table if not exists cleargate.schema_migrations (
      name text primary key,
      sha256 text not null,
      applied_at timestamptz not null default now()
    )`);
  await session.query("grant select on cleargate.schema_migrations to cleargate_app");
  await session.query("set search_path = cleargate");
}

async function readDone(session: pg.Client): Promise<ReadonlyMap<string, string>> {
  const done = await session.query<{ name: string; sha256: string }>(
    "select name, sha256 from schema_migrations order by name",
  );
  return new Map(done.rows.map((row) => [row.name, row.sha256]));
}

function refuseUnknown(files: readonly SchemaFile[], done: ReadonlyMap<string, string>): void {
  const known = new Map(files.map((file) => [file.name, file.sha256]));
  for (const [name, checksum] of done) {
    const today = known.get(name);
    if (today === undefined) {
      throw new WrongSchema(
        `The database has ${name}, which this version does not know: use a newer one.`,
      );
    }
    if (today !== checksum) throw new WrongSchema(`${name} was edited after it was applied.`);
  }
  const newest = [...done.keys()].at(-1);
  const late = files.find((file) => newest && file.name < newest && !done.has(file.name));
  if (late)
    throw new WrongSchema(`${late.name} comes before ${newest}, which was already applied.`);
}

async function apply(session: pg.Client, file: SchemaFile): Promise<void> {
  await session.query("begin");
  try {
    await session.query(file.sql);
    await session.query("insert into schema_migrations (name, sha256) values ($1, $2)", [
      file.name,
      file.sha256,
    ]);
    await session.query("commit");
  } catch (cause) {
    await session.query("rollback").catch(() => undefined);
    if (isDatabaseDown(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Bug(`${file.name} cannot be applied: ${why}`, { cause });
  }
}
