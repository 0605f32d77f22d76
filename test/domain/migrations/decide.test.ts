import { describe, expect, it } from "vitest";
import type { GateVerdict } from "../../../src/domain/gates/verdict.ts";
import { MigrationId } from "../../../src/domain/ids.ts";
import {
  decideAdoption,
  decideCancel,
  decideClose,
  decideContact,
  decideDates,
  decideOpen,
  decidePlatform,
  decideVerticals,
} from "../../../src/domain/migrations/decide.ts";
import type { MigrationRecord } from "../../../src/domain/migrations/record.ts";
import { isRefusal } from "../../../src/domain/refusal.ts";
import { aBaseline, aChoice, aDefinition, aRequirement } from "../../support/definitions.ts";
import { evolve } from "../../support/history.ts";
import {
  actorOf,
  answered,
  aRecord,
  aRequest,
  aSignOff,
  aView,
  contentOf,
  day,
  digest,
  ENGINEER,
  instant,
  NOW,
  requirementOf,
  uuid,
} from "../../support/records.ts";

const BASELINE = aBaseline();
const HIPAA = aDefinition({
  vertical: "HIPAA",
  order: 1,
  requirements: [aRequirement({ name: "plan" }), aRequirement({ name: "list" })],
});
const PCI = aDefinition({
  vertical: "PCI",
  order: 2,
  requirements: [aRequirement({ name: "scope" })],
});
const FILES = [PCI, BASELINE, HIPAA];
const pin = ({ hash, workflow }: typeof HIPAA) => ({ vertical: workflow.vertical, hash });

function look(record: Partial<MigrationRecord> = {}) {
  return aView(aRecord([BASELINE, HIPAA], record), [BASELINE, HIPAA], { newest: FILES });
}

describe("opening", () => {
  const values = {
    customer: " Mercy  Hospital ",
    industry: "university hospital",
    time_zone: "America/Chicago",
    platform: "zoom_phone",
    proposal_on: "2026-12-01",
    go_live_on: "",
  };
  const open = (change: Readonly<Record<string, unknown>> = {}) =>
    decideOpen({
      migrationId: MigrationId.parse(uuid(1)),
      values: { ...values, ...change },
      channel: null,
      now: NOW,
    });

  it("takes customer, industry, zone, platform and dates", () => {
    expect(open()).toMatchObject({
      industry: "university hospital",
      facts: [
        {
          type: "MigrationOpened",
          industry: "university hospital",
          timeZone: "America/Chicago",
          platform: "zoom_phone",
          proposalOn: "2026-12-01",
          goLiveOn: null,
          personal: { customer: "Mercy  Hospital" },
        },
      ],
    });
    expect(open({ platform: "undecided" })).toMatchObject({ facts: [{ platform: null }] });
  });

  it.each<[string, Readonly<Record<string, unknown>>, object]>([
    ["an industry", { industry: " " }, { refused: "industry_needed" }],
    [
      "a customer",
      { customer: "" },
      { refused: "invalid_answers", fields: { customer: "Write the customer's name." } },
    ],
    [
      "a customer on one line",
      { customer: "A\nB" },
      { refused: "invalid_answers", fields: { customer: "Write this on one line." } },
    ],
    [
      "a time zone that exists",
      { time_zone: "Mars/Olympus" },
      { refused: "invalid_answers", fields: { time_zone: "Choose the customer's time zone." } },
    ],
    [
      "a platform that we sell",
      { platform: "skype" },
      { refused: "invalid_answers", fields: { platform: "Choose one of the platforms." } },
    ],
    [
      "a day that exists",
      { go_live_on: "2026-02-30" },
      {
        refused: "invalid_answers",
        fields: { go_live_on: expect.stringContaining("no such day") },
      },
    ],
    [
      "a go-live after the proposal",
      { go_live_on: "2026-11-30" },
      { refused: "dates_in_wrong_order" },
    ],
  ])("needs %s", (_, change, refusal) => {
    expect(open(change)).toEqual(refusal);
  });
});

