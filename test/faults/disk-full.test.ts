import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { untilDelivered } from "./deeds.ts";
import { judge } from "./history.ts";
import { openPrivatePostgres, type PrivatePostgres } from "./postgres.ts";
import { REPEATED } from "./scale.ts";
import { freePort, killServers, startServer } from "./server.ts";
import {
  type Clients,
  findBroken,
  prepareWork,
  readStored,
  startClients,
  untilMore,
  untilSealed,
} from "./workload.ts";

const SIZE = "220m";
const CLEAR_MESSAGE_MS = 2500;

let disk: string | undefined;
let postgres: PrivatePostgres | undefined;
afterEach(async () => {
  await killServers();
  await postgres?.close().catch(() => undefined);
  if (disk) spawnSync("umount", ["-l", disk]);
  if (disk) rmSync(disk, { recursive: true, force: true });
  disk = undefined;
  postgres = undefined;
});

/** A small disk of its own; null where this account may not mount one. */
function mountDisk(): string | null {
  const folder = mkdtempSync(path.join(os.tmpdir(), "cleargate-disk-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", folder]);
  if (status === 0) return folder;
  rmSync(folder, { recursive: true, force: true });
  return null;
}

/** Leaves less than one page. */
function fillUp(folder: string): string {
  const file = path.join(folder, "somebody-elses-film");
  const { bavail, bsize } = statfsSync(folder);
  try {
    writeFileSync(file, Buffer.alloc(bavail * bsize));
  } catch (error) {
    // Whoever else writes meanwhile has taken the last of it: full is full.
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
  return file;
}

/** What a server keeps to itself for ten seconds, though it has answered. */
const CARELESS = ["synchronous_commit=off", "wal_writer_delay=10s", "wal_writer_flush_after=1GB"];

interface Working {
  readonly server: PrivatePostgres;
  readonly clients: Clients;
  /** Somebody else's file, which took the last of the disk. */
  readonly film: string;
}

/** People work, and the disk is full. */
async function workUntilFull(folder: string, settings: readonly string[]): Promise<Working> {
  const server = await openPrivatePostgres({
    base: folder,
    settings: ["wal_recycle=off", ...settings],
  });
  postgres = server;
  const prepared = await prepareWork(server.url, server, 1);
  await server.asOwner("checkpoint");
  const port = await freePort();
  const { origin } = await startServer({ port, databaseUrl: server.url });
  const clients = startClients({ origin: () => origin }, prepared);
  await untilMore(clients, 4);
  return { server, clients, film: fillUp(folder) };
}

beforeEach(({ skip }) => {
  disk = mountDisk() ?? undefined;
  if (disk) return;
  // Where everything must be shown, what was not run has not passed.
  if (process.env.CI) throw new Error("This account may not mount a disk, which the test needs.");
  skip("not run: this account may not mount a disk");
});

it("a full disk refuses in a clear sentence, loses nothing acknowledged, and is forgotten when there is room", {
  timeout: 240_000,
  ...REPEATED,
}, async () => {
  const { server, clients, film } = await workUntilFull(disk ?? "", []);
  await expect.poll(() => clients.failures.length, { timeout: 90_000 }).toBeGreaterThan(2);
  rmSync(film);
  // It may have given up for want of room; whoever keeps it starts it again.
  await server.start().catch(() => undefined);
  await untilMore(clients, 3);
  await clients.finish();
  await untilDelivered(server);
  await untilSealed(server);

  expect(await findBroken(clients, server, server.url)).toEqual([]);
  for (const { says, afterMs } of clients.failures) {
    expect(says).toMatch(/^503: /);
    expect(afterMs).toBeLessThan(CLEAR_MESSAGE_MS);
  }
});

it("where the database may answer before its log is written, a full disk and a power cut lose what was acknowledged", {
  timeout: 240_000,
}, async () => {
  const { server, clients, film } = await workUntilFull(disk ?? "", CARELESS);
  await server.kill();
  rmSync(film);
  await server.start();
  await clients.finish();

  const broken = judge(clients, await readStored(server));
  expect(broken.join("\n")).toMatch(/was acknowledged and is not stored/);
});
