import { describe, expect, it } from "vitest";
import { decideGate, gateOf } from "../../../src/domain/gates/gate.ts";
import type { Item, MigrationRecord } from "../../../src/domain/migrations/record.ts";
import { aBaseline, aChoice, aDefinition, aRequirement } from "../../support/definitions.ts";
import {
  answered,
  aRecord,
  aRequest,
  aSignOff,
  aView,
  aViewInput,
  contentOf,
  day,
  instant,
  MANAGER,
  requirementOf,
  signerOf,
  signOffId,
} from "../../support/records.ts";

const BASELINE = aBaseline([aRequirement({ name: "good_habit", stage: 5, advisory: true })]);
const HIPAA = aDefinition({
  vertical: "HIPAA",
  requirements: [
    aRequirement({ name: "early_one", title: "Do the early one" }),
    aRequirement({
      name: "late_one",
      stage: 5,
      title: "Do the late one",
      if_blocked: "Call the provider.",
      ask: [
        aChoice({
          id: "done",
          outcomes: [
            {
              when: { field: "done", op: "eq", value: "no" },
              effect: "block",
              message: "It is not done.",
            },
          ],
        }),
      ],
      waiver: {
        signers: [{ role: "compliance_officer" }, { role: "engineering_manager" }],
        only_for: ["A late provider."],
        max_days: 90,
      },
    }),
  ],
});
const DEFINITIONS = [BASELINE, HIPAA];

/** The item with a signature by the compliance officer on what it says. */
function signed(item: Item, record: Partial<MigrationRecord> = {}): Item {
  const view = aView(aRecord(DEFINITIONS, { items: [item], ...record }), DEFINITIONS);
  const contentHash = contentOf(requirementOf(view, item.requirement));
  const role =
    item.requirement === "vertical_confirmed"
      ? ("member" as const)
      : ("compliance_officer" as const);
  return { ...item, signOffs: [aSignOff({ contentHash, role })] };
}

const CONFIRMED = signed(answered("vertical_confirmed", { cards: "no" }));
const EARLY = signed(answered("early_one", { note: "done" }));
const LATE = signed(answered("late_one", { done: "yes" }));

function gate(stage: 3 | 5, items: readonly Item[], record: Partial<MigrationRecord> = {}) {
  return gateOf(aViewInput(aRecord(DEFINITIONS, { items, ...record }), DEFINITIONS), stage);
}

function namesOf(verdict: ReturnType<typeof gate>) {
  return verdict.verdict === "pass"
    ? []
    : verdict.unsatisfied.map(({ requirement, title }) => requirement ?? title);
}

