import { describe, expect, it } from "vitest";
import type { Item, MigrationRecord } from "../../../src/domain/migrations/record.ts";
import { MEMBER_ROLES, type MemberRole, type Person } from "../../../src/domain/people/person.ts";
import { isRefusal } from "../../../src/domain/refusal.ts";
import { consentSentence } from "../../../src/domain/sign-offs/consent.ts";
import {
  decideNotApplicable,
  decideWaiver,
  whoMaySign,
} from "../../../src/domain/sign-offs/exceptions.ts";
import { decideSignOff } from "../../../src/domain/sign-offs/sign.ts";
import { aBaseline, aChoice, aDefinition, aRequirement } from "../../support/definitions.ts";
import { evolve } from "../../support/history.ts";
import {
  actorOf,
  anAttestation,
  answered,
  aRecord,
  aRequest,
  aSignOff,
  aView,
  contentOf,
  digest,
  ENGINEER,
  MANAGER,
  NOW,
  named,
  OFFICER,
  requestId,
  requirementOf,
  signOffId,
} from "../../support/records.ts";

const both = [{ role: "compliance_officer" as const }, { role: "engineering_manager" as const }];
const DEFINITIONS = [
  aBaseline([aRequirement({ name: "good_habit", stage: 5, advisory: true })]),
  aDefinition({
    vertical: "HIPAA",
    requirements: [
      aRequirement({
        name: "plan",
        ask: [
          aChoice({ id: "ready" }),
          aChoice({
            id: "federal",
            required: false,
            outcomes: [
              {
                when: { field: "federal", op: "eq", value: "no" },
                effect: "propose_not_applicable",
                message: "It may not apply.",
              },
            ],
          }),
        ],
        waiver: {
          signers: both,
          only_for: ["A late customer."],
          max_days: 90,
          renewable: false,
          never_if: { field: "federal", op: "eq", value: "yes" },
          never_message: "Never for a federal agency.",
          attestations: [
            {
              from: ["customer_contracting_officer"],
              needed: "when",
              when: { field: "federal", op: "eq", value: "unsure" },
              must_say: "It is not required.",
            },
          ],
        },
      }),
      aRequirement({ name: "inventory", not_applicable: { only_for: ["No patients."] } }),
      aRequirement({ name: "contract" }),
    ],
  }),
];

function look(item: Item, record: Parameters<typeof aRecord>[1] = {}) {
  return aView(aRecord(DEFINITIONS, { items: [item], ...record }), DEFINITIONS);
}

function waive(
  item: Item,
  more: { expiresOn?: string; reason?: string; held?: readonly MemberRole[] } = {},
) {
  return decideWaiver({
    view: look(item),
    requirement: item.requirement,
    requestId: requestId(9),
    reason: more.reason ?? "The customer is late.",
    expiresOn: more.expiresOn ?? "2027-01-01",
    heldRoles: new Set(more.held ?? MEMBER_ROLES),
  });
}

function exempt(item: Item, more: { reason?: string; held?: readonly MemberRole[] } = {}) {
  return decideNotApplicable({
    view: look(item),
    requirement: item.requirement,
    requestId: requestId(9),
    reason: more.reason ?? "No patients call here.",
    heldRoles: new Set(more.held ?? MEMBER_ROLES),
  });
}

/** The record after the person signed, and the state; or the code of the refusal. */
function signWaiver(record: MigrationRecord, person: Person, n: number) {
  const view = aView(record, DEFINITIONS);
  const contentHash = requirementOf(view, "plan").approvals.waiver?.contentHash;
  const decided = decideSignOff({
    view,
    requirement: named("plan"),
    meaning: "waiver",
    contentHash: contentHash ?? digest("0"),
    signer: { person, roles: person.roles },
    signOffId: signOffId(n),
    consent: "I waive it.",
    ourDomains: [],
  });
  if (isRefusal(decided)) return { record, outcome: decided.refused };
  const after = evolve(record, decided.facts, { by: actorOf(person), at: NOW });
  return { record: after, outcome: requirementOf(aView(after, DEFINITIONS), "plan").state };
}

const PLAN = answered("plan", { ready: "no" });

