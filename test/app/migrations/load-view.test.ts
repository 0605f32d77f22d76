/** What was worked out of a record before must never change what is said about it now. */
import { expect, test } from "vitest";
import { gatesOf, viewOf } from "../../../src/app/migrations/load-view.ts";
import { sha256 } from "../../../src/domain/audit/canonical.ts";
import { gateOf } from "../../../src/domain/gates/gate.ts";
import { MEMBER_ROLES } from "../../../src/domain/people/person.ts";
import { viewMigration } from "../../../src/domain/requirements/view-migration.ts";
import type { Definition } from "../../../src/domain/workflows/definition.ts";
import { fc } from "../../support/properties.ts";
import { chances, diceOf, readShipped, someInput } from "../../support/random-records.ts";
import { instant } from "../../support/records.ts";

const SHIPPED = readShipped();
const [FIRST, ...OTHERS] = SHIPPED;
if (!FIRST) throw new Error("there are no workflow files");
const entitled = (title: string): Definition => ({
  ...FIRST,
  hash: sha256(title),
  workflow: { ...FIRST.workflow, title },
});

const ROLES: ReadonlySet<(typeof MEMBER_ROLES)[number]> = new Set(MEMBER_ROLES);
const AT = "2026-11-20T15:00:00.000Z";

interface Look {
  readonly at?: string;
  readonly workflows?: readonly Definition[];
  /** Definitions of earlier versions that the database still has. */
  readonly older?: readonly Definition[];
  readonly heldRoles?: typeof ROLES;
}

const withNewer = [entitled("Newer"), ...OTHERS];
const withNewest = [entitled("Newest"), ...OTHERS];

/** Each differs from the one before in one thing. */
const LOOKS: readonly (readonly [string, Look])[] = [
  ["once", {}],
  ["a moment later", { at: "2026-11-20T15:00:00.001Z" }],
  ["before midnight in its zone", { at: "2026-11-21T04:59:59.999Z" }],
  ["after midnight", { at: "2026-11-21T05:00:00.000Z" }],
  ["when much has run out", { at: "2028-06-01T12:00:00.000Z" }],
  ["with the clock set back", {}],
  ["when nobody holds a role", { heldRoles: new Set() }],
  ["when everybody does again", {}],
  ["with a newer workflow file", { workflows: withNewer, older: [FIRST] }],
  ["with a still newer one", { workflows: withNewest, older: [FIRST] }],
  ["with the newer one again", { workflows: withNewer, older: [FIRST] }],
  ["when the older one is gone", { workflows: withNewer, older: [] }],
  ["when it is back", { workflows: withNewer, older: [FIRST] }],
  ["with the workflow files of before", {}],
];

test("a record looks at every moment as it would to whoever has never seen it", async () => {
  await fc.assert(
    fc.asyncProperty(chances, async (stream) => {
      const { record } = someInput(diceOf(stream), SHIPPED);
      for (const [when, look] of LOOKS) {
        const { at = AT, workflows = SHIPPED, older = [], heldRoles = ROLES } = look;
        const reading = { definitions: async () => older };
        const moment = { workflows, now: instant(at) };
        const { input, view } = await viewOf(reading, { record, heldRoles }, moment);
        const never = structuredClone(input);

        expect(view, when).toEqual(viewMigration(never));
        expect(gatesOf(input), when).toEqual({ 3: gateOf(never, 3), 5: gateOf(never, 5) });
      }
    }),
    { numRuns: 8 },
  );
});
