/**
 * What a condition can see: visible, answered questions of requirements that apply, facts, confirmed verticals and
 * the day. A hidden question counts as unanswered, so hiding one hides what depends on it.
 */
import type { Day } from "../ids.ts";
import type { AnswerValue, Item, MigrationRecord } from "../migrations/record.ts";
import { itemOf } from "../migrations/record.ts";
import type { MemberRole } from "../people/person.ts";
import type { Condition } from "../workflows/condition.ts";
import type { Question } from "../workflows/definition.ts";
import { evaluate, type Scope, type ScopeValue } from "../workflows/evaluate.ts";
import { type FoundRequirement, outlineOf } from "./requirements-of.ts";
import type { Facts } from "./view.ts";

/** Everything that is the same for all requirements of one view. */
export interface World {
  readonly record: MigrationRecord;
  readonly today: Day;
  readonly openedOn: Day;
  readonly facts: Facts;
  readonly found: ReadonlyMap<string, FoundRequirement>;
  /** What is recorded, as far as it was looked at. */
  readonly items: Map<string, Item>;
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
  const { name, applies_if } = found.requirement;
  return remember({ world, found, key: name }, applies_if);
}

export function isVisible(world: World, found: FoundRequirement, question: Question): boolean {
  const key =
    outlineOf(found.requirement).asked.get(question.id)?.key ??
    `${found.requirement.name}.${question.id}`;
  return remember({ world, found, key }, question.show_if);
}

/** What was answered, unless the question is hidden or its requirement does not apply. */
export function visibleAnswer(
  world: World,
  found: FoundRequirement,
  id: string,
): { readonly question: Question; readonly value: AnswerValue } | null {
  const question = outlineOf(found.requirement).asked.get(id)?.question;
  if (!question) return null;
  const answer = itemIn(world, found).answers.find((given) => given.question === id);
  if (!answer || !doesApply(world, found) || !isVisible(world, found, question)) return null;
  return { question, value: answer.value };
}

/** What is recorded about a requirement. */
export function itemIn(world: World, found: FoundRequirement): Item {
  const { name } = outlineOf(found.requirement);
  const known = world.items.get(name);
  if (known) return known;
  const item = itemOf(world.record, name);
  world.items.set(name, item);
  return item;
}

/** A world of another day or of other facts is another object, and has scopes of its own. */
const SCOPES = new WeakMap<World, Map<FoundRequirement, Scope>>();

function scopeOf(world: World, own: FoundRequirement): Scope {
  const scopes = SCOPES.get(world) ?? new Map<FoundRequirement, Scope>();
  SCOPES.set(world, scopes);
  const known = scopes.get(own);
  if (known) return known;
  const scope: Scope = {
    today: world.today,
    valueOf: (field) => lookUp(world, own, field),
    rankOf: (field, option) =>
      questionOf(world, own, field)?.options?.find(({ id }) => id === option)?.rank,
  };
  scopes.set(own, scope);
  return scope;
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
  return found && outlineOf(found.requirement).asked.get(id)?.question;
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

interface Looked {
  readonly world: World;
  readonly found: FoundRequirement;
  readonly key: string;
}

function remember({ world, found, key }: Looked, condition: Condition | undefined): boolean {
  const known = world.seen.get(key);
  if (known !== undefined) return known === true;
  if (condition === undefined) return true;
  world.seen.set(key, "looking");
  const counts = holds(world, condition, found);
  world.seen.set(key, counts);
  return counts;
}
