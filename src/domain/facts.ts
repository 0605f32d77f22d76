/**
 * What happened, in the past tense. A use case decides facts; the store writes each one as table changes and as
 * one ledger event, in one transaction, so that the tables can be rebuilt from the ledger.
 * Fields under `personal` go into the erasable side table; the ledger keeps a salted commitment to them.
 */
import type { LedgerFact } from "./audit/ledger-facts.ts";
import type { Note } from "./audit/notes.ts";
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
} from "./ids.ts";
import type {
  Actor,
  AnswerValue,
  Attestation,
  AttestedDocument,
  AuthenticityCheck,
  ChannelRef,
  Contact,
  Evidence,
  ExternalPerson,
  Meaning,
  RequestEnding,
  SignOff,
} from "./migrations/record.ts";
import type { WorkspaceFact } from "./organisations/workspace-facts.ts";
import type { Identity, MemberRole, Profile } from "./people/person.ts";
import type { DetectedVertical } from "./verticals/detection.ts";

interface OfMigration {
  readonly migrationId: MigrationId;
}
interface OfRequirement extends OfMigration {
  readonly requirement: RequirementName;
}

export type PeopleFact =
  | {
      readonly type: "PersonRecognised";
      readonly personId: PersonId;
      readonly identity: Identity;
      readonly personal: Profile;
    }
  | { readonly type: "RoleGranted"; readonly personId: PersonId; readonly role: MemberRole }
  | { readonly type: "RoleWithdrawn"; readonly personId: PersonId; readonly role: MemberRole }
  | {
      readonly type: "LinkCodeIssued";
      readonly personId: PersonId;
      readonly identity: Identity;
      readonly codeHash: Sha256;
      readonly expiresAt: Instant;
      readonly purpose?: "join";
    }
  | { readonly type: "LinkCodeMistyped"; readonly personId: PersonId }
  | {
      readonly type: "IdentityLinked";
      /** The person who stays. */
      readonly personId: PersonId;
      /** The person whose account it was. */
      readonly joinedId: PersonId;
      readonly identity: Identity;
      readonly codeHash: Sha256;
    }
  | {
      readonly type: "IdentityUnlinked";
      readonly personId: PersonId;
      readonly backTo: PersonId;
      readonly identity: Identity;
    };

/** A workspace installed the app itself, or took it away; its token is in no fact. */
export type InstallationFact =
  | {
      readonly type: "WorkspaceInstalled";
      readonly workspaceId: WorkspaceId;
      readonly surface: "slack";
      readonly workspaceRef: string;
      readonly enterpriseId: string | null;
      readonly isOrgWide: boolean;
      readonly appId: string;
      readonly botUserId: string;
      readonly scopes: readonly string[];
      /** Who installed it, as the platform tells it. */
      readonly personal: { readonly userId: string; readonly workspaceName: string };
    }
  | {
      readonly type: "WorkspaceUninstalled";
      readonly workspaceId: WorkspaceId;
      readonly surface: "slack";
      readonly workspaceRef: string;
      readonly why: "app_uninstalled" | "tokens_revoked" | "token_refused";
    };

export type MigrationFact =
  | (OfMigration & {
      readonly type: "MigrationOpened";
      readonly industry: string;
      readonly timeZone: string;
      readonly platform: string | null;
      readonly proposalOn: Day | null;
      readonly goLiveOn: Day | null;
      readonly channel: ChannelRef | null;
      /** Where no person did it; absent in facts from before it was kept. */
      readonly by?: "terminal";
      readonly personal: { readonly customer: string };
    })
  | (OfMigration & {
      readonly type: "VerticalsProposed";
      readonly industry: string;
      readonly detection: readonly DetectedVertical[];
      readonly flags: readonly string[];
      readonly by?: "terminal";
    })
  | (OfMigration & {
      readonly type: "VerticalsConfirmed";
      readonly verticals: readonly string[];
      readonly definitions: readonly { readonly vertical: string; readonly hash: string }[];
    })
  | (OfMigration & {
      readonly type: "DatesChanged";
      readonly proposalOn: Day | null;
      readonly goLiveOn: Day | null;
    })
  | (OfMigration & {
      /** The days stay as they are; when they begin and end follows the zone. */
      readonly type: "TimeZoneCorrected";
      readonly from: string;
      readonly to: string;
    })
  | (OfMigration & { readonly type: "PlatformChosen"; readonly platform: string })
  | (OfMigration & {
      readonly type: "ContactRecorded";
      readonly role: Contact["role"];
      readonly personal: ExternalPerson;
    })
  | (OfMigration & { readonly type: "ChannelLinked"; readonly channel: ChannelRef })
  | (OfMigration & {
      readonly type: "WorkflowAdopted";
      readonly vertical: string;
      readonly from: string;
      readonly to: string;
      /** Requirements whose definition changed: they re-open. */
      readonly reopened: readonly RequirementName[];
    })
  | (OfMigration & { readonly type: "MigrationClosed" })
  | (OfMigration & { readonly type: "MigrationCancelled"; readonly reason: string });

