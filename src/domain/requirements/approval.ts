/** The three ways to clear a requirement (met, not applicable, waived) and how far each one is. */

import { isOutdated } from "../evidence/subjects.ts";
import type { Day } from "../ids.ts";
import type { Attestation, Item, Meaning, SignOff, SignOffRequest } from "../migrations/record.ts";
import {
  addDays,
  compareDays,
  compareInstants,
  daysBetween,
  earliest,
  parseDay,
} from "../time/day.ts";
import type { AttestationRule, Signer, SignOffRule } from "../workflows/definition.ts";
import { contentHashOf, type Said } from "./content-hash.ts";
import { quorumOf } from "./quorum.ts";
import type { FoundRequirement } from "./requirements-of.ts";
import { holds, visibleAnswer, type World } from "./scope.ts";
import type { Approval, AttestationView, FiredOutcome, Quorum } from "./view.ts";

export interface Subject {
  readonly world: World;
  readonly found: FoundRequirement;
  readonly item: Item;
  readonly fired: readonly FiredOutcome[];
}

interface ApprovalRule {
  readonly signers: readonly Signer[];
  readonly quorum: SignOffRule["quorum"];
  readonly attestations: readonly AttestationRule[];
}

/** The approval that the requirement is met. */
export function approvalThatMet(subject: Subject): Approval {
  const { sign_off } = subject.found.requirement;
  return approvalOf(subject, { meaning: "requirement_met", rule: sign_off, request: null });
}

/**
 * The approvals of requests to set the requirement aside: open ones first, then those that were signed, the newest
 * first. None when the definition does not allow it, or no longer does.
 */
export function approvalsAside(
  subject: Subject,
  meaning: "not_applicable" | "waiver",
): readonly Approval[] {
  const rule = meaning === "waiver" ? waiverRule(subject) : notApplicableRule(subject);
  if (rule === null) return [];
  return subject.item.requests
    .filter((request) => request.meaning === meaning && isInForce(request))
    .toSorted((a, b) => Number(a.ended !== null) - Number(b.ended !== null) || newestFirst(a, b))
    .map((request) => approvalOf(subject, { meaning, rule, request }));
}

function isInForce({ ended }: SignOffRequest): boolean {
  return ended === null || ended.as === "signed";
}

function newestFirst(a: SignOffRequest, b: SignOffRequest): number {
  return compareInstants(b.at, a.at);
}

/** The signatures that setting the requirement aside would take now; null when it is not allowed. */
export function quorumAside(subject: Subject, meaning: "not_applicable" | "waiver"): Quorum | null {
  const rule = meaning === "waiver" ? waiverRule(subject) : notApplicableRule(subject);
  return rule && quorumFor(subject, { meaning, rule, signOffs: [] });
}

/** True while a waiver is possible at all: some must never be waived. */
function isWaivable({ world, found }: Pick<Subject, "world" | "found">): boolean {
  const { waiver } = found.requirement;
  if (!waiver) return false;
  return waiver.never_if === undefined || !holds(world, waiver.never_if, found);
}

/** True when a person may ask for `not applicable`: the file gives reasons, or an answer proposes it. */
function mayNotApply({ found, fired }: Pick<Subject, "found" | "fired">): boolean {
  const reasons = found.requirement.not_applicable?.only_for ?? [];
  return (
    reasons.length > 0 || fired.some(({ outcome }) => outcome.effect === "propose_not_applicable")
  );
}

function waiverRule(subject: Subject): ApprovalRule | null {
  const { waiver } = subject.found.requirement;
  return waiver && isWaivable(subject) ? { ...waiver, quorum: "all" } : null;
}

/** Who signs that the requirement is met also approves that it does not apply. */
function notApplicableRule(subject: Subject): ApprovalRule | null {
  const { sign_off } = subject.found.requirement;
  return mayNotApply(subject) ? { ...sign_off, attestations: [] } : null;
}