describe("confirming the verticals", () => {
  const choose = (chosen: readonly string[], record: Partial<MigrationRecord> = {}) =>
    decideVerticals({
      view: look({ verticals: null, definitions: [], ...record }),
      chosen,
      workflows: FILES,
    });

  it("pins the files that apply, in the order of old readers", () => {
    expect(choose(["PCI", "HIPAA", "PCI"])).toEqual([
      {
        type: "VerticalsConfirmed",
        migrationId: look().record.id,
        verticals: ["HIPAA", "PCI"],
        definitions: [pin(PCI), pin(BASELINE), pin(HIPAA)],
      },
    ]);
    expect(choose(["none"])).toMatchObject([{ verticals: [], definitions: [pin(BASELINE)] }]);
  });

  it("keeps the version of a file that stays, and opens the confirmation again when the choice changed", () => {
    const older = { vertical: "HIPAA", hash: "0".repeat(64) };
    const facts = choose(["HIPAA", "PCI"], {
      verticals: ["HIPAA"],
      definitions: [pin(BASELINE), older],
    });

    expect(facts).toMatchObject([
      { type: "VerticalsConfirmed", definitions: [pin(PCI), pin(BASELINE), older] },
      { type: "RequirementReopened", requirement: "vertical_confirmed" },
    ]);
    expect(
      choose(["HIPAA"], { verticals: ["HIPAA"], definitions: [pin(BASELINE), pin(HIPAA)] }),
    ).toEqual([]);
  });

  it.each<[string, readonly string[], object]>([
    ["none beside others", ["none", "PCI"], { refused: "none_beside_others" }],
    ["nothing", [], { refused: "invalid_answers", fields: { verticals: expect.any(String) } }],
    ["a vertical without a file", ["GLBA"], { refused: "definition_missing", vertical: "GLBA" }],
    [
      "the file that always applies",
      ["BASELINE"],
      { refused: "definition_missing", vertical: "BASELINE" },
    ],
  ])("refuses %s", (_, chosen, refusal) => {
    expect(choose(chosen)).toEqual(refusal);
  });
});

describe("dates and platform", () => {
  it("days in the past are late, not wrong; only their order can be", () => {
    const change = (proposalOn: string, goLiveOn: string) =>
      decideDates({ view: look({ goLiveOn: day("2027-03-01") }), proposalOn, goLiveOn });

    expect(change("2020-01-01", "2020-01-01")).toMatchObject([
      { type: "DatesChanged", proposalOn: "2020-01-01", goLiveOn: "2020-01-01" },
    ]);
    expect(change("2020-01-02", "2020-01-01")).toEqual({ refused: "dates_in_wrong_order" });
    expect(change("", "2027-03-01")).toEqual([]);
    expect(change("", "")).toMatchObject([{ goLiveOn: null }]);
    expect(change("0001-01-01", "")).toEqual({
      refused: "invalid_answers",
      fields: { proposal_on: expect.any(String) },
    });
  });

  it("a platform is one that we sell", () => {
    const choose = (platform: string) =>
      decidePlatform({ view: look({ platform: "8x8" }), platform });

    expect(choose("webex_calling")).toMatchObject([
      { type: "PlatformChosen", platform: "webex_calling" },
    ]);
    expect(choose("8x8")).toEqual([]);
    expect(choose("undecided")).toHaveProperty("refused", "invalid_answers");
    expect(choose("skype")).toHaveProperty("refused", "invalid_answers");
  });
});