export type EvidenceFact =
  | (OfRequirement & {
      readonly type: "AnswerGiven";
      readonly question: string;
      readonly personal: { readonly value: AnswerValue };
    })
  | (OfRequirement & { readonly type: "AnswerWithdrawn"; readonly question: string })
  | (OfRequirement & {
      readonly type: "EvidenceAdded";
      readonly evidenceId: EvidenceId;
      readonly slot: string;
      readonly kind: Evidence["kind"];
      readonly sha256: Sha256 | null;
      readonly bytes: number | null;
      readonly heldOn: Day | null;
      readonly personal: { readonly name: string; readonly link: string | null };
    })
  | (OfRequirement & { readonly type: "EvidenceRemoved"; readonly evidenceId: EvidenceId })
  | (OfRequirement & {
      readonly type: "AttestationReceived";
      readonly evidenceId: EvidenceId;
      readonly role: Attestation["role"];
      readonly form: Attestation["form"];
      readonly confirmedOn: Day;
      readonly documentSha256: Sha256;
      readonly controlled: boolean;
      /** Absent, as the check is, in facts from before they were kept. */
      readonly about?: readonly Pick<AttestedDocument, "as" | "place" | "sha256">[] | null;
      readonly checked?: AuthenticityCheck;
      readonly personal: {
        readonly from: ExternalPerson;
        readonly statement: string;
        readonly documentName: string;
        readonly link: string | null;
        readonly about?: readonly Pick<AttestedDocument, "name" | "link">[];
      };
    })
  | (OfRequirement & { readonly type: "RequirementReopened"; readonly reason: string });

export type SignOffFact =
  | (OfRequirement & {
      readonly type: "SignOffRequested";
      readonly requestId: RequestId;
      readonly meaning: Meaning;
      readonly contentHash: Sha256;
      readonly reason: string | null;
      readonly expiresOn: Day | null;
    })
  | (OfRequirement & {
      readonly type: "RequestClaimed";
      readonly requestId: RequestId;
      readonly until: Instant;
    })
  | (OfRequirement & {
      readonly type: "RequestEnded";
      readonly requestId: RequestId;
      readonly as: RequestEnding;
      readonly reason: string | null;
    })
  | (OfRequirement & {
      readonly type: "SignOffRecorded";
      readonly signOffId: SignOffId;
      readonly requestId: RequestId | null;
      readonly meaning: Meaning;
      readonly contentHash: Sha256;
      readonly definitionHash: string;
      readonly role: SignOff["role"];
      readonly consent: string;
      readonly reason: string | null;
      readonly expiresOn: Day | null;
      readonly surface: Identity["surface"];
      readonly workspaceRef: string;
      /** The one-click confirmation of an unambiguous detection, which its answerer may give. */
      readonly byAnswerer: boolean;
      readonly personal: {
        readonly userId: string;
        readonly name: string;
        readonly email: string;
        readonly timeZone: string;
      };
    })
  | (OfRequirement & {
      readonly type: "SignOffRevoked";
      readonly signOffId: SignOffId;
      readonly kind: "undo" | "revocation";
      readonly reason: string;
    })
  | (OfRequirement & {
      readonly type: "SigningTokenIssued";
      readonly tokenHash: Sha256;
      readonly meaning: Meaning;
      readonly contentHash: Sha256;
      readonly expiresAt: Instant;
    })
  | (OfRequirement & { readonly type: "SigningTokenSpent"; readonly tokenHash: Sha256 });

/** What an operator did in the terminal about what leaves the house; it belongs to no migration. */
export type DeliveryFact =
  | {
      readonly type: "DeadLetterReplayed";
      readonly by: "terminal";
      readonly delivery: string;
      readonly lane: "emergency" | "interactive" | "bulk";
      readonly why: string;
    }
  | {
      readonly type: "EventsResent";
      readonly by: "terminal";
      readonly sink: "splunk";
      /** The first entry that is sent again. */
      readonly from: number;
    };

export type Fact =
  | PeopleFact
  | InstallationFact
  | WorkspaceFact
  | LedgerFact
  | MigrationFact
  | EvidenceFact
  | SignOffFact
  | DeliveryFact
  | Note;

/** A fact with who, when and where it belongs; `at` comes from the app's clock. */
export interface RecordedFact {
  readonly organisationId: OrganisationId;
  /** Null when the system itself acted, such as at start-up. */
  readonly actor: Actor | null;
  readonly at: Instant;
  readonly fact: Fact;
}
