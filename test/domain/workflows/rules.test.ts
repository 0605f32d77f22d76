import { describe, expect, it, test } from "vitest";
import { Day } from "../../../src/domain/ids.ts";
import type { Condition } from "../../../src/domain/workflows/condition.ts";
import type { Outcome, Requirement } from "../../../src/domain/workflows/definition.ts";
import type { Scope, ScopeValue } from "../../../src/domain/workflows/evaluate.ts";
import { evaluate } from "../../../src/domain/workflows/evaluate.ts";
import { readWorkflowFiles } from "../../../src/store/workflow-files/read.ts";

const read = readWorkflowFiles("workflows");
const requirements =
  "definitions" in read ? read.definitions.flatMap(({ workflow }) => workflow.requirements) : [];

function find(name: string): Requirement {
  const found = requirements.find((requirement) => requirement.name === name);
  if (!found) throw new Error(`no requirement ${name}`);
  return found;
}

type Values = Readonly<Record<string, ScopeValue>>;

/** What a requirement's conditions see with these answers and facts; a hidden question is unanswered. */
function scopeOf(requirement: Requirement, values: Values): Scope {
  const rankOf = (field: string, option: string) =>
    requirement.ask.find(({ id }) => id === field)?.options?.find(({ id }) => id === option)?.rank;
  const look = (field: string): ScopeValue | undefined => {
    const question = requirement.ask.find(({ id }) => id === field);
    if (question?.show_if && !evaluate(question.show_if, scope)) return undefined;
    return values[field];
  };
  const scope: Scope = { today: Day.parse("2026-11-20"), valueOf: look, rankOf };
  return scope;
}

function fired(name: string, values: Values): readonly Outcome[] {
  const requirement = find(name);
  const scope = scopeOf(requirement, values);
  return requirement.ask
    .filter(({ id }) => scope.valueOf(id) !== undefined)
    .flatMap(({ outcomes = [] }) => outcomes)
    .filter(({ when }) => evaluate(when, scope));
}

const effects = (name: string, values: Values) => fired(name, values).map(({ effect }) => effect);
const holds = (name: string, condition: Condition | undefined, values: Values) =>
  condition === undefined || evaluate(condition, scopeOf(find(name), values));
const signers = (name: string, values: Values) =>
  find(name)
    .sign_off.signers.filter(({ when }) => holds(name, when, values))
    .map(({ role }) => role);

describe("FedRAMP", () => {
  const facts = (answers: Values) =>
    fired("fedramp_platform_confirmed", answers).flatMap(({ set }) => (set ? [set.value] : []));

  test.each([
    ["federal_agency_executive_branch", ["none_stated"], true],
    ["dod_military_component", ["dod_il4_il5"], true],
    ["federal_contractor_handling_cui", ["none_stated"], true],
    ["federal_legislative_judicial", ["none_stated"], false],
    ["federal_legislative_judicial", ["fedramp"], true],
    ["state_agency", ["none_stated"], false],
    ["state_agency", ["tx_ramp", "fedramp"], true],
    ["county_city_municipal", ["cjis"], false],
  ])("binds a customer of kind %s whose contract says %j: %s", (kind, programme, binding) => {
    expect(facts({ customer_kind: kind, programme }).includes(true)).toBe(binding);
  });

  const listed = { status: "authorized_certified", level: "moderate_class_c" };
  test.each<readonly [Values, string, string]>([
    [{ status: "in_process" }, "block", "warn"],
    [{ status: "not_listed" }, "block", "warn"],
    [{ status: "revoked_remediation" }, "block", "warn"],
    [{ ...listed, required_level: "high" }, "block", "warn"],
    [{ ...listed, calling_in_boundary: "not_sure" }, "block", "warn"],
    [{ ...listed, gov_tenant: "no" }, "block", "warn"],
  ])("%j is %s for a bound customer, and %s for another", (answers, bound, other) => {
    const name = "fedramp_platform_confirmed";
    expect(effects(name, { ...answers, "fact.fedramp_binding": true })).toEqual([bound]);
    expect(effects(name, { ...answers, "fact.fedramp_binding": false })).toEqual([other]);
  });

  it("warns when it binds and nobody stated the level", () => {
    const answers = { ...listed, required_level: "not_stated" };
    const name = "fedramp_platform_confirmed";
    expect(effects(name, { ...answers, "fact.fedramp_binding": true })).toEqual(["warn"]);
    expect(effects(name, { ...answers, "fact.fedramp_binding": false })).toEqual([]);
  });

  it("is never waived for a customer whom it binds, or may bind", () => {
    const name = "fedramp_platform_confirmed";
    const never = find(name).waiver?.never_if;
    expect(holds(name, never, { "fact.fedramp_binding": true })).toBe(true);
    expect(holds(name, never, {})).toBe(true);
    expect(holds(name, never, { "fact.fedramp_binding": false })).toBe(false);
  });

  it("asks for nothing that a platform without a listing does not have", () => {
    const scope = scopeOf(find("fedramp_platform_confirmed"), {
      status: "not_listed",
      marketplace_url: "x",
      fedramp_id: "x",
      level: "x",
      gov_tenant: "no",
    });
    const hidden = ["marketplace_url", "fedramp_id", "level"].map((id) => scope.valueOf(id));
    expect(hidden).toEqual([undefined, undefined, undefined]);
    expect(scope.valueOf("gov_tenant")).toBe("no");
  });
});

