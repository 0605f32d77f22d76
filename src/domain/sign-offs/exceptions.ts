/** Setting a requirement aside: it does not apply, or it is waived for a time. Either takes a second person. */
import { isOutdated } from "../evidence/subjects.ts";
import type { SignOffFact } from "../facts.ts";
import type { Day, RequestId, RequirementName } from "../ids.ts";
import type { Meaning } from "../migrations/record.ts";
import { supersede } from "../migrations/superseded.ts";
import type { MemberRole } from "../people/person.ts";
import { readReason } from "../people/reason.ts";
import { isRefusal, type Refusal } from "../refusal.ts";
import { hashOfView } from "../requirements/content-hash.ts";
import type { MigrationView, Quorum, RequirementView } from "../requirements/view.ts";
import { compareDays, daysBetween, parseDay } from "../time/day.ts";
import type { WaiverRule } from "../workflows/definition.ts";
import { openRequirement } from "./find.ts";

interface Asked {
  readonly view: MigrationView;
  readonly requirement: RequirementName;
  readonly requestId: RequestId;
  readonly reason: string;
  readonly heldRoles: ReadonlySet<MemberRole>;
}

const NEVER = "This requirement can never be waived.";

type Decided = { readonly facts: readonly SignOffFact[] } | Refusal;

/** Opens a request for `not applicable`; the role that signs the requirement approves it. */
export function decideNotApplicable(asked: Asked): Decided {
  const requirement = openRequirement(asked.view, asked.requirement);
  if (isRefusal(requirement)) return requirement;
  if (requirement.aside.not_applicable === null) return { refused: "not_applicable_not_allowed" };
  return ask(asked, requirement, { meaning: "not_applicable", expiresOn: null });
}

/** Opens a request for a waiver with a reason and a last day. */
export function decideWaiver(asked: Asked & { readonly expiresOn: string }): Decided {
  const requirement = openRequirement(asked.view, asked.requirement);
  if (isRefusal(requirement)) return requirement;
  const { waiver } = requirement.definition;
  const never = refuseWaiver(requirement, waiver);
  if (never || !waiver) return never ?? { refused: "not_waivable", why: NEVER };
  const expiresOn = readLastDay(asked.view.today, asked.expiresOn, waiver.max_days);
  if (isRefusal(expiresOn)) return expiresOn;
  const unattested = refuseUnattested(requirement);
  if (unattested) return unattested;
  return ask(asked, requirement, { meaning: "waiver", expiresOn });
}

/** The roles whose signature is still needed for this meaning; before anybody asked, those that would be. */
export function whoMaySign(
  _view: MigrationView,
  requirement: RequirementView,
  meaning: Meaning,
): readonly (MemberRole | "member")[] {
  const { approvals, aside } = requirement;
  const would = meaning === "requirement_met" ? null : aside[meaning];
  const quorum = approvals[meaning]?.quorum ?? would;
  const open = (quorum?.needs ?? []).filter(({ given }) => given === null);
  return [...new Set(open.map(({ role }) => role))];
}

/** A refusal while too few of the missing signatures could be given by anybody in the organisation. */
export function refuseUnheld(
  { needs, needed, given }: Quorum,
  heldRoles: ReadonlySet<MemberRole>,
): Refusal | null {
  const open = needs.filter((need) => need.given === null);
  const unheld = open
    .map(({ role }) => role)
    .filter((role) => role !== "member")
    .filter((role) => !heldRoles.has(role));
  if (needs.length > 0 && open.length - unheld.length >= needed - given) return null;
  return { refused: "no_one_holds_role", roles: [...new Set(unheld)] };
}

/** Some waivers are never possible, and some cannot be given a second time. */
function refuseWaiver(
  { aside, item }: RequirementView,
  waiver: WaiverRule | undefined,
): Refusal | null {
  if (!waiver || aside.waiver === null) {
    return { refused: "not_waivable", why: waiver?.never_message ?? NEVER };
  }
  const granted = item.requests.some(
    ({ meaning, ended }) => meaning === "waiver" && ended?.as === "signed",
  );
  return granted && !waiver.renewable
    ? { refused: "not_waivable", why: "This waiver was given once and cannot be renewed." }
    : null;
}

function readLastDay(today: Day, typed: string, maxDays: number): Day | Refusal {
  const day = parseDay(typed);
  if (day === null || compareDays(day, today) < 0) {
    const says = "Choose the waiver's last day: today or later.";
    return { refused: "invalid_answers", fields: { expires_on: says } };
  }
  return daysBetween(today, day) > maxDays ? { refused: "waiver_too_long", maxDays } : day;
}

function ask(
  asked: Asked,
  requirement: RequirementView,
  about: { readonly meaning: "not_applicable" | "waiver"; readonly expiresOn: Day | null },
): Decided {
  const { view, requestId, heldRoles } = asked;
  const { meaning, expiresOn } = about;
  const refusal = refuseAsking(requirement, meaning, heldRoles);
  if (refusal) return refusal;
  const reason = readReason(asked.reason);
  if (isRefusal(reason)) return reason;
  const of = { migrationId: view.record.id, requirement: requirement.name };
  const fact: SignOffFact = {
    ...of,
    type: "SignOffRequested",
    requestId,
    meaning,
    contentHash: hashOfView(view.record, requirement, { meaning, reason, expiresOn }),
    reason,
    expiresOn,
  };
  return { facts: [...supersede(of, requirement.item, "Asked for in another way."), fact] };
}

/** The written word comes first: adding it later would change what the request is about. */
function refuseUnattested({ definition, item }: RequirementView): Refusal | null {
  for (const { from, needed } of definition.waiver?.attestations ?? []) {
    const given = item.attestations.filter(({ role }) => from.includes(role));
    if (needed !== "always" || given.some((word) => !isOutdated(word, item))) continue;
    return { refused: given.length === 0 ? "attestation_needed" : "attestation_outdated", from };
  }
  return null;
}

function refuseAsking(
  requirement: RequirementView,
  meaning: "not_applicable" | "waiver",
  heldRoles: ReadonlySet<MemberRole>,
): Refusal | null {
  const { state, openRequest, aside } = requirement;
  if (openRequest) return { refused: "request_open" };
  if (state === "not_applicable" || state === "signed") return { refused: "already_done" };
  const quorum = aside[meaning];
  return quorum && refuseUnheld(quorum, heldRoles);
}
