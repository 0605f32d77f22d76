/** What use cases need from the world. Each port is small and has a real or fake implementation in the tests. */

import type { Command, CommandType } from "../domain/command.ts";
import type { RecordedFact } from "../domain/facts.ts";
import type { Instant, MigrationId, OrganisationId, PersonId, Sha256 } from "../domain/ids.ts";
import type { Actor, ChannelRef, MigrationRecord } from "../domain/migrations/record.ts";
import type { Situation } from "../domain/migrations/situation.ts";
import type { LinkCode } from "../domain/people/linking.ts";
import type {
  Identity,
  MemberRole,
  Person,
  PersonSummary,
  Profile,
  Surface,
} from "../domain/people/person.ts";
import type { Refusal } from "../domain/refusal.ts";
import type { SigningToken } from "../domain/sign-offs/signing-token.ts";
import type { Definition } from "../domain/workflows/definition.ts";
import type { Form, FormValues } from "../messages/form.ts";
import type { Home, Message } from "../messages/message.ts";
import type { CrashPoint, Finding } from "./examining-ports.ts";
import type { JoiningStore } from "./joining-ports.ts";
import type { LedgerState, LedgerStore } from "./ledger-ports.ts";
import type { Meter } from "./measure-ports.ts";
import type { RefusalTally } from "./refusals/tally.ts";

// ---- What comes in -------------------------------------------------------------------------------------------

/** Where a command was given. */
export interface Place {
  readonly kind: "channel" | "direct" | "home";
  /** Null on a home tab or in a terminal. */
  readonly channel: ChannelRef | null;
}

/** One verified request of one person. */
export interface Inbound {
  readonly identity: Identity;
  readonly place: Place;
  readonly command: Command | { readonly type: "Text"; readonly text: string };
  readonly values: FormValues;
  /** Unique for what the person did; a repeat of it has no second effect. */
  readonly eventKey: string;
  readonly correlationId: string;
}

/** What goes back to that person alone. */
export type Reply =
  | { readonly kind: "show"; readonly message: Message }
  | { readonly kind: "form"; readonly form: Form }
  /** The form stays open; the sentences stand beside its fields. */
  | { readonly kind: "errors"; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: "home"; readonly home: Home };

// ---- What goes out -------------------------------------------------------------------------------------------

export type Lane = "emergency" | "interactive" | "bulk";

export type Recipient =
  | { readonly kind: "channel"; readonly channel: ChannelRef; readonly threadOf?: string }
  | { readonly kind: "person"; readonly personId: PersonId }
  | { readonly kind: "home"; readonly personId: PersonId };

/** One message for the outbox, written in the transaction that causes it. */
export interface Delivery {
  readonly lane: Lane;
  readonly to: Recipient;
  readonly message: Message;
  /** A living message: the first with a key posts it, later ones edit it in place; unsent edits fold into the newest. */
  readonly key?: string;
  /** Edit it if it stands somewhere; never post it anew. */
  readonly editOnly?: boolean;
  /**
   * What the message says apart from its time. An edit whose digest the living message already has is dropped;
   * `Reading.livingMessage` answers with it. Absent: the hash of the message.
   */
  readonly digest?: string;
}

/** What a surface's client did with one delivery. */
export type Sent =
  | { readonly outcome: "sent"; readonly ref: string }
  | {
      readonly outcome: "retry";
      readonly why: string;
      readonly afterSeconds?: number;
      /** What the platform limits: this target, or every call of this kind in the workspace. */
      readonly limits?: "target" | "kind";
      /** The platform itself said so, or was away: nothing is wrong with the message. */
      readonly isPassing?: boolean;
    }
  /** Sent or not: the platform did not say. It is asked before the post is repeated. */
  | { readonly outcome: "uncertain"; readonly why: string }
  | { readonly outcome: "failed"; readonly why: string };

/** A message that was given up, until somebody has it sent again. */
export interface DeadLetter {
  readonly id: string;
  readonly organisationId: OrganisationId;
  readonly lane: Lane;
  readonly target: string;
  readonly headline: string;
  readonly why: string;
  readonly attempts: number;
  readonly at: Instant;
}

