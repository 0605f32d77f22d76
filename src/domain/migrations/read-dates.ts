/** The two days from which every other day of a migration follows. A day in the past is only late, not wrong. */
import type { Day } from "../ids.ts";
import type { Refusal } from "../refusal.ts";
import { compareDays, parseDay } from "../time/day.ts";

export interface Dates {
  readonly proposalOn: Day | null;
  readonly goLiveOn: Day | null;
}

export function readDates(typed: {
  readonly proposalOn: string;
  readonly goLiveOn: string;
}): Dates | Refusal {
  const proposalOn = readDay(typed.proposalOn);
  const goLiveOn = readDay(typed.goLiveOn);
  if (proposalOn === "wrong" || goLiveOn === "wrong") {
    const says = "There is no such day. Write it as YYYY-MM-DD.";
    return {
      refused: "invalid_answers",
      fields: {
        ...(proposalOn === "wrong" ? { proposal_on: says } : {}),
        ...(goLiveOn === "wrong" ? { go_live_on: says } : {}),
      },
    };
  }
  const isBackwards = proposalOn && goLiveOn && compareDays(goLiveOn, proposalOn) < 0;
  return isBackwards ? { refused: "dates_in_wrong_order" } : { proposalOn, goLiveOn };
}

function readDay(typed: string): Day | null | "wrong" {
  return typed.trim() === "" ? null : (parseDay(typed) ?? "wrong");
}
