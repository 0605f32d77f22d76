import { describe, expect, it } from "vitest";
import type { Item, MigrationRecord } from "../../../src/domain/migrations/record.ts";
import {
  contentHashOf,
  hashOfView,
  type Said,
} from "../../../src/domain/requirements/content-hash.ts";
import { aBaseline, aDefinition, aRequirement } from "../../support/definitions.ts";
import {
  anAnswer,
  anAttestation,
  answered,
  aRecord,
  aView,
  contentOf,
  day,
  digest,
  evidenceId,
  requirementOf,
  someEvidence,
} from "../../support/records.ts";

const MET: Said = { meaning: "requirement_met", reason: null, expiresOn: null };
const WAIVER: Said = { meaning: "waiver", reason: "Late.", expiresOn: day("2027-01-01") };

function hash(change: Partial<Item> = {}, said: Said = MET, title = "Clear plan") {
  const definitions = [
    aBaseline(),
    aDefinition({
      vertical: "HIPAA",
      requirements: [
        aRequirement({
          name: "plan",
          title,
          evidence: [
            { id: "proof", label: "Proof" },
            { id: "memo", label: "Memo", restricted: true },
          ],
        }),
      ],
    }),
  ];
  const item = { ...answered("plan", { note: "done" }), ...change };
  const record = aRecord(definitions, { items: [item] });
  return hashOfView(record, requirementOf(aView(record, definitions), "plan"), said);
}

describe("what a signature is bound to", () => {
  it.each<[string, string]>([
    ["the answer", hash({ answers: [anAnswer("note", "other")] })],
    ["a piece of evidence", hash({ evidence: [someEvidence({ slot: "proof" })] })],
    [
      "the hash of evidence",
      hash({ evidence: [someEvidence({ slot: "proof", sha256: digest("c") })] }),
    ],
    ["a written word", hash({ attestations: [anAttestation()] })],
    [
      "the words of it",
      hash({ attestations: [anAttestation({ statement: "Nothing is listed." })] }),
    ],
    ["what it is about", hash({ attestations: [anAttestation({ about: [] })] })],
    [
      "how it was checked",
      hash({
        attestations: [anAttestation({ checked: { how: "asked_back", on: day("2026-11-13") } })],
      }),
    ],
    ["the version", hash({ version: 2 })],
    ["the definition", hash({}, MET, "Clear the plan")],
    ["the meaning", hash({}, { ...MET, meaning: "not_applicable" })],
    ["the reason", hash({}, { ...WAIVER, reason: "Later." })],
    ["the last day", hash({}, { ...WAIVER, expiresOn: day("2027-01-02") })],
  ])("%s is part of it", (part, changed) => {
    const others = [
      hash(),
      hash({}, WAIVER),
      hash({ evidence: [someEvidence({ slot: "proof", sha256: digest("d") })] }),
      ...(part === "a written word" ? [] : [hash({ attestations: [anAttestation()] })]),
    ];

    expect(others).not.toContain(changed);
  });

  it("a written word from before subjects and checks were kept is what was signed then", () => {
    expect(hash({ attestations: [anAttestation()] })).toBe(
      "4c9402a3113890d7940efda807def66f304cc3697c73d79278769c9eee9238f9",
    );
  });

  it("the order of rows and who typed what is not", () => {
    const [one, two] = [
      someEvidence({ slot: "proof" }),
      someEvidence({ id: evidenceId(2), slot: "proof" }),
    ];

    expect(hash({ evidence: [one, two] })).toBe(hash({ evidence: [two, one] }));
    expect(hash({ answers: [anAnswer("note", "done", { at: one.at })] })).toBe(hash());
  });

  it("of privileged evidence only that it is held, and since when", () => {
    const memo = { slot: "memo", kind: "held" as const, sha256: null, heldOn: day("2026-11-01") };

    expect(hash({ evidence: [someEvidence({ ...memo, name: "One" })] })).toBe(
      hash({ evidence: [someEvidence({ ...memo, name: "Two" })] }),
    );
    expect(hash({ evidence: [someEvidence({ ...memo, heldOn: day("2026-11-02") })] })).not.toBe(
      hash({ evidence: [someEvidence(memo)] }),
    );
  });

  it("the verticals are part of their confirmation, in any order, and of nothing else", () => {
    const definitions = [aBaseline([aRequirement({ name: "plan" })])];
    const look = (name: string, verticals: MigrationRecord["verticals"]) =>
      contentOf(requirementOf(aView(aRecord(definitions, { verticals }), definitions), name));

    expect(look("vertical_confirmed", ["PCI", "HIPAA"])).toBe(
      look("vertical_confirmed", ["HIPAA", "PCI"]),
    );
    expect(look("vertical_confirmed", [])).not.toBe(look("vertical_confirmed", ["HIPAA"]));
    expect(look("vertical_confirmed", [])).not.toBe(look("vertical_confirmed", null));
    expect(look("plan", ["PCI"])).toBe(look("plan", []));
  });

  it("is what a view says it is", () => {
    const definitions = [aBaseline([aRequirement({ name: "plan" })])];
    const item = answered("plan", { note: "done" });
    const seen = requirementOf(aView(aRecord(definitions, { items: [item] }), definitions), "plan");
    const answers = [{ question: "note", value: "done" }];

    expect(
      contentHashOf({ requirement: seen.definition, item, answers, verticals: [], said: MET }),
    ).toBe(contentOf(seen));
  });
});
