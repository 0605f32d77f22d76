/** What a migration's requirements look like at one moment: computed from the record, never stored. */
import type { Day, Instant, RequirementName, Sha256 } from "../ids.ts";
import type {
  Answer,
  Attestation,
  Evidence,
  Item,
  Meaning,
  MigrationRecord,
  SignOff,
  SignOffRequest,
} from "../migrations/record.ts";
import type { MemberRole } from "../people/person.ts";
import type {
  AttestationRule,
  Definition,
  EvidenceSlot,
  Outcome,
  Question,
  Requirement,
} from "../workflows/definition.ts";

export const REQUIREMENT_STATES = [
  "not_started",
  "in_progress",
  "awaiting_approval",
  "signed",
  "blocked",
  "waived",
  "not_applicable",
  "expired",
  "rejected",
] as const;
export type RequirementState = (typeof REQUIREMENT_STATES)[number];

export type FactValue = boolean | string | readonly string[];
export type Facts = Readonly<Record<string, FactValue>>;

export interface QuestionView {
  readonly question: Question;
  readonly answer: Answer | null;
}

/** A page of the interview with the questions visible now; a page may be empty. */
export type PageView = readonly QuestionView[];

export interface FiredOutcome {
  readonly question: string;
  readonly outcome: Outcome;
}

export interface SlotView {
  readonly slot: EvidenceSlot;
  readonly given: readonly Evidence[];
  /** Given, or answered by the question that stands for it. */
  readonly met: boolean;
}

export interface AttestationView {
  readonly rule: AttestationRule;
  /** The newest one that fits, or null. */
  readonly met: Attestation | null;
  /** While none fits: the newest one that is about documents which have been replaced since. */
  readonly outdated: Attestation | null;
}

/** A signature that is needed, and who gave it. */
export interface SignatureNeed {
  /** The role that signs now; the fallback when nobody holds the first. */
  readonly role: MemberRole | "member";
  readonly mayBeAnswerer: boolean;
  readonly given: SignOff | null;
}

export interface Quorum {
  readonly needs: readonly SignatureNeed[];
  readonly needed: number;
  readonly given: number;
  readonly met: boolean;
}

/** One way in which a requirement can be cleared, and how far it is. */
export interface Approval {
  readonly meaning: Meaning;
  /** What is signed: definition, answers, evidence and attestations of this version, and the reason if any. */
  readonly contentHash: Sha256;
  readonly quorum: Quorum;
  readonly attestations: readonly AttestationView[];
  readonly reason: string | null;
  readonly expiresOn: Day | null;
}

export interface LeadTime {
  readonly dueOn: Day | null;
  readonly startBy: Day | null;
  /** The start-by day has passed and nothing was begun. */
  readonly late: boolean;
  /** It is late, and was so when the migration was opened. */
  readonly lateWhenOpened: boolean;
  /** Fewer days are left than the shortest lead time. */
  readonly cannotBeMet: boolean;
}

export interface RequirementView {
  readonly name: RequirementName;
  readonly vertical: string;
  readonly definition: Requirement;
  readonly definitionHash: string;
  readonly item: Item;
  readonly state: RequirementState;
  /** Why it is blocked, expired, rejected or re-opened; null when there is nothing to say. */
  readonly reason: string | null;
  /** Signed, waived and not expired, or not applicable. */
  readonly satisfied: boolean;
  /** When a signature or waiver runs out. */
  readonly validUntil: Day | null;
  readonly pages: readonly PageView[];
  /** The first page with an unanswered required question; null when all are answered. */
  readonly nextPage: number | null;
  readonly fired: readonly FiredOutcome[];
  readonly evidence: readonly SlotView[];
  /** Sentences: what is still missing before a signature may be asked for. */
  readonly missing: readonly string[];
  /** Sentences: why an answer keeps it closed. */
  readonly blocks: readonly string[];
  /** The approval in force: of an open not-applicable or waiver request, else that the requirement is met. */
  readonly approvals: Readonly<Record<Meaning, Approval | null>>;
  /** The signatures that setting it aside would take; null where that is not allowed. */
  readonly aside: Readonly<Record<"not_applicable" | "waiver", Quorum | null>>;
  readonly openRequest: SignOffRequest | null;
  readonly leadTime: LeadTime;
  /** For `not_applicable` that follows from a signed answer elsewhere. */
  readonly derivedReason: string | null;
}

export interface MigrationView {
  readonly record: MigrationRecord;
  readonly now: Instant;
  readonly today: Day;
  readonly facts: Facts;
  /** In the order people do them: by stage, then as in the files. */
  readonly requirements: readonly RequirementView[];
  /** Verticals whose definition cannot be read: every gate stays closed. */
  readonly unreadable: readonly string[];
  /** What people call each vertical: `PCI` is shown as "PCI-DSS". */
  readonly titles: Readonly<Record<string, string>>;
  /** What the workflow files say of verticals that apply together. */
  readonly together: readonly string[];
  /** Definitions that have a newer version than the migration's. */
  readonly outdated: readonly { readonly vertical: string; readonly newest: Definition }[];
}

export interface ViewInput {
  readonly record: MigrationRecord;
  /** The definitions that the migration started with. */
  readonly definitions: readonly Definition[];
  /** The definitions of today. */
  readonly newest: readonly Definition[];
  readonly now: Instant;
  /** Roles that at least one member of the organisation holds. */
  readonly heldRoles: ReadonlySet<MemberRole>;
  /** At which gate ages are judged; absent: 3 until gate 3 passed, then 5. */
  readonly judgedAt?: 3 | 5;
}
