/** Whether somebody can sign a requirement, waive it, or have it not apply. */
import type { Condition } from "./condition.ts";
import type { AttestationRule, Requirement, Signer, SignOffRule } from "./definition.ts";
import type { Finding } from "./problem.ts";

/** What is wrong with the signatures, attestations, waiver and lead time of a requirement. */
export function checkApproval(requirement: Requirement): readonly Finding[] {
  const { sign_off: signOff, waiver } = requirement;
  return [
    ...checkSigners(signOff),
    ...checkAttestations(requirement, signOff.attestations, "sign_off"),
    ...(waiver ? checkAttestations(requirement, waiver.attestations, "waiver") : []),
    ...checkLeadTime(requirement),
    ...checkProposals(requirement),
  ];
}

function checkSigners({ signers, quorum }: SignOffRule): readonly Finding[] {
  const findings: Finding[] = [];
  if (typeof quorum === "number" && quorum > signers.length) {
    const reason = `asks for ${quorum} of ${signers.length} signers: nobody could ever sign`;
    findings.push({ path: "sign_off.quorum", reason });
  }
  if (!isSomeoneCertain(signers)) {
    const reason =
      "no signer is certain: give one without `when`, or two of which the second's is the first's `not`";
    findings.push({ path: "sign_off.signers", reason });
  }
  return findings;
}

/** One signer is always needed, or of two exactly one is, so that a quorum is never met by nobody. */
function isSomeoneCertain(signers: readonly Signer[]): boolean {
  const conditions = signers.map(({ when }) => when);
  return conditions.some(
    (one) => one === undefined || conditions.some((other) => other && isOpposite(one, other)),
  );
}

function isOpposite(one: Condition, other: Condition): boolean {
  return "not" in one && JSON.stringify(one.not) === JSON.stringify(other);
}

function checkAttestations(
  requirement: Requirement,
  rules: readonly AttestationRule[],
  part: string,
): readonly Finding[] {
  const warns = requirement.ask.some((question) =>
    question.outcomes?.some(({ effect }) => effect === "warn"),
  );
  return rules.flatMap((rule, i) => {
    const path = `${part}.attestations[${i}]`;
    const findings: Finding[] = [];
    if ((rule.needed === "when") !== (rule.when !== undefined)) {
      findings.push({ path: `${path}.when`, reason: "goes with `needed: when`, and only with it" });
    }
    if (rule.needed === "when_warned" && !warns) {
      findings.push({ path: `${path}.needed`, reason: "no answer warns" });
    }
    const { not_before: day } = rule;
    if (day && !requirement.ask.some(({ id, type }) => id === day && type === "date")) {
      findings.push({ path: `${path}.not_before`, reason: `no date question ${day}` });
    }
    return findings;
  });
}

function checkLeadTime({ lead_time: time }: Requirement): readonly Finding[] {
  if (time.min_days <= time.typical_days && time.typical_days <= time.max_days) return [];
  return [{ path: "lead_time", reason: "expected min_days <= typical_days <= max_days" }];
}

/** An answer can only propose what the requirement allows. */
function checkProposals(requirement: Requirement): readonly Finding[] {
  if (requirement.not_applicable) return [];
  return requirement.ask.flatMap((question, i) =>
    (question.outcomes ?? []).flatMap(({ effect }, j) =>
      effect === "propose_not_applicable"
        ? [{ path: `ask[${i}].outcomes[${j}].effect`, reason: "there is no not_applicable" }]
        : [],
    ),
  );
}
