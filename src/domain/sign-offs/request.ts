/** Asking for a signature, and what can become of a request: claimed, sent back, rejected, taken back. */
import type { SignOffFact } from "../facts.ts";
import type { RequestId, RequirementName } from "../ids.ts";
import type { Meaning, RequestEnding, SignOffRequest } from "../migrations/record.ts";
import { supersede } from "../migrations/superseded.ts";
import type { MemberRole, Person } from "../people/person.ts";
import { readReason } from "../people/reason.ts";
import { asHuman, isSamePerson } from "../people/same-person.ts";
import { mayWork } from "../people/standing.ts";
import { isRefusal, type Refusal } from "../refusal.ts";
import type { MigrationView, RequirementView } from "../requirements/view.ts";
import { compareInstants, plusSeconds } from "../time/day.ts";
import { MINUTE, SECOND } from "../time/units.ts";
import { workedOn } from "./duties.ts";
import { refuseUnheld, whoMaySign } from "./exceptions.ts";
import { openRequest, openRequirement } from "./find.ts";
import { revokeRanOut } from "./request-facts.ts";
import { refuseUnready } from "./sign.ts";

const CLAIM_SECONDS = (30 * MINUTE) / SECOND;

type Decided = { readonly facts: readonly SignOffFact[] } | Refusal;

interface OfRequest {
  readonly view: MigrationView;
  readonly requirement: RequirementName;
  readonly requestId: RequestId;
  readonly person: Person;
}
type ByRoleHolder = OfRequest & { readonly roles: readonly MemberRole[] };

/** Asks for the signature that the requirement is met. */
export function decideRequest(asked: {
  readonly view: MigrationView;
  readonly requirement: RequirementName;
  readonly meaning: "requirement_met";
  readonly requestId: RequestId;
  readonly heldRoles: ReadonlySet<MemberRole>;
}): Decided {
  const { view, meaning, requestId } = asked;
  const requirement = openRequirement(view, asked.requirement);
  if (isRefusal(requirement)) return requirement;
  const approval = requirement.approvals[meaning];
  const refusal = refuseAsking(requirement) ?? refuseUnready(view, requirement, meaning);
  if (refusal) return refusal;
  if (!approval) return { refused: "nothing_to_sign" };
  const unheld = refuseUnheld(approval.quorum, asked.heldRoles);
  if (unheld) return unheld;
  const of = { migrationId: view.record.id, requirement: requirement.name };
  const fact: SignOffFact = {
    ...of,
    type: "SignOffRequested",
    requestId,
    meaning,
    contentHash: approval.contentHash,
    reason: null,
    expiresOn: null,
  };
  return {
    facts: [
      ...revokeRanOut(of, requirement),
      ...supersede(of, requirement.item, "Asked for anew."),
      fact,
    ],
  };
}

/** "I am on it", for 30 minutes; a claim that ran out may be taken. */
export function decideClaim(claim: ByRoleHolder): Decided {
  const found = requestFor(claim);
  if (isRefusal(found)) return found;
  const { view, person, requestId } = claim;
  const { requirement, request } = found;
  const me = asHuman(person);
  const held = request.claim;
  if (held && !isSamePerson(held.by, me) && compareInstants(view.now, held.until) < 0) {
    return { refused: "claimed_by_other", by: held.by.name };
  }
  const until = plusSeconds(view.now, CLAIM_SECONDS);
  const of = { migrationId: view.record.id, requirement: requirement.name };
  return { facts: [{ ...of, type: "RequestClaimed", requestId, until }] };
}

/** The person who asked takes the request back. */
export function decideWithdrawal(withdrawal: OfRequest): Decided {
  const { view, person } = withdrawal;
  const found = openRequest(view, withdrawal);
  if (isRefusal(found)) return found;
  const me = asHuman(person);
  if (!isSamePerson(found.request.by, me)) return { refused: "not_the_requester" };
  return ended(withdrawal, "withdrawn", null);
}

/** It is not met. It stays rejected until something changes and a signature is asked for again. */
export function decideRejection(rejection: ByRoleHolder & { readonly reason: string }): Decided {
  return decideEnd(rejection, "rejected");
}

/** It goes back to those who answer, with what has to change. */
export function decideChangesAsked(asked: ByRoleHolder & { readonly reason: string }): Decided {
  return decideEnd(asked, "changes_requested");
}

function decideEnd(
  decision: ByRoleHolder & { readonly reason: string },
  as: "rejected" | "changes_requested",
): Decided {
  const found = requestFor(decision);
  if (isRefusal(found)) return found;
  const reason = readReason(decision.reason);
  return isRefusal(reason) ? reason : ended(decision, as, reason);
}

function ended(
  { view, requirement, requestId }: OfRequest,
  as: RequestEnding,
  reason: string | null,
): Decided {
  const of = { migrationId: view.record.id, requirement };
  return { facts: [{ ...of, type: "RequestEnded", requestId, as, reason }] };
}

/** An open request on the content of now, for somebody who may decide it. */
function requestFor(
  claim: ByRoleHolder,
): { readonly requirement: RequirementView; readonly request: SignOffRequest } | Refusal {
  const { view, person, roles } = claim;
  const found = openRequest(view, claim);
  if (isRefusal(found)) return found;
  const { requirement, request } = found;
  if (requirement.openRequest?.id !== request.id) return { refused: "out_of_date" };
  const standing = mayWork(person.profile);
  if (standing) return standing;
  const { meaning } = request;
  return (
    refuseRole(whoMaySign(view, requirement, meaning), roles) ??
    refuseDuty(person, { view, requirement, meaning }) ??
    found
  );
}

function refuseRole(
  needed: readonly (MemberRole | "member")[],
  roles: readonly MemberRole[],
): Refusal | null {
  const holds = needed.some((role) => role === "member" || roles.includes(role));
  return holds ? null : { refused: "role_needed", roles: needed };
}

function refuseDuty(
  person: Person,
  about: {
    readonly view: MigrationView;
    readonly requirement: RequirementView;
    readonly meaning: Meaning;
  },
): Refusal | null {
  const { needs } = about.requirement.approvals[about.meaning]?.quorum ?? { needs: [] };
  return needs.some(({ given, mayBeAnswerer }) => given === null && mayBeAnswerer)
    ? null
    : workedOn(person, about);
}

function refuseAsking({ state, openRequest: open, approvals }: RequirementView): Refusal | null {
  if (open) return { refused: "request_open" };
  if (state === "not_applicable") return { refused: "nothing_to_sign" };
  if (state !== "signed") return null;
  const signed = approvals.requirement_met?.quorum.needs ?? [];
  const by = signed.flatMap(({ given }) => (given ? [given.signer.name] : []));
  return { refused: "already_signed", by: by.join(", ") };
}
