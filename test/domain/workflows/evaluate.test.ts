import { describe, expect, it, test } from "vitest";
import { Day } from "../../../src/domain/ids.ts";
import {
  Condition,
  OPERATORS,
  type Operand,
  type Operator,
} from "../../../src/domain/workflows/condition.ts";
import type { Scope, ScopeValue } from "../../../src/domain/workflows/evaluate.ts";
import { evaluate } from "../../../src/domain/workflows/evaluate.ts";
import { fc } from "../../support/properties.ts";

const values: Readonly<Record<string, ScopeValue>> = {
  tier: "yes",
  covers: ["voicemail", "fax"],
  nothing: [],
  months: 36,
  signed_on: "2026-11-10",
  audit_on: "2026-12-01",
  level: "moderate",
  needed: "high",
  unranked: "other",
  sheet: { name: "flows.pdf" },
  "other.media": ["fax"],
  "fact.go_live_date": "2026-11-15",
  "fact.methods": ["keypad", "link"],
  "fact.k12": false,
  verticals: ["HIPAA", "FERPA"],
};
const ranks: Readonly<Record<string, number>> = { low: 1, moderate: 2, high: 3 };
const scope: Scope = {
  today: Day.parse("2026-11-20"),
  valueOf: (field) => values[field],
  rankOf: (_, option) => ranks[option],
};
const holds = (condition: Condition) => evaluate(condition, scope);

type Row = readonly [
  field: string,
  op: Operator,
  value: Operand | boolean,
  holds: boolean,
  opposite: boolean,
];
/** The last two columns: whether it holds, and whether its `not` does. Both false: it cannot be known. */
const rows: readonly Row[] = [
  ["tier", "eq", "yes", true, false],
  ["tier", "eq", "no", false, true],
  ["tier", "neq", "no", true, false],
  ["fact.k12", "eq", false, true, false],
  ["months", "eq", 36, true, false],
  ["tier", "in", ["yes", "not_sure"], true, false],
  ["tier", "in", ["no"], false, true],
  ["tier", "not_in", ["no"], true, false],
  ["tier", "not_in", { field: "fact.methods" }, true, false],
  ["covers", "includes", "fax", true, false],
  ["covers", "includes", "sms", false, true],
  ["verticals", "includes", "PCI", false, true],
  ["covers", "includes_any", ["sms", "fax"], true, false],
  ["nothing", "includes_any", ["sms"], false, true],
  ["covers", "missing_any", ["voicemail", "sms"], true, false],
  ["covers", "missing_any", ["voicemail", "fax"], false, true],
  ["months", "lt", 72, true, false],
  ["months", "lt", 36, false, true],
  ["months", "gt", 12, true, false],
  ["signed_on", "before", { field: "fact.go_live_date" }, true, false],
  ["signed_on", "before", "2026-11-10", false, true],
  ["signed_on", "after", "2026-11-09", true, false],
  ["audit_on", "after", { field: "fact.go_live_date" }, true, false],
  ["signed_on", "older_than_days", 9, true, false],
  ["signed_on", "older_than_days", 10, false, true],
  ["audit_on", "older_than_days", 0, false, true],
  ["audit_on", "within_days", 11, true, false],
  ["audit_on", "within_days", 10, false, true],
  ["signed_on", "within_days", 30, false, true],
  ["needed", "rank_gt", { field: "level" }, true, false],
  ["level", "rank_gt", { field: "needed" }, false, true],
  ["level", "rank_lt", "high", true, false],
  ["tier", "answered", true, true, false],
  ["missing", "answered", true, false, true],
  ["missing", "answered", false, true, false],
  ["sheet", "answered", true, true, false],
  ["sheet", "eq", "flows.pdf", false, false],
  ["tier", "includes", "yes", false, false],
  ["tier", "lt", 3, false, false],
  ["tier", "before", "2026-11-10", false, false],
  ["signed_on", "older_than_days", "9", false, false],
  ["level", "rank_gt", { field: "unranked" }, false, false],
  ["level", "rank_gt", { field: "missing" }, false, false],
  ["tier", "eq", { field: "missing" }, false, false],
  ["audit_on", "after", { field: "fact.proposal_date" }, false, false],
];

describe("each operator", () => {
  test.each(rows)("%s %s %j is %s, its opposite is %s", (field, op, value, is, opposite) => {
    const condition = Condition.parse({ field, op, value });
    expect(holds(condition)).toBe(is);
    expect(holds({ not: condition })).toBe(opposite);
  });

  it("has a row in the table", () => {
    expect(new Set(rows.map(([, op]) => op))).toEqual(new Set(OPERATORS));
  });
});

describe("what nobody answered", () => {
  const samples: Readonly<Record<Exclude<Operator, "answered">, unknown>> = {
    eq: "a",
    neq: "a",
    in: ["a"],
    not_in: ["a"],
    includes: "a",
    includes_any: ["a"],
    missing_any: ["a"],
    lt: 1,
    gt: 1,
    before: "2026-01-01",
    after: "2026-01-01",
    older_than_days: 1,
    within_days: 1,
    rank_lt: "low",
    rank_gt: "low",
  };
  test.each(Object.entries(samples))("makes %s false, and its opposite too", (op, value) => {
    for (const field of ["missing", "fact.nobody_said", "other.missing"]) {
      const condition = { field, op, value } as Condition;
      expect(holds(condition)).toBe(false);
      expect(holds({ not: condition })).toBe(false);
    }
  });
});

describe("parts", () => {
  const yes: Condition = { field: "tier", op: "eq", value: "yes" };
  const no: Condition = { field: "tier", op: "eq", value: "no" };
  const unknown: Condition = { field: "missing", op: "eq", value: "yes" };
  test.each<readonly [Condition, boolean]>([
    [{ all: [yes, yes] }, true],
    [{ all: [yes, no] }, false],
    [{ all: [yes, unknown] }, false],
    [{ not: { all: [yes, unknown] } }, false],
    [{ not: { all: [no, unknown] } }, true],
    [{ any: [no, yes] }, true],
    [{ any: [unknown, yes] }, true],
    [{ any: [no, unknown] }, false],
    [{ not: { any: [no, unknown] } }, false],
    [{ not: { any: [no, no] } }, true],
    [{ not: { not: yes } }, true],
  ])("%j is %s", (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });
});

describe("any condition on any values", () => {
  const scalar = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant("2026-02-30"));
  const operand = fc.oneof(scalar, fc.array(scalar), fc.record({ field: fc.string() }));
  const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4 },
      fc.record({ field: fc.string(), op: fc.constantFrom(...OPERATORS), value: operand }),
      fc.record({ all: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }) }),
      fc.record({ not: tie("condition") }),
    ),
  }));
  const value = fc.option(fc.oneof(scalar, fc.array(fc.string()), fc.object()), { nil: undefined });

  it("is judged without a throw, and never holds together with its opposite", () => {
    fc.assert(
      fc.property(
        condition,
        value,
        fc.option(fc.integer(), { nil: undefined }),
        (is, seen, rank) => {
          const any = { today: scope.today, valueOf: () => seen, rankOf: () => rank };
          expect(evaluate(is, any) && evaluate({ not: is }, any)).toBe(false);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
