/** What it takes to ship the ledger to somebody who keeps events: who has what left to ship, and who takes it. */
import type { OrganisationId } from "../domain/ids.ts";

/** One sealed entry, as its bytes stand in the ledger. */
export interface SealedEntry {
  readonly sequence: number;
  /** RFC 8785 text. */
  readonly entry: string;
  readonly leafHash: string;
  /** The personal part of a sign-off; null for every other entry, and when it was erased. */
  readonly personal: string | null;
}

export interface KeptCheckpoint {
  /** Grows with every checkpoint of the organisation. */
  readonly id: number;
  readonly era: number;
  readonly size: number;
  /** The signed note. */
  readonly note: string;
}

/** What one organisation has left to ship, which this process alone may ship until the lease ends. */
export interface Shipment {
  readonly organisationId: OrganisationId;
  readonly fence: string;
  /** In order, without a gap. */
  readonly entries: readonly SealedEntry[];
  readonly checkpoints: readonly KeptCheckpoint[];
  /** The first entry was refused before. */
  readonly isSuspect: boolean;
}

/** How far a shipment came. */
export interface Shipped {
  readonly taken: readonly number[];
  readonly refused: readonly { readonly sequence: number; readonly why: string }[];
  /** The id of the newest checkpoint that was taken. */
  readonly checkpointsThrough: number | null;
}

export interface Shipping {
  /** The next shipment of any organisation but those named; null when nothing is left. */
  claim(except: readonly OrganisationId[]): Promise<Shipment | null>;
  /** Prolongs the lease; false when another process has it. */
  hold(shipment: Shipment): Promise<boolean>;
  /** Moves the cursor and ends the lease; answers which refused entries are left out from now on. */
  settle(shipment: Shipment, shipped: Shipped): Promise<readonly number[]>;
}

export interface ShippingLag {
  /** Sealed and not yet shipped. */
  readonly entries: number;
  /** For how long the oldest of them has been waiting. */
  readonly seconds: number;
  /** Refused so often that they were left out. */
  readonly leftOut: number;
}

/** What became of a batch; a batch is taken or refused as a whole. */
export type Taken =
  | { readonly outcome: "taken" }
  /** Something in it cannot be taken as it is. */
  | { readonly outcome: "refused"; readonly why: string }
  | { readonly outcome: "later"; readonly why: string; readonly afterSeconds?: number };

/** Whoever keeps events. */
export interface EventSink {
  readonly name: string;
  shipEntries(organisationId: OrganisationId, entries: readonly SealedEntry[]): Promise<Taken>;
  shipCheckpoints(
    organisationId: OrganisationId,
    checkpoints: readonly KeptCheckpoint[],
  ): Promise<Taken>;
  /** Gives up what is under way: it is shipped again by whoever comes next. */
  stop(): void;
}