describe("a gate", () => {
  it.each<[3 | 5, readonly Item[], readonly string[]]>([
    [3, [], ["vertical_confirmed", "early_one"]],
    [3, [CONFIRMED, EARLY], []],
    [5, [CONFIRMED, EARLY], ["late_one"]],
    [5, [CONFIRMED, LATE], ["early_one"]],
    [5, [CONFIRMED, EARLY, LATE], []],
  ])("%i needs every requirement up to its stage", (stage, items, open) => {
    const verdict = gate(stage, items);

    expect(verdict.verdict).toBe(open.length === 0 ? "pass" : "blocked");
    expect(namesOf(verdict)).toEqual(open);
  });

  it("names advisory items and never closes for them", () => {
    expect(gate(5, [CONFIRMED, EARLY, LATE])).toMatchObject({
      verdict: "pass",
      advisory: ["good_habit"],
      noVertical: false,
      waivers: [],
      validUntil: null,
    });
  });

  it("says why each one is open and what to do", () => {
    const asked = { ...answered("early_one", { note: "done" }) };
    const requests = [
      aRequest({
        contentHash: contentOf(
          requirementOf(aView(aRecord(DEFINITIONS, { items: [asked] }), DEFINITIONS), "early_one"),
        ),
      }),
    ];
    const verdict = gate(
      5,
      [CONFIRMED, { ...asked, requests }, answered("late_one", { done: "no" })],
      { goLiveOn: day("2026-11-21") },
    );

    expect(verdict).toMatchObject({
      verdict: "blocked",
      unsatisfied: [
        {
          requirement: "early_one",
          title: "Do the early one",
          state: "awaiting_approval",
          fix: "Wait for a signature by the compliance officer.",
          dueOn: null,
        },
        {
          requirement: "late_one",
          state: "blocked",
          why: "It is not done. Fewer days are left than its shortest lead time of 2.",
          fix: "Call the provider.",
          dueOn: "2026-11-21",
        },
      ],
    });
  });

  it("names what is missing as the fix", () => {
    expect(gate(3, [CONFIRMED])).toMatchObject({
      unsatisfied: [{ why: "Nobody has begun with it.", fix: "Not answered: What about note?" }],
    });
  });

  it("lists waivers with their last day, which is also how long the verdict is good", () => {
    const waiver = {
      meaning: "waiver" as const,
      reason: "The provider is late.",
      expiresOn: day("2026-12-01"),
    };
    const item = {
      ...answered("late_one", { done: "no" }),
      requests: [
        aRequest({
          contentHash:
            EARLY.signOffs[0]?.contentHash ??
            contentOf(requirementOf(aView(aRecord(DEFINITIONS), DEFINITIONS), "early_one")),
          ...waiver,
        }),
      ],
    };
    const approval = requirementOf(
      aView(aRecord(DEFINITIONS, { items: [item] }), DEFINITIONS),
      "late_one",
    ).approvals.waiver;
    if (!approval) throw new Error("no waiver");
    const { contentHash } = approval;
    const signOffs = [
      aSignOff({ contentHash, ...waiver }),
      aSignOff({
        id: signOffId(2),
        contentHash,
        ...waiver,
        role: "engineering_manager",
        signer: signerOf(MANAGER),
      }),
    ];

    expect(gate(5, [CONFIRMED, EARLY, { ...item, signOffs }])).toMatchObject({
      verdict: "pass",
      waivers: [{ requirement: "late_one", expiresOn: "2026-12-01" }],
      validUntil: "2026-12-01",
    });
    expect(
      namesOf(gate(5, [CONFIRMED, EARLY, { ...item, signOffs: signOffs.slice(0, 1) }])),
    ).toEqual(["late_one"]);
  });
});

describe("a doubt keeps a gate closed", () => {
  const items = [CONFIRMED, EARLY, LATE];
  const verdictOf = (record: MigrationRecord, definitions = DEFINITIONS) =>
    gateOf(aViewInput(record, definitions), 3);

  it.each<[string, ReturnType<typeof verdictOf>, string]>([
    [
      "unconfirmed verticals",
      verdictOf(aRecord(DEFINITIONS, { items, verticals: null })),
      "vertical_confirmed",
    ],
    [
      "a file that cannot be read",
      verdictOf(aRecord(DEFINITIONS, { items }), [BASELINE]),
      "The rules of HIPAA cannot be read",
    ],
    [
      "an unknown vertical",
      verdictOf(aRecord(DEFINITIONS, { items, verticals: ["HIPAA", "GLBA"] })),
      "The rules of GLBA cannot be read",
    ],
    [
      "no file that always applies",
      verdictOf(aRecord([HIPAA], { items }), [HIPAA]),
      "vertical_confirmed is missing",
    ],
    [
      "a cancelled migration",
      verdictOf(aRecord(DEFINITIONS, { items, state: "cancelled" })),
      "The migration was cancelled",
    ],
  ])("%s", (_, verdict, title) => {
    expect(namesOf(verdict)).toContain(title);
  });

  it("unconfirmed verticals are said once, with the requirement that confirms them", () => {
    const verdict = verdictOf(aRecord(DEFINITIONS, { items: [], verticals: null }));

    expect(namesOf(verdict)[0]).toBe("vertical_confirmed");
    expect(namesOf(verdict)).not.toContain("Verticals are not confirmed");
    expect(verdict.verdict === "blocked" && verdict.unsatisfied[0]).toMatchObject({
      why: "Nobody has confirmed yet which rules apply to this migration.",
      fix: "Review the suggested verticals and confirm them.",
    });
  });

  it("unconfirmed verticals are a doubt of their own where no open requirement says so", () => {
    const record = aRecord(DEFINITIONS, { items, verticals: null });
    const view = aView(record, DEFINITIONS);
    const satisfied = view.requirements.map((each) => ({ ...each, satisfied: true }));
    const title = "Verticals are not confirmed";

    expect(namesOf(decideGate({ ...view, requirements: satisfied }, 3))).toEqual([title]);
    expect(namesOf(decideGate({ ...view, requirements: [] }, 3))).toContain(title);
  });

  it("and the same migration without the doubt passes", () => {
    expect(verdictOf(aRecord(DEFINITIONS, { items })).verdict).toBe("pass");
  });
});

