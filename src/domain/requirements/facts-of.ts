/** Facts that conditions of any requirement may read: what the migration itself tells, and what answers set. */
import type { MigrationRecord } from "../migrations/record.ts";
import type { Outcome, Question } from "../workflows/definition.ts";
import { type FoundRequirement, outlineOf } from "./requirements-of.ts";
import { doesApply, holds, visibleAnswer, type World } from "./scope.ts";
import type { Facts, FactValue } from "./view.ts";

/** A world whose facts are not known yet. */
export type Unsettled = Omit<World, "facts" | "seen">;

/**
 * The facts of a world, and whether they came to rest. One fact may open a question that sets the next, so they
 * are computed until nothing changes; answers that contradict each other in a circle never settle.
 */
export function settleFacts(
  unsettled: Unsettled,
  seen: World["seen"] = new Map(),
): { readonly facts: Facts; readonly settled: boolean } {
  const system = systemFacts(unsettled.record);
  const setters = [...unsettled.found.values()].filter(
    ({ requirement }) => outlineOf(requirement).setsFacts,
  );
  let facts: Facts = system;
  for (let round = 0; round <= unsettled.found.size + 1; round += 1) {
    const world = { ...unsettled, facts, seen: new Map(seen) };
    const next = setters.reduce<Facts>(
      (known, found) => mergeFacts(known, factsSetBy(world, found)),
      system,
    );
    if (areSame(facts, next)) return { facts: next, settled: true };
    facts = next;
  }
  return { facts, settled: false };
}

/** What the migration tells by itself. */
function systemFacts(record: MigrationRecord): Facts {
  const confirmed = record.verticals;
  return {
    vertical_asked:
      record.detection.some(({ decision }) => decision === "ask") ||
      record.flags.includes("needs_input"),
    vertical_removed:
      confirmed !== null &&
      record.detection.some(
        ({ decision, vertical }) => decision === "auto" && !confirmed.includes(vertical),
      ),
    ...(record.goLiveOn === null ? {} : { go_live_date: record.goLiveOn }),
    ...(record.proposalOn === null ? {} : { proposal_date: record.proposalOn }),
  };
}

function factsSetBy(world: World, found: FoundRequirement): Facts {
  if (!doesApply(world, found)) return {};
  return found.requirement.ask
    .filter((question) => hasSetters(question) && visibleAnswer(world, found, question.id) !== null)
    .flatMap((question) => settersIn(world, found, question))
    .reduce<Facts>((known, { fact, value }) => mergeFacts(known, { [fact]: value }), {});
}

function hasSetters({ outcomes = [] }: Question): boolean {
  return outcomes.some(({ effect }) => effect === "set_fact");
}

function settersIn(
  world: World,
  found: FoundRequirement,
  question: Question,
): readonly NonNullable<Outcome["set"]>[] {
  return (question.outcomes ?? [])
    .filter(({ effect, when }) => effect === "set_fact" && holds(world, when, found))
    .map(({ set }) => set)
    .filter((set) => set !== undefined);
}

/** Lists set twice are intersected, true wins over false, and a text that is set stays. */
export function mergeFacts(known: Facts, added: Facts): Facts {
  const merged: Record<string, FactValue> = { ...known };
  for (const [name, value] of Object.entries(added)) {
    const before = Object.hasOwn(known, name) ? known[name] : undefined;
    merged[name] = before === undefined ? value : mergeValues(before, value);
  }
  return merged;
}

function mergeValues(before: FactValue, value: FactValue): FactValue {
  if (isList(before) && isList(value)) return before.filter((entry) => value.includes(entry));
  if (typeof before === "boolean" && typeof value === "boolean") return before || value;
  return before;
}

function isList(value: FactValue): value is readonly string[] {
  return Array.isArray(value);
}

function areSame(a: Facts, b: Facts): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]))
  );
}
