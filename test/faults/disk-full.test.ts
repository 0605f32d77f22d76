import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { untilDelivered } from "./deeds.ts";
import { openPrivatePostgres, type PrivatePostgres } from "./postgres.ts";
import { freePort, killServers, startServer } from "./server.ts";
import {
  type Clients,
  findBroken,
  prepareWork,
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

interface Outcome {
  readonly clients: Clients;
  readonly broken: readonly string[];
}

/** People work while somebody else's file takes the last of the disk, and afterwards. */
async function runOutOfSpace(): Promise<Outcome | null> {
  disk = mountDisk() ?? undefined;
  if (!disk) {
    process.stdout.write("not run: a full disk (this account may not mount one)\n");
    return null;
  }
  const server = await openPrivatePostgres({ base: disk, settings: ["wal_recycle=off"] });
  postgres = server;
  const prepared = await prepareWork(server.url, server, 1);
  const port = await freePort();
  const { origin } = await startServer({ port, databaseUrl: server.url });
  const clients = startClients({ origin: () => origin }, prepared);
  await untilMore(clients, 4);
  const film = fillUp(disk);
  await expect.poll(() => clients.failures.length, { timeout: 90_000 }).toBeGreaterThan(2);
  rmSync(film);
  // It may have given up for want of room; whoever keeps it starts it again.
  await server.start().catch(() => undefined);
  await untilMore(clients, 3);
  await clients.finish();
  await untilDelivered(server);
  await untilSealed(server);
  return { clients, broken: await findBroken(clients, server, server.url) };
}

it("a full disk refuses in a clear sentence, loses nothing acknowledged, and is forgotten when there is room", {
  timeout: 240_000,
}, async () => {
  const outcome = await runOutOfSpace();
  if (!outcome) return;

  expect(outcome.broken).toEqual([]);
  for (const { says, afterMs } of outcome.clients.failures) {
    expect(says).toMatch(/^503: /);
    expect(afterMs).toBeLessThan(CLEAR_MESSAGE_MS);
  }
});
