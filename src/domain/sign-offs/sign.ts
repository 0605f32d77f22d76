/** Whether a person may sign, and what a signature causes. It binds to the content that the person saw. */
import type { SignOffFact } from "../facts.ts";
import type { RequestId, RequirementName, Sha256, SignOffId } from "../ids.ts";
import { whyLookAgain } from "../migrations/industry.ts";
import type { Meaning, SignOffRequest } from "../migrations/record.ts";
import type { MemberRole, Person } from "../people/person.ts";
import { asHuman, isSamePerson } from "../people/same-person.ts";
import { mayDecide } from "../people/standing.ts";
import { isRefusal, type Refusal } from "../refusal.ts";
import { VERTICAL_CONFIRMED } from "../requirements/content-hash.ts";
import type {
  Approval,
  MigrationView,
  RequirementView,
  SignatureNeed,
} from "../requirements/view.ts";
import { compareDays } from "../time/day.ts";
import { workedOn } from "./duties.ts";
import { openRequirement } from "./find.ts";
import { endRequests, revokeRanOut } from "./request-facts.ts";

export interface Signing {
  readonly view: MigrationView;
  readonly requirement: RequirementName;
  readonly meaning: Meaning;
  /** What the person saw. */
  readonly contentHash: Sha256;
  /** The person as the platform just described them, with the roles read under lock. */
  readonly signer: { readonly person: Person; readonly roles: readonly MemberRole[] };
  readonly ourDomains: readonly string[];
  readonly heldRoles?: ReadonlySet<MemberRole>;
  /** The request that the person was shown, when there was one. */
  readonly requestId?: RequestId | undefined;
}

export interface Place {
  readonly requirement: RequirementView;
  readonly approval: Approval;
  /** The signature that this person would give. */
  readonly need: SignatureNeed;
}

/** The place that the person's signature would fill, or why there is none. */
export function maySign(signing: Signing): Place | Refusal {
  const { view, meaning, signer } = signing;
  const requirement = openRequirement(view, signing.requirement);
  if (isRefusal(requirement)) return requirement;
  const standing = mayDecide(signer.person.profile, signing.ourDomains);
  if (standing) return standing;
  const approval = requirement.approvals[meaning];
  if (!approval || requirement.derivedReason !== null) return { refused: "nothing_to_sign" };
  if (approval.contentHash !== signing.contentHash) return { refused: "out_of_date" };
  const late = refuseEnded(signing, requirement) ?? refuseGiven(signing, approval);
  if (late) return late;
  const unready =
    meaning === "waiver" ? refuseWaiver(view, approval) : refuseUnready(view, requirement, meaning);
  if (unready) return unready;
  const need = findNeed(signing, approval);
  if (isRefusal(need)) return need;
  const conflict = need.mayBeAnswerer
    ? null
    : workedOn(signer.person, { view, requirement, meaning });
  return conflict ?? { requirement, approval, need };
}

/** The signature, and with the last one needed the end of the request it answers. */
export function decideSignOff(
  signing: Signing & { readonly signOffId: SignOffId; readonly consent: string },
): { readonly facts: readonly SignOffFact[]; readonly quorumMet: boolean } | Refusal {
  const place = maySign(signing);
  if (isRefusal(place)) return place;
  const { requirement, approval, need } = place;
  const { person } = signing.signer;
  const { email } = person.profile;
  if (email === null) return { refused: "identity_unconfirmed", why: "no_email" };
  const of = { migrationId: signing.view.record.id, requirement: requirement.name };
  const answers = answeredRequest(requirement, approval);
  const quorumMet = approval.quorum.given + 1 >= approval.quorum.needed;
  const signature: SignOffFact = {
    ...of,
    type: "SignOffRecorded",
    signOffId: signing.signOffId,
    requestId: answers?.id ?? null,
    meaning: signing.meaning,
    contentHash: approval.contentHash,
    definitionHash: requirement.definitionHash,
    role: need.role,
    consent: signing.consent,
    reason: approval.reason,
    expiresOn: approval.expiresOn,
    surface: person.identity.surface,
    workspaceRef: person.identity.workspaceRef,
    byAnswerer: need.mayBeAnswerer,
    personal: {
      userId: person.identity.userId,
      name: person.profile.name,
      email,
      timeZone: person.profile.timeZone,
    },
  };
  const ended = quorumMet ? endRequests(of, requirement.item.requests, answers) : [];
  return { facts: [...revokeRanOut(of, requirement), signature, ...ended], quorumMet };
}

