/** The same request again: while the first is under way they share its outcome, later they do nothing. */
import { within } from "../app/conversation/within.ts";
import type { Answer, ReplayMemory } from "../app/front-ports.ts";
import type { Log } from "../app/ports.ts";
import { createSampled, type Refusal, type Sampled } from "./refusals.ts";

export interface Work {
  readonly source: string;
  /** Null: always the first. */
  readonly key: string | null;
  readonly correlationId: string;
  readonly accept: () => Promise<Answer>;
}

export interface Replays {
  /** Does the work for the first request of a key, if it is let through. */
  once(
    work: Work,
    through: (handle: () => Promise<Answer>) => Promise<Answer | Refusal>,
  ): Promise<Answer | Refusal>;
  readonly counts: Sampled<Repeat>["counts"];
}

/** The first is still under way, or was done before. */
export type Repeat = "under_way" | "done_before";

/** The memory is asked and told within this time, or the request goes on without it. */
const MEMORY_MS = 1_000;
const DONE: Answer = { status: 200, body: null };

export function createReplays(seen: ReplayMemory, log: Log, clock: () => Date): Replays {
  const running = new Map<string, Promise<Answer | Refusal>>();
  const replayed = createSampled<Repeat>(log, clock, {
    one: "request_replayed",
    many: "requests_replayed",
  });
  return {
    counts: replayed.counts,
    async once({ source, key, correlationId, accept }, through) {
      if (key === null) return through(accept);
      const first = running.get(key);
      const note = (why: Repeat) => replayed.note({ source, why, correlationId });
      if (first) {
        note("under_way");
        return repeat(await first);
      }
      const about = { seen, log, source, key, onKnown: () => note("done_before") };
      const handled = through(() => handle(about, accept)).finally(() => running.delete(key));
      running.set(key, handled);
      return handled;
    },
  };
}

/** The first alone gets the words. */
function repeat(outcome: Answer | Refusal): Answer | Refusal {
  return "why" in outcome ? outcome : { status: outcome.status, body: null };
}

interface Remembering {
  readonly seen: ReplayMemory;
  readonly log: Log;
  readonly source: string;
  readonly key: string;
  readonly onKnown: () => void;
}

async function handle(about: Remembering, work: () => Promise<Answer>): Promise<Answer> {
  const { seen, key, onKnown } = about;
  // Without its memory the door stays open: what a deed does is still guarded by the transaction.
  const isKnown = await inTime(about, () => seen.isKnown(key), false);
  if (isKnown) {
    onKnown();
    return DONE;
  }
  const answer = await work();
  if (answer.status < 500) await inTime(about, () => seen.remember(key), undefined);
  return answer;
}

async function inTime<T>(
  { log, source }: Remembering,
  ask: () => Promise<T>,
  otherwise: T,
): Promise<T> {
  const asked = ask().catch((error: unknown) => {
    log.warn("replay_memory_failed", { provider: source, error });
    return otherwise;
  });
  const answer = await within(asked, MEMORY_MS);
  return answer === "late" ? otherwise : answer;
}
