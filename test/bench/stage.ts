/** The product on a durable PostgreSQL of its own in a temporary folder, and the statements that it sends. */
import { EventEmitter } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { openEmbeddedPostgres } from "../../src/store/embedded.ts";
import { openWebStage, type WebStage } from "../scenarios/web-stage.ts";

export interface BenchStage {
  readonly stage: WebStage;
  /** A plain connection to the same database. */
  readonly plain: pg.Client;
  close(): Promise<void>;
}

/** A folder that the account of PostgreSQL may pass. */
export function aFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cleargate-bench-"));
  fs.chmodSync(folder, 0o711);
  return folder;
}

export async function openBenchStage(): Promise<BenchStage> {
  const folder = aFolder();
  const postgres = await openEmbeddedPostgres({ dataDir: folder });
  const stage = await openWebStage(postgres.ownerUrl);
  const plain = new pg.Client({ connectionString: postgres.ownerUrl });
  await plain.connect();
  return {
    stage,
    plain,
    close: async () => {
      await plain.end();
      await stage.stop();
      await postgres.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** How many statements one run sends, with those that begin and end its transactions, without those of the loops. */
export async function countStatements(run: () => Promise<unknown>): Promise<number> {
  const { query } = pg.Client.prototype;
  let count = 0;
  pg.Client.prototype.query = function counted(this: pg.Client, ...given: unknown[]) {
    if (nameOf(this) === "cleargate") count += 1;
    return Reflect.apply(query, this, given);
  } as typeof query;
  try {
    await run();
    return count;
  } finally {
    pg.Client.prototype.query = query;
  }
}

/**
 * How often one run waits for the database: statements that are sent before an answer to the one before has come travel
 * with it.
 */
export async function countTrips(run: () => Promise<unknown>): Promise<number> {
  const { query } = pg.Client.prototype;
  const waiting = new WeakSet<pg.Client>();
  const watched = new Map<pg.Client, () => void>();
  let trips = 0;
  pg.Client.prototype.query = function counted(this: pg.Client, ...given: unknown[]) {
    if (nameOf(this) === "cleargate") {
      if (!watched.has(this))
        watched.set(
          this,
          onAnswer(this, () => waiting.delete(this)),
        );
      if (!waiting.has(this)) trips += 1;
      waiting.add(this);
    }
    return Reflect.apply(query, this, given);
  } as typeof query;
  try {
    await run();
    return trips;
  } finally {
    pg.Client.prototype.query = query;
    for (const forget of watched.values()) forget();
  }
}

/** Calls back whenever the database has sent something; answers how to stop that. */
function onAnswer(client: pg.Client, answered: () => void): () => void {
  const connection: unknown = Reflect.get(client, "connection");
  const stream = connection instanceof EventEmitter ? Reflect.get(connection, "stream") : null;
  if (!(stream instanceof EventEmitter)) throw new Error("the client has no connection");
  stream.prependListener("data", answered);
  return () => stream.off("data", answered);
}

/** Clicks, loops and listeners connect under names of their own. */
function nameOf(client: pg.Client): unknown {
  const parameters: unknown = Reflect.get(client, "connectionParameters");
  return typeof parameters === "object" && parameters !== null
    ? Reflect.get(parameters, "application_name")
    : null;
}
