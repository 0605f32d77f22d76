import { describe, expect, it } from "vitest";
import { aBaseline, aChoice, aDefinition, aRequirement } from "../../support/definitions.ts";
import { answered, aRecord, aSignOff, aView, day, requirementOf } from "../../support/records.ts";

const yes = (field: string) => ({ field, op: "eq" as const, value: "yes" });

describe("facts", () => {
  const setting = (id: string, value: boolean | string | string[]) => [
    { when: yes(id), effect: "set_fact" as const, message: "Set.", set: { fact: "shared", value } },
  ];
  const look = (first: boolean | string | string[], second: boolean | string | string[]) => {
    const definition = aDefinition({
      vertical: "PCI",
      requirements: [
        aRequirement({
          name: "one_source",
          ask: [aChoice({ id: "a", outcomes: setting("a", first) })],
        }),
        aRequirement({
          name: "other_source",
          ask: [aChoice({ id: "b", outcomes: setting("b", second) })],
        }),
      ],
    });
    const definitions = [aBaseline(), definition];
    const items = [answered("one_source", { a: "yes" }), answered("other_source", { b: "yes" })];
    return aView(aRecord(definitions, { items }), definitions).facts.shared;
  };

  it("lists that are set twice are intersected, and true wins over false", () => {
    expect(look(["dtmf", "link"], ["link", "pause"])).toEqual(["link"]);
    expect(look(true, false)).toBe(true);
    expect(look(false, true)).toBe(true);
    expect(look(false, false)).toBe(false);
  });

  it("the migration's own facts tell what was asked and removed, and the dates once they are set", () => {
    const detection = [
      {
        vertical: "PCI",
        decision: "auto" as const,
        default: "yes" as const,
        word: "bank",
        why: "-",
      },
    ];
    const definitions = [aBaseline()];

    expect(
      aView(aRecord(definitions, { detection, goLiveOn: day("2027-03-01") }), definitions).facts,
    ).toEqual({
      vertical_asked: false,
      vertical_removed: true,
      go_live_date: "2027-03-01",
    });
    expect(
      aView(aRecord(definitions, { flags: ["needs_input"] }), definitions).facts,
    ).toMatchObject({ vertical_asked: true, vertical_removed: false });
  });

  it("an answer of a requirement that does not apply is seen by nobody", () => {
    const definition = aDefinition({
      vertical: "PCI",
      requirements: [
        aRequirement({
          name: "only_with_hipaa",
          ask: [aChoice({ id: "a" })],
          applies_if: { field: "verticals", op: "includes", value: "HIPAA" },
        }),
        aRequirement({
          name: "reader",
          ask: [
            aChoice({
              id: "b",
              outcomes: [
                {
                  when: { field: "only_with_hipaa.a", op: "eq", value: "yes" },
                  effect: "block",
                  message: "Seen.",
                },
              ],
            }),
          ],
        }),
      ],
    });
    const definitions = [aBaseline(), definition];
    const items = [answered("only_with_hipaa", { a: "yes" }), answered("reader", { b: "yes" })];
    const blocks = (verticals: readonly string[]) => {
      const pins = [
        ...definitions.map(({ hash, workflow }) => ({ vertical: workflow.vertical, hash })),
      ];
      return requirementOf(
        aView(aRecord(definitions, { items, verticals, definitions: pins }), definitions),
        "reader",
      ).blocks;
    };

    expect(blocks(["PCI"])).toEqual([]);
    expect(blocks(["PCI", "HIPAA"])).toEqual(["Seen."]);
  });

  it("facts that contradict each other in a circle leave the file unreadable", () => {
    const definition = aDefinition({
      vertical: "PCI",
      requirements: [
        aRequirement({
          name: "circle",
          ask: [
            aChoice({ id: "open" }),
            aChoice({
              id: "shown",
              show_if: {
                any: [
                  { field: "fact.hide", op: "eq", value: false },
                  { not: { field: "fact.hide", op: "answered", value: true } },
                ],
              },
              outcomes: [
                {
                  when: yes("shown"),
                  effect: "set_fact",
                  message: "Hide.",
                  set: { fact: "hide", value: true },
                },
              ],
            }),
          ],
        }),
      ],
    });
    const definitions = [aBaseline(), definition];
    const items = [answered("circle", { open: "yes", shown: "yes" })];

    expect(aView(aRecord(definitions, { items }), definitions).unreadable).toEqual(["PCI"]);
    expect(aView(aRecord(definitions), definitions).unreadable).toEqual([]);
  });
});

describe("not applicable by a signed answer elsewhere", () => {
  const definition = aDefinition({
    vertical: "FERPA",
    requirements: [
      aRequirement({
        name: "review",
        ask: [
          aChoice({
            id: "k12",
            outcomes: [
              {
                when: yes("k12"),
                effect: "set_fact",
                message: "K-12.",
                set: { fact: "k12", value: true },
              },
            ],
          }),
        ],
      }),
      aRequirement({
        name: "consent_flow",
        stage: 5,
        not_applicable: {
          derived: {
            from: "review",
            when: { field: "review.k12", op: "eq", value: "no" },
            reason: "No minors are recorded.",
          },
        },
      }),
    ],
  });
  const definitions = [aBaseline(), definition];
  const look = (k12: string, signed: boolean) => {
    const item = answered("review", { k12 });
    const hash = requirementOf(
      aView(aRecord(definitions, { items: [item] }), definitions),
      "review",
    ).approvals.requirement_met?.contentHash;
    const signOffs = signed && hash ? [aSignOff({ contentHash: hash })] : [];
    return requirementOf(
      aView(aRecord(definitions, { items: [{ ...item, signOffs }] }), definitions),
      "consent_flow",
    );
  };

  it.each([
    ["no", true, "not_applicable"],
    ["no", false, "not_started"],
    ["yes", true, "not_started"],
  ])("answer %s, signed %s: %s", (k12, signed, state) => {
    expect(look(k12, signed).state).toBe(state);
  });
});
