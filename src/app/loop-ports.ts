/** What the loops need of the store: leases on what must leave, and the sealing of what was recorded. */
import type { OrganisationId } from "../domain/ids.ts";
import type { Surface } from "../domain/people/person.ts";
import type { Message } from "../messages/message.ts";
import type { DeadLetter, Lane, Sender, Sent } from "./ports.ts";

/** Where one delivery goes, as its sender wants it. */
export type Destination = Parameters<Sender["send"]>[0]["to"];

/** One delivery that this process alone may send until the lease ends. */
export interface Leased {
  readonly id: string;
  /** A later lease has a higher number; what an earlier holder reports is then refused. */
  readonly fence: string;
  readonly organisationId: OrganisationId;
  readonly lane: Lane;
  /** Deliveries of one target leave one after the other. */
  readonly target: string;
  readonly message: Message;
  readonly attempts: number;
  readonly uncertain: boolean;
  readonly editOnly: boolean;
  readonly leaseMs: number;
  /** The least time between two messages to this target. */
  readonly paceMs: number;
  readonly route: Route;
}

export type Route =
  /** `edit`: the living message to change; null: post. */
  | {
      readonly kind: "send";
      readonly surface: Surface;
      readonly to: Destination;
      readonly edit: string | null;
    }
  /** The living message says it already, or there is none to edit. */
  | { readonly kind: "drop"; readonly why: string }
  /** The person has no identity on any surface. */
  | { readonly kind: "nowhere"; readonly why: string };

/** The least time between two messages to one target, for each surface that has such a limit. */
export type Paces = Readonly<Partial<Record<Surface, number>>>;

/** What became of a lease. */
export type Settlement =
  | (Sent & {
      /** Its attempts are used up: it is given up if the platform takes what others send. */
      readonly endsIfOthersPass?: boolean;
    })
  | { readonly outcome: "dropped"; readonly why: string }
  /** The edit failed because the message is gone: post it anew. */
  | { readonly outcome: "repost"; readonly why: string };

export interface Outbox {
  /**
   * Takes the first waiting delivery of each target that is due and has no pause in any process; `except` names
   * targets to leave alone.
   */
  lease(
    lane: Lane,
    options: {
      readonly limit: number;
      readonly except: readonly string[];
      readonly paceMs?: Paces;
    },
  ): Promise<readonly Leased[]>;
  /** `lost`: the lease had passed to another, and nothing was written. `over`: it is not tried again. */
  settle(
    lease: Leased,
    settlement: Settlement,
    retryAfterMs: number | null,
  ): Promise<"waiting" | "over" | "lost">;
  /** Calls back when something was written into the lane; resolves when it listens. */
  onWake(lane: Lane, wake: () => void): Promise<() => void>;
  /** Of all organisations; the newest hundred. */
  deadLetters(): Promise<readonly DeadLetter[]>;
  countDead(): Promise<number>;
  pending(): Promise<
    Readonly<Record<Lane, { readonly waiting: number; readonly oldestSeconds: number }>>
  >;
  /** Forgets event keys and settled deliveries older than a day. */
  forget(): Promise<void>;
  close(): Promise<void>;
}
