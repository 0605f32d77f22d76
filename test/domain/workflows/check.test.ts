import { describe, expect, it, test } from "vitest";
import { areProblems, checkWorkflow } from "../../../src/domain/workflows/check.ts";
import { aChoice, aRequirement, asking, aWorkflow } from "./samples.ts";

/** `path: reason` of every problem. */
function problemsOf(value: unknown): readonly string[] {
  const checked = checkWorkflow("test.yml", value);
  if (!areProblems(checked)) return [];
  expect(checked.every(({ file }) => file === "test.yml")).toBe(true);
  return checked.map(({ path, reason }) => `${path}: ${reason}`);
}

const only = (requirement: object) => aWorkflow({ requirements: [requirement] });
const outcome = (when: object, more: object = {}) => ({
  outcomes: [{ when, effect: "warn", message: "Look again.", ...more }],
});
const signed = (rule: object) =>
  only(aRequirement({ sign_off: { signers: [{ role: "compliance_officer" }], ...rule } }));
const KIND = { field: "kind", op: "eq", value: "bad" };
const R = "requirements[0]";

const refused: readonly (readonly [what: string, workflow: unknown, problem: string])[] = [
  ["a stage that is none", only(aRequirement({ stage: 4 })), `${R}.stage: expected one of 3|5`],
  ["an unknown key", aWorkflow({ colour: "red" }), "colour: unknown key"],
  ["an unknown key deep down", only(asking({ hint: "x" })), `${R}.ask[0].hint: unknown key`],
  ["a missing key", only(aRequirement({ if_blocked: undefined })), `${R}.if_blocked: is missing`],
  ["a wrong kind", aWorkflow({ version: "1" }), "version: expected number, received string"],
  ["no file at all", null, ": expected object, received null"],
  [
    "a long title",
    only(aRequirement({ title: "x".repeat(81) })),
    `${R}.title: at most 80 characters`,
  ],
  [
    "a long modal title",
    only(aRequirement({ modal_title: "x".repeat(25) })),
    `${R}.modal_title: at most 24 characters`,
  ],
  [
    "a long prompt",
    only(asking({ prompt: "x".repeat(151) })),
    `${R}.ask[0].prompt: at most 150 characters`,
  ],
  [
    "a long label",
    only(
      asking({
        options: [
          { id: "a", label: "x".repeat(76) },
          { id: "b", label: "B" },
        ],
      }),
    ),
    `${R}.ask[0].options[0].label: at most 75 characters`,
  ],
  [
    "seven questions on a page",
    only(aRequirement({ pages: [["a", "b", "c", "d", "e", "f", "g"]] })),
    `${R}.pages[0]: at most 6 entries`,
  ],
  [
    "a signer who does not exist",
    signed({ signers: [{ role: "ceo" }] }),
    `${R}.sign_off.signers[0].role: expected one of deployment_engineer|engineering_manager|compliance_officer|security_lead|it_ops_lead|legal_counsel|sales_lead|channel_manager|member`,
  ],
  [
    "an operator that does not exist",
    only(asking({ show_if: { field: "note", op: "equals", value: 1 } })),
    `${R}.ask[0].show_if.op: expected one of eq|neq|in|not_in|includes|includes_any|missing_any|lt|gt|before|after|older_than_days|within_days|rank_lt|rank_gt|answered`,
  ],
  [
    "a requirement twice",
    aWorkflow({ requirements: [aRequirement(), aRequirement()] }),
    "requirements[1].name: duplicate first_item",
  ],
  ["a question twice", only(asking({}, [aChoice()])), `${R}.ask[4].id: duplicate kind`],
  [
    "an option twice",
    only(
      asking({
        options: [
          { id: "a", label: "A" },
          { id: "a", label: "B" },
        ],
      }),
    ),
    `${R}.ask[0].options[1].id: duplicate a`,
  ],
  [
    "a choice without options",
    only(asking({ options: undefined })),
    `${R}.ask[0].options: is missing`,
  ],
  [
    "a question on no page",
    only(aRequirement({ pages: [["kind"], ["count", "day"]] })),
    `${R}.ask[3].id: note is on no page`,
  ],
  [
    "a question on two pages",
    only(
      aRequirement({
        pages: [
          ["kind", "day"],
          ["count", "day", "note"],
        ],
      }),
    ),
    `${R}.pages[1][1]: day is on a page already`,
  ],
  [
    "a page with a stranger",
    only(aRequirement({ pages: [["kind"], ["count", "day", "note", "who"]] })),
    `${R}.pages[1][3]: no question who`,
  ],
  [
    "a question that a later page decides on",
    only(asking({ show_if: { field: "count", op: "gt", value: 1 } })),
    `${R}.ask[0].show_if: count must be on an earlier page than kind`,
  ],
  [
    "a question that decides on itself",
    only(asking({ show_if: KIND })),
    `${R}.ask[0].show_if: depends on itself: first_item.kind -> first_item.kind`,
  ],
  [
    "a fact that decides whether its own question is shown",
    only(
      asking({
        show_if: { field: "fact.seen", op: "eq", value: true },
        ...outcome(KIND, { effect: "set_fact", set: { fact: "seen", value: true } }),
      }),
    ),
    `${R}.ask[0].show_if: depends on itself: first_item.kind -> fact.seen -> first_item.kind`,
  ],
  [
    "a field that does not exist",
    only(asking(outcome({ field: "sort", op: "eq", value: "bad" }))),
    `${R}.ask[0].outcomes[0].when.field: no question sort`,
  ],
  [
    "an option that does not exist",
    only(asking(outcome({ not: { all: [{ field: "kind", op: "in", value: ["good", "ugly"] }] } }))),
    `${R}.ask[0].outcomes[0].when.not.all[0].value: kind has no option ugly`,
  ],
  [
    "an operator that does not fit the question",
    only(asking(outcome({ field: "kind", op: "includes", value: "bad" }))),
    `${R}.ask[0].outcomes[0].when.op: includes does not fit a choice question`,
  ],
  [
    "an operand that does not fit the operator",
    only(asking(outcome({ field: "day", op: "older_than_days", value: "90" }))),
    `${R}.ask[0].outcomes[0].when.value: expected a number`,
  ],
  [
    "ranks that nobody gave",
    only(asking(outcome({ field: "kind", op: "rank_gt", value: { field: "kind" } }))),
    `${R}.ask[0].outcomes[0].when: compares ranks, but not every option has one`,
  ],
  [
    "a fact without a value",
    only(asking(outcome(KIND, { effect: "set_fact" }))),
    `${R}.ask[0].outcomes[0].set: goes with set_fact, and only with it`,
  ],
  [
    "an exclusive option that does not exist",
    only(asking({ type: "multi", validate: { exclusive: ["none"] } })),
    `${R}.ask[0].validate.exclusive[0]: no option none`,
  ],
  [
    "an earliest day of a question that is no date",
    only(
      asking({}, [{ id: "end", type: "date", prompt: "End?", validate: { not_before: "count" } }]),
    ),
    `${R}.ask[4].validate.not_before: no other date question count`,
  ],
  [
    "a limit by a question that does not exist",
    only(
      asking({}, [{ id: "high", type: "number", prompt: "High?", validate: { at_most: "all" } }]),
    ),
    `${R}.ask[4].validate.at_most: no other number question all`,
  ],
  [
    "a text that must differ from nothing",
    only(
      asking({}, [{ id: "who", type: "text", prompt: "Who?", validate: { distinct_from: "x" } }]),
    ),
    `${R}.ask[4].validate.distinct_from: no other text question x`,
  ],
  [
    "a validation that does not fit",
    only(asking({ validate: { min: 1 } })),
    `${R}.ask[0].validate.min: not for a choice question`,
  ],
  [
    "evidence by a question that holds no file",
    only(aRequirement({ evidence: [{ id: "paper", label: "Paper", satisfied_by: "note" }] })),
    `${R}.evidence[0].satisfied_by: no file or url question note`,
  ],
  [
    "evidence by an attestation that is not asked for",
    only(
      aRequirement({
        evidence: [{ id: "paper", label: "Paper", satisfied_by_attestation: ["qsa"] }],
      }),
    ),
    `${R}.evidence[0].satisfied_by_attestation[0]: no attestation of the sign-off is from qsa`,
  ],
  [
    "a quorum above the signers",
    signed({ quorum: 2 }),
    `${R}.sign_off.quorum: asks for 2 of 1 signers: nobody could ever sign`,
  ],
  [
    "signers who may all be left out",
    signed({ signers: [{ role: "security_lead", when: KIND }] }),
    `${R}.sign_off.signers: no signer is certain: give one without \`when\`, or two of which the second's is the first's \`not\``,
  ],
  [
    "a question whose every answer blocks",
    only(
      asking({
        outcomes: ["good", "bad"].map((value) => ({
          when: { field: "kind", op: "eq", value },
          effect: "block",
          message: "No.",
        })),
      }),
    ),
    `${R}.ask[0].outcomes: every answer blocks: nobody could ever sign`,
  ],
  [
    "an attestation that needs a condition",
    signed({ attestations: [{ from: ["qsa"], needed: "when", must_say: "Yes." }] }),
    `${R}.sign_off.attestations[0].when: goes with \`needed: when\`, and only with it`,
  ],
  [
    "an attestation dated by nothing",
    signed({
      attestations: [{ from: ["qsa"], needed: "always", must_say: "Yes.", not_before: "end" }],
    }),
    `${R}.sign_off.attestations[0].not_before: no date question end`,
  ],
  [
    "lead times out of order",
    only(aRequirement({ lead_time: { min_days: 5, typical_days: 2, max_days: 9 } })),
    `${R}.lead_time: expected min_days <= typical_days <= max_days`,
  ],
  [
    "a platform that nobody sells",
    aWorkflow({
      platforms: [
        {
          platform: "acme",
          product: "Acme",
          status: "listed",
          checked_on: "2026-01-01",
          source_url: "https://example.com/",
        },
      ],
    }),
    "platforms[0].platform: expected one of ringcentral|webex_calling|zoom_phone|8x8|net2phone|airespring",
  ],
];

