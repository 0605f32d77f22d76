import { describe, expect, it } from "vitest";
import type { AnswerValue, Item } from "../../../src/domain/migrations/record.ts";
import {
  aBaseline,
  aChoice,
  aDefinition,
  aQuestion,
  aRequirement,
} from "../../support/definitions.ts";
import {
  anAttestation,
  answered,
  aRecord,
  aRequest,
  aSignOff,
  aView,
  day,
  digest,
  instant,
  MANAGER,
  requirementOf,
  signerOf,
  signOffId,
  someEvidence,
} from "../../support/records.ts";

const yes = (field: string) => ({ field, op: "eq" as const, value: "yes" });

describe("evidence and written words", () => {
  const definition = aDefinition({
    vertical: "HIPAA",
    requirements: [
      aRequirement({
        name: "baa",
        ask: [
          aQuestion({ id: "signed_on", type: "date" }),
          { id: "scan", type: "file", prompt: "Scan", required: false },
          aChoice({
            id: "gap",
            required: false,
            outcomes: [{ when: yes("gap"), effect: "warn", message: "A gap." }],
          }),
        ],
        evidence: [
          {
            id: "contract",
            label: "The contract",
            satisfied_by_attestation: ["customer_compliance_officer"],
          },
          { id: "copy", label: "A copy", satisfied_by: "scan" },
          { id: "photo", label: "A photo", required: false },
        ],
        sign_off: {
          signers: [{ role: "compliance_officer" }],
          attestations: [
            {
              from: ["customer_compliance_officer"],
              needed: "always",
              must_say: "It is signed.",
              max_age_days: 30,
              not_before: "signed_on",
            },
            {
              from: ["customer_privacy_officer"],
              needed: "when_warned",
              must_say: "The gap is accepted.",
            },
          ],
        },
      }),
    ],
  });
  const definitions = [aBaseline(), definition];
  const scan = { name: "scan.pdf", sha256: anAttestation().document.sha256, bytes: 1, link: null };
  const missing = (item: Item, input = {}) =>
    requirementOf(aView(aRecord(definitions, { items: [item] }), definitions, input), "baa")
      .missing;
  const base = (answers: Readonly<Record<string, AnswerValue>> = {}) =>
    answered("baa", { signed_on: "2026-11-10", scan, ...answers });

  it("what is missing is named once: evidence, and the word of those who have to give it", () => {
    expect(missing(answered("baa", { signed_on: "2026-11-10" }))).toEqual([
      "Evidence missing: A copy",
      "Written confirmation missing from the customer's compliance officer: It is signed.",
    ]);
  });

  it("several pieces of evidence are one line", () => {
    const evidence = ["The plan", "The log"].map((label, at) => ({ id: `slot_${at}`, label }));
    const two = aDefinition({
      vertical: "HIPAA",
      requirements: [aRequirement({ name: "baa", evidence })],
    });
    const known = [aBaseline(), two];

    expect(requirementOf(aView(aRecord(known), known), "baa").missing).toContain(
      "Evidence missing: The plan; The log",
    );
  });

  it("an answer or the document of a written word may stand for evidence", () => {
    expect(missing({ ...base(), attestations: [anAttestation()] })).toEqual([]);
    expect(missing({ ...base(), evidence: [someEvidence({ slot: "contract" })] })).toHaveLength(1);
  });

  it("a word that is older than the thing it confirms does not count", () => {
    expect(
      missing({ ...base({ signed_on: "2026-11-12" }), attestations: [anAttestation()] }),
    ).toEqual([]);
    expect(
      missing({ ...base({ signed_on: "2026-11-13" }), attestations: [anAttestation()] }),
    ).toHaveLength(1);
  });

  it("a warning asks for the word of somebody who accepts it", () => {
    const warned = { ...base({ gap: "yes" }), attestations: [anAttestation()] };

    expect(missing(warned)).toEqual([
      "Written confirmation missing from the customer's privacy officer: The gap is accepted.",
    ]);
  });

  it.each([
    ["2026-12-12T12:00:00Z", "signed", []],
    [
      "2026-12-13T12:00:00Z",
      "expired",
      [
        "A newer written confirmation is needed from the customer's compliance officer, at most 30 days old.",
      ],
    ],
  ])("a word of 12 November, good for 30 days, at %s: %s", (now, state, older) => {
    const item = { ...base(), attestations: [anAttestation()] };
    const hash = requirementOf(aView(aRecord(definitions, { items: [item] }), definitions), "baa")
      .approvals.requirement_met?.contentHash;
    const signed = { ...item, signOffs: hash ? [aSignOff({ contentHash: hash })] : [] };
    const view = aView(aRecord(definitions, { items: [signed] }), definitions, {
      now: instant(now),
    });

    expect(requirementOf(view, "baa")).toMatchObject({ state, missing: older });
  });

  it("the age of a word for stage 3 no longer counts at gate 5", () => {
    const item = { ...base(), attestations: [anAttestation()] };
    const late = { now: instant("2027-02-01T12:00:00Z") };

    expect(missing(item, { ...late, judgedAt: 3 })).toHaveLength(1);
    expect(missing(item, { ...late, judgedAt: 5 })).toEqual([]);
  });

  it("a waiver that needs a written word does not count without it", () => {
    const files = [
      aBaseline(),
      aDefinition({
        vertical: "HIPAA",
        requirements: [
          aRequirement({
            name: "plan",
            waiver: {
              signers: [{ role: "compliance_officer" }, { role: "engineering_manager" }],
              only_for: ["A late customer."],
              max_days: 90,
              attestations: [{ from: ["qsa"], needed: "always", must_say: "No objection." }],
            },
          }),
        ],
      }),
    ];
    const said = { meaning: "waiver" as const, reason: "Late.", expiresOn: day("2026-12-01") };
    const state = (attestations: Item["attestations"]) => {
      const item = {
        ...answered("plan", {}),
        attestations,
        requests: [aRequest({ contentHash: digest("0"), ...said })],
      };
      const open = requirementOf(aView(aRecord(files, { items: [item] }), files), "plan");
      const contentHash = open.approvals.waiver?.contentHash ?? digest("0");
      const signOffs = [
        aSignOff({ contentHash, ...said }),
        aSignOff({
          id: signOffId(2),
          contentHash,
          ...said,
          role: "engineering_manager",
          signer: signerOf(MANAGER),
        }),
      ];
      return requirementOf(aView(aRecord(files, { items: [{ ...item, signOffs }] }), files), "plan")
        .state;
    };

    expect(state([anAttestation({ role: "qsa" })])).toBe("waived");
    expect(state([])).toBe("in_progress");
  });
});
