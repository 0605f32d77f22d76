/** Whether the conditions of the requirements look at something that exists, in a way that fits it. */
import type { Operator } from "./condition.ts";
import type { Comparison, Placed } from "./conditions-in.ts";
import { comparisonsIn, conditionsIn, fieldOf } from "./conditions-in.ts";
import type { Question, Requirement, Workflow } from "./definition.ts";
import type { Finding } from "./problem.ts";

/** Facts that the product states itself; `vertical_*` are always there, the days once they are known. */
export const SYSTEM_FACTS: readonly string[] = [
  "vertical_asked",
  "vertical_removed",
  "go_live_date",
  "proposal_date",
];

/** What the conditions of a requirement may name. */
export interface Known {
  /** The question that a field names, undefined when there is none; `elsewhere` while only one file is known. */
  readonly question: (field: string) => Question | "elsewhere" | undefined;
  readonly isFact: (name: string) => boolean;
  readonly isVertical: (name: string) => boolean;
}

type QuestionType = Question["type"];

/** The kinds of question that an operator can look at; `answered` looks at any. */
const LOOKS_AT: Readonly<Record<Exclude<Operator, "answered">, readonly QuestionType[]>> = {
  eq: ["choice", "number", "date", "text", "member"],
  neq: ["choice", "number", "date", "text", "member"],
  in: ["choice"],
  not_in: ["choice"],
  includes: ["multi"],
  includes_any: ["multi"],
  missing_any: ["multi"],
  lt: ["number"],
  gt: ["number"],
  before: ["date"],
  after: ["date"],
  older_than_days: ["date"],
  within_days: ["date"],
  rank_lt: ["choice"],
  rank_gt: ["choice"],
};
const WANTS_LIST: ReadonlySet<Operator> = new Set(["in", "not_in", "includes_any", "missing_any"]);
const WANTS_NUMBER: ReadonlySet<Operator> = new Set(["lt", "gt", "older_than_days", "within_days"]);

/** What is wrong with the conditions of a requirement. */
export function checkConditions(requirement: Requirement, known: Known): readonly Finding[] {
  return conditionsIn(requirement)
    .flatMap(({ path, is }) => comparisonsIn(is, path))
    .flatMap((comparison) => checkComparison(comparison, known));
}

function checkComparison(placed: Placed<Comparison>, known: Known): readonly Finding[] {
  const { path, is } = placed;
  const operand = checkOperand(is, known);
  if (operand !== null) return [{ path: `${path}.value`, reason: operand }];
  if (is.field === "verticals") return checkVerticals(placed, known);
  const fact = factNamed(is.field);
  if (fact !== null) {
    if (known.isFact(fact)) return [];
    return [{ path: `${path}.field`, reason: `no answer sets the fact ${fact}` }];
  }
  const question = known.question(is.field);
  if (!question) return [{ path: `${path}.field`, reason: `no question ${is.field}` }];
  return question === "elsewhere" ? [] : checkAgainst(question, placed, known);
}

/** The fact that a field names, or null for anything else. */
function factNamed(field: string): string | null {
  return field.startsWith("fact.") ? field.slice("fact.".length) : null;
}

/** Why an operand does not fit its operator, or null. */
function checkOperand({ op, value }: Comparison, known: Known): string | null {
  const field = fieldOf(value);
  if (field !== null) return isThere(field, known) ? null : `no question or fact ${field}`;
  if (op === "answered") return typeof value === "boolean" ? null : "expected true|false";
  if (WANTS_LIST.has(op)) return Array.isArray(value) ? null : "expected a list";
  if (Array.isArray(value)) return "expected one value";
  return WANTS_NUMBER.has(op) && typeof value !== "number" ? "expected a number" : null;
}

function isThere(field: string, known: Known): boolean {
  const fact = factNamed(field);
  return fact === null ? known.question(field) !== undefined : known.isFact(fact);
}

function checkVerticals({ path, is }: Placed<Comparison>, known: Known): readonly Finding[] {
  if (!is.op.startsWith("includes") && is.op !== "missing_any" && is.op !== "answered") {
    return [{ path: `${path}.op`, reason: "expected one of includes|includes_any|missing_any" }];
  }
  if (is.op === "answered") return [];
  const missing = literals(is).find((vertical) => !known.isVertical(String(vertical)));
  return missing === undefined ? [] : [{ path: `${path}.value`, reason: `no vertical ${missing}` }];
}

function checkAgainst(
  question: Question,
  { path, is }: Placed<Comparison>,
  known: Known,
): readonly Finding[] {
  if (is.op === "answered") return [];
  if (!LOOKS_AT[is.op].includes(question.type)) {
    return [{ path: `${path}.op`, reason: `${is.op} does not fit a ${question.type} question` }];
  }
  if (is.op.startsWith("rank_")) return checkRanks(question, { path, is }, known);
  if (!question.options) return [];
  const offered = new Set(question.options.map(({ id }) => id));
  const missing = literals(is).find((option) => !offered.has(String(option)));
  return missing === undefined
    ? []
    : [{ path: `${path}.value`, reason: `${question.id} has no option ${missing}` }];
}

function checkRanks(
  question: Question,
  { path, is }: Placed<Comparison>,
  known: Known,
): readonly Finding[] {
  const other = fieldOf(is.value);
  const compared = other === null ? question : known.question(other);
  if (compared === "elsewhere") return [];
  const hasRanks = (one: Question | undefined) =>
    one?.options?.every(({ rank }) => rank !== undefined) === true;
  if (hasRanks(question) && hasRanks(compared)) return [];
  return [{ path, reason: "compares ranks, but not every option has one" }];
}

function literals({ value }: Comparison): readonly unknown[] {
  if (fieldOf(value) !== null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The facts that the answers of some workflows set, and the product's own. */
export function factsOf(workflows: readonly Workflow[]): ReadonlySet<string> {
  const set = workflows
    .flatMap(({ requirements }) => requirements)
    .flatMap(({ ask }) => ask)
    .flatMap(({ outcomes }) => outcomes ?? [])
    .flatMap((outcome) => (outcome.set ? [outcome.set.fact] : []));
  return new Set([...SYSTEM_FACTS, ...set]);
}
