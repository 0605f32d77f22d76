/**
 * Whether a condition holds. A comparison with something unknown (a hidden or unanswered question, a fact that
 * nobody stated, a value of the wrong kind) is neither true nor false, and no `not` turns it into true.
 */
import type { Day } from "../ids.ts";
import { daysBetween, parseDay } from "../time/day.ts";
import type { Condition, Operand, Operator } from "./condition.ts";

/** A value that a condition can look at; files and people outside only answer `answered`. */
export type ScopeValue = Scalar | readonly Scalar[] | object;
type Scalar = string | number | boolean;

/** What a condition can see. */
export interface Scope {
  readonly today: Day;
  /** Undefined for a hidden or unanswered question and for an unknown fact. */
  readonly valueOf: (field: string) => ScopeValue | undefined;
  /** The rank of an option of the choice question that the field names. */
  readonly rankOf: (field: string, option: string) => number | undefined;
}

type Known = boolean | "unknown";
type Compared = ScopeValue | undefined;

/** True when the condition holds; false when it does not or cannot be known. */
export function evaluate(condition: Condition, scope: Scope): boolean {
  return judge(condition, scope) === true;
}

/** Kleene's three values: unknown stays unknown unless the other parts settle it. */
function judge(condition: Condition, scope: Scope): Known {
  if ("all" in condition) {
    return settle(
      condition.all.map((part) => judge(part, scope)),
      false,
    );
  }
  if ("any" in condition) {
    return settle(
      condition.any.map((part) => judge(part, scope)),
      true,
    );
  }
  if ("not" in condition) {
    const inner = judge(condition.not, scope);
    return inner === "unknown" ? inner : !inner;
  }
  return compare(condition, scope);
}

/** The decisive value when one part has it, else unknown when one part is, else the opposite. */
function settle(parts: readonly Known[], decisive: boolean): Known {
  if (parts.includes(decisive)) return decisive;
  return parts.includes("unknown") ? "unknown" : !decisive;
}

interface Comparison {
  readonly field: string;
  readonly op: Operator;
  readonly value: Operand;
}

function compare(comparison: Comparison, scope: Scope): Known {
  const left = scope.valueOf(comparison.field);
  if (comparison.op === "answered") return (left !== undefined) === comparison.value;
  if (left === undefined) return "unknown";
  if (comparison.op === "rank_lt" || comparison.op === "rank_gt") {
    return compareRanks(comparison, left, scope);
  }
  const right = isField(comparison.value)
    ? scope.valueOf(comparison.value.field)
    : comparison.value;
  return right === undefined ? "unknown" : OPERATIONS[comparison.op](left, right, scope.today);
}

type Operation = (left: ScopeValue, right: ScopeValue, today: Day) => Known;

const OPERATIONS: Readonly<
  Record<Exclude<Operator, "answered" | "rank_lt" | "rank_gt">, Operation>
> = {
  eq: isEqual,
  neq: (left, right) => opposite(isEqual(left, right)),
  in: isOneOf,
  not_in: (left, right) => opposite(isOneOf(left, right)),
  includes: (left, right) => isOneOf(right, left),
  includes_any: (left, right) => withLists(left, right, (has, wanted) => wanted.some(has)),
  missing_any: (left, right) => withLists(left, right, (has, wanted) => !wanted.every(has)),
  lt: (left, right) => withNumbers(left, right, (a, b) => a < b),
  gt: (left, right) => withNumbers(left, right, (a, b) => a > b),
  before: (left, right) => withDays(left, right, (days) => days > 0),
  after: (left, right) => withDays(left, right, (days) => days < 0),
  older_than_days: (left, right, today) => withAge(left, right, today, (age, n) => age > n),
  within_days: (left, right, today) =>
    withAge(left, right, today, (age, n) => age <= 0 && -age <= n),
};

function compareRanks(comparison: Comparison, left: ScopeValue, scope: Scope): Known {
  const { field, op, value } = comparison;
  const other = isField(value)
    ? { field: value.field, option: scope.valueOf(value.field) }
    : { field, option: value };
  const mine = rank(scope, field, left);
  const theirs = rank(scope, other.field, other.option);
  if (mine === undefined || theirs === undefined) return "unknown";
  return op === "rank_lt" ? mine < theirs : mine > theirs;
}

function rank(scope: Scope, field: string, option: Compared): number | undefined {
  return typeof option === "string" ? scope.rankOf(field, option) : undefined;
}

function isEqual(left: ScopeValue, right: ScopeValue): Known {
  return isScalar(left) && isScalar(right) ? left === right : "unknown";
}

function isOneOf(one: ScopeValue, list: ScopeValue): Known {
  return isScalar(one) && isList(list) ? list.includes(one) : "unknown";
}

function withLists(
  left: ScopeValue,
  right: ScopeValue,
  test: (has: (wanted: Scalar) => boolean, wanted: readonly Scalar[]) => boolean,
): Known {
  if (!isList(left) || !isList(right)) return "unknown";
  return test((wanted) => left.includes(wanted), right);
}

function withNumbers(
  left: ScopeValue,
  right: ScopeValue,
  test: (a: number, b: number) => boolean,
): Known {
  return typeof left === "number" && typeof right === "number" ? test(left, right) : "unknown";
}

/** The test gets how many days the left one lies before the right one. */
function withDays(left: ScopeValue, right: ScopeValue, test: (days: number) => boolean): Known {
  const [from, to] = [dayIn(left), dayIn(right)];
  return from === null || to === null ? "unknown" : test(daysBetween(from, to));
}

/** The test gets the age of the left one in days, negative in the future, and the limit. */
function withAge(
  left: ScopeValue,
  limit: ScopeValue,
  today: Day,
  test: (age: number, limit: number) => boolean,
): Known {
  const day = dayIn(left);
  return day === null || typeof limit !== "number"
    ? "unknown"
    : test(daysBetween(day, today), limit);
}

function dayIn(value: ScopeValue): Day | null {
  return typeof value === "string" ? parseDay(value) : null;
}

function opposite(known: Known): Known {
  return known === "unknown" ? known : !known;
}

function isField(value: Operand): value is { field: string } {
  return typeof value === "object" && !Array.isArray(value);
}

function isScalar(value: ScopeValue): value is Scalar {
  return typeof value !== "object";
}

function isList(value: ScopeValue): value is readonly Scalar[] {
  return Array.isArray(value);
}