describe("the end of a migration", () => {
  const pass = {
    verdict: "pass",
    at: NOW,
    noVertical: false,
    waivers: [],
    validUntil: null,
    advisory: [],
  } as const;
  const blocked: GateVerdict = {
    verdict: "blocked",
    stage: 5,
    at: NOW,
    unsatisfied: [
      {
        requirement: null,
        title: "Verticals are not confirmed",
        state: "unknown",
        why: "-",
        fix: "-",
        dueOn: null,
      },
    ],
  };

  it("closes only through gate 5", () => {
    expect(decideClose({ view: look(), gate: { ...pass, stage: 5 } })).toMatchObject([
      { type: "MigrationClosed" },
    ]);
    expect(decideClose({ view: look(), gate: { ...pass, stage: 3 } })).toEqual({
      refused: "gate_blocked",
      stage: 5,
      unsatisfied: [],
    });
    expect(decideClose({ view: look(), gate: blocked })).toEqual({
      refused: "gate_blocked",
      stage: 5,
      unsatisfied: ["Verticals are not confirmed"],
    });
  });

  it("is cancelled with a reason", () => {
    expect(decideCancel({ view: look(), reason: " Lost the deal. " })).toMatchObject([
      { type: "MigrationCancelled", reason: "Lost the deal." },
    ]);
    expect(decideCancel({ view: look(), reason: "" })).toEqual({ refused: "reason_needed" });
  });

  it.each(["closed", "cancelled"] as const)("once %s nothing changes any more", (state) => {
    const view = look({ state });
    const refusal = { refused: "migration_not_open", state };

    expect(decideVerticals({ view, chosen: ["none"], workflows: FILES })).toEqual(refusal);
    expect(decideDates({ view, proposalOn: "", goLiveOn: "" })).toEqual(refusal);
    expect(decidePlatform({ view, platform: "8x8" })).toEqual(refusal);
    expect(decideClose({ view, gate: { ...pass, stage: 5 } })).toEqual(refusal);
    expect(decideCancel({ view, reason: "x" })).toEqual(refusal);
    expect(decideAdoption({ view, vertical: "HIPAA", definitions: FILES })).toEqual(refusal);
  });
});

describe("adopting a newer file", () => {
  const newer = aDefinition({
    vertical: "HIPAA",
    order: 1,
    version: 2,
    requirements: [
      aRequirement({ name: "plan" }),
      aRequirement({ name: "list", ask: [aChoice({ id: "note" })] }),
      aRequirement({ name: "extra" }),
    ],
  });
  const signed = (name: string) => {
    const item = answered(name, { note: "yes" });
    const contentHash = contentOf(requirementOf(look({ items: [item] }), name));
    return { ...item, signOffs: [aSignOff({ contentHash })] };
  };
  const record = aRecord([BASELINE, HIPAA], {
    items: [
      signed("plan"),
      { ...signed("list"), requests: [aRequest({ contentHash: digest("1") })] },
    ],
  });
  const view = aView(record, [BASELINE, HIPAA], { newest: [BASELINE, newer] });

  it("opens what reads otherwise, and leaves the other signatures", () => {
    const facts = decideAdoption({ view, vertical: "HIPAA", definitions: [BASELINE, HIPAA] });
    if (isRefusal(facts)) throw new Error(facts.refused);
    const after = evolve(record, facts, {
      by: actorOf(ENGINEER),
      at: instant("2026-11-20T16:00:00Z"),
    });
    const seen = aView(after, [BASELINE, newer]);

    expect(facts).toMatchObject([
      { type: "WorkflowAdopted", from: HIPAA.hash, to: newer.hash, reopened: ["list"] },
      { type: "RequestEnded", requirement: "list", as: "superseded" },
    ]);
    expect(["plan", "list", "extra"].map((name) => requirementOf(seen, name).state)).toEqual([
      "signed",
      "in_progress",
      "not_started",
    ]);
  });

  it("is refused when there is none", () => {
    expect(decideAdoption({ view, vertical: "BASELINE", definitions: FILES })).toEqual({
      refused: "nothing_to_adopt",
    });
  });
});

describe("a contact", () => {
  const contact = {
    name: "Olga",
    title: "CPO",
    organisation: "Mercy",
    email: "olga@mercy.example",
  };

  it("is a person outside with a role", () => {
    expect(decideContact({ view: look(), role: "qsa", contact })).toMatchObject([
      { type: "ContactRecorded", role: "qsa", personal: contact },
    ]);
    expect(
      decideContact({ view: look(), role: "boss", contact: { ...contact, email: "x" } }),
    ).toEqual({
      refused: "invalid_answers",
      fields: { role: "Choose a role.", email: expect.any(String) },
    });
  });
});
