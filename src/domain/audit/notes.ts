/** What is recorded, but changes no state: what somebody asked, what was given out, what was refused. */
import type {
  Instant,
  MigrationId,
  RequirementName,
  Sha256,
  SignOffId,
  WorkspaceId,
} from "../ids.ts";
import type { SensitiveKind } from "../refusal.ts";

export type Note =
  | {
      readonly type: "GateChecked";
      readonly migrationId: MigrationId;
      readonly stage: 3 | 5;
      readonly verdict: "pass" | "blocked";
      readonly unsatisfied: readonly RequirementName[];
      readonly by?: "terminal";
    }
  | {
      readonly type: "ReportExported";
      readonly migrationId: MigrationId;
      readonly draft: boolean;
      readonly sha256: Sha256;
      /** Whoever asked where there is no person; absent in entries from before it was kept. */
      readonly by?: "terminal";
    }
  | {
      readonly type: "AuditExported";
      readonly what: "bundle" | "proof";
      /** Of the file's bytes. */
      readonly sha256: Sha256;
      /** How many entries it covers. */
      readonly entries: number;
      readonly signOffId: SignOffId | null;
      readonly by?: "terminal";
    }
  | CommandRefused;

/** Who was refused what; never the words. */
export interface CommandRefused {
  readonly type: "CommandRefused";
  /** `Text`: words that were not even read as a command; `Several`: those that `counted` sums up. */
  readonly command: string;
  readonly code: string;
  /** As it was named, whether or not there is one. */
  readonly migrationId: MigrationId | null;
  readonly by?: "terminal";
  /** What kind of sensitive text it was. */
  readonly kind?: SensitiveKind;
  /** Ids of other things that were named, whether or not there are any. */
  readonly claimed?: Readonly<Record<string, string>>;
  /** Where somebody asked whom nobody here knows yet. */
  readonly workspaceId?: WorkspaceId;
  /** One person's refusals beyond those that got an entry of their own, by code, since then. */
  readonly counted?: { readonly since: Instant; readonly codes: Readonly<Record<string, number>> };
}
