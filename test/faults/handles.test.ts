/** Few file handles, and many who connect and say nothing. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { createDatabase } from "../support/database.ts";
import { untilDelivered } from "./deeds.ts";
import { times } from "./scale.ts";
import { freePort, killServers, startServer } from "./server.ts";
import { findBroken, prepareWork, startClients, untilMore, untilSealed } from "./workload.ts";

const HANDLES = 64;
const CROWD = 2 * HANDLES;
const CROWDED_MS = times(500);
const isLinux = existsSync("/proc/self/limits");
const database = await createDatabase();
const { ownerUrl: databaseUrl, asOwner } = database;

let leave: (() => void) | undefined;
afterEach(async () => {
  leave?.();
  await killServers();
});

interface Crowd {
  /** How often one of them was hung up on. */
  readonly turnedAway: number;
  leave(): void;
}

/** Many connect and say nothing; whoever is hung up on comes again. */
function crowd(port: number): Crowd {
  const sockets = new Set<net.Socket>();
  let isThere = true;
  let turnedAway = 0;
  const come = (): void => {
    if (!isThere) return;
    const socket = net.connect(port, "127.0.0.1").on("error", () => undefined);
    sockets.add(socket);
    socket.on("close", () => {
      sockets.delete(socket);
      if (isThere) turnedAway += 1;
      setTimeout(come, 50);
    });
  };
  for (let n = 0; n < CROWD; n += 1) come();
  return {
    get turnedAway() {
      return turnedAway;
    },
    leave() {
      isThere = false;
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** From now on; no more is needed for what is loaded already. */
function limitHandles(pid: number): void {
  const { status } = spawnSync("prlimit", ["--pid", `${pid}`, `--nofile=${HANDLES}:${HANDLES}`]);
  expect(status).toBe(0);
}

it.runIf(isLinux)(
  "whoever asks while others hold every handle is answered or hung up on, loses nothing, and is served soon after",
  { timeout: times(60_000) },
  async () => {
    const prepared = await prepareWork(databaseUrl, database, 1);
    const port = await freePort();
    const server = await startServer({ port, databaseUrl });
    const clients = startClients({ origin: () => server.origin }, prepared);
    await untilMore(clients, 2);
    limitHandles(server.pid);
    const others = crowd(port);
    leave = others.leave;
    await expect.poll(() => others.turnedAway, { timeout: 10_000 }).toBeGreaterThan(HANDLES);
    // Whatever it has open to the database ends, and others are faster to take what that leaves.
    await asOwner(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name ~ '^cleargate' and datname = current_database()`,
    );
    await sleep(CROWDED_MS);
    others.leave();
    await untilMore(clients, 3);
    await clients.finish();
    await untilDelivered(database);
    await untilSealed(database, 20_000);

    expect(clients.failures.length).toBeGreaterThan(0);
    for (const { says } of clients.failures) expect(says).toMatch(/^503: |^fetch failed: /);
    expect(await findBroken(clients, database, databaseUrl)).toEqual([]);
  },
);

it.runIf(isLinux)("with too few handles to start it refuses in a sentence", async () => {
  const starting = startServer({ port: await freePort(), databaseUrl, handles: HANDLES });

  await expect(starting).rejects.toThrow(
    /ended with 1:\nCleargate needs 512 open files, and this process may have 64\. [^\n]+\n$/,
  );
});