describe("PCI", () => {
  const ALL = ["dtmf_suppression", "pause_resume", "out_of_band", "recording_disabled"];
  const NO_PAUSE = ["dtmf_suppression", "out_of_band", "recording_disabled"];
  test.each([
    [["speak_to_agent"], [ALL]],
    [["keypad_dtmf"], [NO_PAUSE]],
    [
      ["speak_to_agent", "keypad_dtmf"],
      [ALL, NO_PAUSE],
    ],
    [["payment_link_web_outside_the_call"], [["out_of_band", "recording_disabled"]]],
    [["speak_to_agent", "payment_link_web_outside_the_call"], [ALL]],
    [["neither_no_card_payments_by_phone"], [true]],
  ])("callers who %j set %j", (capture, set) => {
    const outcomes = fired("pci_scope_assessed", { card_capture: capture });
    expect(outcomes.flatMap((outcome) => (outcome.set ? [outcome.set.value] : []))).toEqual(set);
  });

  test.each([
    ["pause_resume", NO_PAUSE, ["block", "warn"]],
    ["pause_resume", ALL, ["warn"]],
    ["dtmf_suppression", NO_PAUSE, []],
    ["recording_disabled", NO_PAUSE, ["warn"]],
    ["none", NO_PAUSE, ["block"]],
  ])("the method %s where %j are allowed: %j", (method, allowed, expected) => {
    expect(effects("call_recording_descoped", { method, "fact.methods_allowed": allowed })).toEqual(
      expected,
    );
  });

  test.each([
    ["dtmf_suppression", "silence", []],
    ["dtmf_suppression", "a_flat_generic_tone_for_every_digit", []],
    ["dtmf_suppression", "nothing_was_recorded_paused", ["block"]],
    ["dtmf_suppression", "spoken_digits", ["block"]],
    ["pause_resume", "nothing_was_recorded_paused", []],
    ["pause_resume", "a_flat_generic_tone_for_every_digit", ["block"]],
    ["out_of_band", "spoken_digits", []],
  ])("the playback of %s with %s: %j", (method, result, expected) => {
    const outcomes = fired("call_recording_descoped", { method, test_result: result });
    const playback = find("call_recording_descoped").ask.find(({ id }) => id === "test_result");
    const own = outcomes.filter((outcome) => playback?.outcomes?.includes(outcome));
    expect(own.map(({ effect }) => effect)).toEqual(expected);
  });

  it("old recordings may wait for their purge only without security codes, and only until go-live", () => {
    const name = "call_recording_descoped";
    const legacy = "located_and_access_restricted_purge_date_set";
    const go = { "fact.go_live_date": "2026-12-01", legacy };
    expect(effects(name, { ...go, legacy_content: "pan_only", purge_date: "2026-12-01" })).toEqual(
      [],
    );
    expect(effects(name, { ...go, legacy_content: "security_codes" })).toEqual(["block"]);
    expect(effects(name, { ...go, purge_date: "2026-12-02" })).toEqual(["block"]);
  });

  it("a merchant without an assessor answers the substitute's questions only, and two members sign", () => {
    const name = "qsa_approval_obtained";
    const alone = { assessor_type: "no_assessor_saq_self_signed_acquirer_confirms" };
    const every = Object.fromEntries(find(name).ask.map(({ id }) => [id, "x"]));
    const shown = (values: Values) => {
      const scope = scopeOf(find(name), { ...every, result: "approved_no_objection", ...values });
      return find(name).ask.flatMap(({ id }) => (scope.valueOf(id) === undefined ? [] : [id]));
    };
    expect(shown(alone)).toEqual([
      "assessor_type",
      "package_sent",
      "doc_version",
      "confirmed_by",
      "confirmed_on",
      "saq_type",
    ]);
    expect(shown({ assessor_type: "internal_isa" })).not.toContain("confirmed_by");
    expect(signers(name, alone)).toEqual(["compliance_officer", "engineering_manager"]);
    expect(signers(name, { assessor_type: "external_qsa" })).toEqual(["compliance_officer"]);
  });
});