describe("no vertical", () => {
  const none = { verticals: [] };

  it("passes once a person has confirmed that none applies", () => {
    const confirmed = signed(answered("vertical_confirmed", { cards: "no" }), none);

    expect(gate(3, [confirmed], none)).toMatchObject({ verdict: "pass", noVertical: true });
    expect(gate(5, [confirmed], none)).toMatchObject({ verdict: "pass", noVertical: true });
  });

  it("does not pass before, nor on a confirmation of other verticals", () => {
    expect(namesOf(gate(3, [answered("vertical_confirmed", { cards: "no" })], none))).toEqual([
      "vertical_confirmed",
    ]);
    expect(namesOf(gate(3, [CONFIRMED], none))).toEqual(["vertical_confirmed"]);
  });
});

describe("ages", () => {
  const checked = aDefinition({
    vertical: "FedRAMP",
    requirements: [
      aRequirement({
        name: "listing",
        ask: [
          {
            id: "checked_on",
            type: "date",
            prompt: "When was it checked?",
            outcomes: [
              {
                when: { field: "checked_on", op: "older_than_days", value: 30 },
                effect: "expire",
                gates: [3, 5],
                message: "Check the listing again.",
              },
            ],
          },
        ],
      }),
    ],
  });
  const definitions = [BASELINE, checked];
  const item = answered("listing", { checked_on: "2026-11-01" });
  const contentHash = contentOf(
    requirementOf(aView(aRecord(definitions, { items: [item] }), definitions), "listing"),
  );
  const record = aRecord(definitions, {
    items: [{ ...item, signOffs: [aSignOff({ contentHash })] }],
    gate3PassedAt: instant("2026-11-15T00:00:00Z"),
  });
  const openAt = (now: string, stage: 3 | 5) =>
    namesOf(gateOf(aViewInput(record, definitions, { now: instant(now) }), stage));

  it("an outcome that names both gates is judged at both", () => {
    expect(openAt("2026-12-01T12:00:00Z", 5)).not.toContain("listing");
    expect(openAt("2026-12-02T12:00:00Z", 3)).toContain("listing");
    expect(openAt("2026-12-02T12:00:00Z", 5)).toContain("listing");
  });

  it("gate 5 judges the ages of stage 5 also before gate 3 has passed", () => {
    const late = aDefinition({
      vertical: "HIPAA",
      requirements: [
        aRequirement({
          name: "trace",
          stage: 5,
          ask: [
            {
              id: "traced_on",
              type: "date",
              prompt: "When was the trace?",
              outcomes: [
                {
                  when: { field: "traced_on", op: "older_than_days", value: 30 },
                  effect: "expire",
                  message: "Trace again.",
                },
              ],
            },
          ],
        }),
      ],
    });
    const files = [BASELINE, late];
    const traced = answered("trace", { traced_on: "2026-11-01" });
    const hash = contentOf(
      requirementOf(aView(aRecord(files, { items: [traced] }), files), "trace"),
    );
    const items = [{ ...traced, signOffs: [aSignOff({ contentHash: hash })] }];
    const openOn = (now: string) =>
      namesOf(gateOf(aViewInput(aRecord(files, { items }), files, { now: instant(now) }), 5));

    expect(openOn("2026-12-01T12:00:00Z")).not.toContain("trace");
    expect(openOn("2026-12-02T12:00:00Z")).toContain("trace");
  });

  it("a verdict on a view is that of the gate the view was judged at", () => {
    const view = aView(record, definitions, { judgedAt: 5 });

    expect(decideGate(view, 5)).toEqual(gateOf(aViewInput(record, definitions), 5));
  });
});
