import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterEach, expect, it } from "vitest";
import { Unavailable } from "../../src/domain/fault.ts";
import { openStore } from "../../src/store/open-store.ts";
import { WEB_CAST } from "../scenarios/web-stage.ts";
import { migrationsDir } from "../support/database.ts";
import { act } from "./deeds.ts";
import { openPrivatePostgres, type PrivatePostgres } from "./postgres.ts";
import { REPEATED } from "./scale.ts";
import { freePort, killServers, startServer } from "./server.ts";
import { findDamage } from "./workload.ts";

const CLEAR_MESSAGE_MS = 2500;
const RECOVERY_MS = 5000;

let postgres: PrivatePostgres | undefined;
let others: pg.Client[] = [];
afterEach(async () => {
  await killServers();
  await leave();
  await postgres?.close();
});

/** Somebody else takes every connection that the database has left. */
async function crowd(server: PrivatePostgres): Promise<number> {
  for (;;) {
    const other = new pg.Client({ connectionString: server.url });
    other.on("error", () => undefined);
    try {
      await other.connect();
    } catch {
      return others.length;
    }
    others.push(other);
  }
}

async function leave(): Promise<void> {
  await Promise.all(others.map((other) => other.end().catch(() => undefined)));
  others = [];
}

it("a click is answered with a clear sentence while the database has no connection left, and works soon after", {
  timeout: 120_000,
  ...REPEATED,
}, async () => {
  const server = await openPrivatePostgres({ settings: ["max_connections=40"] });
  postgres = server;
  const port = await freePort();
  const { origin } = await startServer({ port, databaseUrl: server.url });
  const ask = () =>
    act(origin, {
      as: WEB_CAST.engineer,
      channel: "general",
      command: { type: "ShowHelp" },
      eventId: randomUUID(),
    });
  await ask();
  // The product's own connections end, and others are faster.
  await server.asOwner(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name ~ '^cleargate'",
  );
  expect(await crowd(server)).toBeGreaterThan(20);

  const began = performance.now();
  const told = await ask().then(
    (headline) => headline,
    (error: Error) => error.message,
  );
  const toldAfter = performance.now() - began;
  await leave();
  const free = performance.now();
  await expect.poll(ask, { timeout: 20_000, interval: 50 }).toMatch(/./);

  expect(told).toMatch(/^503: .*did not answer\. Please try again soon/);
  expect(toldAfter).toBeLessThan(CLEAR_MESSAGE_MS);
  expect(performance.now() - free).toBeLessThan(RECOVERY_MS);
  expect(await findDamage(server, server.url)).toEqual([]);
});

it("whoever waits without a deadline is not answered in time", { timeout: 60_000 }, async () => {
  const server = await openPrivatePostgres();
  postgres = server;
  const options = { ownerUrl: server.url, appUrl: server.url, migrationsDir, connections: 1 };

  async function askBehind(deadlineMs: number): Promise<{ afterMs: number; error: unknown }> {
    const store = await openStore({ ...options, deadlineMs });
    const blocker = new pg.Client({ connectionString: server.url });
    await blocker.connect();
    await blocker.query("begin; lock table cleargate.workspaces in access exclusive mode");
    const began = performance.now();
    const asked = store
      .organisationOf({ surface: "web", workspaceRef: "local" })
      .then(() => null)
      .catch((error: unknown) => error);
    const free = setTimeout(() => void blocker.end(), CLEAR_MESSAGE_MS + 500);
    const error = await asked;
    const afterMs = performance.now() - began;
    clearTimeout(free);
    await blocker.end().catch(() => undefined);
    await store.close();
    return { afterMs, error };
  }

  const guarded = await askBehind(2200);
  expect(guarded.error).toBeInstanceOf(Unavailable);
  expect(guarded.afterMs).toBeLessThan(CLEAR_MESSAGE_MS);
  const unguarded = await askBehind(60_000);
  expect(unguarded.error).toBeNull();
  expect(unguarded.afterMs).toBeGreaterThan(CLEAR_MESSAGE_MS);
});
