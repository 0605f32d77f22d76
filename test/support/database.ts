/** A store on a database of its own, cloned from the migrated template; kept when a test of the file failed. */
import { randomBytes } from "node:crypto";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, inject } from "vitest";
import { type OpenedStore, openStore } from "../../src/store/open-store.ts";
import { withDatabase } from "../../src/store/pool.ts";

export const migrationsDir = path.resolve(import.meta.dirname, "../../migrations");

export interface TestStore {
  readonly store: OpenedStore;
  readonly name: string;
  /** A superuser: for what an administrator with bad intentions could do. */
  readonly ownerUrl: string;
  readonly appUrl: string;
  /** Runs a statement as the superuser. */
  readonly asOwner: (sql: string, values?: readonly unknown[]) => Promise<pg.QueryResult["rows"]>;
}

export interface TestStoreOptions {
  readonly clock?: () => Date;
  /** Longer than in production by default: the machine of a test run may be busy. */
  readonly deadlineMs?: number;
}

/** To be awaited at the top of a test file, so that the database goes when the file is done. */
export async function createTestStore(options: TestStoreOptions = {}): Promise<TestStore> {
  const database = await createDatabase();
  const store = await openStore({
    ownerUrl: database.ownerUrl,
    appUrl: database.appUrl,
    migrationsDir,
    deadlineMs: options.deadlineMs ?? 15_000,
    ...(options.clock ? { clock: options.clock } : {}),
  });
  afterAll(async () => {
    await store.close();
  });
  return { store, ...database };
}

/** A database without a store; empty when `template` is null. */
export async function createDatabase(
  options: { readonly template?: string | null } = {},
): Promise<Omit<TestStore, "store">> {
  const postgres = inject("postgres");
  const name = `test_${Math.floor(Date.now() / 60_000)}_${randomBytes(5).toString("hex")}`;
  const template = options.template === undefined ? postgres.template : options.template;
  await onServer(`create database ${name} template ${template ?? "template1"}`);
  let hasFailed = false;
  afterEach(({ task }) => {
    hasFailed ||= task.result?.state === "fail";
  });
  afterAll(() => {
    if (!hasFailed) return onServer(`drop database if exists ${name} with (force)`);
    process.stderr.write(`The database of the failed tests was kept: ${name}\n`);
  });
  const ownerUrl = withDatabase(postgres.ownerUrl, name);
  const owner = openOwner(ownerUrl);
  return {
    name,
    ownerUrl,
    appUrl: withDatabase(postgres.appUrl, name),
    asOwner: owner,
  };
}

const CHANGES_SESSION = /^\s*set |set_config/i;

/** Connections are kept, because each new one costs the server more than most statements do. */
function openOwner(url: string): TestStore["asOwner"] {
  const options = "-c search_path=cleargate";
  const pool = new pg.Pool({ connectionString: url, options, allowExitOnIdle: true });
  // A test may end every connection there is; the next statement opens another.
  pool.on("error", () => undefined);
  afterAll(() => pool.end());
  return async (sql, values) => {
    const client = await pool.connect();
    try {
      return (await client.query(sql, [...(values ?? [])])).rows;
    } finally {
      client.release(CHANGES_SESSION.test(sql));
    }
  };
}

async function onServer(sql: string): Promise<void> {
  const session = new pg.Client(withDatabase(inject("postgres").ownerUrl, "postgres"));
  await session.connect();
  try {
    await session.query(sql);
  } finally {
    await session.end();
  }
}