describe("a waiver", () => {
  it.each([
    ["2026-11-20", true],
    ["2027-02-18", true],
  ])("may last until %s", (expiresOn) => {
    expect(waive(PLAN, { expiresOn })).toMatchObject({
      facts: [
        { type: "SignOffRequested", meaning: "waiver", reason: "The customer is late.", expiresOn },
      ],
    });
  });

  it.each<[string, ReturnType<typeof waive>, object]>([
    [
      "for a day too long",
      waive(PLAN, { expiresOn: "2027-02-19" }),
      { refused: "waiver_too_long", maxDays: 90 },
    ],
    [
      "for a day that has passed",
      waive(PLAN, { expiresOn: "2026-11-19" }),
      {
        refused: "invalid_answers",
        fields: { expires_on: "Choose the waiver's last day: today or later." },
      },
    ],
    [
      "for no day at all",
      waive(PLAN, { expiresOn: "" }),
      {
        refused: "invalid_answers",
        fields: { expires_on: "Choose the waiver's last day: today or later." },
      },
    ],
    ["without a reason", waive(PLAN, { reason: " " }), { refused: "reason_needed" }],
    [
      "of what is never waived",
      waive(answered("contract", { note: "x" })),
      { refused: "not_waivable", why: "This requirement can never be waived." },
    ],
    [
      "where an answer forbids it",
      waive(answered("plan", { federal: "yes" })),
      { refused: "not_waivable", why: "Never for a federal agency." },
    ],
    [
      "while one signer is missing",
      waive(PLAN, { held: ["compliance_officer"] }),
      { refused: "no_one_holds_role", roles: ["engineering_manager"] },
    ],
    [
      "a second time where it cannot be renewed",
      waive({
        ...PLAN,
        requests: [
          aRequest({
            contentHash: contentOf(requirementOf(look(PLAN), "plan")),
            meaning: "waiver",
            ended: { as: "signed", by: actorOf(OFFICER), at: NOW, reason: null },
          }),
        ],
      }),
      { refused: "not_waivable", why: "This waiver was given once and cannot be renewed." },
    ],
  ])("is refused %s", (_, decided, refusal) => {
    expect(decided).toEqual(refusal);
  });

  it("is in force when both have signed what was asked for, by nobody who asked", () => {
    const asked = waive(PLAN);
    if (isRefusal(asked)) throw new Error(asked.refused);
    const start = aRecord(DEFINITIONS, { items: [PLAN] });
    const open = evolve(start, asked.facts, { by: actorOf(ENGINEER), at: NOW });
    const once = signWaiver(open, OFFICER, 10);
    const twice = signWaiver(once.record, MANAGER, 11);

    expect(signWaiver(open, { ...ENGINEER, roles: MEMBER_ROLES }, 12).outcome).toBe(
      "signer_is_answerer",
    );
    expect([once.outcome, twice.outcome]).toEqual(["awaiting_approval", "waived"]);
    expect(requirementOf(aView(twice.record, DEFINITIONS), "plan")).toMatchObject({
      satisfied: true,
      validUntil: "2027-01-01",
    });
  });

  it("cannot be signed without the written word that it needs", () => {
    const item = answered("plan", { federal: "unsure" });
    const asked = waive(item);
    if (isRefusal(asked)) throw new Error(asked.refused);
    const record = evolve(aRecord(DEFINITIONS, { items: [item] }), asked.facts, {
      by: actorOf(ENGINEER),
      at: NOW,
    });
    const view = aView(record, DEFINITIONS);
    const contentHash = requirementOf(view, "plan").approvals.waiver?.contentHash;
    if (!contentHash) throw new Error("no waiver");

    expect(
      decideSignOff({
        view,
        requirement: named("plan"),
        meaning: "waiver",
        contentHash,
        signer: { person: OFFICER, roles: OFFICER.roles },
        signOffId: signOffId(1),
        consent: "-",
        ourDomains: [],
      }),
    ).toEqual({ refused: "attestation_needed", from: ["customer_contracting_officer"] });
  });
});

describe("a waiver that always rests on a written word", () => {
  it("is asked for only when the word is there", () => {
    const from = ["customer_compliance_officer" as const];
    const attestations = [{ from, needed: "always" as const, must_say: "Accepts it." }];
    const waiver = { signers: both, only_for: ["A delay."], max_days: 90, attestations };
    const requirements = [aRequirement({ name: "plan", waiver })];
    const files = [aBaseline(), aDefinition({ vertical: "HIPAA", requirements })];
    const ask = (given: Item["attestations"]) =>
      decideWaiver({
        view: aView(aRecord(files, { items: [{ ...PLAN, attestations: given }] }), files),
        requirement: named("plan"),
        requestId: requestId(9),
        reason: "The customer is late.",
        expiresOn: "2027-01-01",
        heldRoles: new Set(MEMBER_ROLES),
      });

    expect(ask([])).toEqual({ refused: "attestation_needed", from });
    expect(isRefusal(ask([anAttestation({ role: "customer_compliance_officer" })]))).toBe(false);
    const gone = { as: "evidence", place: "plan", name: "plan.pdf", link: null } as const;
    const outdated = anAttestation({ about: [{ ...gone, sha256: digest("a") }] });
    expect(ask([outdated])).toEqual({ refused: "attestation_outdated", from });
  });
});

