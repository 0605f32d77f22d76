import { describe, expect, it } from "vitest";
import type { AnswerValue, MigrationRecord } from "../../../src/domain/migrations/record.ts";
import {
  aBaseline,
  aChoice,
  aDefinition,
  aQuestion,
  aRequirement,
} from "../../support/definitions.ts";
import {
  answered,
  aRecord,
  aSignOff,
  aView,
  contentOf,
  requirementOf,
} from "../../support/records.ts";

const yes = (field: string) => ({ field, op: "eq" as const, value: "yes" });

describe("which requirements there are", () => {
  const hipaa = aDefinition({
    vertical: "HIPAA",
    order: 1,
    requirements: [
      aRequirement({ name: "late_one", stage: 5 }),
      aRequirement({ name: "first_one" }),
    ],
  });
  const pci = aDefinition({
    vertical: "PCI",
    order: 2,
    requirements: [aRequirement({ name: "card_one" })],
  });
  const baseline = aBaseline([aRequirement({ name: "good_habit", stage: 5, advisory: true })]);
  const all = [pci, hipaa, baseline];
  const names = (record: MigrationRecord, definitions = all) =>
    aView(record, definitions).requirements.map(({ name }) => name);

  it("stand by stage, then as in the files, advisory ones last", () => {
    expect(names(aRecord(all))).toEqual([
      "vertical_confirmed",
      "first_one",
      "card_one",
      "late_one",
      "good_habit",
    ]);
  });

  it("are those of confirmed verticals only", () => {
    expect(names(aRecord(all, { verticals: ["PCI"] }))).toEqual([
      "vertical_confirmed",
      "card_one",
      "good_habit",
    ]);
    expect(names(aRecord(all, { verticals: [] }))).toEqual(["vertical_confirmed", "good_habit"]);
  });

  it("before verticals are confirmed, the newest files that always apply count", () => {
    const record = aRecord([], { verticals: null, verticalsConfirmed: null });
    const view = aView(record, [], { newest: all });

    expect(view.requirements.map(({ name }) => name)).toEqual(["vertical_confirmed", "good_habit"]);
    expect(view.unreadable).toEqual([]);
    expect(requirementOf(view, "vertical_confirmed").missing[0]).toBe(
      "Confirm which verticals apply.",
    );
  });

  it.each<[string, Partial<MigrationRecord>, readonly (typeof hipaa)[], readonly string[]]>([
    ["a pinned file that is gone", {}, [hipaa, baseline], ["PCI"]],
    ["a confirmed vertical without a file", { verticals: ["HIPAA", "GLBA"] }, all, ["GLBA"]],
    ["no file that always applies", {}, [hipaa, pci], ["BASELINE"]],
  ])("%s is unreadable", (_, record, definitions, unreadable) => {
    const pinned = aRecord(all, record);

    expect(aView(pinned, definitions).unreadable).toEqual(expect.arrayContaining([...unreadable]));
  });

  it("a name that two files use makes the second one unreadable", () => {
    const copy = aDefinition({
      vertical: "COPY",
      order: 5,
      requirements: [aRequirement({ name: "card_one" })],
    });
    const definitions = [...all, copy];

    expect(aView(aRecord(definitions), definitions).unreadable).toEqual(["COPY"]);
  });

  it("a newer file is told and not used", () => {
    const newer = aDefinition({
      vertical: "PCI",
      order: 2,
      version: 2,
      requirements: [aRequirement({ name: "card_one", stage: 5 })],
    });
    const view = aView(aRecord(all), all, { newest: [hipaa, newer, baseline] });

    expect(requirementOf(view, "card_one").definition.stage).toBe(3);
    expect(view.outdated).toEqual([{ vertical: "PCI", newest: newer }]);
  });
});

