/**
 * What a condition can see: visible, answered questions of requirements that apply, facts, confirmed verticals and
 * the day. A hidden question counts as unanswered, so hiding one hides what depends on it.
 */
import type { Day } from "../ids.ts";
import { RequirementName } from "../ids.ts";
import type { AnswerValue, Item, MigrationRecord } from "../migrations/record.ts";
import { itemOf } from "../migrations/record.ts";
import type { MemberRole } from "../people/person.ts";
import type { Condition } from "../workflows/condition.ts";
import type { Question } from "../workflows/definition.ts";
import { evaluate, type Scope, type ScopeValue } from "../workflows/evaluate.ts";
import type { FoundRequirement } from "./requirements-of.ts";
import type { Facts } from "./view.ts";

/** Everything that is the same for all requirements of one view. */
export interface World {
  readonly record: MigrationRecord;
  readonly today: Day;
  readonly openedOn: Day;
  readonly facts: Facts;
  readonly found: ReadonlyMap<string, FoundRequirement>;
  readonly heldRoles: ReadonlySet<MemberRole>;
  readonly judgedAt: 3 | 5;
  /** Whether a question or requirement counts, as far as it was looked at; `looking` breaks a circle. */
  readonly seen: Map<string, boolean | "looking">;
}

/** True when the condition holds for a requirement; a condition that is absent always does. */
export function holds(
  world: World,
  condition: Condition | undefined,
  requirement: FoundRequirement,
): boolean {
  if (condition === undefined) return true;
  return evaluate(condition, scopeOf(world, requirement));
}

/** False while a condition of its definition keeps the requirement out of the migration. */
export function doesApply(world: World, found: FoundRequirement): boolean {
  return remember(world, found.requirement.name, () =>
    holds(world, found.requirement.applies_if, found),
  );
}

export function isVisible(world: World, found: FoundRequirement, question: Question): boolean {
  return remember(world, `${found.requirement.name}.${question.id}`, () =>
    holds(world, question.show_if, found),
  );
}

/** What was answered, unless the question is hidden or its requirement does not apply. */
export function visibleAnswer(
  world: World,
  found: FoundRequirement,
  id: string,
): { readonly question: Question; readonly value: AnswerValue } | null {
  const question = found.requirement.ask.find((asked) => asked.id === id);
  if (!question) return null;
  const answer = itemIn(world, found).answers.find((given) => given.question === id);
  if (!answer || !doesApply(world, found) || !isVisible(world, found, question)) return null;
  return { question, value: answer.value };
}

/** What is recorded about a requirement. */
export function itemIn(world: World, found: FoundRequirement): Item {
  return itemOf(world.record, RequirementName.parse(found.requirement.name));
}

function scopeOf(world: World, own: FoundRequirement): Scope {
  return {
    today: world.today,
    valueOf: (field) => lookUp(world, own, field),
    rankOf: (field, option) =>
      questionOf(world, own, field)?.options?.find(({ id }) => id === option)?.rank,
  };
}

const FACT = "fact.";

function lookUp(world: World, own: FoundRequirement, field: string): ScopeValue | undefined {
  if (field === "verticals") return world.record.verticals ?? undefined;
  if (field.startsWith(FACT)) {
    const name = field.slice(FACT.length);
    return Object.hasOwn(world.facts, name) ? world.facts[name] : undefined;
  }
  const { found, id } = locate(world, own, field);
  return found && (visibleAnswer(world, found, id)?.value ?? undefined);
}

function questionOf(world: World, own: FoundRequirement, field: string): Question | undefined {
  const { found, id } = locate(world, own, field);
  return found?.requirement.ask.find((question) => question.id === id);
}

/** `question` is the requirement's own, `requirement.question` somebody else's. */
function locate(
  world: World,
  own: FoundRequirement,
  field: string,
): { readonly found: FoundRequirement | undefined; readonly id: string } {
  const dot = field.indexOf(".");
  if (dot < 0) return { found: world.found.get(own.requirement.name), id: field };
  return { found: world.found.get(field.slice(0, dot)), id: field.slice(dot + 1) };
}

function remember(world: World, key: string, look: () => boolean): boolean {
  const known = world.seen.get(key);
  if (known !== undefined) return known === true;
  world.seen.set(key, "looking");
  const counts = look();
  world.seen.set(key, counts);
  return counts;
}
