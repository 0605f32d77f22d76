/** How many refusals of one person get a ledger entry of their own, and the sum of the others. */
import { type Instant, instantOf } from "../../domain/ids.ts";
import type { Identity } from "../../domain/people/person.ts";
import type { RefusalCode } from "../../domain/refusal.ts";
import { createBuckets } from "../buckets.ts";
import type { Rate } from "../front-ports.ts";

/** Nobody who reads the answers is refused more often; a program that tries keys is. */
export const ENTRIES_A_MINUTE = 30;

export const MINUTE: Rate = { burst: ENTRIES_A_MINUTE, perSecond: ENTRIES_A_MINUTE / 60 };

/** Where people may ask as fast as they like, every refusal has an entry. */
export const EACH: Rate = { burst: 1_000_000, perSecond: 1_000_000 };

/** People whose refusals are counted at once; further ones stand in the figures only. */
const PEOPLE_MAX = 10_000;

export interface Counted {
  readonly identity: Identity;
  readonly since: Instant;
  readonly codes: Readonly<Partial<Record<RefusalCode, number>>>;
}

export interface RefusalTally {
  /** False: this person had their entries of this minute, and the refusal was counted instead. */
  mayNote(identity: Identity, code: RefusalCode): boolean;
  count(identity: Identity, code: RefusalCode): void;
  /** One person's sum, taken out; null: nothing is left. */
  take(): Counted | null;
  /** It could not be kept: it is part of the next one. */
  putBack(counted: Counted): void;
}

export function createRefusalTally(clock: () => Date, rate: Rate = MINUTE): RefusalTally {
  const buckets = createBuckets(rate, clock);
  const sums = new Map<string, Counted>();
  const add = (more: Counted): void => {
    const key = keyOf(more.identity);
    const sum = sums.get(key);
    if (!sum && sums.size >= PEOPLE_MAX) return;
    sums.set(key, sum ? { ...sum, codes: sumOf(sum.codes, more.codes) } : more);
  };
  const count = (identity: Identity, code: RefusalCode): void =>
    add({ identity, since: instantOf(clock()), codes: { [code]: 1 } });
  return {
    count,
    mayNote(identity, code) {
      if (buckets.take(keyOf(identity)) === 0) return true;
      count(identity, code);
      return false;
    },
    take() {
      const [first] = sums;
      if (!first) return null;
      sums.delete(first[0]);
      return first[1];
    },
    putBack: add,
  };
}

function keyOf({ surface, workspaceRef, userId }: Identity): string {
  return `${surface} ${workspaceRef} ${userId}`;
}

function sumOf(one: Counted["codes"], other: Counted["codes"]): Counted["codes"] {
  const sum = new Map(Object.entries(one));
  for (const [code, times] of Object.entries(other)) sum.set(code, (sum.get(code) ?? 0) + times);
  return Object.fromEntries(sum);
}
