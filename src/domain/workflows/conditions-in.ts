/** Where a requirement states conditions, and what they look at. */
import type { Condition, Operand, Operator } from "./condition.ts";
import type { AttestationRule, Requirement, Signer } from "./definition.ts";

export interface Comparison {
  readonly field: string;
  readonly op: Operator;
  readonly value: Operand;
}

export interface Placed<T> {
  /** Within the requirement, such as `ask[2].show_if`. */
  readonly path: string;
  readonly is: T;
}

/** Every condition of a requirement with its place. */
export function conditionsIn(requirement: Requirement): readonly Placed<Condition>[] {
  const { waiver, not_applicable: notApplicable } = requirement;
  return [
    ...at("applies_if", requirement.applies_if),
    ...requirement.ask.flatMap((question, i) => [
      ...at(`ask[${i}].show_if`, question.show_if),
      ...(question.outcomes ?? []).flatMap((outcome, j) =>
        at(`ask[${i}].outcomes[${j}].when`, outcome.when),
      ),
    ]),
    ...requirement.evidence.flatMap((slot, i) => at(`evidence[${i}].show_if`, slot.show_if)),
    ...inApproval("sign_off", requirement.sign_off),
    ...(waiver ? [...inApproval("waiver", waiver), ...at("waiver.never_if", waiver.never_if)] : []),
    ...at("not_applicable.derived.when", notApplicable?.derived?.when),
  ];
}

function inApproval(
  path: string,
  rule: { readonly signers: readonly Signer[]; readonly attestations: readonly AttestationRule[] },
): readonly Placed<Condition>[] {
  return [
    ...rule.signers.flatMap((signer, i) => at(`${path}.signers[${i}].when`, signer.when)),
    ...rule.attestations.flatMap((word, i) => at(`${path}.attestations[${i}].when`, word.when)),
  ];
}

function at(path: string, condition: Condition | undefined): readonly Placed<Condition>[] {
  return condition ? [{ path, is: condition }] : [];
}

/** Every comparison within a condition with its place. */
export function comparisonsIn(condition: Condition, path: string): readonly Placed<Comparison>[] {
  if ("all" in condition) {
    return condition.all.flatMap((part, i) => comparisonsIn(part, `${path}.all[${i}]`));
  }
  if ("any" in condition) {
    return condition.any.flatMap((part, i) => comparisonsIn(part, `${path}.any[${i}]`));
  }
  if ("not" in condition) return comparisonsIn(condition.not, `${path}.not`);
  return [{ path, is: condition }];
}

/** The fields that a condition looks at, on either side of its comparisons. */
export function fieldsIn(condition: Condition): readonly string[] {
  return comparisonsIn(condition, "").flatMap(({ is }) => {
    const other = fieldOf(is.value);
    return other === null ? [is.field] : [is.field, other];
  });
}

/** The field that an operand names, or null for a literal. */
export function fieldOf(value: Operand): string | null {
  return typeof value === "object" && !Array.isArray(value) ? value.field : null;
}
