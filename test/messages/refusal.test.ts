import { describe, expect, test } from "vitest";
import { Day } from "../../src/domain/ids.ts";
import type { Refusal, RefusalCode, RefusalOf } from "../../src/domain/refusal.ts";
import { refusalMessage, refusalSentence } from "../../src/messages/refusal.ts";
import { faultsIn } from "./walk.ts";

/** One of every code, with what its sentence must say. The compiler asks for a row when a code is added. */
const EVERY: { readonly [C in RefusalCode]: readonly [Omit<RefusalOf<C>, "refused">, RegExp] } = {
  unknown_command: [{ text: "stauts", suggestions: ["status", "start"] }, /status or start\?/],
  no_migration_here: [{}, /\/compliance start/],
  unknown_migration: [{}, /cannot find that migration/],
  migration_not_open: [{ state: "closed" }, /is closed/],
  channel_has_migration: [{ customer: "Mercy" }, /already has an open migration, Mercy/],
  unknown_requirement: [{ text: "bba", suggestions: [] }, /\/compliance status/],
  channel_needed: [{}, /Go to the channel/],
  requirement_needed: [{}, /Which requirement/],
  stage_needed: [{}, /gate 3 or \/compliance gate 5/],
  out_of_date: [{}, /Open it again/],
  already_done: [{}, /already done/],
  link_code_invalid: [{}, /new one/],
  join_code_invalid: [{}, /new one/],
  join_same_organisation: [{}, /\/compliance link/],
  join_web_chat: [{}, /Slack or Teams/],
  join_has_migrations: [{ migrations: 2 }, /2 migrations.*before its first migration/],
  join_token_stays: [{ workspaceRef: "T0BRAVO01" }, /T0BRAVO01.*Install the app again/],
  link_other_organisation: [{}, /administrators of both.*\/compliance join/i],
  link_same_account: [{}, /other account/],
  link_tried_too_often: [{ minutes: 7 }, /wait 7 minutes/],
  too_fast: [{ seconds: 3 }, /wait 3 seconds/],
  definition_missing: [{ vertical: "HIPAA" }, /HIPAA.*administrator/],
  not_a_member: [{ kind: "guest" }, /guest accounts may read and talk/],
  identity_unconfirmed: [{ why: "no_answer" }, /try again in a moment/],
  email_domain_not_allowed: [{ domain: "mail.example" }, /mail\.example.*company account/],
  role_needed: [{ roles: ["compliance_officer"] }, /the role compliance officer\./],
  no_one_holds_role: [{ roles: ["legal_counsel"] }, /legal counsel.*administrator/],
  administrator_needed: [{}, /administrator of the workspace/],
  role_for_yourself: [{}, /another administrator/],
  signer_is_answerer: [{}, /answers.*somebody else/],
  signer_is_uploader: [{}, /evidence.*somebody else/],
  signer_is_requester: [{}, /asked for this signature.*somebody else/],
  not_the_requester: [{}, /reject it or ask for changes/],
  not_the_signer: [{}, /compliance officer/],
  industry_needed: [{}, /industry/],
  verticals_unconfirmed: [{}, /confirm the verticals first/],
  verticals_outdated: [{ why: "It changed." }, /^It changed\. Review the verticals/],
  none_beside_others: [{}, /either none, or those that apply/],
  sensitive_text: [{ kind: "payment_card", where: "call_flow" }, /card number \(in “call flow”\)/],
  invalid_answers: [{ fields: { a: "A date is needed" } }, /A date is needed/],
  incomplete: [{ missing: ["Evidence missing: BAA"] }, /Evidence missing: BAA/],
  blocked_by_answer: [{ reasons: ["SRTP must be enabled."] }, /SRTP must be enabled\. Mend/],
  file_too_large: [{ megabytes: 25 }, /25 MB/],
  file_empty: [{ name: "a.pdf" }, /“a\.pdf” is empty/],
  file_is_program: [{ name: "a.pdf" }, /“a\.pdf” is a program, whatever its name/],
  file_misnamed: [{ name: "a.pdf", is: "an archive" }, /“a\.pdf” .* inside it is an archive/],
  file_unreadable: [{ name: "a.pdf" }, /“a\.pdf”.*again/],
  evidence_needed: [{}, /Choose a file or give a link/],
  unknown_evidence: [{}, /Open the requirement/],
  attestation_needed: [{ from: ["qsa"] }, /qualified security assessor/],
  attestation_outdated: [{ from: ["qsa"] }, /record that it covers the new version/],
  attestation_from_inside: [{ domain: "us.example" }, /us\.example is one of ours/],
  attestation_too_old: [{ maxDays: 90 }, /older than 90 days/],
  attestation_too_early: [{ notBefore: Day.parse("2026-02-01") }, /before 2026-02-01/],
  nothing_to_sign: [{}, /\/compliance next/],
  already_signed: [{ by: "Carol" }, /Carol has already signed/],
  request_ended: [{ as: "changes_requested", by: "Carol" }, /sent back for changes by Carol/],
  request_open: [{}, /withdraw the request/],
  claimed_by_other: [{ by: "Carol" }, /Carol is on it/],
  reason_needed: [{}, /reason/],
  undo_too_late: [{}, /\/compliance revoke/],
  nothing_to_undo: [{}, /\/compliance status/],
  nothing_to_revoke: [{}, /\/compliance status/],
  not_waivable: [{ why: "Get the BAA." }, /cannot be waived\. Get the BAA\./],
  waiver_too_long: [{ maxDays: 90 }, /at most 90 days/],
  not_applicable_not_allowed: [{}, /cannot be marked/],
  signing_token_needed: [{}, /Sign in the terminal/],
  signing_token_invalid: [{}, /new one/],
  signer_cannot_be_typed: [{}, /--signed-by/],
  report_incomplete: [{ unsigned: ["hipaa_baa_signed"] }, /hipaa_baa_signed is not signed/],
  gate_blocked: [{ stage: 5, unsatisfied: ["a_b", "c_d"] }, /Stage 5 \(Go-Live\).*a_b and c_d/],
  dates_in_wrong_order: [{}, /two days/],
  nothing_to_adopt: [{}, /newest version/],
  nothing_to_accept: [{}, /nothing to accept/],
  second_person_needed: [{}, /takes two people/],
  ledger_stopped: [{ why: "An older state was restored." }, /nothing is exported: An older/],
  signing_key_needed: [{}, /where the server runs/],
  nothing_to_export: [{}, /no signed entry yet/],
  unknown_sign_off: [{}, /number stands on the requirement's page in chat and in the closeout/],
  sign_off_needed: [
    { signOffs: ["one", "two"] },
    /There are 2 sign-offs of it.*--sign-off: one, two/,
  ],
  unknown_organisation: [{}, /no organization of that number/],
  organisation_needed: [{ organisations: ["one", "two"] }, /2 organizations here.*one, two/],
};

const ROWS = Object.entries(EVERY).map(([code, [rest, says]]) => ({ code, rest, says }));

describe.each(ROWS)("the refusal $code", ({ code, rest, says }) => {
  // The table's type ties the code to its fields; taking entries apart loses that tie.
  const refusal = { refused: code, ...rest } as Refusal;

  test("says what happened and what to do next", () => {
    expect(refusalSentence(refusal)).toMatch(says);
  });

  test("is a message of whole sentences without a fault", () => {
    const message = refusalMessage(refusal);

    expect(faultsIn(message)).toEqual([]);
    expect(message.headline).toMatch(/^[A-Z“].*[.?]$/u);
    expect(Array.from(message.headline).length).toBeLessThan(260);
  });
});

test("a refusal never blames: no word of fault or failure", () => {
  const all = ROWS.map(({ code, rest }) => refusalSentence({ refused: code, ...rest } as Refusal));

  expect(
    all.filter((text) => /\b(error|invalid|illegal|failed|fault|wrong)\b/i.test(text)),
  ).toEqual([]);
});

test("at most three buttons stand under a refusal", () => {
  const help = { label: "Help", command: { type: "ShowHelp" } } as const;

  const { sections } = refusalMessage({ refused: "nothing_to_sign" }, [help, help, help, help]);

  expect(sections?.[0]?.actions).toHaveLength(3);
});
