/**
 * Everything known about one migration, as it was loaded: the values that rules look at. Nothing here is
 * derived; states, gates and reports are computed from it and never stored.
 */
import type {
  Day,
  EvidenceId,
  Instant,
  MigrationId,
  OrganisationId,
  PersonId,
  RequestId,
  RequirementName,
  Sha256,
  SignOffId,
  WorkspaceId,
} from "../ids.ts";
import type { ExternalRole, MemberRole, Surface } from "../people/person.ts";
import type { DetectedVertical } from "../verticals/detection.ts";

export interface ChannelRef {
  readonly surface: Surface;
  readonly workspaceId: WorkspaceId;
  readonly channelId: string;
}

/** Who did it: the person, with name and e-mail as they were at that moment. */
export interface Actor {
  readonly personId: PersonId;
  readonly name: string;
  readonly email: string | null;
}

/** A person outside our organisation, typed in and never picked from a workspace. */
export interface ExternalPerson {
  readonly name: string;
  readonly title: string;
  readonly organisation: string;
  readonly email: string;
}

export interface Contact extends ExternalPerson {
  readonly role: ExternalRole;
}

/** A file that was read, hashed and discarded. */
export interface FileFacts {
  readonly name: string;
  readonly sha256: Sha256;
  readonly bytes: number;
  readonly link: string | null;
}

/** Choice and member: a string. Multi: option ids. File: what is kept of it. */
export type AnswerValue = string | number | readonly string[] | ExternalPerson | FileFacts;

export interface Answer {
  readonly question: string;
  readonly value: AnswerValue;
  readonly by: Actor;
  readonly at: Instant;
}

export interface Evidence {
  readonly id: EvidenceId;
  /** The evidence slot of the workflow file that it was given for. */
  readonly slot: string;
  /** `held`: privileged, held by counsel; only the date is kept. */
  readonly kind: "file" | "link" | "held";
  readonly name: string;
  readonly sha256: Sha256 | null;
  readonly bytes: number | null;
  readonly link: string | null;
  readonly heldOn: Day | null;
  readonly by: Actor;
  readonly at: Instant;
}

export const ATTESTATION_FORMS = ["signed_document", "letter", "e_mail", "minutes"] as const;
export type AttestationForm = (typeof ATTESTATION_FORMS)[number];

/** A document of the requirement, given as evidence or as an answer, as it was when a written word was recorded. */
export interface AttestedDocument {
  readonly as: "evidence" | "answer";
  /** The evidence slot or the question. */
  readonly place: string;
  readonly name: string;
  readonly sha256: Sha256 | null;
  readonly link: string | null;
}

export const AUTHENTICITY_CHECKS = [
  "known_address",
  "asked_back",
  "signature_verified",
  "handed_over",
  "their_system",
] as const;

/** How and when the member who recorded a written word checked that it is authentic. */
export interface AuthenticityCheck {
  readonly how: (typeof AUTHENTICITY_CHECKS)[number];
  readonly on: Day;
}

/** The written word of a person outside, with the evidence item that carries it. */
export interface Attestation {
  readonly id: EvidenceId;
  readonly role: ExternalRole;
  readonly from: ExternalPerson;
  readonly form: AttestationForm;
  readonly statement: string;
  readonly confirmedOn: Day;
  readonly document: {
    readonly name: string;
    readonly sha256: Sha256;
    readonly link: string | null;
    readonly controlled: boolean;
  };
  /** Empty: the answers, and none of the documents. Null: everything that was there when it came. */
  readonly about: readonly AttestedDocument[] | null;
  /** Null: recorded before this was kept. */
  readonly checked: AuthenticityCheck | null;
  readonly receivedBy: Actor;
  readonly receivedAt: Instant;
}

/** What a signature says: that the requirement is met, does not apply, or is waived for a time. */
export const MEANINGS = ["requirement_met", "not_applicable", "waiver"] as const;
export type Meaning = (typeof MEANINGS)[number];

