import { describe, expect, it } from "vitest";
import { gateOf } from "../../../src/domain/gates/gate.ts";
import { decideVerticals } from "../../../src/domain/migrations/decide.ts";
import { decideProposal } from "../../../src/domain/migrations/industry.ts";
import type { MigrationRecord } from "../../../src/domain/migrations/record.ts";
import { isRefusal } from "../../../src/domain/refusal.ts";
import { refuseUnready } from "../../../src/domain/sign-offs/sign.ts";
import type { Detection } from "../../../src/domain/verticals/detection.ts";
import { gateMessage } from "../../../src/messages/gate.ts";
import { commandsOf } from "../../messages/walk.ts";
import { aBaseline, aDefinition, aRequirement } from "../../support/definitions.ts";
import { evolve } from "../../support/history.ts";
import {
  actorOf,
  answered,
  aRecord,
  aSignOff,
  aView,
  aViewInput,
  contentOf,
  ENGINEER,
  instant,
  OFFICER,
  requirementOf,
} from "../../support/records.ts";

const FILES = [
  aBaseline(),
  aDefinition({ vertical: "HIPAA", order: 1, requirements: [aRequirement({ name: "plan" })] }),
];
const found = (given: Partial<Detection> = {}): Detection => ({
  auto: ["HIPAA"],
  ask: [],
  flags: [],
  matches: [],
  ...given,
});
const CONFIRMED = "vertical_confirmed";
const CHANGED = "The industry was changed to “bank and hospital” in the terminal.";

/** A hospital whose verticals were confirmed and signed with one click. */
function aHospital(): MigrationRecord {
  const item = answered(CONFIRMED, { cards: "no" });
  const detection = [
    { vertical: "HIPAA", decision: "auto", default: "yes", word: "hospital", why: "A word." },
  ] as const;
  const record = aRecord(FILES, {
    industry: "hospital",
    verticals: ["HIPAA"],
    detection,
    items: [item],
  });
  const contentHash = contentOf(requirementOf(aView(record, FILES), CONFIRMED));
  return { ...record, items: [{ ...item, signOffs: [aSignOff({ contentHash, role: "member" })] }] };
}

function propose(record: MigrationRecord, industry: string, detection = found()) {
  const facts = decideProposal({ record, industry, detection });
  if (isRefusal(facts)) throw new Error(facts.refused);
  return evolve(record, facts, { by: actorOf(ENGINEER), at: instant("2026-11-20T16:00:00Z") });
}

function confirm(record: MigrationRecord, chosen: readonly string[]) {
  const facts = decideVerticals({ view: aView(record, FILES), chosen, workflows: FILES });
  if (isRefusal(facts)) throw new Error(facts.refused);
  const by = { by: actorOf(OFFICER), at: instant("2026-11-20T17:00:00Z") };
  const { industry, detection } = record;
  const shown = {
    type: "VerticalsProposed",
    migrationId: record.id,
    industry,
    detection,
    flags: [],
  } as const;
  return { facts, record: evolve(record, facts.length > 0 ? [shown, ...facts] : [], by) };
}

const look = (record: MigrationRecord) => requirementOf(aView(record, FILES), CONFIRMED);

describe("another industry text for verticals that were confirmed", () => {
  it("takes the confirmation back into people's hands and says why", () => {
    expect(look(aHospital())).toMatchObject({ state: "signed" });

    const changed = propose(aHospital(), "bank and hospital");

    expect(look(changed)).toMatchObject({ state: "blocked", reason: CHANGED, satisfied: false });
    expect(changed.verticals).toEqual(["HIPAA"]);
  });

  it("closes the gate, whose fix and button lead to the verticals", () => {
    const changed = propose(aHospital(), "bank and hospital");
    const verdict = gateOf(aViewInput(changed, FILES), 3);

    expect(verdict).toMatchObject({
      verdict: "blocked",
      unsatisfied: expect.arrayContaining([
        expect.objectContaining({
          requirement: CONFIRMED,
          why: CHANGED,
          fix: "Review the verticals and confirm them again.",
        }),
      ]),
    });
    expect(commandsOf(gateMessage(verdict, aView(changed, FILES)))).toContainEqual(
      expect.objectContaining({
        label: "Review the verticals",
        command: { type: "ReviewVerticals", migration: changed.id },
      }),
    );
  });

  it("lets nobody sign or ask for a signature before that", () => {
    const view = aView(propose(aHospital(), "bank and hospital"), FILES);

    expect(refuseUnready(view, requirementOf(view, CONFIRMED), "requirement_met")).toEqual({
      refused: "verticals_outdated",
      why: CHANGED,
    });
  });

  it("is settled by confirming the same verticals, which is recorded", () => {
    const { facts, record } = confirm(propose(aHospital(), "bank and hospital"), ["HIPAA"]);

    expect(facts).toMatchObject([{ type: "VerticalsConfirmed", verticals: ["HIPAA"] }]);
    expect(record.verticalsConfirmed?.by).toEqual(actorOf(OFFICER));
    expect(look(record)).toMatchObject({ state: "signed", reason: null });
  });

  it("still takes the signature that its own words ask for", () => {
    const detection = found({ ask: [{ vertical: "PCI", default: "yes" }] });
    const { record } = confirm(propose(aHospital(), "bank and hospital", detection), ["HIPAA"]);
    const { state, approvals, reason } = look(record);

    expect([state, reason === CHANGED]).toEqual(["in_progress", false]);
    expect(approvals.requirement_met?.quorum.needs).toMatchObject([
      { role: "engineering_manager" },
    ]);
  });

  it("that says the same as before changes nothing", () => {
    const record = aHospital();

    expect(decideProposal({ record, industry: "hospital", detection: found() })).toEqual([]);
    expect(confirm(record, ["HIPAA"]).facts).toEqual([]);
  });

  it("before anybody confirmed is a proposal like the first", () => {
    const record = { ...aHospital(), verticals: null, verticalsConfirmed: null };

    expect(decideProposal({ record, industry: "hospital", detection: found() })).toMatchObject([
      { type: "VerticalsProposed", flags: [] },
    ]);
  });

  it.each(["closed", "cancelled"] as const)("is refused once the migration is %s", (state) => {
    const record = { ...aHospital(), state };

    expect(decideProposal({ record, industry: "bank", detection: found() })).toEqual({
      refused: "migration_not_open",
      state,
    });
  });
});
