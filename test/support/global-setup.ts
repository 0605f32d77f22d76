/**
 * One PostgreSQL for all test files, also of runs at the same time: the embedded one, in a folder of its own under
 * the system's temporary folder, where databases of failed files stay until a day has passed.
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { sha256 } from "../../src/domain/audit/canonical.ts";
import { findRunning } from "../../src/store/embedded/cluster.ts";
import { type EmbeddedPostgres, openEmbeddedPostgres } from "../../src/store/embedded.ts";
import { migrate } from "../../src/store/migrate.ts";
import { withDatabase } from "../../src/store/pool.ts";

const root = path.resolve(import.meta.dirname, "../..");
const migrations = path.join(root, "migrations");

export interface TestPostgres {
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly template: string;
}

declare module "vitest" {
  export interface ProvidedContext {
    postgres: TestPostgres;
  }
}

async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await openServer(testFolder());
  const template = await makeTemplate(postgres.ownerUrl);
  const { ownerUrl, appUrl } = postgres;
  project.provide("postgres", { ownerUrl, appUrl, template });
  return () => postgres.close();
}

async function openServer(dataDir: string): Promise<EmbeddedPostgres> {
  // Tests lose nothing in a power cut, except what they can make again.
  const safety = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
  // With a database for each file, looking after them would take as long as the tests.
  const calm = ["autovacuum=off", "max_connections=400"];
  const options = { dataDir, settings: [...safety, ...calm] };
  try {
    return await openEmbeddedPostgres(options);
  } catch (error) {
    const cluster = path.join(dataDir, "data");
    if (findRunning(cluster)) throw error;
    fs.rmSync(cluster, { recursive: true, force: true });
    return await openEmbeddedPostgres(options);
  }
}

/** Passable by the account that PostgreSQL runs under, writable by us alone. */
function testFolder(): string {
  const name = createHash("sha256").update(root).digest("hex").slice(0, 12);
  const folder = path.join(os.tmpdir(), `cleargate-test-${process.getuid?.() ?? 0}-${name}`);
  fs.mkdirSync(folder, { recursive: true, mode: 0o711 });
  return folder;
}

/** A migrated database that test files are cloned from, one for each state of the schema files. */
async function makeTemplate(ownerUrl: string): Promise<string> {
  const files = fs.readdirSync(migrations).sort();
  const texts = files.map((file) => [file, fs.readFileSync(path.join(migrations, file), "utf8")]);
  const template = `template_${sha256(texts.flat().join("\n")).slice(0, 16)}`;
  const session = new pg.Client(withDatabase(ownerUrl, "postgres"));
  await session.connect();
  try {
    await session.query("select pg_advisory_lock(4951303127)");
    await dropOld(session);
    const found = await session.query("select 1 from pg_database where datname = $1", [template]);
    if (found.rowCount === 0) {
      // Made under another name: a template that exists is complete.
      const aside = `making_${template}`;
      await session.query(`drop database if exists ${aside}`);
      await session.query(`create database ${aside}`);
      await migrate(withDatabase(ownerUrl, aside), migrations);
      await session.query(`alter database ${aside} rename to ${template}`);
    }
  } finally {
    await session.end();
  }
  return template;
}

/** A database's name holds the minute of its birth. */
async function dropOld(session: pg.Client): Promise<void> {
  const yesterday = Math.floor(Date.now() / 60_000) - 24 * 60;
  const { rows } = await session.query<{ datname: string }>(
    "select datname from pg_database where datname ~ '^test_[0-9]+_'",
  );
  for (const { datname } of rows) {
    if (Number(datname.split("_")[1]) < yesterday) {
      await session.query(`drop database if exists ${datname} with (force)`);
    }
  }
}

export { setUp as setup };
