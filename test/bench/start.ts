/** How long a start takes until the service is ready, with a database cluster that is there already. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { freePort, startServer } from "../faults/server.ts";
import { measure, median, type Result, rounded } from "./measure.ts";
import { aFolder } from "./stage.ts";

export async function benchStart(): Promise<readonly Result[]> {
  const folder = aFolder();
  const port = await freePort();
  const settings = { CLEARGATE_DATA_DIR: folder };
  const memory: number[] = [];
  const readies: number[] = [];
  const processor: number[] = [];
  const startAndStop = async (): Promise<void> => {
    const server = await startServer({ port, settings });
    readies.push(server.readyMs);
    memory.push(residentMegabytes(server.pid));
    processor.push(processorMs(server.pid));
    await server.kill("SIGTERM");
  };
  try {
    await startAndStop();
    const measured = await measure({
      what: "start",
      ours: { name: "start to ready", run: startAndStop },
      peer: { name: "an empty Node.js process", run: startNothing },
      each: 1,
      goal: { ms: 1500 },
    });
    // The first two made the cluster and warmed up; what is wanted is the time until ready, without the stop.
    const oursCpuMs = rounded(median(processor.slice(2)));
    return [{ ...withReadiness(measured, readies.slice(2), memory), oursCpuMs }];
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function withReadiness(
  measured: Result,
  readies: readonly number[],
  memory: readonly number[],
): Result {
  const sorted = readies.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const ratio = (ms: number): number => rounded(ms / measured.peerMs);
  return {
    ...measured,
    ours: `start to ready (${Math.round(Math.max(...memory))} MB when ready)`,
    oursMs: rounded(middle),
    oursP99Ms: rounded(sorted.at(-1) ?? Number.NaN),
    ratio: ratio(middle),
    ratioFrom: ratio(sorted[0] ?? Number.NaN),
    ratioTo: ratio(sorted.at(-1) ?? Number.NaN),
    met: middle <= 1500,
  };
}

async function startNothing(): Promise<void> {
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
}

/** Not a number where there is no /proc. */
function residentMegabytes(pid: number): number {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** Processor time of a process until now; Linux counts it in hundredths of a second. */
function processorMs(pid: number): number {
  try {
    const [, rest = ""] = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
    const [user = 0, system = 0] = rest.split(" ").slice(11, 13).map(Number);
    return (user + system) * 10;
  } catch {
    return Number.NaN;
  }
}
