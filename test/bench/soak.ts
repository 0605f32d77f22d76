/** The product under high load for as long as it takes to see whether it grows. */
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { act, untilDelivered } from "../faults/deeds.ts";
import { openPrivatePostgres } from "../faults/postgres.ts";
import { freePort, killServers, startServer } from "../faults/server.ts";
import { type Clients, prepareWork, startClients } from "../faults/workload.ts";
import { median, rounded } from "./measure.ts";

const MINUTES = Number(process.env.SOAK_MINUTES ?? 30);
const SAMPLES = 60;
/** The first part fills caches and compiles what is hot. */
const WARM_PART = 1 / 3;
/** Thirty minutes at high load stand for a day of an ordinary installation. */
const GROWTH_MB = 24;

interface Sample {
  readonly minute: number;
  readonly megabytes: number;
  readonly handles: number;
  readonly answered: number;
}

/** Prints a line a sample and a verdict; true when memory and handles stay flat and nothing failed. */
export async function runSoak(say: (line: string) => void): Promise<boolean> {
  const postgres = await openPrivatePostgres();
  try {
    const prepared = await prepareWork(postgres.url, postgres, 3);
    const server = await startServer({ port: await freePort(), databaseUrl: postgres.url });
    const clients = startClients({ origin: () => server.origin, steady: true }, prepared);
    const samples = await watch(server.pid, clients, say);
    await clients.finish();
    await untilDelivered(postgres);
    const verified = await act(server.origin, {
      as: "amara",
      channel: "clinic",
      command: { type: "VerifyLedger" },
      eventId: randomUUID(),
    });
    await server.kill("SIGTERM");
    return judgeSoak(samples, clients, { verified, say });
  } finally {
    await killServers();
    await postgres.close();
  }
}

async function watch(
  pid: number,
  clients: Clients,
  say: (line: string) => void,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const began = performance.now();
  for (let n = 1; n <= SAMPLES; n += 1) {
    await sleep(Math.max(began + (MINUTES * 60_000 * n) / SAMPLES - performance.now(), 0));
    const minute = (performance.now() - began) / 60_000;
    const sample = { minute, ...look(pid), answered: clients.answeredAt.length };
    samples.push(sample);
    const { megabytes, handles, answered } = sample;
    say(`minute ${minute.toFixed(1)}: ${megabytes} MB, ${handles} handles, ${answered} answered`);
  }
  return samples;
}

function look(pid: number): Pick<Sample, "megabytes" | "handles"> {
  const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
  const handles = fs.readdirSync(`/proc/${pid}/fd`).length;
  return { megabytes: Math.round(kilobytes / 1024), handles };
}

function judgeSoak(
  samples: readonly Sample[],
  clients: Clients,
  { verified, say }: { readonly verified: string; readonly say: (line: string) => void },
): boolean {
  const warm = samples.slice(Math.floor(samples.length * WARM_PART));
  const half = Math.floor(warm.length / 2);
  const grown = (read: (sample: Sample) => number): number =>
    rounded(median(warm.slice(half).map(read)) - median(warm.slice(0, half).map(read)));
  const megabytes = grown((sample) => sample.megabytes);
  const handles = grown((sample) => sample.handles);
  const failed = clients.failures.length;
  const isFlat = megabytes <= GROWTH_MB && Math.abs(handles) <= 4;
  say(
    `soak of ${MINUTES} minutes: ${clients.answeredAt.length} answered, ${failed} failed, ` +
      `grown by ${megabytes} MB (at most ${GROWTH_MB}) and ${handles} handles (at most 4); ${verified}`,
  );
  return isFlat && failed === 0 && /intact/.test(verified);
}
