/**
 * The workspaces of one organisation join another: administrators of both want it, and the one that joins has opened
 * no migration yet, so that no record has to move between two ledgers.
 */
import { sha256 } from "../audit/canonical.ts";
import type { PeopleFact } from "../facts.ts";
import type { OrganisationId, PersonId, Sha256, WorkspaceId } from "../ids.ts";
import type {
  Identity,
  MemberRole,
  Person,
  PersonSummary,
  Profile,
  Surface,
} from "../people/person.ts";
import { mayWork } from "../people/standing.ts";
import type { Refusal } from "../refusal.ts";

export interface OrganisationSummary {
  readonly id: OrganisationId;
  /** What it was called when its first workspace was seen. */
  readonly name: string;
  readonly workspaces: readonly {
    readonly workspaceId: WorkspaceId;
    readonly surface: Surface;
    readonly workspaceRef: string;
  }[];
  /** Ever opened, also those that are closed. */
  readonly migrations: number;
  /** Held now. */
  readonly roles: readonly {
    readonly personId: PersonId;
    readonly name: string;
    readonly role: MemberRole;
  }[];
}

/** What is stored of a code that lets an organisation join; a code that links accounts is never one of these. */
export function hashJoinCode(code: string): Sha256 {
  return sha256(`join:${code}`);
}

/** Null when the person may have a code shown that lets others join their organisation. */
export function refuseInvitation(invitation: {
  readonly by: Person;
  readonly stays: OrganisationSummary;
}): Refusal | null {
  const { by, stays } = invitation;
  return refuseAdministering(by) ?? refuseWebChat(stays);
}

/** Null when the whole organisation of `by` may join the inviter's. */
export function refuseJoin(join: {
  readonly by: Person;
  readonly inviter: Person;
  readonly leaves: OrganisationSummary;
  readonly stays: OrganisationSummary;
}): Refusal | null {
  const { by, inviter, leaves, stays } = join;
  const mine = refuseAdministering(by) ?? refuseWebChat(leaves) ?? refuseWebChat(stays);
  if (mine) return mine;
  if (leaves.id === stays.id) return { refused: "join_same_organisation" };
  if (refuseAdministering(inviter)) return { refused: "join_code_invalid" };
  if (leaves.workspaces.length === 0) return { refused: "out_of_date" };
  return leaves.migrations === 0
    ? null
    : { refused: "join_has_migrations", migrations: leaves.migrations };
}

function refuseAdministering({ profile }: Person): Refusal | null {
  return mayWork(profile) ?? (profile.isAdministrator ? null : { refused: "administrator_needed" });
}

/** People of the web chat say who they are, and nobody checks it. */
function refuseWebChat({ workspaces }: OrganisationSummary): Refusal | null {
  const hasWebChat = workspaces.some(({ surface }) => surface === "web");
  return hasWebChat ? { refused: "join_web_chat" } : null;
}

/**
 * The facts by which the organisation that stays knows who is one human being: accounts that were ever linked where
 * they come from are one here too, for good, and those that were taken apart there are apart here.
 */
export function carryHumans(
  people: readonly PersonSummary[],
  carry: { readonly codeHash: Sha256; readonly newId: () => PersonId },
): readonly PeopleFact[] {
  const humans = new Map<PersonId, PersonSummary[]>();
  for (const person of people) {
    const human = person.humanId ?? person.id;
    humans.set(human, [...(humans.get(human) ?? []), person]);
  }
  return [...humans.values()].flatMap((persons) => carryHuman(persons, carry));
}

interface Account {
  readonly identity: Identity;
  readonly profile: Profile;
  readonly personId: PersonId;
}

/** Everybody of one human is linked to the first and taken apart again; then the accounts of each are linked. */
function carryHuman(
  persons: readonly PersonSummary[],
  { codeHash, newId }: Parameters<typeof carryHumans>[1],
): readonly PeopleFact[] {
  const known = persons.map(({ identities, profile }) =>
    identities.map(
      (identity): Account => ({ identity: plain(identity), profile, personId: newId() }),
    ),
  );
  const accounts = known.flat();
  if (accounts.length < 2) return [];
  const link = (to: Account, { identity, personId }: Account): Linked => ({
    type: "IdentityLinked",
    personId: to.personId,
    joinedId: personId,
    identity,
    codeHash,
  });
  const [first, ...leading] = known.flatMap(([account]) => account ?? []);
  return [
    ...accounts.map(
      ({ identity, profile, personId }): PeopleFact => ({
        type: "PersonRecognised",
        personId,
        identity,
        personal: profile,
      }),
    ),
    ...(first ? leading.flatMap((one) => linkAndPart(link(first, one))) : []),
    ...known.flatMap(([to, ...others]) => (to ? others.map((one) => link(to, one)) : [])),
  ];
}

type Linked = Extract<PeopleFact, { type: "IdentityLinked" }>;

function linkAndPart(linked: Linked): readonly PeopleFact[] {
  const { personId, joinedId, identity } = linked;
  return [linked, { type: "IdentityUnlinked", personId, backTo: joinedId, identity }];
}

/** Without the person that it had where it comes from. */
function plain({ surface, workspaceId, workspaceRef, userId }: Identity): Identity {
  return { surface, workspaceId, workspaceRef, userId };
}
