import { describe, expect, it } from "vitest";
import {
  documentsToAttest,
  isOutdated,
  keyOf,
  outdatedSentence,
  readAbout,
} from "../../../src/domain/evidence/subjects.ts";
import type { AttestedDocument, Evidence, Item } from "../../../src/domain/migrations/record.ts";
import { aBaseline, aDefinition, aRequirement } from "../../support/definitions.ts";
import {
  anAnswer,
  anAttestation,
  answered,
  aRecord,
  aSignOff,
  aView,
  contentOf,
  day,
  digest,
  evidenceId,
  instant,
  requirementOf,
  someEvidence,
} from "../../support/records.ts";

const BEFORE = instant("2026-11-10T10:00:00Z");
const AFTER = instant("2026-11-15T10:00:00Z");
const V1 = someEvidence({ slot: "flows", name: "phi.xlsx", at: BEFORE });
const V2 = someEvidence({
  id: evidenceId(2),
  slot: "flows",
  name: "phi.xlsx",
  sha256: digest("c"),
  at: AFTER,
});
const SHOT = someEvidence({ id: evidenceId(3), slot: "shots", name: "shot.png", at: BEFORE });
const sheet = (letter: string) => ({
  name: "sheet.xlsx",
  sha256: digest(letter),
  bytes: 9,
  link: null,
});
const ABOUT_V1: AttestedDocument = {
  as: "evidence",
  place: "flows",
  name: "phi.xlsx",
  sha256: digest("a"),
  link: null,
};
const ABOUT_SHEET: AttestedDocument = {
  ...ABOUT_V1,
  as: "answer",
  place: "sheet",
  name: "sheet.xlsx",
};

const definitions = [
  aBaseline(),
  aDefinition({
    vertical: "HIPAA",
    requirements: [
      aRequirement({
        name: "inventory",
        ask: [{ id: "sheet", type: "file", prompt: "Worksheet", required: false }],
        evidence: [
          { id: "flows", label: "The flows" },
          { id: "shots", label: "Screenshots", required: false },
          { id: "memo", label: "Memo", required: false, restricted: true },
        ],
        sign_off: {
          signers: [{ role: "compliance_officer" }],
          attestations: [
            { from: ["customer_compliance_officer"], needed: "always", must_say: "Reviewed." },
          ],
        },
        waiver: {
          signers: [{ role: "compliance_officer" }, { role: "engineering_manager" }],
          only_for: ["A late customer."],
          max_days: 90,
        },
      }),
    ],
  }),
];

const item = (given: Partial<Item>): Item => ({ ...answered("inventory", {}), ...given });
const view = (given: Partial<Item>) =>
  aView(aRecord(definitions, { items: [item(given)] }), definitions);
const inventory = (given: Partial<Item>) => requirementOf(view(given), "inventory");
const answer = (letter: string) => [anAnswer("sheet", sheet(letter))];

describe("a written word about a document", () => {
  it.each<[string, boolean, readonly Evidence[]]>([
    ["is still there", false, [V1]],
    ["was given again with the same hash", false, [{ ...V1, id: evidenceId(8), at: AFTER }]],
    ["was replaced by one with another hash", true, [V2]],
    ["has another one beside it", true, [V1, V2]],
    ["was taken away", true, []],
    ["is still there, and something was added elsewhere", false, [V1, { ...SHOT, at: AFTER }]],
  ])("that %s: outdated is %s", (_, outdated, evidence) => {
    const about = anAttestation({ about: [ABOUT_V1] });

    expect(isOutdated(about, item({ evidence }))).toBe(outdated);
  });

  it("that was given as an answer is outdated with the next file, and not before", () => {
    const about = anAttestation({ about: [ABOUT_SHEET] });

    expect(isOutdated(about, item({ answers: answer("a") }))).toBe(false);
    expect(isOutdated(about, item({ answers: answer("d") }))).toBe(true);
  });

  it("without a hash is known by its link", () => {
    const link = "https://drive.example/plan";
    const linked = someEvidence({ slot: "flows", kind: "link", sha256: null, link });
    const about = anAttestation({ about: [{ ...ABOUT_V1, sha256: null, link }] });

    expect(isOutdated(about, item({ evidence: [linked] }))).toBe(false);
    expect(isOutdated(about, item({ evidence: [{ ...linked, link: `${link}2` }] }))).toBe(true);
  });

  it("none of them: no document makes it outdated", () => {
    expect(isOutdated(anAttestation({ about: [] }), item({ evidence: [V2] }))).toBe(false);
  });
});

