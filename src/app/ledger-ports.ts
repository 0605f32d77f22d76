/** What use cases and loops need of the ledger: its state, its checks, and its sealing. */
import type { LedgerBreak } from "../domain/audit/ledger-break.ts";
import type { Instant, MigrationId, OrganisationId, Sha256 } from "../domain/ids.ts";
import type { ChannelRef } from "../domain/migrations/record.ts";
import type { Finding } from "./ports.ts";

/** What an organisation can know of its own ledger without reading the entries. */
export interface LedgerState {
  /** The newest. */
  readonly checkpoint: StoredCheckpoint | null;
  /** Found and not accepted, oldest first: the ledger does not go on before two people accept each. */
  readonly breaks: readonly LedgerBreak[];
  /** Where checkpoints are posted. */
  readonly channel: ChannelRef | null;
  /** How the service was set up when it was last recorded. */
  readonly configuration: Readonly<Record<string, string>> | null;
}

/** A signed checkpoint as it is kept. */
export interface StoredCheckpoint {
  /** Grows in the order of commits. */
  readonly id: string;
  readonly organisationId: OrganisationId;
  readonly size: number;
  readonly root: Sha256;
  readonly keyId: string;
  /** The signed note. */
  readonly note: string;
  readonly signedAt: Instant;
}

export interface AuditReference {
  readonly size: number;
  readonly rootHash: Sha256;
}

export type LedgerVerdict =
  | {
      readonly ok: true;
      readonly entries: number;
      readonly rootHash: Sha256 | null;
      readonly unsealed: number;
      /** How many were checked, with their signatures. */
      readonly checkpoints: number;
      /** The newest of them. */
      readonly signed: {
        readonly size: number;
        readonly keyId: string;
        readonly at: Instant;
      } | null;
      /** How often two people accepted that the ledger does not continue what was signed. */
      readonly breaks: number;
    }
  | {
      readonly ok: false;
      readonly entries: number;
      /** Null: every entry fits, but the database does not protect them as it should. */
      readonly firstBad: number | null;
      readonly why: string;
      /** What of the schema's protection is not as it was made, a sentence each. */
      readonly unprotected: readonly string[];
    };

/** The ledger of an organisation, as use cases ask for it. */
export interface LedgerStore {
  /** Checks the live ledger of an organisation from its first entry. */
  verifyLedger(organisationId: OrganisationId): Promise<LedgerVerdict>;
  /** Rebuilds the organisation's tables from its ledger, and compares them with the live ones. */
  replay(organisationId: OrganisationId): Promise<ReplayVerdict>;
  /** The keys that sign and signed, for auditors: this process's own first, a line each. */
  publicKeys(): Promise<readonly string[]>;
  /** Seals now what was committed, so that a report need not wait for the sealer. */
  sealLedger(organisationId: OrganisationId): Promise<void>;
  /** Size and root that cover the migration's last state-changing entry; null before it is sealed. */
  auditReference(organisationId: OrganisationId, id: MigrationId): Promise<AuditReference | null>;
}

/** Whether the tables are what the ledger says. */
export type ReplayVerdict =
  | { readonly ok: true; readonly facts: number; readonly tables: number }
  | { readonly ok: false; readonly facts: number; readonly why: string };

export interface Ledger {
  /** Seals what waits, one batch of each organisation by turns; answers how many entries were sealed. */
  seal(): Promise<number>;
  /** Seals all that waits in one organisation, after whoever is sealing already, and signs it. */
  sealAll(organisationId: OrganisationId): Promise<void>;
  /** Signs the newest head of each ledger that was sealed here since. */
  sign(): Promise<void>;
  /** Compares every ledger with what was signed, and signs whatever is new in it, whoever sealed it. */
  signAll(): Promise<void>;
  /** Of every ledger, in the order in which they were committed; "0" asks for the first. */
  checkpointsAfter(id: string, limit: number): Promise<readonly StoredCheckpoint[]>;
  newestCheckpoint(organisationId: OrganisationId): Promise<StoredCheckpoint | null>;
  /** Calls back when something was committed by this process; what others commit is found by looking. */
  onWake(wake: () => void): () => void;
  wake(): void;
  unsealed(): Promise<number>;
  /** For `doctor`: the key, where it lies, and what keeps a ledger from going on. */
  examine(): Promise<readonly Finding[]>;
}
