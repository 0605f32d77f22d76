/**
 * The keeper: a small process in a session of its own that starts PostgreSQL and stops it when its last user has
 * gone. A user is an open connection to the keeper, which the kernel closes however a process ends, so no user is
 * missed and none is counted twice.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import {
  type Cluster,
  findRunning,
  type Running,
  startCluster,
  stopCluster,
  takeOver,
  urlOf,
} from "./cluster.ts";

/** A keeper that nobody came to use, because its starter died, ends after this. */
const FIRST_USER_WITHIN = 10_000;

/** How the keeper is found: by a file in the cluster's folder that only its owner can read. */
export interface Door {
  readonly port: number;
  readonly secret: string;
}

export const keeperModule = import.meta.url;

/** The program of the keeper process; its standard output says `open`, `later` or `failed`. */
export async function keepCluster(cluster: Cluster): Promise<void> {
  // A terminal's Ctrl-C is meant for the users; when they have gone, the keeper ends.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => undefined);
  process.title = `cleargate-keeper ${cluster.folder}`;
  process.stdout.on("error", () => undefined);
  const running = await startCluster(cluster);
  const session = running && (await takeOver(cluster.folder, running.port).catch(() => null));
  if (!running || !session) {
    process.stdout.write(running || findRunning(cluster.folder) ? "later\n" : "failed\n");
    return;
  }
  await openDoor(cluster, running, session);
}

async function openDoor(cluster: Cluster, first: Running, session: pg.Client): Promise<void> {
  const { folder } = cluster;
  const secret = randomBytes(32).toString("hex");
  const users = new Set<net.Socket>();
  const door = net.createServer({ allowHalfOpen: true });
  let running = first;
  let isKeeper = true;
  let leaving = false;
  let recovery: Promise<void> = Promise.resolve();

  async function leave(): Promise<void> {
    if (leaving) return;
    leaving = true;
    door.close();
    await recovery;
    if (isKeeper) {
      fs.rmSync(path.join(folder, "keeper.json"), { force: true });
      await stopCluster(running);
    }
    // Ends the connection of the last user, who waits for it: it leaves no process behind.
    process.exit(0);
  }

  async function recoverSession(): Promise<void> {
    const again = await recover(cluster, running);
    if (again) {
      running = again.running;
      watchSession(again.session);
    } else {
      isKeeper = false;
      void leave();
    }
  }

  function watchSession(session: pg.Client): void {
    session.once("end", () => {
      if (!leaving) recovery = recoverSession();
    });
  }

  const alone = setTimeout(() => void leave(), FIRST_USER_WITHIN);
  watchSession(session);
  door.on("connection", (socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (bytes) => {
      if (leaving || !isSecret(bytes, secret)) return socket.destroy();
      clearTimeout(alone);
      users.add(socket);
      socket.write(`${urlsOf(folder, running.port)}\n`);
    });
    socket.on("end", () => {
      if (users.size === 1 && users.has(socket)) void leave();
      else socket.destroy();
    });
    socket.on("close", () => {
      if (users.delete(socket) && users.size === 0) void leave();
    });
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const address = door.address();
  const port = typeof address === "object" && address ? address.port : 0;
  writeDoor(folder, { port, secret });
  process.stdout.write("open\n");
}

/**
 * The session that makes us the keeper was cut: by an administrator, or because the server died. Takes it again,
 * with the server started on the same port if need be; null when another keeper was faster.
 */
async function recover(
  cluster: Cluster,
  before: Running,
): Promise<{ readonly running: Running; readonly session: pg.Client } | null> {
  for (let attempt = 0; attempt < 50; attempt++) {
    await sleep(attempt === 0 ? 0 : 200);
    const running = await startCluster(cluster, before.port);
    if (running?.port !== before.port) continue;
    const session = await takeOver(cluster.folder, running.port).catch(() => "not yet" as const);
    if (session === null) return null;
    if (session !== "not yet") return { running, session };
  }
  return null;
}

function urlsOf(folder: string, port: number): string {
  const ownerUrl = urlOf(folder, port, "owner");
  return JSON.stringify({ ownerUrl, appUrl: urlOf(folder, port, "app") });
}

function isSecret(bytes: Uint8Array, secret: string): boolean {
  const wanted = Buffer.from(secret);
  return bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
}

function writeDoor(folder: string, door: Door): void {
  const aside = path.join(folder, `keeper.${process.pid}`);
  fs.writeFileSync(aside, JSON.stringify(door), { mode: 0o600 });
  fs.renameSync(aside, path.join(folder, "keeper.json"));
}
