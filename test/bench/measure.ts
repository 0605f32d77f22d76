/** Measures two things side by side in the order A B B A, and says how loaded the machine was. */
import os from "node:os";

const ROUNDS = 5;

export interface Work {
  readonly name: string;
  readonly run: () => Promise<unknown> | unknown;
}

export interface Plan {
  readonly what: string;
  readonly ours: Work;
  /** The peer or the floor that it is compared with, in the same process. */
  readonly peer: Work;
  /** Runs of each in one slot; a round has two slots of each. */
  readonly each: number;
  /** What is wanted: at most so many times the peer, or at most so many milliseconds. */
  readonly goal: { readonly ratio: number } | { readonly ms: number } | null;
}

export interface Result {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly rounds: number;
  readonly runs: number;
  /** Of the figures that are no times; absent: milliseconds. */
  readonly unit?: string;
  /** Medians and the 99th percentile of all runs, in milliseconds or that unit. */
  readonly oursMs: number;
  readonly oursP99Ms: number;
  /** Processor time of one run of ours, all threads of this process: hardly changed by other people's load. */
  readonly oursCpuMs: number;
  readonly peerMs: number;
  /** The median of the rounds' ratios, with the smallest and the largest. */
  readonly ratio: number;
  readonly ratioFrom: number;
  readonly ratioTo: number;
  readonly goal: string;
  readonly met: boolean | null;
  readonly load: number;
}

export async function measure(plan: Plan): Promise<Result> {
  const { ours, peer, each } = plan;
  for (const work of [ours, peer]) await slot(work, Math.ceil(each / 2));
  const all = { ours: [] as number[], peer: [] as number[] };
  const ratios: number[] = [];
  let cpu = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = process.cpuUsage();
    const first = await slot(ours, each);
    cpu += cpuSince(began);
    const second = await slot(peer, each);
    const third = await slot(peer, each);
    const resumed = process.cpuUsage();
    const fourth = await slot(ours, each);
    cpu += cpuSince(resumed);
    ratios.push(median([...first, ...fourth]) / median([...second, ...third]));
    all.ours.push(...first, ...fourth);
    all.peer.push(...second, ...third);
  }
  const oursMs = median(all.ours);
  const ratio = median(ratios);
  return {
    what: plan.what,
    ours: ours.name,
    peer: peer.name,
    rounds: ROUNDS,
    runs: all.ours.length,
    oursMs: rounded(oursMs),
    oursP99Ms: rounded(quantile(all.ours, 0.99)),
    oursCpuMs: rounded(cpu / all.ours.length),
    peerMs: rounded(median(all.peer)),
    ratio: rounded(ratio),
    ratioFrom: rounded(Math.min(...ratios)),
    ratioTo: rounded(Math.max(...ratios)),
    ...judged(plan.goal, { ratio, oursMs }),
    load: rounded(os.loadavg()[0] ?? 0),
  };
}

function judged(
  goal: Plan["goal"],
  { ratio, oursMs }: { readonly ratio: number; readonly oursMs: number },
): Pick<Result, "goal" | "met"> {
  if (goal === null) return { goal: "none yet", met: null };
  if ("ms" in goal) return { goal: `at most ${goal.ms} ms`, met: oursMs <= goal.ms };
  return { goal: `at most ${goal.ratio} times the peer`, met: ratio <= goal.ratio };
}

function cpuSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

async function slot({ run }: Work, times: number): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const began = performance.now();
    await run();
    taken.push(performance.now() - began);
  }
  return taken;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Three figures that count. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** A result of rounds that were measured elsewhere; each of `ms` is one round's. */
export function resultOf(made: {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly ms: readonly number[];
  readonly peerMs: number;
  readonly ratios: readonly number[];
  readonly goal: string;
  readonly met: boolean;
  readonly cpuMs?: readonly number[];
  readonly unit?: string;
}): Result {
  const { what, ours, peer, ms, ratios, goal, met, cpuMs = [], unit } = made;
  return {
    what,
    ours,
    peer,
    rounds: ratios.length,
    runs: ms.length,
    oursMs: rounded(median(ms)),
    oursP99Ms: rounded(Math.max(...ms)),
    oursCpuMs: rounded(median(cpuMs)),
    peerMs: rounded(made.peerMs),
    ratio: rounded(median(ratios)),
    ratioFrom: rounded(Math.min(...ratios)),
    ratioTo: rounded(Math.max(...ratios)),
    goal,
    met,
    load: rounded(os.loadavg()[0] ?? 0),
    ...(unit === undefined ? {} : { unit }),
  };
}
