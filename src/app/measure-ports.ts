/** Figures for operators. Every label is a word of ours: nothing that a request brings along becomes one. */
import type { Surface } from "../domain/people/person.ts";
import type { RefusalCode } from "../domain/refusal.ts";
import type { Lane } from "./ports.ts";
import type { ShippingLag } from "./shipping-ports.ts";

/** What happens, as it happens. */
export interface Meter {
  /** One thing that a person did, from the request to the answer. */
  asked(surface: Surface, outcome: "answered" | "failed", seconds: number): void;
  refused(code: RefusalCode): void;
  delivered(lane: Lane, outcome: DeliveryOutcome): void;
}

export type DeliveryOutcome = "sent" | "dropped" | "retried" | "dead" | "lost";

/** How things stand in the database. */
export interface StoreMeasures {
  readonly outbox: Readonly<
    Record<Lane, { readonly waiting: number; readonly oldestSeconds: number }>
  >;
  readonly deadLetters: number;
  readonly ledger: {
    readonly staged: number;
    readonly sealed: number;
    /** For how long the oldest sealed entry has been waiting for a signed checkpoint; 0: none waits. */
    readonly unsignedSeconds: number;
  };
  readonly shipping: ShippingLag;
  /** By what they are for. */
  readonly connections: Readonly<
    Record<string, { readonly used: number; readonly idle: number; readonly awaited: number }>
  >;
}
