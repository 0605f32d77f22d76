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

export interface Refused {
  readonly source: string;
  readonly why: Reason;
  readonly correlationId: string;
}

export interface Refusals {
  note(refused: Refused): void;
  /** How many there were, by `source why`. */
  counts(): ReadonlyMap<string, number>;
}

/** Twenty of a kind at once, then twenty a minute. */
const LOGGED = { burst: 20, perSecond: 1 / 3 };
const SUMMARY_MS = 10_000;

export function createRefusals(log: Log, clock: () => Date): Refusals {
  const counts = new Map<string, number>();
  const unsaid = new Map<
    string,
    { readonly source: string; readonly why: Reason; count: number }
  >();
  const buckets = createBuckets(LOGGED, clock);
  let isPlanned = false;
  const summarize = (): void => {
    isPlanned = false;
    for (const { source, why, count } of unsaid.values())
      log.warn("requests_refused", { provider: source, why, count });
    unsaid.clear();
  };
  return {
    note({ source, why, correlationId }) {
      const kind = `${source} ${why}`;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      if (buckets.take(kind) === 0) {
        log.warn("request_refused", { provider: source, why, correlationId });
        return;
      }
      const waiting = unsaid.get(kind) ?? { source, why, count: 0 };
      waiting.count += 1;
      unsaid.set(kind, waiting);
      // The end of the program does not wait for a summary.
      if (!isPlanned) setTimeout(summarize, SUMMARY_MS).unref();
      isPlanned = true;
    },
    counts: () => counts,
  };
}
