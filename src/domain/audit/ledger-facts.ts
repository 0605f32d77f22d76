/** Facts about the ledger itself: its keys, its breaks, where its checkpoints are posted, how the service was set up. */
import type { ChannelRef } from "../migrations/record.ts";
import type { BreakKind, FoundBreak, LedgerHead, NewKey } from "./ledger-break.ts";

export type LedgerFact =
  | (NewKey & { readonly type: "SigningKeyRegistered" })
  | (FoundBreak & { readonly type: "LedgerBreakFound"; readonly breakId: string })
  | {
      readonly type: "LedgerBreakAccepted";
      readonly breakId: string;
      readonly kind: BreakKind;
      readonly kept: LedgerHead | null;
      readonly live: LedgerHead;
      readonly reason: string;
      /** The second of two different people: from here on the ledger goes on. */
      readonly isFinal: boolean;
    }
  /** Null: checkpoints are posted no more. */
  | { readonly type: "AuditChannelChosen"; readonly channel: ChannelRef | null }
  | {
      readonly type: "ConfigurationChanged";
      /** Every setting that is no secret, and the hash of every workflow file. */
      readonly configuration: Readonly<Record<string, string>>;
      readonly changed: readonly string[];
      /** Whoever starts the service sets it up; absent in entries from before it was kept. */
      readonly by?: "configuration";
    };
