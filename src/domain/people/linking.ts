/**
 * Two accounts of one human being become one person, by a code that is shown on one and typed on the other. It gives
 * no right that the staying person did not have, and for two pairs of eyes the two are one ever after.
 */
import { sha256 } from "../audit/canonical.ts";
import type { PeopleFact } from "../facts.ts";
import type { Instant, PersonId, Sha256 } from "../ids.ts";
import type { Refusal } from "../refusal.ts";
import type { Identity, Person, PersonSummary } from "./person.ts";
import { mayWork } from "./standing.ts";

/** How long a code may be typed. */
export const CODE_SECONDS = 600;
/** So many codes that do not fit, within so long. */
export const TRIES_MAX = 5;
export const TRIES_SECONDS = 900;

/** Without I, L, O and U, which are misread (Crockford's base 32). */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 10;

/** A code as people read it, `7K3QF-9XPA2`: 50 bits of the secret. */
export function writeLinkCode(secret: string): string {
  const bytes = sha256(secret).match(/../g) ?? [];
  const letters = bytes
    .slice(0, LENGTH)
    .map((byte) => ALPHABET.charAt(Number.parseInt(byte, 16) % ALPHABET.length))
    .join("");
  return `${letters.slice(0, 5)}-${letters.slice(5)}`;
}

/** A typed code in its one spelling; null when it is none. */
export function readLinkCode(typed: string): string | null {
  const letters = typed
    .slice(0, 40)
    .toUpperCase()
    .replaceAll(/[\s-]/g, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");
  if (letters.length !== LENGTH) return null;
  if (![...letters].every((letter) => ALPHABET.includes(letter))) return null;
  return `${letters.slice(0, 5)}-${letters.slice(5)}`;
}

/** What is stored of a code. */
export function hashLinkCode(code: string): Sha256 {
  return sha256(`link:${code}`);
}

/** A code as it was given to an account. */
export interface LinkCode {
  readonly codeHash: Sha256;
  readonly personId: PersonId;
  readonly identity: Identity;
  readonly expiresAt: Instant;
  readonly isSpent: boolean;
  /** What it is good for: one person with two accounts, or one organisation with another. */
  readonly purpose: "link" | "join";
}

/** Joins the person who typed the code to the one who had it shown. Null of a refusal: they may. */
export function refuseLink(link: {
  readonly stays: Person;
  readonly joins: Person;
}): Refusal | null {
  const { stays, joins } = link;
  const isOneAccount =
    stays.identity.workspaceId === joins.identity.workspaceId &&
    stays.identity.userId === joins.identity.userId;
  if (isOneAccount) return { refused: "link_same_account" };
  if (stays.id === joins.id) return { refused: "already_done" };
  return mayWork(stays.profile) ?? mayWork(joins.profile);
}

/** Every account of the joining person moves; its roles end, and the staying person's roles stay as they are. */
export function decideLink(link: {
  readonly stays: Person;
  readonly joins: Person;
  readonly accounts: PersonSummary["identities"];
  /** Read again under lock. */
  readonly endingRoles: PersonSummary["roles"];
  readonly codeHash: Sha256;
}): { readonly facts: readonly PeopleFact[] } | Refusal {
  const { stays, joins, accounts, endingRoles, codeHash } = link;
  const refusal = refuseLink(link);
  if (refusal) return refusal;
  const ended = endingRoles.map(
    (role): PeopleFact => ({ type: "RoleWithdrawn", personId: joins.id, role }),
  );
  const moved = accounts.map(
    ({ surface, workspaceId, workspaceRef, userId }): PeopleFact => ({
      type: "IdentityLinked",
      personId: stays.id,
      joinedId: joins.id,
      identity: { surface, workspaceId, workspaceRef, userId },
      codeHash,
    }),
  );
  return { facts: [...ended, ...moved] };
}

/** Takes an account away from a person: its own person does so, or an administrator. */
export function decideUnlink(unlink: {
  readonly by: Person;
  readonly person: PersonSummary;
  readonly account: PersonSummary["identities"][number];
}): { readonly facts: readonly PeopleFact[] } | Refusal {
  const { by, person, account } = unlink;
  const { profile } = by;
  const isAdministrator = profile.kind === "member" && profile.isAdministrator;
  if (by.id !== person.id && !isAdministrator) return { refused: "administrator_needed" };
  const { linkedFrom, surface, workspaceId, workspaceRef, userId } = account;
  if (!linkedFrom || linkedFrom === person.id) return { refused: "already_done" };
  const identity: Identity = { surface, workspaceId, workspaceRef, userId };
  return {
    facts: [{ type: "IdentityUnlinked", personId: person.id, backTo: linkedFrom, identity }],
  };
}