describe("not applicable", () => {
  const INVENTORY = answered("inventory", { note: "-" });

  it("is asked for with a reason, where the file allows it or an answer proposes it", () => {
    expect(exempt(INVENTORY)).toMatchObject({
      facts: [
        {
          type: "SignOffRequested",
          meaning: "not_applicable",
          reason: "No patients call here.",
          expiresOn: null,
        },
      ],
    });
    expect(exempt(answered("plan", { federal: "no" }))).toHaveProperty("facts");
  });

  it.each<[string, ReturnType<typeof exempt>, object]>([
    ["where the file gives no reason", exempt(PLAN), { refused: "not_applicable_not_allowed" }],
    ["without a reason", exempt(INVENTORY, { reason: "" }), { refused: "reason_needed" }],
    [
      "while nobody could approve",
      exempt(INVENTORY, { held: [] }),
      { refused: "no_one_holds_role", roles: ["compliance_officer"] },
    ],
    [
      "once it is signed",
      exempt({
        ...INVENTORY,
        signOffs: [
          aSignOff({ contentHash: contentOf(requirementOf(look(INVENTORY), "inventory")) }),
        ],
      }),
      { refused: "already_done" },
    ],
  ])("is refused %s", (_, decided, refusal) => {
    expect(decided).toEqual(refusal);
  });
});

describe("who may sign", () => {
  it("are the roles still missing; for a waiver nobody asked for yet, those it would take", () => {
    const view = look(PLAN);
    const plan = requirementOf(view, "plan");
    const contract = requirementOf(view, "contract");

    expect(whoMaySign(view, plan, "requirement_met")).toEqual(["compliance_officer"]);
    expect(whoMaySign(view, plan, "waiver")).toEqual(["compliance_officer", "engineering_manager"]);
    expect(whoMaySign(view, contract, "waiver")).toEqual([]);
  });
});

describe("the sentence that is signed", () => {
  const sentence = (
    item: Item,
    meaning: "requirement_met" | "waiver" | "not_applicable",
    record = {},
  ) => consentSentence({ view: look(item, record), requirement: item.requirement, meaning });
  const request = (meaning: "waiver" | "not_applicable") =>
    aRequest({
      contentHash: contentOf(requirementOf(look(PLAN), "plan")),
      meaning,
      reason: "The customer is late",
      expiresOn: null,
    });

  it("without a written word says that answers and evidence were checked", () => {
    expect(sentence(answered("contract", { note: "x" }), "requirement_met")).toBe(
      "I have checked the answers and evidence of contract for this migration and confirm that the requirement is met.",
    );
  });

  it("with one names the document, its author and its hash", () => {
    const definitions = [
      aBaseline(),
      aDefinition({
        vertical: "HIPAA",
        requirements: [
          aRequirement({
            name: "baa",
            sign_off: {
              signers: [{ role: "compliance_officer" }],
              attestations: [
                { from: ["customer_compliance_officer"], needed: "always", must_say: "Signed." },
              ],
            },
          }),
        ],
      }),
    ];
    const item = { ...answered("baa", { note: "x" }), attestations: [anAttestation()] };
    const view = aView(aRecord(definitions, { items: [item] }), definitions);

    expect(consentSentence({ view, requirement: named("baa"), meaning: "requirement_met" })).toBe(
      "I have seen the letter of 2026-11-12 in which Olga Outside, Privacy Officer, Mercy Hospital confirms baa, and checked that it is authentic and covers this migration (SHA-256 bbbbbbbbbbbb).",
    );
  });

  it("for a waiver and for not applicable repeats the reason", () => {
    expect(sentence({ ...PLAN, requests: [request("waiver")] }, "waiver")).toContain(
      "I waive plan for this migration until",
    );
    expect(
      sentence(
        { ...answered("inventory", {}), requests: [request("not_applicable")] },
        "not_applicable",
      ),
    ).toBe(
      "I confirm that inventory does not apply to this migration, for this reason: The customer is late.",
    );
  });

  it("for the verticals names them, or that none applies", () => {
    const confirmed = answered("vertical_confirmed", { cards: "no" });

    expect(sentence(confirmed, "requirement_met")).toBe(
      "I confirm that these verticals apply to this migration, and no others: HIPAA.",
    );
    expect(sentence(confirmed, "requirement_met", { verticals: [] })).toBe(
      "I confirm that no vertical applies to this migration.",
    );
  });

  it("is empty where there is nothing to sign", () => {
    expect(sentence(PLAN, "waiver")).toBe("");
    expect(
      consentSentence({
        view: look(PLAN),
        requirement: named("gone_one"),
        meaning: "requirement_met",
      }),
    ).toBe("");
  });
});