describe("HIPAA", () => {
  const media = "hipaa_phi_inventory_partial.stored_media";
  test.each([
    [["voicemail_audio"], ["voice_calling"], 1],
    [["voicemail_audio"], ["voice_calling", "voicemail"], 0],
    [["call_recordings", "sms_history", "fax_images"], ["voice_calling", "fax"], 2],
    [["ai_summaries_or_transcripts"], ["voice_calling", "voicemail"], 1],
    [["chat_team_messaging"], ["voice_calling"], 1],
    [["nothing_is_stored"], ["voice_calling"], 0],
    [["nothing_is_stored"], ["voicemail"], 1],
  ])("a BAA for stored %j that covers %j leaves %i gaps", (stored, covers, gaps) => {
    const blocked = effects("hipaa_baa_signed", { covers, [media]: stored });
    expect(blocked).toEqual(Array.from({ length: gaps }, () => "block"));
  });

  test.each([
    ["audit_logging_enabled", { cdr_retention_months: 36 }, ["block"]],
    ["audit_logging_enabled", { cdr_retention_months: 72 }, []],
    ["encryption_verified", { sip_tls_version: "tls_1_1_or_lower" }, ["block"]],
    ["encryption_verified", { sip_tls_version: "tls_1_2" }, []],
    ["encryption_verified", { srtp: "srtp_preferred_can_fall_back_to_rtp" }, ["warn"]],
    ["hipaa_baa_signed", { breach_notice_days: 10 }, []],
    ["hipaa_baa_signed", { breach_notice_days: 60 }, ["warn"]],
    ["hipaa_baa_signed", { breach_notice_days: 61 }, ["block"]],
    [
      "hipaa_baa_signed",
      { baa_executed_date: "2026-11-16", "fact.go_live_date": "2026-11-15" },
      ["block"],
    ],
    ["hipaa_baa_signed", { baa_executed_date: "2026-11-16" }, []],
    ["hipaa_phi_inventory_partial", { interview_date: "2026-08-22" }, []],
    ["hipaa_phi_inventory_partial", { interview_date: "2026-08-21" }, ["expire"]],
  ] as readonly (readonly [string, Values, readonly string[]])[])(
    "%s %j: %j",
    (name, values, expected) => {
      expect(effects(name, values)).toEqual(expected);
    },
  );
});

describe("FERPA", () => {
  it("asks an institution with a clinic about HIPAA, and closes the gate until that is settled", () => {
    const name = "ferpa_review_complete";
    const clinic = { health_services: "yes_public_patients_too", flows: ["registrar_transcripts"] };
    const only = { ...clinic, verticals: ["FERPA"] };
    const blocks = (values: Values) => effects(name, values).filter((effect) => effect === "block");
    expect(blocks({ ...only, hipaa_applies: "yes" })).toHaveLength(1);
    expect(blocks({ ...only, hipaa_applies: "no_students_only" })).toHaveLength(1);
    expect(blocks({ ...only, hipaa_applies: "no_not_covered" })).toHaveLength(0);
    const both = scopeOf(find(name), {
      ...clinic,
      verticals: ["FERPA", "HIPAA"],
      hipaa_applies: "yes",
    });
    expect(both.valueOf("hipaa_applies")).toBeUndefined();
  });

  test.each([
    [["FERPA", "HIPAA"], true],
    [["FERPA"], false],
    [["HIPAA", "PCI"], false],
  ])("with the verticals %j counsel is asked: %s", (verticals, asked) => {
    const name = "ferpa_hipaa_counsel_review";
    expect(holds(name, find(name).applies_if, { verticals })).toBe(asked);
  });
});

describe("the verticals", () => {
  const quiet = {
    "fact.vertical_asked": false,
    "fact.vertical_removed": false,
    verticals: ["HIPAA"],
  };
  const name = "vertical_confirmed";
  test.each<readonly [string, Values, readonly string[]]>([
    ["nothing was asked and nothing removed", quiet, ["member"]],
    ["something was asked", { ...quiet, "fact.vertical_asked": true }, ["engineering_manager"]],
    [
      "a vertical was removed",
      { ...quiet, "fact.vertical_removed": true },
      ["engineering_manager", "compliance_officer"],
    ],
    [
      "a fact was explained away",
      { ...quiet, cards_by_phone: "yes", reason: "A separate system takes them." },
      ["engineering_manager", "compliance_officer"],
    ],
  ])("are signed, when %s, by the right people", (_, values, expected) => {
    expect(signers(name, values)).toEqual(expected);
  });

  test.each([
    ["cards_by_phone", "yes", "PCI"],
    ["patient_info", "yes", "HIPAA"],
    ["gov", "state_local_tribal", "FedRAMP"],
    ["students", "yes", "FERPA"],
  ])("%s = %s needs %s, or a reason", (question, answer, vertical) => {
    const without = { ...quiet, verticals: [], [question]: answer };
    expect(effects(name, without)).toEqual(["block"]);
    expect(effects(name, { ...without, reason: "A long enough reason." })).toEqual([]);
    expect(effects(name, { ...without, verticals: [vertical] })).toEqual([]);
    expect(effects(name, { ...quiet, [question]: "not_sure" })).toEqual(["block"]);
  });
});
