import { afterEach, describe, expect, it } from "vitest";
import { untilDelivered } from "./deeds.ts";
import { openPrivatePostgres, type PrivatePostgres } from "./postgres.ts";
import { times } from "./scale.ts";
import { freePort, killServers, startServer } from "./server.ts";
import {
  type Clients,
  findBroken,
  prepareWork,
  startClients,
  untilMore,
  untilSealed,
} from "./workload.ts";

const RESTARTS = times(2);
const CLEAR_MESSAGE_MS = 2500;
const RECOVERY_MS = 5000;
const SAYS = /^503: .*did not answer\. Please try again soon/;

let postgres: PrivatePostgres | undefined;
afterEach(async () => {
  await killServers();
  await postgres?.close();
});

interface Outcome {
  readonly clients: Clients;
  readonly broken: readonly string[];
  /** From the moment at which PostgreSQL served again until the next good answer. */
  readonly recoveries: readonly number[];
}

/** PostgreSQL is killed while people work, stays away for a moment, and is started again; several times. */
async function killPostgres(settings: readonly string[], restarts: number): Promise<Outcome> {
  const server = await openPrivatePostgres({ settings });
  postgres = server;
  const prepared = await prepareWork(server.url, server, 2);
  await server.asOwner("checkpoint");
  const port = await freePort();
  const { origin } = await startServer({ port, databaseUrl: server.url });
  const clients = startClients({ origin: () => origin }, prepared);
  const recoveries: number[] = [];
  for (let restart = 0; restart < restarts; restart += 1) {
    await untilMore(clients, 4);
    await server.kill();
    await expect.poll(() => clients.failures.length, { timeout: 10_000 }).toBeGreaterThan(restart);
    await server.start();
    const back = performance.now();
    await untilMore(clients, 1);
    recoveries.push((clients.answeredAt.find((at) => at > back) ?? Number.NaN) - back);
  }
  await clients.finish();
  await untilDelivered(server);
  // Where sealed entries were lost, the kept checkpoints say so, and nothing is sealed any more.
  const sealed = untilSealed(server);
  await (settings.length > 0 ? sealed.catch(() => undefined) : sealed);
  return { clients, recoveries, broken: await findBroken(clients, server, server.url) };
}

describe("PostgreSQL killed under load", () => {
  it("loses nothing acknowledged, is told at once in a clear sentence, and is forgotten in seconds", {
    timeout: times(240_000),
  }, async () => {
    const { clients, recoveries, broken } = await killPostgres([], RESTARTS);

    expect(broken).toEqual([]);
    expect(clients.failures.length).toBeGreaterThan(0);
    for (const { says, afterMs } of clients.failures) {
      expect(says).toMatch(SAYS);
      expect(afterMs).toBeLessThan(CLEAR_MESSAGE_MS);
    }
    expect(recoveries).toHaveLength(RESTARTS);
    expect(Math.max(...recoveries)).toBeLessThan(RECOVERY_MS);
  });

  it("loses acknowledged work where it may answer before its log is written", {
    timeout: 240_000,
  }, async () => {
    // The log is then written every ten seconds only: what was answered in between dies with the server.
    const careless = [
      "synchronous_commit=off",
      "wal_writer_delay=10s",
      "wal_writer_flush_after=1GB",
    ];
    const { broken } = await killPostgres(careless, 1);

    expect(broken.join("\n")).toMatch(/was acknowledged and is not stored/);
  });
});
