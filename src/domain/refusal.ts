/**
 * What a person can cause and mend, as values. Each code has one sentence in `messages/refusal.ts` and one row in
 * `docs/refusals.md`; a test ties the three.
 */
import type { Day } from "./ids.ts";
import type { ExternalRole, MemberRole } from "./people/person.ts";

export type SensitiveKind =
  | "payment_card"
  | "social_security_number"
  | "secret_key"
  | "medical_record_number";

export type Refusal =
  // Finding the thing
  | {
      readonly refused: "unknown_command";
      readonly text: string;
      readonly suggestions: readonly string[];
    }
  | { readonly refused: "no_migration_here" }
  | { readonly refused: "unknown_migration" }
  | { readonly refused: "migration_not_open"; readonly state: "closed" | "cancelled" }
  | { readonly refused: "channel_has_migration"; readonly customer: string }
  | {
      readonly refused: "unknown_requirement";
      readonly text: string;
      readonly suggestions: readonly string[];
    }
  | { readonly refused: "channel_needed" }
  | { readonly refused: "requirement_needed" }
  | { readonly refused: "stage_needed" }
  | { readonly refused: "out_of_date" }
  | { readonly refused: "already_done" }
  | { readonly refused: "definition_missing"; readonly vertical: string }
  | { readonly refused: "too_fast"; readonly seconds: number }
  // Who may
  | {
      readonly refused: "not_a_member";
      readonly kind: "guest" | "external" | "bot" | "deactivated";
    }
  | {
      readonly refused: "identity_unconfirmed";
      readonly why: "no_answer" | "moved" | "no_email" | "email_unconfirmed";
    }
  | { readonly refused: "email_domain_not_allowed"; readonly domain: string }
  | { readonly refused: "role_needed"; readonly roles: readonly (MemberRole | "member")[] }
  | { readonly refused: "no_one_holds_role"; readonly roles: readonly MemberRole[] }
  | { readonly refused: "administrator_needed" }
  | { readonly refused: "role_for_yourself" }
  | { readonly refused: "link_code_invalid" }
  | { readonly refused: "link_other_organisation" }
  | { readonly refused: "link_same_account" }
  | { readonly refused: "link_tried_too_often"; readonly minutes: number }
  | { readonly refused: "join_code_invalid" }
  | { readonly refused: "join_same_organisation" }
  | { readonly refused: "join_web_chat" }
  | { readonly refused: "join_has_migrations"; readonly migrations: number }
  | { readonly refused: "join_token_stays"; readonly workspaceRef: string }
  | { readonly refused: "signer_is_answerer" }
  | { readonly refused: "signer_is_uploader" }
  | { readonly refused: "signer_is_requester" }
  | { readonly refused: "not_the_requester" }
  | { readonly refused: "not_the_signer" }
  // Verticals
  | { readonly refused: "industry_needed" }
  | { readonly refused: "verticals_unconfirmed" }
  | { readonly refused: "verticals_outdated"; readonly why: string }
  | { readonly refused: "none_beside_others" }
  // Answers and evidence
  | { readonly refused: "sensitive_text"; readonly kind: SensitiveKind; readonly where: string }
  | { readonly refused: "invalid_answers"; readonly fields: Readonly<Record<string, string>> }
  | { readonly refused: "incomplete"; readonly missing: readonly string[] }
  | { readonly refused: "blocked_by_answer"; readonly reasons: readonly string[] }
  | { readonly refused: "file_too_large"; readonly megabytes: number }
  | { readonly refused: "file_empty"; readonly name: string }
  | { readonly refused: "file_unreadable"; readonly name: string }
  | { readonly refused: "file_is_program"; readonly name: string }
  | { readonly refused: "file_misnamed"; readonly name: string; readonly is: string }
  | { readonly refused: "evidence_needed" }
  | { readonly refused: "unknown_evidence" }
  | { readonly refused: "attestation_needed"; readonly from: readonly ExternalRole[] }
  | { readonly refused: "attestation_outdated"; readonly from: readonly ExternalRole[] }
  | { readonly refused: "attestation_from_inside"; readonly domain: string }
  | { readonly refused: "attestation_too_old"; readonly maxDays: number }
  | { readonly refused: "attestation_too_early"; readonly notBefore: Day }
  // Sign-offs
  | { readonly refused: "nothing_to_sign" }
  | { readonly refused: "already_signed"; readonly by: string }
  | { readonly refused: "request_ended"; readonly as: string; readonly by: string }
  | { readonly refused: "request_open" }
  | { readonly refused: "claimed_by_other"; readonly by: string }
  | { readonly refused: "reason_needed" }
  | { readonly refused: "undo_too_late" }
  | { readonly refused: "nothing_to_undo" }
  | { readonly refused: "nothing_to_revoke" }
  | { readonly refused: "not_waivable"; readonly why: string }
  | { readonly refused: "waiver_too_long"; readonly maxDays: number }
  | { readonly refused: "not_applicable_not_allowed" }
  | { readonly refused: "signing_token_needed" }
  | { readonly refused: "signing_token_invalid" }
  | { readonly refused: "signer_cannot_be_typed" }
  // Reports, dates, channels
  | { readonly refused: "report_incomplete"; readonly unsigned: readonly string[] }
  | {
      readonly refused: "gate_blocked";
      readonly stage: 3 | 5;
      readonly unsatisfied: readonly string[];
    }
  | { readonly refused: "dates_in_wrong_order" }
  | { readonly refused: "nothing_to_adopt" }
  // The ledger
  | { readonly refused: "nothing_to_accept" }
  | { readonly refused: "second_person_needed" }
  | { readonly refused: "ledger_stopped"; readonly why: string }
  | { readonly refused: "signing_key_needed" }
  | { readonly refused: "nothing_to_export" }
  | { readonly refused: "unknown_sign_off" }
  | { readonly refused: "sign_off_needed"; readonly signOffs: readonly string[] }
  | { readonly refused: "unknown_organisation" }
  | { readonly refused: "organisation_needed"; readonly organisations: readonly string[] };

export type RefusalCode = Refusal["refused"];
export type RefusalOf<C extends RefusalCode> = Extract<Refusal, { refused: C }>;

/** True for a refusal, so that `decideX` may return facts or a refusal. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === "object" && value !== null && "refused" in value;
}
