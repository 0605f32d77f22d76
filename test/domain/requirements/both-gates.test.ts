/** A migration that was looked at for one gate looks at the other as if nobody had looked before. */
import { expect, it } from "vitest";
import { viewMigration } from "../../../src/domain/requirements/view-migration.ts";
import { aBaseline, aDefinition, aRequirement } from "../../support/definitions.ts";
import { fc } from "../../support/properties.ts";
import { chances, diceOf, readShipped, someInput } from "../../support/random-records.ts";
import {
  anAnswer,
  anItem,
  aRecord,
  aSignOff,
  aView,
  aViewInput,
  instant,
  named,
  requirementOf,
} from "../../support/records.ts";

const BOTH = [
  [3, 5],
  [5, 3],
] as const;

it.each(BOTH)("at gate %s first, then at gate %s, under the shipped workflows", (first, then) => {
  fc.assert(
    fc.property(chances, (stream) => {
      const input = someInput(diceOf(stream), readShipped());
      const before = viewMigration({ ...input, judgedAt: first });

      expect(viewMigration({ ...input, judgedAt: then }, before)).toEqual(
        viewMigration({ ...input, judgedAt: then }),
      );
    }),
    { numRuns: 8 },
  );
});

/** A review whose answer grows too old for gate 3 alone, and what does not apply while the review is signed. */
const DEFINITIONS = [
  aBaseline(),
  aDefinition({
    vertical: "FERPA",
    requirements: [
      aRequirement({
        name: "review",
        ask: [
          {
            id: "held_on",
            type: "date",
            prompt: "When was it held?",
            outcomes: [
              {
                when: { field: "held_on", op: "older_than_days", value: 90 },
                effect: "expire",
                message: "The review is older than 90 days.",
              },
            ],
          },
        ],
      }),
      aRequirement({
        name: "consent_flow",
        not_applicable: {
          derived: {
            from: "review",
            when: { field: "review.held_on", op: "answered", value: true },
            reason: "No minors are recorded.",
          },
        },
      }),
    ],
  }),
];

it.each(BOTH)(
  "at gate %s first, then at gate %s, where an answer has grown too old for one",
  (first, then) => {
    const item = anItem({
      requirement: named("review"),
      answers: [anAnswer("held_on", "2026-08-21")],
    });
    const early = { now: instant("2026-11-19T12:00:00Z") };
    const unsigned = aView(aRecord(DEFINITIONS, { items: [item] }), DEFINITIONS, early);
    const contentHash = requirementOf(unsigned, "review").approvals.requirement_met?.contentHash;
    if (!contentHash) throw new Error("nothing to sign");
    const items = [{ ...item, signOffs: [aSignOff({ contentHash })] }];
    const input = {
      ...aViewInput(aRecord(DEFINITIONS, { items }), DEFINITIONS),
      now: instant("2026-11-21T12:00:00Z"),
    };
    const STATES = { 3: ["expired", "not_started"], 5: ["signed", "not_applicable"] } as const;

    const before = viewMigration({ ...input, judgedAt: first });
    const after = viewMigration({ ...input, judgedAt: then }, before);
    const states = ["review", "consent_flow"].map((name) => requirementOf(after, name).state);

    expect(states).toEqual(STATES[then]);
  },
);
