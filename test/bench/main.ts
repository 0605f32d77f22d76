/** Runs the benches that are named, or all: a table for people and a line of JSON for each figure. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import os from "node:os";
import { parseArgs } from "node:util";
import { benchAck } from "./ack.ts";
import { benchClick } from "./click.ts";
import { benchCost } from "./cost.ts";
import { benchDetect } from "./detect.ts";
import { benchGate } from "./gate.ts";
import { benchHome } from "./home.ts";
import { benchIsolation } from "./isolation.ts";
import { benchLedger } from "./ledger.ts";
import { runLongFaults } from "./long-faults.ts";
import type { Result } from "./measure.ts";
import { benchOverload } from "./overload.ts";
import { benchRowSecurity } from "./rls.ts";
import { runSoak } from "./soak.ts";
import { benchStart } from "./start.ts";
import { benchVerify } from "./verify.ts";
import { benchWebhook } from "./webhook.ts";

const BENCHES: Readonly<Record<string, () => Promise<readonly Result[]>>> = {
  detect: benchDetect,
  gate: benchGate,
  click: benchClick,
  cost: benchCost,
  ack: benchAck,
  home: benchHome,
  start: benchStart,
  verify: benchVerify,
  ledger: benchLedger,
  overload: benchOverload,
  webhook: benchWebhook,
  rls: benchRowSecurity,
  isolation: benchIsolation,
};

/** Run only when named: they take as long as a meal. */
const LONG: Readonly<Record<string, () => Promise<boolean>>> = {
  faults: runLongFaults,
  soak: () => runSoak(say),
};

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function describeMachine(): string {
  const [cpu] = os.cpus();
  const load = os.loadavg().map((value) => value.toFixed(1));
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return (
    `${new Date().toISOString()}, Node.js ${process.versions.node}, ${os.cpus().length} cores ` +
    `(${cpu?.model.trim()}), ${memory} GB, load ${load.join(" ")}`
  );
}

const COLUMNS: readonly (readonly [string, (result: Result) => string])[] = [
  ["what", ({ what }) => what],
  [
    "ours",
    ({ ours, oursMs, oursP99Ms, unit = "ms" }) =>
      `${ours}: ${oursMs} ${unit}, p99 ${oursP99Ms} ${unit}`,
  ],
  ["cpu", ({ oursCpuMs }) => `${oursCpuMs} ms`],
  ["beside", ({ peer, peerMs, unit = "ms" }) => `${peer}: ${peerMs} ${unit}`],
  ["ratio", ({ ratio, ratioFrom, ratioTo }) => `${ratio} (${ratioFrom} to ${ratioTo})`],
  ["goal", ({ goal, met }) => (met === null ? goal : `${goal}: ${met ? "met" : "not met"}`)],
  ["runs", ({ rounds, runs }) => `${rounds} rounds, ${runs}`],
  ["load", ({ load }) => String(load)],
];

function table(results: readonly Result[]): string {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...results.map((result) => COLUMNS.map(([, read]) => read(result))),
  ];
  const widths = COLUMNS.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const known = [...Object.keys(BENCHES), ...Object.keys(LONG)];
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(
      `There is no bench ${unknown.join(", ")}; there are ${known.join(", ")}.\n`,
    );
    process.exitCode = 64;
    return;
  }
  say(describeMachine());
  await buildProduct();
  for (const [name, run] of Object.entries(LONG)) {
    if (positionals.includes(name) && !(await run())) process.exitCode = 1;
  }
  const results: Result[] = [];
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const measured = await tryBench(name, bench);
    for (const result of measured) say(JSON.stringify(result));
    results.push(...measured);
  }
  if (results.length > 0) say(`\n${table(results)}\n`);
}

/** What is started as a process of its own is what people run, not what is translated while it runs. */
async function buildProduct(): Promise<void> {
  const stdio = ["ignore", "ignore", "inherit"] as const;
  const [code] = await once(
    spawn(process.execPath, ["src/start.mjs", "--build"], { stdio: [...stdio] }),
    "exit",
  );
  if (code !== 0) throw new Error("the product could not be built");
}

/** One that breaks takes nothing from the others; the run ends with 1. */
async function tryBench(
  name: string,
  bench: () => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  try {
    return await bench();
  } catch (error) {
    process.stderr.write(`${name} broke: ${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 1;
    return [];
  }
}

await main();