describe("questions", () => {
  const definition = aDefinition({
    vertical: "PCI",
    requirements: [
      aRequirement({
        name: "scope",
        ask: [
          aChoice({
            id: "cards",
            outcomes: [
              {
                when: yes("cards"),
                effect: "set_fact",
                message: "Cards are taken.",
                set: { fact: "cards", value: true },
              },
            ],
          }),
          aChoice({
            id: "recorded",
            show_if: yes("cards"),
            outcomes: [
              {
                when: { field: "recorded", op: "neq", value: "no" },
                effect: "block",
                message: "Recording is on.",
              },
            ],
          }),
          aChoice({ id: "masked", show_if: yes("recorded") }),
        ],
        pages: [["cards"], ["recorded", "masked"]],
        evidence: [
          { id: "diagram", label: "Diagram" },
          { id: "masking", label: "Masking proof", show_if: yes("masked") },
        ],
      }),
      aRequirement({
        name: "tokens",
        stage: 5,
        applies_if: { field: "fact.cards", op: "eq", value: true },
      }),
    ],
  });
  const definitions = [aBaseline(), definition];
  const look = (answers: Readonly<Record<string, AnswerValue>>) =>
    aView(aRecord(definitions, { items: [answered("scope", answers)] }), definitions);

  it("a question hidden by another answer takes with it what depends on it, and no outcome of it fires", () => {
    const shown = requirementOf(look({ cards: "yes", recorded: "yes", masked: "yes" }), "scope");
    const hidden = requirementOf(look({ cards: "no", recorded: "yes", masked: "yes" }), "scope");

    expect(shown.pages[1]?.map(({ question }) => question.id)).toEqual(["recorded", "masked"]);
    expect(shown.blocks).toEqual(["Recording is on."]);
    expect(shown.evidence.map(({ slot }) => slot.id)).toEqual(["diagram", "masking"]);
    expect(hidden.pages[1]).toEqual([]);
    expect(hidden.blocks).toEqual([]);
    expect(hidden.evidence.map(({ slot }) => slot.id)).toEqual(["diagram"]);
  });

  it("an unanswered question fires no outcome, whatever its operator", () => {
    expect(requirementOf(look({ cards: "yes" }), "scope").blocks).toEqual([]);
  });

  it("the next page is the first with a required question open; null when all are answered", () => {
    expect(requirementOf(look({}), "scope").nextPage).toBe(0);
    expect(requirementOf(look({ cards: "yes" }), "scope").nextPage).toBe(1);
    expect(requirementOf(look({ cards: "no" }), "scope").nextPage).toBeNull();
  });

  it("a requirement joins when a fact that an answer sets says so, and leaves with it", () => {
    expect(look({ cards: "yes" }).requirements.map(({ name }) => name)).toContain("tokens");
    expect(look({ cards: "no" }).requirements.map(({ name }) => name)).not.toContain("tokens");
  });

  it("a hidden answer is no part of what is signed, and the version is", () => {
    const hash = (view: ReturnType<typeof look>) =>
      requirementOf(view, "scope").approvals.requirement_met?.contentHash;

    expect(hash(look({ cards: "no", recorded: "yes" }))).toBe(hash(look({ cards: "no" })));
    expect(hash(look({ cards: "yes", recorded: "yes" }))).not.toBe(hash(look({ cards: "yes" })));
  });

  it("a question that a change elsewhere opens takes a signature away", () => {
    const [baseline] = definitions;
    const asking = aDefinition({
      vertical: "PCI",
      requirements: [
        aRequirement({
          name: "scope",
          ask: [
            aChoice({
              id: "cards",
              outcomes: [
                {
                  when: yes("cards"),
                  effect: "set_fact",
                  message: "Cards.",
                  set: { fact: "cards", value: true },
                },
              ],
            }),
          ],
        }),
        aRequirement({
          name: "tokens",
          ask: [
            aQuestion({ id: "note" }),
            aQuestion({ id: "vault", show_if: { field: "fact.cards", op: "eq", value: true } }),
          ],
          pages: [["note", "vault"]],
        }),
      ],
    });
    const files = baseline ? [baseline, asking] : [];
    const items = (cards: string) => [
      answered("scope", { cards }),
      answered("tokens", { note: "done" }),
    ];
    const before = requirementOf(aView(aRecord(files, { items: items("no") }), files), "tokens");
    const signOffs = [
      aSignOff({
        contentHash: contentOf(before),
      }),
    ];
    const signed = (cards: string) =>
      requirementOf(
        aView(
          aRecord(files, {
            items: items(cards).map((item) =>
              item.requirement === "tokens" ? { ...item, signOffs } : item,
            ),
          }),
          files,
        ),
        "tokens",
      );

    expect(signed("no").state).toBe("signed");
    expect(signed("yes")).toMatchObject({
      state: "in_progress",
      missing: ["Not answered: What about vault?"],
    });
  });
});
