import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/domain/audit/canonical.ts";
import { gateOf } from "../../../src/domain/gates/gate.ts";
import type { MigrationRecord } from "../../../src/domain/migrations/record.ts";
import { closeoutReport, reportFileName } from "../../../src/domain/reports/closeout.ts";
import { aBaseline, aChoice, aDefinition, aRequirement } from "../../support/definitions.ts";
import {
  anAttestation,
  answered,
  aPerson,
  aRecord,
  aSignOff,
  aView,
  aViewInput,
  contentOf,
  day,
  digest,
  evidenceId,
  instant,
  OFFICER,
  requirementOf,
  signerOf,
  someEvidence,
} from "../../support/records.ts";

const DEFINITIONS = [
  aBaseline([aRequirement({ name: "good_habit", stage: 5, advisory: true })]),
  aDefinition({
    vertical: "HIPAA",
    requirements: [
      aRequirement({
        name: "plan",
        ask: [aChoice({ id: "ready" })],
        evidence: [
          { id: "proof", label: "Proof" },
          { id: "memo", label: "Memo", restricted: true },
        ],
        sign_off: {
          signers: [{ role: "compliance_officer" }],
          attestations: [
            { from: ["customer_compliance_officer"], needed: "always", must_say: "Yes." },
          ],
        },
      }),
      aRequirement({
        name: "other",
        stage: 5,
        not_applicable: {
          derived: {
            from: "plan",
            when: { field: "ready", op: "eq", value: "yes" },
            reason: "The plan covers it.",
          },
        },
      }),
    ],
  }),
];
const SECRET = "Dr. Counsel says no";

function finished(more: Partial<MigrationRecord> = {}): MigrationRecord {
  const confirmed = answered("vertical_confirmed", { cards: "no" });
  const plan = {
    ...answered("plan", { ready: "yes" }),
    evidence: [
      someEvidence({ slot: "proof" }),
      someEvidence({
        id: evidenceId(2),
        slot: "memo",
        kind: "held",
        name: SECRET,
        sha256: null,
        bytes: null,
        heldOn: day("2026-11-09"),
      }),
    ],
    attestations: [
      anAttestation({
        about: [
          { as: "evidence", place: "proof", name: "proof.pdf", sha256: digest("a"), link: null },
        ],
        checked: { how: "signature_verified", on: day("2026-11-13") },
      }),
    ],
  };
  const items = [confirmed, plan].map((item) => {
    const view = aView(aRecord(DEFINITIONS, { items: [confirmed, plan] }), DEFINITIONS);
    const contentHash = contentOf(requirementOf(view, item.requirement));
    const role = item === confirmed ? ("member" as const) : ("compliance_officer" as const);
    return { ...item, signOffs: [aSignOff({ contentHash, role })] };
  });
  const detection = [
    {
      vertical: "HIPAA",
      decision: "auto" as const,
      default: "yes" as const,
      word: "hospital",
      why: "A hospital treats patients.",
    },
  ];
  return aRecord(DEFINITIONS, { items, detection, ...more });
}

const AUDIT = { size: 12, rootHash: digest("e") };

function report(record: MigrationRecord, now = instant("2026-11-20T15:00:00Z")) {
  const input = aViewInput(record, DEFINITIONS, { now });
  return closeoutReport({
    view: aView(record, DEFINITIONS, { now, judgedAt: 5 }),
    gate: gateOf(input, 5),
    audit: AUDIT,
  });
}