describe("a workflow file", () => {
  it("is accepted when it is fine, and hashed by its content", () => {
    expect(problemsOf(aWorkflow())).toEqual([]);
    const checked = checkWorkflow("test.yml", aWorkflow());
    expect(checked).toMatchObject({
      file: "test.yml",
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test.each(refused)("with %s is refused with the place and the reason", (_, workflow, problem) => {
    expect(problemsOf(workflow)).toContain(problem);
  });

  it("reports every problem at once", () => {
    const bad = aWorkflow({ requirements: [aRequirement({ stage: 4, title: "", colour: 1 })] });
    expect(problemsOf(bad)).toEqual([
      `${R}.stage: expected one of 3|5`,
      `${R}.title: at least 1 characters`,
      `${R}.colour: unknown key`,
    ]);
  });

  it("that nests without end is refused before it is looked at", () => {
    let deep: unknown = {};
    for (let i = 0; i < 50_000; i += 1) deep = { not: deep };
    expect(problemsOf(aWorkflow({ detect: deep }))).toEqual([": nests deeper than 40 levels"]);
  });

  it("with ten thousand requirements is checked within seconds", () => {
    const requirements = Array.from({ length: 10_000 }, (_, i) =>
      aRequirement({ name: `item_${i}` }),
    );
    expect(problemsOf(aWorkflow({ requirements }))).toEqual([]);
  }, 20_000);
});