describe("a written word from before subjects were kept", () => {
  const old = anAttestation({ about: null });
  const signed = (signedAt: string, more = {}) => [
    aSignOff({ contentHash: digest("9"), signedAt: instant(signedAt), ...more }),
  ];
  const revoked = {
    by: V1.by,
    at: instant("2026-11-18T10:00:00Z"),
    reason: "Wrong.",
    kind: "revocation" as const,
  };

  it.each<[string, boolean, Partial<Item>]>([
    ["what was there when it came", false, { evidence: [V1] }],
    ["evidence that came after it", true, { evidence: [V2] }],
    [
      "an answered file that came after it",
      true,
      { answers: [anAnswer("sheet", sheet("d"), { at: AFTER })] },
    ],
    [
      "evidence that came after it, and a member signed for both",
      false,
      { evidence: [V2], signOffs: signed("2026-11-16T10:00:00Z") },
    ],
    [
      "evidence that came after it and after the signature",
      true,
      { evidence: [V2], signOffs: signed("2026-11-14T10:00:00Z") },
    ],
    [
      "evidence that came after it, and the signature for both was revoked",
      true,
      { evidence: [V2], signOffs: signed("2026-11-16T10:00:00Z", { revoked }) },
    ],
  ])("with %s: outdated is %s", (_, outdated, given) => {
    expect(isOutdated(old, item(given))).toBe(outdated);
  });
});

describe("what a written word is about", () => {
  const chosen = (keys: readonly string[], given: Partial<Item> = { evidence: [V1, SHOT] }) =>
    readAbout(inventory(given), keys);

  it("is every document there is when nothing was chosen, and null when there is none", () => {
    expect(chosen([])).toMatchObject([{ place: "flows" }, { place: "shots" }]);
    expect(chosen([], {})).toBeNull();
  });

  it("is what was chosen, as it was shown: a document that was replaced meanwhile is refused", () => {
    expect(chosen([keyOf(ABOUT_V1)])).toEqual([ABOUT_V1]);
    expect(chosen([keyOf(ABOUT_V1)], { evidence: [V2] })).toEqual({ refused: "out_of_date" });
  });

  it("may be the answers alone", () => {
    expect(chosen(["answers"])).toEqual([]);
    expect(chosen(["answers", keyOf(ABOUT_V1)])).toEqual([ABOUT_V1]);
  });

  it("is never what counsel holds", () => {
    const memo = someEvidence({ slot: "memo", kind: "held", heldOn: day("2026-11-09") });
    const leaked = someEvidence({ id: evidenceId(4), slot: "memo" });

    expect(documentsToAttest(inventory({ evidence: [memo, leaked] }))).toEqual([]);
  });
});

describe("a requirement whose document was replaced after the letter", () => {
  const letter = anAttestation({ about: [ABOUT_V1] });
  const signedOn = (given: Partial<Item>) => {
    const hash = contentOf(inventory(given));
    return inventory({ ...given, signOffs: [aSignOff({ contentHash: hash })] });
  };

  it("is signed on the version that the letter is about, and not on the next", () => {
    expect(signedOn({ evidence: [V1], attestations: [letter] })).toMatchObject({
      state: "signed",
      missing: [],
    });
    expect(signedOn({ evidence: [V2], attestations: [letter] })).toMatchObject({
      state: "in_progress",
      missing: [
        "The written confirmation of 2026-11-12 by Olga Outside is about phi.xlsx as it was on 2026-11-12: ask for a new one, or record that it covers the new version.",
      ],
    });
  });

  it("is signed again with a letter about the next version", () => {
    const next = anAttestation({
      id: evidenceId(51),
      about: [{ ...ABOUT_V1, sha256: digest("c") }],
    });

    const again = signedOn({ evidence: [V2], attestations: [letter, next] });

    expect(again).toMatchObject({ state: "signed", missing: [] });
    expect(again.approvals.requirement_met?.attestations).toMatchObject([
      { met: { id: evidenceId(51) }, outdated: null },
    ]);
  });

  it("says of a letter that names no document what came after it", () => {
    const old = anAttestation({ about: null });

    expect(outdatedSentence(old, item({ evidence: [V1, V2] }), "UTC")).toBe(
      "The written confirmation of 2026-11-12 by Olga Outside came before phi.xlsx: ask for a new one, or record that it covers phi.xlsx.",
    );
  });
});
