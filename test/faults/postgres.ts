/** A PostgreSQL of one test's own, which may be killed, stopped and started again on the same port. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { postgresAccount } from "../../src/store/embedded/account.ts";
import { findBinaries } from "../../src/store/embedded/binaries.ts";
import {
  freePort,
  makeCluster,
  type Running,
  startCluster,
  stopCluster,
  takeOver,
  urlOf,
} from "../../src/store/embedded/cluster.ts";

export interface PrivatePostgres {
  /** Connects as the role that migrates the schema. */
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  /** What the server wrote about itself. */
  log(): string;
  /** Ends it without a word, as a power cut would end the program. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Runs a statement as the owner, in the product's schema. */
  asOwner(sql: string, values?: readonly unknown[]): Promise<pg.QueryResult["rows"]>;
  close(): Promise<void>;
}

export interface PrivateOptions {
  /** As `name=value`. */
  readonly settings?: readonly string[];
  /** Where its data shall lie; a folder of its own when absent. */
  readonly base?: string;
}

export async function openPrivatePostgres(options: PrivateOptions = {}): Promise<PrivatePostgres> {
  const base = options.base ?? mkdtempSync(path.join(os.tmpdir(), "cleargate-private-"));
  chmodSync(base, 0o711);
  const account = postgresAccount();
  const native = findBinaries(account, () => undefined);
  const folder = path.join(base, "data");
  const cluster = { folder, native, account, settings: options.settings ?? [] };
  makeCluster(cluster);
  const port = await freePort();
  let running: Running | null = null;

  async function start(): Promise<void> {
    running = await startCluster(cluster, port);
    if (!running) throw new Error(`PostgreSQL did not start: ${log()}`);
    const session = await takeOver(folder, port);
    await session?.end();
  }

  function log(): string {
    return readFileSync(path.join(folder, "server.log"), "utf8");
  }

  async function kill(): Promise<void> {
    if (!running) return;
    // The workers of a killed postmaster end by themselves; until then nobody can start it again.
    const workers = childrenOf(running.pid);
    process.kill(running.pid, "SIGKILL");
    for (const pid of workers) endNow(pid);
    while ([running.pid, ...workers].some(isAlive)) await sleep(5);
    running = null;
  }

  await start();
  const url = urlOf(folder, port, "owner");
  return {
    url,
    port,
    folder,
    log,
    kill,
    start,
    async asOwner(sql, values) {
      const session = new pg.Client({
        connectionString: url,
        options: "-c search_path=cleargate",
      });
      await session.connect();
      try {
        return (await session.query(sql, values ? [...values] : undefined)).rows;
      } finally {
        await session.end();
      }
    },
    async close() {
      if (running) await stopCluster(running);
      rmSync(base, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
    },
  };
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .split(" ")
    .filter((word) => /^\d+$/.test(word))
    .map(Number);
}

function endNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It went by itself.
  }
}

function isAlive(pid: number): boolean {
  try {
    // A process that waits to be buried has ended.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