export interface Sender {
  readonly surface: Surface;
  /** `attempt` is unique per outbox row; `uncertain` tells that an earlier attempt may have arrived. */
  send(post: {
    readonly to:
      | {
          readonly kind: "channel";
          readonly channel: ChannelRef;
          readonly threadRef: string | null;
        }
      | { readonly kind: "person"; readonly identity: Identity }
      | { readonly kind: "home"; readonly identity: Identity };
    readonly message: Message;
    /** The reference of the living message to edit, or null to post. */
    readonly edit: string | null;
    readonly attempt: string;
    readonly uncertain: boolean;
    readonly lane: Lane;
  }): Promise<Sent>;
}

/** Asks the platform who somebody is, now. Null: no answer within 1.5 s. */
export interface Directory {
  readonly surface: Surface;
  lookUp(identity: Identity): Promise<Profile | null>;
  /** What people call the workspace. Null: no answer. */
  nameOf?(workspaceId: Identity["workspaceId"]): Promise<string | null>;
}

// ---- Storage -------------------------------------------------------------------------------------------------

export interface MigrationSummary
  extends Pick<MigrationRecord, "id" | "customer" | "state" | "goLiveOn"> {
  readonly openedBy: PersonId | null;
}

/** Reads of one organisation. */
export interface Reading {
  migration(id: MigrationId): Promise<MigrationRecord | null>;
  situation(id: MigrationId): Promise<Situation | null>;
  migrationOfChannel(channel: ChannelRef): Promise<MigrationId | null>;
  /** Newest first, as the next one. */
  migrations(filter: Partial<Pick<MigrationRecord, "state">>): Promise<readonly MigrationSummary[]>;
  situations(state: MigrationRecord["state"]): Promise<readonly Situation[]>;
  definitions(hashes: readonly string[]): Promise<readonly Definition[]>;
  person(id: PersonId): Promise<PersonSummary | null>;
  personOf(identity: Identity): Promise<PersonSummary | null>;
  /** Whether the workspace is of this organisation: it may have joined another one. */
  hasWorkspace(id: Identity["workspaceId"]): Promise<boolean>;
  /** Every member who holds one of the roles now. */
  holders(roles: readonly MemberRole[]): Promise<readonly PersonSummary[]>;
  people(): Promise<readonly PersonSummary[]>;
  signingToken(tokenHash: Sha256): Promise<SigningToken | null>;
  /** A code that links two accounts, of this organisation. */
  linkCode(codeHash: Sha256): Promise<LinkCode | null>;
  /** Whose code it is, whichever organisation's; null: nobody's. */
  organisationOfLinkCode(codeHash: Sha256): Promise<string | null>;
  ledger(): Promise<LedgerState>;
  /** How many entries the newest checkpoint covers; 0: none was signed. */
  sealedEntries(): Promise<number>;
  /** What the last delivered version of a living message said, as a digest of its message. */
  livingMessage(key: string): Promise<{ readonly posted: boolean; readonly digest: string } | null>;
  /** The newest hundred. */
  deadLetters(): Promise<readonly DeadLetter[]>;
  countDeadLetters(): Promise<number>;
}

/** One transaction of one organisation. */
export interface Writing extends Reading {
  /** Loads a migration and holds it, and the person with their roles, until the transaction ends. */
  lockSituation(id: MigrationId, person: PersonId | null): Promise<Situation | null>;
  /** The person's roles, read again under lock. */
  lockRoles(id: PersonId): Promise<readonly MemberRole[]>;
  /** When a person typed a code that did not fit; held, so that many at once count one by one. */
  holdLinkTries(tried: {
    readonly person: PersonId;
    readonly since: Instant;
  }): Promise<readonly Instant[]>;
  /** The ledger's state, held so that two acceptances of one break come one after the other. */
  lockLedger(): Promise<LedgerState>;
  /** Holds a channel, so that two people cannot open two migrations in it at once. */
  lockChannel(channel: ChannelRef): Promise<MigrationId | null>;
  /** Table changes and ledger staging rows. */
  record(facts: readonly RecordedFact[]): Promise<void>;
  /** Records the facts and reads what `look` asks for, as they leave it; `look` sends its questions at once. */
  recordAndLook<T>(
    facts: readonly RecordedFact[],
    look: (reading: Reading) => Promise<T>,
  ): Promise<T>;
  /** Outbox rows. */
  deliver(deliveries: readonly Delivery[]): Promise<void>;
  /** As `deliver`, and what was recorded and delivered is committed: nothing more is asked or written. */
  deliverLast(deliveries: readonly Delivery[]): Promise<void>;
  /** Puts a dead letter back in the queue; null when there is none of that id. */
  replayDeadLetter(id: string): Promise<DeadLetter | null>;
  /** Has everything from this entry on shipped to Splunk again; false when nothing was shipped yet. */
  resendEvents(from: number): Promise<boolean>;
  /** Keeps a definition by its hash for the migrations that start with it. */
  keepDefinitions(definitions: readonly Definition[]): Promise<void>;
}

