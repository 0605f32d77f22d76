/**
 * The figures of this process and of the database, in Prometheus' text format. Labels are words of ours only, so their
 * number is bounded whatever is sent to us, and no secret or personal data can be among them.
 */
import type { Request, RequestHandler } from "express";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Meter, StoreMeasures } from "../../app/measure-ports.ts";
import type { Log } from "../../app/ports.ts";
import type { Front } from "../front.ts";
import { FIGURES } from "./figures.ts";

export interface Metrics {
  readonly meter: Meter;
  /** Counts every request by the part of the service that it asked for. */
  readonly observe: RequestHandler;
  /** From now on a scrape asks the database too. */
  watch(measure: () => Promise<StoreMeasures>): void;
  /** From now on a scrape has what the front refused, and what came again. */
  watchFront(front: Pick<Front, "refusals" | "replays">): void;
  scrape(): Promise<string>;
  readonly contentType: string;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const PATIENCE_MS = 1500;

/** `surfaces`: the first parts of the paths that are counted by name. */
export function createMetrics(options: {
  readonly log: Log;
  readonly surfaces?: readonly string[];
}): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "cleargate_" });
  const registers = [registry];
  const requests = new Counter({
    name: "cleargate_http_requests_total",
    help: "HTTP requests by part of the service and class of status.",
    labelNames: ["part", "status"],
    registers,
  });
  const gauges = createGauges(registers);
  const parts = options.surfaces ?? PARTS;
  let measure: (() => Promise<StoreMeasures>) | null = null;
  return {
    meter: createMeter(registers),
    contentType: registry.contentType,
    observe(request, response, next) {
      const part = parts.find((name) => partOf(request) === name) ?? "other";
      response.once("close", () => {
        requests.inc({ part, status: `${Math.floor(response.statusCode / 100)}xx` });
      });
      next();
    },
    watch(asked) {
      measure = asked;
    },
    watchFront: (front) => countFront(registers, front),
    async scrape() {
      if (measure) await collect(measure, gauges, options.log);
      return await registry.metrics();
    },
  };
}

const PARTS = ["slack", "chat", "healthz", "readyz", "metrics"];

function partOf({ path }: Request): string {
  return path.split("/", 2)[1] ?? "";
}

function createMeter(registers: Registry[]): Meter {
  const asked = new Histogram({
    name: "cleargate_request_seconds",
    help: "What people did, from the verified request to the answer.",
    labelNames: ["surface", "outcome"],
    buckets: SECONDS,
    registers,
  });
  const refused = new Counter({
    name: "cleargate_refusals_total",
    help: "Refusals by code; docs/refusals.md explains them.",
    labelNames: ["code"],
    registers,
  });
  const delivered = new Counter({
    name: "cleargate_deliveries_total",
    help: "Attempts to deliver a message, by lane and outcome.",
    labelNames: ["lane", "outcome"],
    registers,
  });
  return {
    asked: (surface, outcome, seconds) => asked.observe({ surface, outcome }, seconds),
    refused: (code) => refused.inc({ code }),
    delivered: (lane, outcome) => delivered.inc({ lane, outcome }),
  };
}

/** The front counts by itself; a scrape takes its numbers over. */
function countFront(registers: Registry[], front: Pick<Front, "refusals" | "replays">): void {
  for (const [name, help, counts] of [
    [
      "cleargate_front_refusals_total",
      "Signed requests that were refused, by source and reason.",
      front.refusals.counts,
    ],
    [
      "cleargate_front_replays_total",
      "Signed requests that came again, and did nothing again.",
      front.replays.counts,
    ],
  ] as const) {
    new Counter({
      name,
      help,
      labelNames: ["source", "why"],
      registers,
      collect() {
        this.reset();
        for (const { source, why, count } of counts()) this.inc({ source, why }, count);
      },
    });
  }
}

type Gauges = ReturnType<typeof createGauges>;

function createGauges(registers: Registry[]) {
  const up = new Gauge({
    name: "cleargate_database_up",
    help: "1 when the database answered this scrape.",
    registers,
  });
  const figures = FIGURES.map(([name, help, label, read]) => {
    const labelNames = label === null ? [] : [label];
    const gauge = new Gauge({ name, help, labelNames, registers });
    return { gauge, label, read };
  });
  return { up, figures };
}

/** A database that does not answer takes its figures out of the scrape, not the scrape. */
async function collect(
  measure: () => Promise<StoreMeasures>,
  { up, figures }: Gauges,
  log: Log,
): Promise<void> {
  const measures = await inTime(measure()).catch((error) => {
    log.warn("metrics_without_database", { provider: "postgres", error });
    return null;
  });
  up.set(measures ? 1 : 0);
  for (const { gauge, label, read } of figures) {
    gauge.reset();
    if (!measures) {
      // A reset figure without labels would be told as zero.
      if (label === null) gauge.remove();
      continue;
    }
    for (const [name, value] of Object.entries(read(measures)))
      gauge.set(label === null ? {} : { [label]: name }, value);
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