function approvalOf(
  subject: Subject,
  asked: {
    readonly meaning: Meaning;
    readonly rule: ApprovalRule;
    readonly request: Pick<SignOffRequest, "reason" | "expiresOn"> | null;
  },
): Approval {
  const { meaning, rule } = asked;
  const reason = asked.request?.reason ?? null;
  const expiresOn = asked.request?.expiresOn ?? null;
  // Worked out when it is compared with a signature, and not before: most looks at a requirement need none.
  let hash: Approval["contentHash"] | null = null;
  const contentHash = () => {
    hash ??= hashFor(subject, { meaning, reason, expiresOn });
    return hash;
  };
  const signOffs = subject.item.signOffs.filter(
    (signOff) =>
      signOff.revoked === null &&
      signOff.meaning === meaning &&
      signOff.contentHash === contentHash(),
  );
  const quorum = quorumFor(subject, { meaning, rule, signOffs });
  // A waiver that was granted has a last day of its own; its letter no longer ages.
  const anyAge = meaning === "waiver" && quorum.met;
  const attestations = rule.attestations
    .filter((needed) => isNeeded(subject, needed))
    .map((needed) => wordFor(subject, needed, anyAge));
  return {
    meaning,
    get contentHash() {
      return contentHash();
    },
    quorum,
    attestations,
    reason,
    expiresOn,
  };
}

function quorumFor(
  { world, found }: Subject,
  about: {
    readonly meaning: Meaning;
    readonly rule: ApprovalRule;
    readonly signOffs: readonly SignOff[];
  },
): Quorum {
  return quorumOf({
    signers: about.rule.signers.filter(({ when }) => holds(world, when, found)),
    rule: about.rule.quorum,
    meaning: about.meaning,
    signOffs: about.signOffs,
    heldRoles: world.heldRoles,
  });
}

/** The hash of what a request or signature of this meaning is bound to now. */
export function hashFor(
  { world, found, item }: Pick<Subject, "world" | "found" | "item">,
  said: Said,
): Approval["contentHash"] {
  const { requirement } = found;
  const asked = new Set(requirement.pages.flat());
  const answers = requirement.ask
    .filter(({ id }) => asked.has(id))
    .flatMap(({ id }) => {
      const answer = visibleAnswer(world, found, id);
      return answer ? [{ question: id, value: answer.value }] : [];
    });
  return contentHashOf({ requirement, item, answers, verticals: world.record.verticals, said });
}

function isNeeded({ world, found, fired }: Subject, rule: AttestationRule): boolean {
  if (rule.needed === "always") return true;
  if (rule.needed === "when_warned") return fired.some(({ outcome }) => outcome.effect === "warn");
  return rule.when === undefined || holds(world, rule.when, found);
}

function wordFor(subject: Subject, rule: AttestationRule, anyAge: boolean): AttestationView {
  const met = newestFitting(subject, rule, { anyAge });
  const older = met ?? newestFitting(subject, rule, { anyAge: true });
  return {
    rule,
    met,
    outdated: older ? null : newestFitting(subject, rule, { anyAge: true, isOutdated: true }),
  };
}

/** The newest attestation that fits a rule, or null; its age counts at the gate of the requirement's own stage. */
export function newestFitting(
  subject: Pick<Subject, "world" | "found" | "item">,
  rule: AttestationRule,
  options: { readonly anyAge?: boolean; readonly isOutdated?: boolean } = {},
): Attestation | null {
  const fitting = subject.item.attestations.filter(
    (attestation) =>
      rule.from.includes(attestation.role) &&
      isOutdated(attestation, subject.item) === (options.isOutdated ?? false) &&
      !isBeforeItsSubject(subject, rule, attestation) &&
      (options.anyAge === true || !isTooOld(subject, rule, attestation)),
  );
  return (
    fitting.toSorted(
      (a, b) =>
        compareDays(b.confirmedOn, a.confirmedOn) || compareInstants(b.receivedAt, a.receivedAt),
    )[0] ?? null
  );
}

function isBeforeItsSubject(
  { world, found }: Pick<Subject, "world" | "found">,
  rule: AttestationRule,
  { confirmedOn }: Attestation,
): boolean {
  const value = rule.not_before && visibleAnswer(world, found, rule.not_before)?.value;
  const day = typeof value === "string" ? parseDay(value) : null;
  return day !== null && compareDays(confirmedOn, day) < 0;
}

function isTooOld(
  { world, found }: Pick<Subject, "world" | "found">,
  rule: AttestationRule,
  { confirmedOn }: Attestation,
): boolean {
  if (rule.max_age_days === undefined || world.judgedAt !== found.requirement.stage) return false;
  return daysBetween(confirmedOn, world.today) > rule.max_age_days;
}

/** The last day on which the given attestations are young enough; null when none can age. */
export function attestedUntil(
  { world, found }: Pick<Subject, "world" | "found">,
  attestations: readonly AttestationView[],
): Day | null {
  if (world.judgedAt !== found.requirement.stage) return null;
  const days = attestations.flatMap(({ rule, met }) =>
    met && rule.max_age_days !== undefined ? [addDays(met.confirmedOn, rule.max_age_days)] : [],
  );
  return earliest(days);
}