export interface Store extends LedgerStore, JoiningStore {
  organisations(): Promise<readonly OrganisationId[]>;
  organisationOfMigration(id: MigrationId): Promise<OrganisationId | null>;
  /** The organisation that a workspace belongs to; created with its workspace on first sight. */
  organisationOf(workspace: Pick<Identity, "surface" | "workspaceRef">): Promise<{
    readonly organisationId: OrganisationId;
    readonly workspaceId: Identity["workspaceId"];
  }>;
  /** Whose organisation somebody belongs to, and who that is when they were here before; like `organisationOf`. */
  enter(identity: Identity): Promise<{
    readonly organisationId: OrganisationId;
    readonly known: PersonSummary | null;
  }>;
  read<T>(organisationId: OrganisationId, work: (reading: Reading) => Promise<T>): Promise<T>;
  /**
   * Runs in one transaction. `eventKey` is inserted inside it; when it was there before, the work gets no
   * further than its first question, nothing is written, and the answer is `repeated`. When the work answers with a
   * refusal, everything it wrote is rolled back.
   */
  write<T>(
    organisationId: OrganisationId,
    eventKey: string | null,
    work: (writing: Writing) => Promise<T>,
  ): Promise<T | "repeated">;
}

// ---- Telling operators ---------------------------------------------------------------------------------------

/** One JSON line. `event` is a static name; values never hold what a person typed. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields & { readonly error?: unknown }): void;
}
export interface LogFields {
  readonly correlationId?: string;
  /** `slack`, `web`, `postgres` ...: whose event it is; absent: our own. */
  readonly provider?: string;
  readonly [key: string]: unknown;
}

// ---- Everything together -------------------------------------------------------------------------------------

export type { CrashPoint, Finding };

export interface Deps {
  readonly store: Store;
  readonly clock: () => Date;
  readonly newId: () => string;
  /** A secret for a single use, 256 bits, URL-safe. */
  readonly newSecret: () => string;
  readonly directories: ReadonlyMap<Surface, Directory>;
  /** The workflow files as they are now. */
  readonly workflows: readonly Definition[];
  /** Domains whose confirmed addresses may sign; empty: any confirmed address. */
  readonly signingEmailDomains: readonly string[];
  /** A named point of the program was reached; a fault test may end the process there. */
  readonly reached: (point: CrashPoint) => void;
  /** Checks of the machine and the surfaces, for `doctor`. */
  readonly examinations: readonly (() => Promise<readonly Finding[]>)[];
  /** Absent where nobody watches, such as in the terminal. */
  readonly meter?: Meter;
  /** Absent: every refusal has a ledger entry of its own. */
  readonly refusals?: RefusalTally;
}

/** Who changes something, when. The terminal and the sweep act without a person. */
export interface Acting {
  readonly deps: Deps;
  readonly organisationId: OrganisationId;
  readonly actor: Actor | null;
  readonly now: Instant;
  /** Null when a repeat cannot happen. */
  readonly eventKey: string | null;
}

/** A request whose person is known, as every use case gets it. */
export interface Context extends Acting {
  readonly person: Person;
  readonly actor: Actor;
  readonly place: Place;
  readonly values: FormValues;
  readonly eventKey: string;
}

/** One use case: a command in, a private reply out; everything public goes through the outbox. */
export type UseCase<T extends CommandType> = (
  context: Context,
  command: Extract<Command, { type: T }>,
) => Promise<Reply | Refusal>;