describe("the closeout report", () => {
  it("says which verticals apply and why, who confirmed them, and where the ledger stood", () => {
    expect(report(finished()).report).toMatchObject({
      customer: "Mercy Hospital",
      vertical: "HIPAA",
      verticals: ["HIPAA"],
      verticals_confirmed: {
        by: { name: "Eve Engineer", email: "person1@ours.example" },
        at: "2026-11-01T10:00:00Z",
      },
      detection: [
        {
          vertical: "HIPAA",
          word: "hospital",
          text: "hospital",
          why: "A hospital treats patients.",
          applies: true,
        },
      ],
      gate: { stage: 5, verdict: "pass" },
      audit: {
        size: 12,
        root_hash: digest("e"),
        splunk_event_id: `${finished().organisationId}:12`,
      },
      workflow_versions: [{ vertical: "BASELINE" }, { vertical: "HIPAA" }],
    });
  });

  it("says of each requirement who signed, whose word it rests on, the evidence and the version", () => {
    const { report: written, unsigned } = report(finished());

    expect(unsigned).toEqual([]);
    expect(written).toMatchObject({
      requirements: [
        { requirement: "vertical_confirmed", status: "signed", origin: "addition" },
        {
          requirement: "plan",
          state: "signed",
          status: "signed",
          satisfied: true,
          signed_at: "2026-11-14T10:00:00Z",
          signed_by: [
            {
              id: expect.stringMatching(/^[0-9a-f-]{36}$/),
              name: "Cory Officer",
              email: "person2@ours.example",
              platform: "slack",
              workspace: "T0001",
              user_id: "U2",
              at: "2026-11-14T10:00:00Z",
              meaning: "requirement_met",
              consent: "I have checked it.",
            },
          ],
          attested_by: [
            {
              name: "Olga Outside",
              organisation: "Mercy Hospital",
              confirmed_on: "2026-11-12",
              document: { sha256: digest("b") },
              about: [{ object: "proof.pdf", place: "proof", sha256: digest("a") }],
              about_current: true,
              checked: { by: "Eve Engineer", how: "signature_verified", on: "2026-11-13" },
            },
          ],
          evidence: [
            { slot: "proof", name: "proof.pdf", sha256: digest("a") },
            { kind: "held", name: "held by counsel", held_on: "2026-11-09" },
          ],
          workflow_version: DEFINITIONS[1]?.hash,
        },
        {
          requirement: "other",
          state: "not_applicable",
          status: "not_applicable",
          satisfied: true,
          reason: "The plan covers it.",
          signed_by: [],
        },
        { requirement: "good_habit", status: "pending", satisfied: false, advisory: true },
      ],
    });
  });

  it("holds nothing of privileged evidence but its date", () => {
    expect(canonicalJson(report(finished()).report)).not.toContain(SECRET);
  });

  it("is the same to the byte on another day and in another order of rows", () => {
    const record = finished();
    const shuffled = {
      ...record,
      items: record.items.toReversed(),
      definitions: record.definitions.toReversed(),
    };
    const later = instant("2027-01-15T08:00:00Z");

    expect(canonicalJson(report(shuffled, later).report)).toBe(
      canonicalJson(report(record).report),
    );
    expect(reportFileName(aView(record, DEFINITIONS, { now: later }))).toBe(
      "compliance_report_mercy-hospital_2026-11-14.json",
    );
  });

  it("changes when anything does", () => {
    const before = canonicalJson(report(finished()).report);

    expect(canonicalJson(report(finished({ goLiveOn: day("2027-03-01") })).report)).not.toBe(
      before,
    );
  });

  it("names what is not signed, but no advice", () => {
    const record = finished();
    const open = { ...record, items: record.items.map((item) => ({ ...item, signOffs: [] })) };

    expect(report(open).unsigned).toEqual(["vertical_confirmed", "plan", "other"]);
    expect(
      closeoutReport({
        view: aView(record, DEFINITIONS),
        gate: gateOf(aViewInput(record, DEFINITIONS), 5),
        audit: null,
      }).unsigned,
    ).toEqual(["audit reference (not sealed yet)"]);
  });

  it("a revoked signature signs nothing", () => {
    const record = finished();
    const revoked = {
      by: { personId: OFFICER.id, name: "-", email: null },
      at: instant("2026-11-15T00:00:00Z"),
      reason: "-",
      kind: "undo" as const,
    };
    const items = record.items.map((item) => ({
      ...item,
      signOffs: item.signOffs.map((signOff) => ({ ...signOff, revoked })),
    }));

    expect(report({ ...record, items }).report).toMatchObject({
      requirements: [{ signed_by: [] }, { signed_by: [], status: "pending" }, {}, {}],
    });
  });

  it("says DEMONSTRATION when a signature comes from the local chat, and only then", () => {
    const record = finished();
    const local = aPerson(2, {
      identity: { ...OFFICER.identity, surface: "web", workspaceRef: "local" },
    });
    const items = record.items.map((item) => ({
      ...item,
      signOffs: item.signOffs.map((signOff) => ({ ...signOff, signer: signerOf(local) })),
    }));

    expect(report({ ...record, items }).report).toHaveProperty(
      "notice",
      "DEMONSTRATION: identities not verified",
    );
    expect(report(record).report).not.toHaveProperty("notice");
  });

  it.each([
    ["Mercy Hospital", "mercy-hospital"],
    ["Krankenhaus Süd / Köln", "krankenhaus-sud-koln"],
    ["../../etc/passwd", "etc-passwd"],
    ["医院", "customer"],
  ])("for %s is filed as %s", (customer, slug) => {
    expect(reportFileName(aView(finished({ customer }), DEFINITIONS))).toBe(
      `compliance_report_${slug}_2026-11-14.json`,
    );
  });
});
