import { describe, expect, it, test } from "vitest";
import type { AttestationRule, Signer } from "../../../src/domain/workflows/definition.ts";
import { readWorkflowFiles } from "../../../src/store/workflow-files/read.ts";

const read = readWorkflowFiles("workflows");
const requirements =
  "definitions" in read ? read.definitions.flatMap(({ workflow }) => workflow.requirements) : [];

/** `security_lead`, `engineering_manager when`, `legal_counsel or compliance_officer`. */
function signer({ role, when, fallback }: Signer): string {
  return [role, when && "when", fallback && `or ${fallback}`].filter(Boolean).join(" ");
}

/** `always customer_issm 400 doc_date`: how needed, from whom, days, not before. */
function word({ needed, from, max_age_days: days, not_before: day }: AttestationRule): string {
  return [needed, from.join("|"), days, day].filter(Boolean).join(" ");
}

const CCO = "customer_compliance_officer";
const signs: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["hipaa_phi_inventory_partial", ["compliance_officer"], [`always ${CCO} 90 interview_date`]],
  ["hipaa_baa_signed", ["compliance_officer"], [`always ${CCO}`]],
  ["phi_inventory_complete", ["compliance_officer"], [`always ${CCO} 60 worksheet_date`]],
  ["encryption_verified", ["security_lead"], [`when_warned ${CCO} 90 verified_on`]],
  ["audit_logging_enabled", ["compliance_officer"], []],
  ["breach_response_plan_signed", ["compliance_officer"], [`always ${CCO} 90 irp_date`]],
  [
    "pci_scope_assessed",
    ["compliance_officer", "security_lead"],
    ["always customer_payment_owner 365 diagram_date"],
  ],
  ["call_recording_descoped", ["security_lead", "compliance_officer"], []],
  [
    "tokenization_confirmed",
    ["compliance_officer"],
    ["always customer_payment_owner 90 confirm_date", "always payment_processor 90"],
  ],
  [
    "qsa_approval_obtained",
    ["compliance_officer", "engineering_manager when"],
    [
      "when qsa 365 package_sent",
      "when isa 365 package_sent",
      "when acquirer|customer_payment_owner 365 package_sent",
    ],
  ],
  ["fedramp_platform_confirmed", ["compliance_officer"], []],
  [
    "data_residency_us_only",
    ["compliance_officer", "security_lead"],
    ["always customer_issm 400 doc_date"],
  ],
  ["security_assessment_complete", ["compliance_officer"], ["always customer_issm 365 docs_sent"]],
  [
    "ato_documentation",
    ["compliance_officer", "engineering_manager"],
    ["always authorizing_official 365", "always customer_issm 365"],
  ],
  ["ferpa_review_complete", ["compliance_officer"], [`always ${CCO} 90 meeting_date`]],
  ["student_data_inventory", ["compliance_officer"], [`always ${CCO} 60 review_date`]],
  ["no_marketing_use_confirmed", ["legal_counsel"], [`when ${CCO} 90 dpa_date`]],
  ["parent_consent_flow_documented", ["compliance_officer"], [`always ${CCO} 365`]],
  [
    "ferpa_hipaa_counsel_review",
    ["legal_counsel or compliance_officer", "engineering_manager"],
    [],
  ],
  [
    "vertical_confirmed",
    ["member when", "engineering_manager when", "compliance_officer when"],
    [`when ${CCO} 90`],
  ],
  ["baseline_tls_srtp", ["it_ops_lead"], []],
  ["baseline_e911", ["it_ops_lead"], []],
];

describe("who signs", () => {
  test.each(signs)("%s: %j, with the written word %j", (name, signers, words) => {
    const rule = requirements.find((requirement) => requirement.name === name)?.sign_off;
    expect(rule?.quorum).toBe("all");
    expect(rule?.signers.map(signer)).toEqual(signers);
    expect(rule?.attestations.map(word)).toEqual(words);
  });

  it("is laid down for every requirement", () => {
    expect(requirements.map(({ name }) => name).toSorted()).toEqual(
      signs.map(([name]) => name).toSorted(),
    );
  });

  it("is the answerer alone only for the one-click confirmation of the verticals", () => {
    const own = requirements.filter(({ sign_off: rule }) =>
      rule.signers.some((one) => one.may_be_answerer || one.role === "member"),
    );
    expect(own.map(({ name }) => name)).toEqual(["vertical_confirmed"]);
  });
});

const waives: readonly (readonly [
  string,
  readonly string[],
  number,
  boolean,
  readonly string[],
])[] = [
  ["encryption_verified", ["compliance_officer", "security_lead"], 90, true, [`always ${CCO} 90`]],
  [
    "audit_logging_enabled",
    ["compliance_officer", "security_lead"],
    30,
    false,
    [`always ${CCO} 30 set_on`],
  ],
  [
    "breach_response_plan_signed",
    ["compliance_officer", "engineering_manager"],
    30,
    false,
    [`always ${CCO} 90`],
  ],
  [
    "tokenization_confirmed",
    ["compliance_officer", "security_lead"],
    180,
    true,
    ["always customer_payment_owner 90", "always qsa|isa|acquirer 180"],
  ],
  [
    "qsa_approval_obtained",
    ["compliance_officer", "engineering_manager"],
    60,
    false,
    ["always customer_payment_owner 60"],
  ],
  [
    "fedramp_platform_confirmed",
    ["compliance_officer", "engineering_manager"],
    365,
    true,
    ["always customer_contracting_officer 365"],
  ],
  [
    "data_residency_us_only",
    ["compliance_officer", "security_lead"],
    365,
    true,
    ["always authorizing_official 365"],
  ],
];

describe("who waives", () => {
  test.each(waives)("%s: %j, %i days, renewable %s, with the written word %j", (...row) => {
    const [name, signers, days, renewable, words] = row;
    const waiver = requirements.find((requirement) => requirement.name === name)?.waiver;
    expect(waiver?.signers.map(signer)).toEqual(signers);
    expect(waiver).toMatchObject({ max_days: days, renewable });
    expect(waiver?.attestations.map(word)).toEqual(words);
  });

  it("can waive nothing else", () => {
    const waivable = requirements.filter(({ waiver }) => waiver).map(({ name }) => name);
    expect(waivable).toEqual(waives.map(([name]) => name));
  });
});
