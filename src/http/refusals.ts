/**
 * Every refusal of the front is counted, and logged with its reason, its source and the request's id. Under a flood
 * the first of each kind are logged one by one, and the rest as one line with their number.
 */

import { createBuckets } from "../app/buckets.ts";
import type { Log } from "../app/ports.ts";

export const REASONS = [
  "too_large",
  "too_slow",
  "not_allowed_here",
  "repeated_header",
  "wrong_content_type",
  "encoded",
  "unsigned",
  "bad_signature",
  "wrong_time",
  "unreadable",
  "too_many",
  "no_room",
] as const;
export type Reason = (typeof REASONS)[number];

export interface Refusal {
  readonly why: Reason;
  /** Seconds. */
  readonly retryAfter?: number;
}

export interface Happened<W extends string> {
  readonly source: string;
  readonly why: W;
  readonly correlationId: string;
}

export interface Sampled<W extends string> {
  note(happened: Happened<W>): void;
  /** How many there were. */
  counts(): readonly Count<W>[];
}

export interface Count<W extends string> {
  readonly source: string;
  readonly why: W;
  readonly count: number;
}

export type Refusals = Sampled<Reason>;

/** Twenty of a kind at once, then twenty a minute. */
const LOGGED = { burst: 20, perSecond: 1 / 3 };
const SUMMARY_MS = 10_000;

export function createRefusals(log: Log, clock: () => Date): Refusals {
  return createSampled(log, clock, { one: "request_refused", many: "requests_refused" });
}

/** Counts everything and logs the beginning of a flood: `one` with the request's id, `many` with their number. */
export function createSampled<W extends string>(
  log: Log,
  clock: () => Date,
  { one, many }: { readonly one: string; readonly many: string },
): Sampled<W> {
  const counts = new Map<string, Count<W>>();
  const unsaid = new Map<string, Count<W>>();
  const buckets = createBuckets(LOGGED, clock);
  let isPlanned = false;
  const summarize = (): void => {
    isPlanned = false;
    for (const { source, why, count } of unsaid.values())
      log.warn(many, { provider: source, why, count });
    unsaid.clear();
  };
  return {
    note({ source, why, correlationId }) {
      addTo(counts, source, why);
      if (buckets.take(`${source} ${why}`) === 0) {
        log.warn(one, { provider: source, why, correlationId });
        return;
      }
      addTo(unsaid, source, why);
      // The end of the program does not wait for a summary.
      if (!isPlanned) setTimeout(summarize, SUMMARY_MS).unref();
      isPlanned = true;
    },
    counts: () => [...counts.values()],
  };
}

function addTo<W extends string>(counts: Map<string, Count<W>>, source: string, why: W): void {
  const kind = `${source} ${why}`;
  counts.set(kind, { source, why, count: (counts.get(kind)?.count ?? 0) + 1 });
}
