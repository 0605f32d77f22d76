/**
 * Conditions of a workflow file, as data. A comparison with a question that is hidden or unanswered, or with an
 * unknown fact, never holds, and neither does its opposite: an outcome fires only on a visible, answered question.
 * `answered` alone asks whether there is a value.
 */
import { z } from "zod";

export const OPERATORS = [
  "eq",
  "neq",
  "in",
  "not_in",
  "includes",
  "includes_any",
  "missing_any",
  "lt",
  "gt",
  "before",
  "after",
  "older_than_days",
  "within_days",
  "rank_lt",
  "rank_gt",
  "answered",
] as const;
export type Operator = (typeof OPERATORS)[number];

const Scalar = z.union([z.string(), z.number(), z.boolean()]);

/** What a value is compared with: a literal, a list, or another field. */
export const Operand = z.union([Scalar, z.array(Scalar), z.strictObject({ field: z.string() })]);
export type Operand = z.infer<typeof Operand>;

/**
 * `field` names what is looked at: `question`, `requirement.question`, `fact.<name>`, or `verticals`
 * (the list of confirmed verticals). `rank_*` compares the ranks of two choice options.
 */
export type Condition =
  | { field: string; op: Operator; value: Operand }
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition };

export const Condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ field: z.string(), op: z.enum(OPERATORS), value: Operand }),
    z.strictObject({ all: z.array(Condition).min(1) }),
    z.strictObject({ any: z.array(Condition).min(1) }),
    z.strictObject({ not: Condition }),
  ]),
);
