import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { createDatabase } from "../support/database.ts";
import { untilDelivered } from "./deeds.ts";
import { times } from "./scale.ts";
import { freePort, killServers, type Server, startServer } from "./server.ts";
import { findBroken, prepareWork, startClients, untilMore, untilSealed } from "./workload.ts";

const PROCESSES = 3;
const DRAIN_MS = 10_000;
const orderly = await createDatabase();
const brutal = await createDatabase();

afterEach(killServers);

interface Fleet {
  /** Where a balancer sends the next request: to the processes that say they are ready, in turn. */
  next(): string;
  /** Ends one process with the signal and starts another in its place; how long it took to end. */
  replace(place: number, signal: NodeJS.Signals): Promise<number>;
  close(): void;
}

async function openFleet(databaseUrl: string): Promise<Fleet> {
  const servers: Server[] = [];
  for (let place = 0; place < PROCESSES; place += 1) {
    servers.push(await startServer({ port: await freePort(), databaseUrl }));
  }
  const well = new Set(servers.map(({ origin }) => origin));
  let turn = 0;
  let isOpen = true;
  // As balancers do: each is asked every so often by itself, and what does not answer well gets nothing.
  const watch = async (place: number): Promise<void> => {
    while (isOpen) {
      const origin = servers[place]?.origin ?? "";
      const isWell = await fetch(`${origin}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isWell) well.add(origin);
      else well.delete(origin);
      await sleep(50);
    }
  };
  for (let place = 0; place < PROCESSES; place += 1) void watch(place);
  return {
    next() {
      turn += 1;
      const ready = [...well];
      return ready[turn % ready.length] ?? servers[0]?.origin ?? "";
    },
    async replace(place, signal) {
      const began = performance.now();
      await servers[place]?.kill(signal);
      const took = performance.now() - began;
      servers[place] = await startServer({ port: await freePort(), databaseUrl });
      return took;
    },
    close: () => {
      isOpen = false;
    },
  };
}

async function roll(database: typeof orderly, signal: NodeJS.Signals, turns: number) {
  const { ownerUrl: databaseUrl } = database;
  const prepared = await prepareWork(databaseUrl, database, 2);
  const fleet = await openFleet(databaseUrl);
  try {
    const clients = startClients({ origin: fleet.next, pauseMs: 20 }, prepared);
    await untilMore(clients, 5);
    const endings: number[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      endings.push(await fleet.replace(turn % PROCESSES, signal));
      await untilMore(clients, 3);
    }
    await clients.finish();
    await untilDelivered(database);
    await untilSealed(database);
    return { clients, endings };
  } finally {
    fleet.close();
  }
}

it("three processes replaced one after the other under clicks answer every one of them", {
  timeout: times(240_000),
}, async () => {
  const { clients, endings } = await roll(orderly, "SIGTERM", times(PROCESSES));

  expect(clients.failures).toEqual([]);
  expect(Math.max(...endings)).toBeLessThan(DRAIN_MS);
  expect(await findBroken(clients, orderly, orderly.ownerUrl)).toEqual([]);
});

it("processes that end without a word leave clicks unanswered, and lose nothing", {
  timeout: 240_000,
}, async () => {
  const { clients } = await roll(brutal, "SIGKILL", 1);

  expect(clients.failures.length).toBeGreaterThan(0);
  expect(await findBroken(clients, brutal, brutal.ownerUrl)).toEqual([]);
});
