/** What grows too old: answers with an `expire` outcome, written words with a longest age, signatures. */
import type { Day } from "../ids.ts";
import { addDays, compareDays, earliest, parseDay } from "../time/day.ts";
import type { Condition } from "../workflows/condition.ts";
import type { Outcome } from "../workflows/definition.ts";
import { attestedUntil, newestFitting, type Subject } from "./approval.ts";
import { holds, visibleAnswer } from "./scope.ts";
import { newestSignature } from "./state.ts";
import type { Approval } from "./view.ts";

/** True when an outcome counts at the gate that is judged; only `expire` outcomes choose their gates. */
export function countsAtGate(
  { world, found }: Pick<Subject, "world" | "found">,
  outcome: Outcome,
): boolean {
  if (outcome.effect !== "expire") return true;
  return (outcome.gates ?? [found.requirement.stage]).includes(world.judgedAt);
}

/** Sentences: what is there, but too old for the gate that is judged. */
export function tooOldFor(subject: Subject, met: Approval): readonly string[] {
  const answers = subject.fired.filter(({ outcome }) => outcome.effect === "expire");
  const words = met.attestations.flatMap(({ rule, met: given }) => {
    const older = given ? null : newestFitting(subject, rule, { anyAge: true });
    return older
      ? [`The confirmation of ${older.confirmedOn} is older than ${rule.max_age_days} days.`]
      : [];
  });
  return [...answers.map(({ outcome }) => outcome.message), ...words];
}

/** The last day on which signatures, written words and answers are all young enough; null when none ages. */
export function signedUntil(subject: Subject, met: Approval): Day | null {
  const { world, found } = subject;
  return earliest([
    signatureUntil(subject, met),
    attestedUntil(subject, met.attestations),
    ...found.requirement.ask
      .filter(({ id, outcomes }) => outcomes && visibleAnswer(world, found, id) !== null)
      .flatMap(({ outcomes = [] }) => outcomes)
      .filter((outcome) => outcome.effect === "expire" && countsAtGate(subject, outcome))
      .flatMap(({ when }) => lastGoodDays(subject, when)),
  ]);
}

/** The last day of signatures that have to be repeated after some time. */
export function signatureUntil({ world, found }: Subject, met: Approval): Day | null {
  const { days } = found.requirement.revalidate;
  if (days === undefined) return null;
  const signedOn = newestSignature(met, world.record.timeZone);
  return signedOn && addDays(signedOn, days);
}

/** Days after which an age in the condition makes it true. */
function lastGoodDays(subject: Subject, when: Condition): readonly Day[] {
  const { world, found } = subject;
  return agesIn(when)
    .flatMap(({ field, days }) => {
      const value = visibleAnswer(world, found, field)?.value;
      const from = typeof value === "string" ? parseDay(value) : null;
      return from === null ? [] : [addDays(from, days)];
    })
    .filter((day) => compareDays(day, world.today) >= 0)
    .filter((day) => holds({ ...world, today: addDays(day, 1), seen: new Map() }, when, found));
}

function agesIn(when: Condition): readonly { readonly field: string; readonly days: number }[] {
  if ("all" in when) return when.all.flatMap(agesIn);
  if ("any" in when) return when.any.flatMap(agesIn);
  if ("not" in when) return agesIn(when.not);
  return when.op === "older_than_days" && typeof when.value === "number"
    ? [{ field: when.field, days: when.value }]
    : [];
}
