/**
 * Who gives and takes company roles: administrators of the workspace, to members, and never to themself, since any
 * role may be a signing role of some workflow file.
 */
import type { PeopleFact } from "../facts.ts";
import type { Refusal } from "../refusal.ts";
import type { MemberRole, Person, PersonSummary } from "./person.ts";
import { asHuman, isSamePerson } from "./same-person.ts";

type Decided = { readonly facts: readonly PeopleFact[] } | Refusal;

/** Grants a role. A member who has it already changes nothing. */
export function decideRoleGrant(grant: {
  readonly granter: Person;
  readonly grantee: Person;
  readonly role: MemberRole;
}): Decided {
  const { granter, grantee, role } = grant;
  if (!isAdministrator(granter)) return { refused: "administrator_needed" };
  const { kind } = grantee.profile;
  if (kind !== "member") return { refused: "not_a_member", kind };
  if (isSamePerson(asHuman(granter), asHuman(grantee))) return { refused: "role_for_yourself" };
  if (grantee.roles.includes(role)) return { refused: "already_done" };
  return { facts: [{ type: "RoleGranted", personId: grantee.id, role }] };
}

/** Takes a role away, also from somebody who has left. Signatures given under it stay. */
export function decideRoleWithdrawal(withdrawal: {
  readonly granter: Person;
  readonly grantee: Pick<PersonSummary, "id" | "roles">;
  readonly role: MemberRole;
}): Decided {
  const { granter, grantee, role } = withdrawal;
  if (!isAdministrator(granter)) return { refused: "administrator_needed" };
  if (!grantee.roles.includes(role)) return { refused: "already_done" };
  return { facts: [{ type: "RoleWithdrawn", personId: grantee.id, role }] };
}

function isAdministrator({ profile }: Person): boolean {
  return profile.kind === "member" && profile.isAdministrator;
}
