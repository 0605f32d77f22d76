/** Taking a signature back: its signer within 30 seconds without a word, later with a reason. The row stays. */
import type { SignOffFact } from "../facts.ts";
import type { RequirementName, SignOffId } from "../ids.ts";
import type { SignOff } from "../migrations/record.ts";
import type { MemberRole, Person } from "../people/person.ts";
import { readReason } from "../people/reason.ts";
import { asHuman, isSamePerson } from "../people/same-person.ts";
import { mayWork } from "../people/standing.ts";
import { isRefusal, type Refusal } from "../refusal.ts";
import type { MigrationView } from "../requirements/view.ts";
import { secondsBetween } from "../time/day.ts";

/** How long a signer may undo. */
export const UNDO_SECONDS = 30;

const REVOKER: MemberRole = "compliance_officer";

type Decided = { readonly facts: readonly SignOffFact[] } | Refusal;

interface OfSignOff {
  readonly view: MigrationView;
  readonly signOffId: SignOffId;
  readonly person: Person;
}

/** The signer undoes, within 30 seconds. */
export function decideUndo(undo: OfSignOff): Decided {
  const { view, person } = undo;
  const found = find(undo);
  if (!found || found.signOff.revoked) return { refused: "nothing_to_undo" };
  const standing = refuseStanding(view, person);
  if (standing) return standing;
  if (!isSigner(found.signOff, person)) return { refused: "not_the_signer" };
  if (secondsBetween(found.signOff.signedAt, view.now) > UNDO_SECONDS) {
    return { refused: "undo_too_late" };
  }
  return revoked(undo, found.requirement, { kind: "undo", reason: "Undone by its signer." });
}

/** The signer, or a compliance officer, revokes with a reason. The gate closes at once. */
export function decideRevocation(
  revocation: OfSignOff & { readonly roles: readonly MemberRole[]; readonly reason: string },
): Decided {
  const { view, person, roles } = revocation;
  const found = find(revocation);
  if (!found || found.signOff.revoked) return { refused: "nothing_to_revoke" };
  const standing = refuseStanding(view, person);
  if (standing) return standing;
  if (!isSigner(found.signOff, person) && !roles.includes(REVOKER)) {
    return { refused: "role_needed", roles: [REVOKER] };
  }
  const reason = readReason(revocation.reason);
  if (isRefusal(reason)) return reason;
  return revoked(revocation, found.requirement, { kind: "revocation", reason });
}

function find({ view, signOffId }: OfSignOff): {
  readonly requirement: RequirementName;
  readonly signOff: SignOff;
} | null {
  for (const { requirement, signOffs } of view.record.items) {
    const signOff = signOffs.find(({ id }) => id === signOffId);
    if (signOff) return { requirement, signOff };
  }
  return null;
}

function refuseStanding({ record }: MigrationView, { profile }: Person): Refusal | null {
  if (record.state !== "open") return { refused: "migration_not_open", state: record.state };
  return mayWork(profile);
}

function isSigner({ signer }: SignOff, person: Person): boolean {
  return isSamePerson(signer, asHuman(person));
}

function revoked(
  { view, signOffId }: OfSignOff,
  requirement: RequirementName,
  how: { readonly kind: "undo" | "revocation"; readonly reason: string },
): Decided {
  const of = { migrationId: view.record.id, requirement };
  return { facts: [{ ...of, type: "SignOffRevoked", signOffId, ...how }] };
}
