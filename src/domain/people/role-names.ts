/** How a role is called in a sentence. */
import type { ExternalRole, MemberRole } from "./person.ts";

const NAMES: Readonly<Record<MemberRole | ExternalRole | "member", string>> = {
  member: "member",
  deployment_engineer: "deployment engineer",
  engineering_manager: "engineering manager",
  compliance_officer: "compliance officer",
  security_lead: "security lead",
  it_ops_lead: "IT operations lead",
  legal_counsel: "legal counsel",
  sales_lead: "sales lead",
  channel_manager: "channel manager",
  customer_compliance_officer: "customer's compliance officer",
  customer_privacy_officer: "customer's privacy officer",
  customer_payment_owner: "customer's payment owner",
  customer_contracting_officer: "customer's contracting officer",
  customer_issm: "customer's information system security manager (ISSM)",
  authorizing_official: "authorizing official",
  payment_processor: "payment processor",
  acquirer: "acquirer",
  qsa: "qualified security assessor (QSA)",
  isa: "internal security assessor (ISA)",
  platform_hipaa_team: "platform's HIPAA team",
};

/** Without an article: `compliance officer`. */
export function roleName(role: MemberRole | ExternalRole | "member"): string {
  return NAMES[role];
}

/** Several roles of which one is enough: `the QSA or the acquirer`. */
export function anyRole(roles: readonly (MemberRole | ExternalRole | "member")[]): string {
  return roles
    .map((role) => (role === "member" ? "any member" : `the ${NAMES[role]}`))
    .join(" or ");
}
