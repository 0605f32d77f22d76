/** The product under load, looked at again and again: what it holds, how long its turns take, what it failed at. */
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { WEB_CAST } from "../scenarios/web-stage.ts";
import type { TestStore } from "../support/database.ts";
import { act, untilDelivered } from "./deeds.ts";
import { freePort, type Server, startServer } from "./server.ts";
import { type Clients, prepareWork, startClients, untilMore } from "./workload.ts";

/** The first part fills caches and compiles what is hot. */
const WARM_PART = 1 / 3;
/** Connections come and go. */
const HANDLES_MAX = 4;

export interface Sample {
  readonly minute: number;
  readonly megabytes: number;
  readonly handles: number;
  /** Of a hundred turns of the program since the sample before, the second longest. */
  readonly loopDelayMs: number;
  readonly answered: number;
}

export interface Soaked {
  readonly samples: readonly Sample[];
  /** What was not answered well, in the words that people were told. */
  readonly failures: readonly string[];
  /** What the product says about its ledger. */
  readonly verified: string;
  /** What it ended with when it was told to: an unhandled rejection would have ended it before. */
  readonly ended: NodeJS.Signals | number;
}

export interface Limits {
  readonly megabytes: number;
  readonly loopDelayMs: number;
}

/** Half an hour leaves a ledger of some hundred thousand entries, each of which is hashed again. */
const VERIFY_WITHIN_MS = 120_000;

export interface SoakOptions {
  readonly minutes: number;
  readonly samples: number;
  readonly say: (line: string) => void;
}

export async function soak(
  database: Pick<TestStore, "asOwner">,
  databaseUrl: string,
  options: SoakOptions,
): Promise<Soaked> {
  const prepared = await prepareWork(databaseUrl, database, 1);
  const server = await startServer({ port: await freePort(), databaseUrl });
  const clients = startClients({ origin: () => server.origin, steady: true }, prepared);
  await untilMore(clients, 5);
  const samples = await watch(server, clients, options);
  await clients.finish();
  await untilDelivered(database);
  options.say(`answered ${clients.answeredAt.length}, ${clients.failures.length} of them failed`);
  const verify = { type: "VerifyLedger" };
  const ask = { as: WEB_CAST.engineer, channel: "clinic", eventId: randomUUID() };
  const began = performance.now();
  const verified = await act(server.origin, { ...ask, command: verify }, VERIFY_WITHIN_MS);
  options.say(`verified in ${Math.round(performance.now() - began)} ms: ${verified}`);
  const failures = clients.failures.map(({ says }) => says);
  return { samples, failures, verified, ended: await server.kill("SIGTERM") };
}

async function watch(
  server: Server,
  clients: Clients,
  { minutes, samples: count, say }: SoakOptions,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const began = performance.now();
  // What is told about turns begins anew with each look.
  await loopDelayOf(server);
  for (let n = 1; n <= count; n += 1) {
    await sleep(Math.max(began + (minutes * 60_000 * n) / count - performance.now(), 0));
    const minute = (performance.now() - began) / 60_000;
    const loopDelayMs = await loopDelayOf(server);
    const answered = clients.answeredAt.length;
    const sample = { minute, ...look(server.pid), loopDelayMs, answered };
    samples.push(sample);
    const { megabytes, handles } = sample;
    say(
      `minute ${minute.toFixed(1)}: ${megabytes} MB, ${handles} handles, ` +
        `event loop p99 ${loopDelayMs} ms, ${answered} answered`,
    );
  }
  return samples;
}

async function loopDelayOf({ origin }: Server): Promise<number> {
  const figures = await (await fetch(`${origin}/metrics`)).text();
  const [, seconds] = /^cleargate_nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(figures) ?? [];
  return Math.round(Number(seconds) * 10_000) / 10;
}

function look(pid: number): Pick<Sample, "megabytes" | "handles"> {
  const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
  const handles = fs.readdirSync(`/proc/${pid}/fd`).length;
  return { megabytes: Math.round(kilobytes / 1024), handles };
}

/** What is not as it should be, one sentence each. */
export function findUnhealthy(soaked: Soaked, limits: Limits): readonly string[] {
  const { megabytes, handles, loopDelayMs } = summaryOf(soaked);
  const { failures, verified, ended } = soaked;
  return [
    ...(megabytes <= limits.megabytes ? [] : [`grown by ${megabytes} MB`]),
    ...(Math.abs(handles) <= HANDLES_MAX ? [] : [`grown by ${handles} handles`]),
    ...(loopDelayMs <= limits.loopDelayMs ? [] : [`the event loop's p99 was ${loopDelayMs} ms`]),
    ...(failures.length === 0 ? [] : [`${failures.length} failed: ${failures[0]}`]),
    ...(/intact/.test(verified) ? [] : [`the ledger: ${verified}`]),
    ...(ended === 0 ? [] : [`it ended with ${ended}`]),
  ];
}

export function describeSoak(soaked: Soaked): string {
  const { megabytes, handles, loopDelayMs } = summaryOf(soaked);
  return (
    `${soaked.samples.at(-1)?.answered} answered, ${soaked.failures.length} failed, grown by ` +
    `${megabytes} MB and ${handles} handles, event loop p99 at most ${loopDelayMs} ms; ${soaked.verified}`
  );
}

/** By how much the second half of the warm part is above the first; and the slowest turns of it. */
function summaryOf({ samples }: Soaked) {
  const warm = samples.slice(Math.floor(samples.length * WARM_PART));
  const half = Math.floor(warm.length / 2);
  const grown = (read: (sample: Sample) => number): number =>
    middle(warm.slice(half).map(read)) - middle(warm.slice(0, half).map(read));
  return {
    megabytes: grown(({ megabytes }) => megabytes),
    handles: grown(({ handles }) => handles),
    loopDelayMs: Math.max(...warm.map(({ loopDelayMs }) => loopDelayMs)),
  };
}

function middle(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
