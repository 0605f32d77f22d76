/** What follows from what a sender said: done, tried again when, given up, or posted anew. */
import type { Leased, Settlement } from "../app/loop-ports.ts";
import type { Sent } from "../app/ports.ts";

/** With the delays below, a platform may be away for about eight minutes. */
export const MAX_ATTEMPTS = 15;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 60_000;

export interface Settled {
  readonly settlement: Settlement;
  /** Null: no further attempt. */
  readonly retryAfterMs: number | null;
}

/** `chance` is between 0 and 1: it spreads attempts that failed together. */
export function settlementOf(lease: Leased, sent: Sent, chance: number): Settled {
  if (sent.outcome === "sent") return { settlement: sent, retryAfterMs: null };
  const isEdit = lease.route.kind === "send" && lease.route.edit !== null;
  if (sent.outcome === "failed") {
    if (!isEdit) return { settlement: sent, retryAfterMs: null };
    if (lease.editOnly) {
      return { settlement: { outcome: "dropped", why: sent.why }, retryAfterMs: null };
    }
    return { settlement: { outcome: "repost", why: sent.why }, retryAfterMs: 0 };
  }
  if (lease.attempts >= MAX_ATTEMPTS) return { settlement: sent, retryAfterMs: null };
  const asked = sent.outcome === "retry" ? (sent.afterSeconds ?? 0) * 1000 : 0;
  return { settlement: sent, retryAfterMs: Math.max(asked, delayOf(lease.attempts, chance)) };
}

/** Doubles with each attempt, less up to a half. */
export function delayOf(attempts: number, chance: number): number {
  const full = Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), LONGEST_DELAY_MS);
  return Math.round(full * (1 - chance / 2));
}
