/** What a gate says. Stage 5 includes everything of stage 3; whatever is unclear keeps it closed. */
import type { Day, Instant, RequirementName } from "../ids.ts";
import type { RequirementState } from "../requirements/view.ts";

export interface Unsatisfied {
  /** The requirement's name, or null for a reason that is not a requirement (unconfirmed verticals, unreadable file). */
  readonly requirement: RequirementName | null;
  readonly title: string;
  readonly state: RequirementState | "unknown";
  /** What keeps it open now. */
  readonly why: string;
  /** What to do next. */
  readonly fix: string;
  readonly dueOn: Day | null;
}

export type GateVerdict =
  | {
      readonly verdict: "pass";
      readonly stage: 3 | 5;
      readonly at: Instant;
      /** No vertical applies, and a person confirmed that. */
      readonly noVertical: boolean;
      readonly waivers: readonly {
        readonly requirement: RequirementName;
        readonly expiresOn: Day;
      }[];
      /** The earliest day on which something runs out. */
      readonly validUntil: Day | null;
      /** Advisory items that are still open; they never block. */
      readonly advisory: readonly RequirementName[];
    }
  | {
      readonly verdict: "blocked";
      readonly stage: 3 | 5;
      readonly at: Instant;
      readonly unsatisfied: readonly [Unsatisfied, ...Unsatisfied[]];
    };
