/** What follows from what a sender said: done, tried again when, given up, or posted anew. */
import type { Leased, Settlement } from "../app/loop-ports.ts";
import type { Sent } from "../app/ports.ts";

/** About eight minutes with the delays below. Then a message ends if the platform takes what others send. */
export const MAX_ATTEMPTS = 15;
/** About two hours: a message that nobody can prove to be at fault stops its own channel no longer. */
export const MAX_ATTEMPTS_ALONE = 130;
/** About a day: how long a platform may be away, or limit us, without a message being lost. */
export const MAX_ATTEMPTS_PASSING = 1500;
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
  if (sent.outcome === "failed") return settleFailure(lease, sent);
  const isPassing = sent.outcome === "retry" && sent.isPassing === true;
  const most = isPassing ? MAX_ATTEMPTS_PASSING : MAX_ATTEMPTS_ALONE;
  if (lease.attempts >= most) return { settlement: sent, retryAfterMs: null };
  const asked = sent.outcome === "retry" ? (sent.afterSeconds ?? 0) * 1000 : 0;
  const retryAfterMs = Math.max(asked, delayOf(lease.attempts, chance));
  const isLast = !isPassing && lease.attempts >= MAX_ATTEMPTS;
  return { settlement: isLast ? { ...sent, endsIfOthersPass: true } : sent, retryAfterMs };
}

/** What cannot be edited any more is posted anew, if it may be. */
function settleFailure(lease: Leased, sent: Extract<Sent, { outcome: "failed" }>): Settled {
  const { why } = sent;
  const isEdit = lease.route.kind === "send" && lease.route.edit !== null;
  if (!isEdit) return { settlement: sent, retryAfterMs: null };
  if (lease.editOnly) return { settlement: { outcome: "dropped", why }, retryAfterMs: null };
  return { settlement: { outcome: "repost", why }, retryAfterMs: 0 };
}

/** Doubles with each attempt, less up to a half. */
export function delayOf(attempts: number, chance: number): number {
  const full = Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), LONGEST_DELAY_MS);
  return Math.round(full * (1 - chance / 2));
}
