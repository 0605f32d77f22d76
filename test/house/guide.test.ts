import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Definition } from "../../src/domain/workflows/definition.ts";
import { readWorkflowFiles } from "../../src/store/workflow-files/read.ts";
import { ROOT } from "./read-tree.ts";

// What the compliance guide tells a deployment engineer, and where our files say it: each row is a fact of the guide.

function readDefinitions(): readonly Definition[] {
  const read = readWorkflowFiles(path.join(ROOT, "workflows"));
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  return read.definitions;
}

const workflows = readDefinitions().map(({ workflow }) => workflow);

/** Everything a person may read about a requirement. */
function textOf(name: string): string {
  const requirement = workflows
    .flatMap(({ requirements }) => requirements)
    .find((r) => r.name === name);
  return JSON.stringify(requirement ?? null);
}

/** What stands above the requirements of a vertical: why it matters, and its critical notes. */
function notesOf(vertical: string): string {
  const workflow = workflows.find((one) => one.vertical === vertical);
  return [workflow?.why, ...(workflow?.notes ?? [])].join("\n");
}

describe("where and how a requirement is done", () => {
  it.each([
    [
      "hipaa_phi_inventory_partial",
      /Appointment confirmations, clinical .+, prescription .+billing/,
    ],
    ["hipaa_baa_signed", /before the platform goes live, not after/],
    [
      "hipaa_baa_signed",
      /HIPAA portal, have the customer countersign, and file it in Google Drive/,
    ],
    ["phi_inventory_complete", /PHI flow worksheet with the compliance officer/],
    ["phi_inventory_complete", /worksheet template is in Google Drive/],
    [
      "encryption_verified",
      /TLS for SIP signaling, SRTP for media streams, and encryption at rest/,
    ],
    ["encryption_verified", /Admin Console > Security, or Admin Console > Recording Settings/],
    ["encryption_verified", /not just checking a box/],
    ["encryption_verified", /HIPAA package/],
    ["audit_logging_enabled", /Admin Console > Call Logs > Retention Policy, set to 72 months/],
    ["breach_response_plan_signed", /UCaaS platform as a system in scope/],
    ["breach_response_plan_signed", /compliance officer must confirm/],
    [
      "pci_scope_assessed",
      /Do callers speak their card numbers to agents, enter them via keypad, or neither\?/,
    ],
    [
      "call_recording_descoped",
      /1 DTMF suppression \(preferred\), 2 pause\/resume recording, 3 out-of-band/,
    ],
    ["call_recording_descoped", /Admin Console > Call Recording Settings/],
    ["call_recording_descoped", /Admin Console > Users > \[User\] > Recording Controls/],
    ["call_recording_descoped", /make a test call .+ listen: the digits must be silent/],
    ["tokenization_confirmed", /customer's payment processor/],
    ["qsa_approval_obtained", /architecture diagram and the de-scoping documentation/],
    ["qsa_approval_obtained", /engage the QSA in Stage 3, not Stage 5/],
    ["fedramp_platform_confirmed", /marketplace\.fedramp\.gov, search for the platform name/],
    ["data_residency_us_only", /all data centers are US-located and no foreign subprocessors/],
    ["data_residency_us_only", /\(System Security Plan\)/],
    ["security_assessment_complete", /provide the architecture documentation/],
    ["ato_documentation", /4 to 8 weeks: start at Stage 3/],
    ["ferpa_review_complete", /admissions, registrar, financial aid, student counseling/],
    ["student_data_inventory", /recorded, stored, access-controlled/],
    [
      "no_marketing_use_confirmed",
      /training AI models, service improvement, or any marketing purpose/,
    ],
    ["no_marketing_use_confirmed", /correct tier for education/],
    ["parent_consent_flow_documented", /how parental consent is handled/],
  ])("%s: %s", (name, fact) => {
    expect(textOf(name)).toMatch(fact);
  });
});

describe("why a vertical matters, and its critical notes", () => {
  it.each([
    ["HIPAA", /names, conditions, appointment details and prescription information/],
    ["HIPAA", /Request the HIPAA\/BAA tier explicitly/],
    ["HIPAA", /call recording storage is explicitly covered by the BAA/],
    ["HIPAA", /personal devices.+does not cache voicemail locally/],
    ["PCI", /keep card data out of it in any usable form/],
    ["PCI", /Method 2, pause\/resume: relies on the agent/],
    ["PCI", /payment link: the cleanest/],
    ["PCI", /QSA approvals take time/],
    ["FedRAMP", /provision the Government Cloud tenant explicitly/],
    ["FedRAMP", /ask your channel manager for the provisioning path/],
    ["FedRAMP", /do not rely on marketing materials/],
    ["FERPA", /admissions, financial aid, the registrar or advising/],
    ["FERPA", /flag to your manager/],
  ])("%s: %s", (vertical, fact) => {
    expect(notesOf(vertical)).toMatch(fact);
  });
});

describe("what to do when the gate is blocked", () => {
  it.each([
    ["hipaa_baa_signed", /Arrange BAA execution with the/],
    [
      "qsa_approval_obtained",
      /Schedule a QSA review and get your architecture documentation to the/,
    ],
    ["fedramp_platform_confirmed", /may not be .*authorized.*escalate to sales/i],
    ["ato_documentation", /ATO update is in progress.*ISSM.*4 to 8 weeks/],
  ])("%s: %s", (name, fix) => {
    const requirement = workflows
      .flatMap(({ requirements }) => requirements)
      .find((one) => one.name === name);

    expect(requirement?.if_blocked).toMatch(fix);
  });
});

describe("the FedRAMP table", () => {
  it.each([
    ["RingCentral Government", "ringcentral_government"],
    ["8x8", "8x8"],
    ["Net2Phone", "net2phone"],
    ["AireSpring", "airespring"],
    ["Webex", "webex"],
    ["Zoom", "zoom"],
  ])("knows %s", (label, id) => {
    const options = workflows
      .flatMap(({ requirements }) => requirements)
      .filter(({ name }) => name === "fedramp_platform_confirmed")
      .flatMap(({ ask }) => ask)
      .filter((question) => question.id === "platform")
      .flatMap((question) => question.options ?? []);

    expect(options.some((one) => one.id.includes(id) && one.label.includes(label))).toBe(true);
  });
});
