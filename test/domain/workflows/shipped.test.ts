import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import type { Condition } from "../../../src/domain/workflows/condition.ts";
import { conditionsIn } from "../../../src/domain/workflows/conditions-in.ts";
import type { Requirement } from "../../../src/domain/workflows/definition.ts";
import { readWorkflowFiles } from "../../../src/store/workflow-files/read.ts";

const read = readWorkflowFiles("workflows");
const definitions = "definitions" in read ? read.definitions : [];
const requirements = definitions.flatMap(({ workflow }) => workflow.requirements);

function find(name: string): Requirement {
  const found = requirements.find((requirement) => requirement.name === name);
  if (!found) throw new Error(`no requirement ${name}`);
  return found;
}

describe("the shipped workflow files", () => {
  it("are fine", () => {
    expect(read).not.toHaveProperty("problems");
  });

  test.each([
    ["hipaa.yml", "HIPAA", "HIPAA", "HealthComm", 1, 6],
    ["pci-dss.yml", "PCI", "PCI-DSS", "SecureVoice", 2, 4],
    ["fedramp.yml", "FedRAMP", "FedRAMP", "GovConnect", 3, 4],
    ["ferpa.yml", "FERPA", "FERPA", "EduComm", 4, 5],
    ["baseline.yml", "BASELINE", "Every migration", undefined, 99, 3],
  ])("hold %s: %s (%s, %s)", (file, vertical, title, product, order, count) => {
    const workflow = definitions.find((definition) => definition.file === file)?.workflow;
    expect(workflow).toMatchObject({ vertical, title, order, always: vertical === "BASELINE" });
    expect(workflow?.package).toBe(product);
    expect(workflow?.requirements).toHaveLength(count);
    expect(workflow?.detect !== undefined).toBe(vertical !== "BASELINE");
  });

  it("hold the 18 requirements of the compliance guide by their names, in its order, each at its stage", () => {
    const document = requirements.filter(({ origin }) => origin === "document");
    expect(document.map(({ name, stage }) => [name, stage])).toEqual([
      ["hipaa_phi_inventory_partial", 3],
      ["hipaa_baa_signed", 5],
      ["phi_inventory_complete", 5],
      ["encryption_verified", 5],
      ["audit_logging_enabled", 5],
      ["breach_response_plan_signed", 5],
      ["pci_scope_assessed", 3],
      ["call_recording_descoped", 5],
      ["tokenization_confirmed", 5],
      ["qsa_approval_obtained", 5],
      ["fedramp_platform_confirmed", 3],
      ["data_residency_us_only", 5],
      ["security_assessment_complete", 5],
      ["ato_documentation", 5],
      ["ferpa_review_complete", 3],
      ["student_data_inventory", 5],
      ["no_marketing_use_confirmed", 5],
      ["parent_consent_flow_documented", 5],
    ]);
  });

  it("show four additions apart, of which two only advise", () => {
    const additions = requirements.filter(({ origin }) => origin === "addition");
    expect(additions.map(({ name, stage, advisory }) => [name, stage, advisory])).toEqual([
      ["ferpa_hipaa_counsel_review", 3, false],
      ["vertical_confirmed", 3, false],
      ["baseline_tls_srtp", 5, true],
      ["baseline_e911", 5, true],
    ]);
  });

  it("give every requirement a name of its own", () => {
    expect(new Set(requirements.map(({ name }) => name)).size).toBe(22);
  });

  it("point editors at the schema in their first line", () => {
    for (const { file } of definitions) {
      const [first] = readFileSync(`workflows/${file}`, "utf8").split("\n");
      expect(first).toBe("# yaml-language-server: $schema=./schema.json");
    }
  });

  it("say nothing in the words of their makers", () => {
    for (const { workflow } of definitions) {
      const said = JSON.stringify({ ...workflow, detect: undefined });
      expect(said).not.toMatch(/\bseed|decision V\d|finding A\d|\(S\)|\/work\//i);
    }
  });

  it("speak American English", () => {
    const words = JSON.stringify(requirements.map((requirement) => textsOf(requirement)));
    expect(words).not.toMatch(
      /signalling|programme|\bcentre|counselling|analogue|dialled|enrolment|organisation|authoris|tokenis|licence/i,
    );
  });
});

describe.each(requirements.map((requirement) => [requirement.name, requirement] as const))(
  "%s",
  (_, requirement) => {
    it("says why, what to do, and what to do when blocked", () => {
      for (const text of [requirement.why, requirement.instruction, requirement.if_blocked]) {
        expect(text?.length).toBeGreaterThan(20);
      }
      expect(requirement.why.length).toBeLessThanOrEqual(200);
    });

    it("fits a form: texts, options and pages within their limits", () => {
      expect(requirement.title.length).toBeLessThanOrEqual(80);
      expect(requirement.modal_title.length).toBeLessThanOrEqual(24);
      expect(requirement.pages.every((page) => page.length >= 1 && page.length <= 6)).toBe(true);
      for (const { prompt, options = [] } of requirement.ask) {
        expect(prompt.length).toBeLessThanOrEqual(150);
        expect(options.length).toBeLessThanOrEqual(100);
        for (const { label } of options) expect(label.length).toBeLessThanOrEqual(75);
      }
    });

    it("can be passed: no choice has only answers that block, and thresholds are outcomes", () => {
      for (const { validate } of requirement.ask) {
        expect(validate?.min_items ?? 1).toBe(1);
      }
    });

    it("links its citations, or says that they are not verified", () => {
      for (const { ref, link } of requirement.citations) {
        if (/^(?:\d+ CFR|PCI DSS|NIST)/.test(ref)) expect(link, ref).toMatch(/^https:/);
      }
      expect(requirement.citations.length).toBeGreaterThan(0);
    });
  },
);

describe("what follows from answers elsewhere", () => {
  test.each([
    ["call_recording_descoped", "pci_scope_assessed", "fact.no_cards_by_phone", true],
    ["tokenization_confirmed", "pci_scope_assessed", "fact.no_cards_by_phone", true],
    ["qsa_approval_obtained", "pci_scope_assessed", "fact.no_cards_by_phone", true],
    ["parent_consent_flow_documented", "ferpa_review_complete", "fact.k12", false],
  ])("%s does not apply by the signed %s", (name, from, field, value) => {
    expect(find(name).not_applicable?.derived).toMatchObject({
      from,
      when: { field, op: "eq", value },
    });
  });

  it("a federal customer on a platform that is not authorized meets the guide's sentence and sales", () => {
    const status = find("fedramp_platform_confirmed").ask.find(({ id }) => id === "status");
    const [stop, caution] = status?.outcomes ?? [];
    expect(stop).toMatchObject({
      effect: "block",
      message: "Stop and escalate to sales. The deal cannot proceed with that platform.",
      tell: ["sales_lead"],
    });
    expect(JSON.stringify(stop?.when)).toContain(
      '"field":"fact.fedramp_binding","op":"eq","value":true',
    );
    expect(caution).toMatchObject({ effect: "warn" });
    expect(JSON.stringify(caution?.when)).toContain('"value":false');
  });

  it("only the FedRAMP check of stage 3 is judged again at gate 5", () => {
    const ages = requirements
      .filter(({ stage }) => stage === 3)
      .flatMap(({ name, ask }) =>
        ask.flatMap(({ outcomes = [] }) =>
          outcomes.filter(({ effect }) => effect === "expire").map(({ gates }) => [name, gates]),
        ),
      );
    expect(ages).toEqual([
      ["hipaa_phi_inventory_partial", [3]],
      ["fedramp_platform_confirmed", [3, 5]],
      ["ferpa_review_complete", [3]],
    ]);
  });

  it("no condition compares the words of a label", () => {
    const values = requirements.flatMap((requirement) =>
      conditionsIn(requirement).flatMap(({ is }) => literalsIn(is)),
    );
    expect(values.length).toBeGreaterThan(100);
    for (const value of values) expect(value).toMatch(/^[a-z0-9_]+$|^(?:PCI|HIPAA|FedRAMP|FERPA)$/);
  });
});

function literalsIn(condition: Condition): readonly string[] {
  if ("all" in condition) return condition.all.flatMap(literalsIn);
  if ("any" in condition) return condition.any.flatMap(literalsIn);
  if ("not" in condition) return literalsIn(condition.not);
  return [condition.value].flat().filter((value) => typeof value === "string");
}

/** Everything that people read: all texts but the ids. */
function textsOf(requirement: Requirement): readonly string[] {
  const texts: string[] = [];
  JSON.stringify(requirement, (key, value: unknown) => {
    if (typeof value === "string" && value.includes(" ") && key !== "id") texts.push(value);
    return value;
  });
  return texts;
}
