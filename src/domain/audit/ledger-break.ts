/** Where the live ledger does not go on as it was signed, and what it takes until work may continue on it. */
import type { Fact } from "../facts.ts";
import { type Instant, type OrganisationId, type PersonId, Sha256 } from "../ids.ts";
import type { Person } from "../people/person.ts";
import { asHuman, isSamePerson } from "../people/same-person.ts";
import type { Refusal } from "../refusal.ts";

/** Kinds of a break: an older state, another history, a changed entry, another signing key. */
export type BreakKind = "rolled_back" | "forked" | "tampered" | "key_changed";

/** So many entries under this root; no root when there is no head of that size. */
export interface LedgerHead {
  readonly size: number;
  readonly root: Sha256 | null;
}

export interface NewKey {
  readonly keyId: string;
  /** Base64 of 32 bytes. */
  readonly publicKey: string;
}

export interface FoundBreak {
  readonly kind: BreakKind;
  readonly why: string;
  /** What was signed, as this installation kept it. */
  readonly kept: LedgerHead | null;
  readonly live: LedgerHead;
  readonly newKey: NewKey | null;
}

export interface LedgerBreak extends FoundBreak {
  readonly id: string;
  readonly foundAt: Instant;
  /** The first of the two people who must accept it. */
  readonly acceptedBy: {
    readonly personId: PersonId;
    readonly name: string;
    readonly email: string | null;
  } | null;
}

/** The first and the second acceptance are by different people; the second lets the ledger go on. */
export function decideAcceptance(given: {
  readonly found: LedgerBreak | null;
  readonly person: Person;
  readonly reason: string;
}): { readonly facts: readonly Fact[] } | Refusal {
  const { found, person } = given;
  const reason = given.reason.trim();
  if (!mayAccept(person)) return { refused: "role_needed", roles: ["compliance_officer"] };
  if (found === null) return { refused: "nothing_to_accept" };
  if (reason.length < 10) return { refused: "reason_needed" };
  if (found.acceptedBy && isSamePerson(found.acceptedBy, asHuman(person))) {
    return { refused: "second_person_needed" };
  }
  const { id: breakId, kind, kept, live, newKey } = found;
  const isFinal = found.acceptedBy !== null;
  const accepted = {
    type: "LedgerBreakAccepted",
    breakId,
    kind,
    kept,
    live,
    reason,
    isFinal,
  } as const;
  if (!isFinal || newKey === null) return { facts: [accepted] };
  return { facts: [accepted, { type: "SigningKeyRegistered", ...newKey }] };
}

function mayAccept({ profile, roles }: Person): boolean {
  if (profile.kind !== "member") return false;
  return profile.isAdministrator || roles.includes("compliance_officer");
}

export interface AcceptedBreak {
  readonly id: string;
  readonly kept: LedgerHead | null;
  readonly live: LedgerHead;
}

/** The line that stays in the file of checkpoints for good: from here on the ledger goes on from another head. */
export function acceptanceLine(organisation: OrganisationId, accepted: AcceptedBreak): string {
  const say = (head: LedgerHead | null) => (head ? `${head.size} ${head.root ?? "-"}` : "0 -");
  const { id, kept, live } = accepted;
  return `# accepted ${organisation} break ${id}: ${say(kept)} -> ${say(live)}`;
}

const LINE =
  /^# accepted ([0-9a-f-]{36}) break ([0-9a-f-]{36}): \d+ \S+ -> (\d+) ([0-9a-f]{64}|-)$/;

/** Which break of whose ledger a line says was accepted, and the head that it goes on from; null: another line. */
export function readAcceptanceLine(line: string): {
  readonly organisation: string;
  readonly id: string;
  readonly live: LedgerHead;
} | null {
  const [, organisation, id, size, root] = LINE.exec(line) ?? [];
  if (organisation === undefined || id === undefined) return null;
  const known = Sha256.safeParse(root);
  return { organisation, id, live: { size: Number(size), root: known.data ?? null } };
}
