/** What is remembered of definitions and days to be quick must never change what a gate says. */
import { describe, expect, it } from "vitest";
import { gateOf } from "../../../src/domain/gates/gate.ts";
import { contentHashOf } from "../../../src/domain/requirements/content-hash.ts";
import type { RequirementView } from "../../../src/domain/requirements/view.ts";
import { viewMigration } from "../../../src/domain/requirements/view-migration.ts";
import { fc } from "../../support/properties.ts";
import { chances, diceOf, readShipped, someInput } from "../../support/random-records.ts";

const SHIPPED = readShipped();

/** The hash of what is signed, from what the page shows and nothing that was remembered. */
function hashShown(requirement: RequirementView, verticals: readonly string[] | null) {
  const { item, pages } = requirement;
  return contentHashOf({
    requirement: structuredClone(requirement.definition),
    item,
    answers: pages
      .flat()
      .flatMap(({ question, answer }) =>
        answer ? [{ question: question.id, value: answer.value }] : [],
      ),
    verticals,
    said: { meaning: "requirement_met", reason: null, expiresOn: null },
  });
}

describe("a migration of the shipped workflows", () => {
  it("looks the same whether its definitions were seen before or never", () => {
    fc.assert(
      fc.property(chances, (stream) => {
        const input = someInput(diceOf(stream), SHIPPED);
        const never = structuredClone(input);

        expect(viewMigration(input)).toEqual(viewMigration(never));
        for (const stage of [3, 5] as const) {
          expect(gateOf(input, stage)).toEqual(gateOf(structuredClone(input), stage));
        }
      }),
      { numRuns: 8 },
    );
  });

  it("binds a signature to what its pages show", () => {
    fc.assert(
      fc.property(chances, (stream) => {
        const { record, requirements } = viewMigration(someInput(diceOf(stream), SHIPPED));

        for (const requirement of requirements) {
          const { requirement_met } = requirement.approvals;
          expect(requirement_met?.contentHash).toBe(hashShown(requirement, record.verticals));
        }
      }),
      { numRuns: 8 },
    );
  });
});