export const REQUEST_ENDINGS = [
  "signed",
  "rejected",
  "changes_requested",
  "withdrawn",
  "superseded",
] as const;
export type RequestEnding = (typeof REQUEST_ENDINGS)[number];

export interface SignOffRequest {
  readonly id: RequestId;
  readonly meaning: Meaning;
  readonly contentHash: Sha256;
  readonly by: Actor;
  readonly at: Instant;
  /** For not applicable and waiver. */
  readonly reason: string | null;
  readonly expiresOn: Day | null;
  readonly claim: { readonly by: Actor; readonly until: Instant } | null;
  readonly ended: {
    readonly as: RequestEnding;
    readonly by: Actor;
    readonly at: Instant;
    readonly reason: string | null;
  } | null;
}

export interface SignOff {
  readonly id: SignOffId;
  readonly meaning: Meaning;
  readonly contentHash: Sha256;
  readonly definitionHash: string;
  readonly requestId: RequestId | null;
  /** The role under which the person signed; `member` for a one-click confirmation. */
  readonly role: MemberRole | "member";
  readonly signer: Actor & {
    readonly surface: Surface;
    readonly workspaceRef: string;
    readonly userId: string;
    readonly timeZone: string;
  };
  readonly consent: string;
  readonly signedAt: Instant;
  /** For a waiver. */
  readonly reason: string | null;
  readonly expiresOn: Day | null;
  readonly revoked: {
    readonly by: Actor;
    readonly at: Instant;
    readonly reason: string;
    readonly kind: "undo" | "revocation";
  } | null;
}

/** One requirement of one migration. `version` grows with every answer, evidence or attestation change. */
export interface Item {
  readonly requirement: RequirementName;
  readonly version: number;
  readonly reopened: { readonly reason: string; readonly at: Instant } | null;
  readonly answers: readonly Answer[];
  readonly evidence: readonly Evidence[];
  readonly attestations: readonly Attestation[];
  readonly requests: readonly SignOffRequest[];
  readonly signOffs: readonly SignOff[];
}

export interface MigrationRecord {
  readonly id: MigrationId;
  readonly organisationId: OrganisationId;
  readonly customer: string;
  readonly industry: string;
  /** IANA zone in which the migration's days are counted. */
  readonly timeZone: string;
  readonly platform: string | null;
  readonly proposalOn: Day | null;
  readonly goLiveOn: Day | null;
  readonly state: "open" | "closed" | "cancelled";
  /** Null when it was created in the terminal. */
  readonly openedBy: Actor | null;
  readonly openedAt: Instant;
  /** Grows with every commit that touches the migration. */
  readonly version: number;
  /** Null until a person has confirmed; an empty list means that a person confirmed that none applies. */
  readonly verticals: readonly string[] | null;
  readonly verticalsConfirmed: { readonly by: Actor; readonly at: Instant } | null;
  /** What the industry text suggested, as shown to the person who confirmed. */
  readonly detection: readonly DetectedVertical[];
  readonly flags: readonly string[];
  /** The first time gate 3 passed; from then on only gate 5 judges ages. */
  readonly gate3PassedAt: Instant | null;
  readonly channels: readonly ChannelRef[];
  /** The workflow versions that this migration started with. */
  readonly definitions: readonly { readonly vertical: string; readonly hash: string }[];
  readonly contacts: readonly Contact[];
  readonly items: readonly Item[];
  /** Why the ledger that proves all this cannot be relied on now; null or absent: nothing is known against it. */
  readonly ledgerDoubt?: string | null;
}

/** The item of a requirement; one that nobody touched yet is empty. */
export function itemOf(record: MigrationRecord, requirement: RequirementName): Item {
  return (
    record.items.find((item) => item.requirement === requirement) ?? {
      requirement,
      version: 0,
      reopened: null,
      answers: [],
      evidence: [],
      attestations: [],
      requests: [],
      signOffs: [],
    }
  );
}
