/** When something has to be begun so that it is done in time: its due day less the longest it takes. */
import type { Day } from "../ids.ts";
import { addDays, compareDays, daysBetween } from "./day.ts";

interface LeadTime {
  readonly dueOn: Day | null;
  readonly startBy: Day | null;
  readonly late: boolean;
  readonly lateWhenOpened: boolean;
  readonly cannotBeMet: boolean;
}

/** Start-by counts the longest lead time; it cannot be met once fewer days remain than the shortest. */
export function leadTimeOf(input: {
  readonly dueOn: Day | null;
  readonly today: Day;
  /** Nobody could begin before that day. */
  readonly openedOn: Day;
  readonly days: { readonly min_days: number; readonly max_days: number };
  readonly begun: boolean;
  readonly done: boolean;
}): LeadTime {
  const { dueOn, today, openedOn, days, begun, done } = input;
  if (dueOn === null) {
    return { dueOn, startBy: null, late: false, lateWhenOpened: false, cannotBeMet: false };
  }
  const startBy = addDays(dueOn, -days.max_days);
  const late = !begun && !done && compareDays(startBy, today) < 0;
  return {
    dueOn,
    startBy,
    late,
    lateWhenOpened: late && compareDays(startBy, openedOn) < 0,
    cannotBeMet: !done && daysBetween(today, dueOn) < days.min_days,
  };
}