function answeredRequest(
  { item }: RequirementView,
  { meaning, contentHash }: Approval,
): SignOffRequest | null {
  return (
    item.requests.find(
      (request) =>
        request.ended === null &&
        request.meaning === meaning &&
        request.contentHash === contentHash,
    ) ?? null
  );
}

/** A request that ended while its ceremony was open is not signed any more. */
function refuseEnded({ requestId }: Signing, { item }: RequirementView): Refusal | null {
  const ended = item.requests.find(({ id }) => id === requestId)?.ended;
  if (!ended || ended.as === "signed") return null;
  return { refused: "request_ended", as: ended.as, by: ended.by.name };
}

/** The same person once, whichever account; and nobody once it is enough. */
function refuseGiven({ signer: { person } }: Signing, { quorum }: Approval): Refusal | null {
  const given = quorum.needs.flatMap(({ given: signOff }) => (signOff ? [signOff.signer] : []));
  const me = asHuman(person);
  const mine = given.find((signer) => isSamePerson(signer, me));
  if (mine) return { refused: "already_signed", by: mine.name };
  if (!quorum.met) return null;
  return { refused: "already_signed", by: given.map(({ name }) => name).join(", ") };
}

function refuseWaiver(view: MigrationView, approval: Approval): Refusal | null {
  const { attestations, expiresOn } = approval;
  if (expiresOn === null || compareDays(expiresOn, view.today) < 0) {
    return { refused: "not_waivable", why: "The last day of this waiver has passed." };
  }
  const unmet = attestations.find(({ met }) => met === null);
  if (!unmet) return null;
  const refused = unmet.outdated ? "attestation_outdated" : "attestation_needed";
  return { refused, from: unmet.rule.from };
}

/** Why nobody can sign yet that the requirement is met. */
export function refuseUnready(
  view: MigrationView,
  requirement: RequirementView,
  meaning: Meaning,
): Refusal | null {
  if (meaning !== "requirement_met") return null;
  const { name, missing, blocks, fired } = requirement;
  if (name === VERTICAL_CONFIRMED) {
    if (view.record.verticals === null) return { refused: "verticals_unconfirmed" };
    const why = whyLookAgain(view.record);
    if (why !== null) return { refused: "verticals_outdated", why };
  }
  const old = fired.filter(({ outcome }) => outcome.effect === "expire");
  const reasons = [...blocks, ...old.map(({ outcome }) => outcome.message)];
  if (reasons.length > 0) return { refused: "blocked_by_answer", reasons };
  return missing.length > 0 ? { refused: "incomplete", missing } : null;
}

/** The first open place for a role that the person holds; a place for any member is taken last. */
function findNeed(signing: Signing, { quorum }: Approval): SignatureNeed | Refusal {
  const { signer, heldRoles } = signing;
  const open = quorum.needs.filter(({ given }) => given === null);
  const fits = ({ role }: SignatureNeed) => role !== "member" && signer.roles.includes(role);
  const need = open.find(fits) ?? open.find(({ role }) => role === "member");
  if (need) return need;
  const roles = open.map(({ role }) => role).filter((role) => role !== "member");
  if (heldRoles && roles.length > 0 && !roles.some((role) => heldRoles.has(role))) {
    return { refused: "no_one_holds_role", roles };
  }
  return { refused: "role_needed", roles };
}
