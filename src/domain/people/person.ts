/**
 * People as the chat platforms know them. A person has one or more identities (surface, workspace, user id);
 * only members decide, and company roles belong to the organisation, never to a message.
 */
import { z } from "zod";
import type { Instant, OrganisationId, PersonId, WorkspaceId } from "../ids.ts";

export const Surface = z.enum(["slack", "teams", "web"]);
export type Surface = z.infer<typeof Surface>;

/** Roles that members of our organisation hold; each is granted in chat. */
export const MEMBER_ROLES = [
  "deployment_engineer",
  "engineering_manager",
  "compliance_officer",
  "security_lead",
  "it_ops_lead",
  "legal_counsel",
  "sales_lead",
  "channel_manager",
] as const;
export const MemberRole = z.enum(MEMBER_ROLES);
export type MemberRole = z.infer<typeof MemberRole>;

/** Roles of people outside our organisation: they attest in writing and never sign here. */
export const EXTERNAL_ROLES = [
  "customer_compliance_officer",
  "customer_privacy_officer",
  "customer_payment_owner",
  "customer_contracting_officer",
  "customer_issm",
  "authorizing_official",
  "payment_processor",
  "acquirer",
  "qsa",
  "isa",
  "platform_hipaa_team",
] as const;
export const ExternalRole = z.enum(EXTERNAL_ROLES);
export type ExternalRole = z.infer<typeof ExternalRole>;

export const PersonKind = z.enum(["member", "guest", "external", "bot", "deactivated"]);
export type PersonKind = z.infer<typeof PersonKind>;

/** What a chat platform says about one of its users right now. */
export interface Profile {
  readonly name: string;
  readonly email: string | null;
  readonly emailConfirmed: boolean;
  /** IANA time zone. */
  readonly timeZone: string;
  readonly kind: PersonKind;
  /** Workspace administrators and owners grant roles. */
  readonly isAdministrator: boolean;
}

export interface Identity {
  readonly surface: Surface;
  readonly workspaceId: WorkspaceId;
  /** The platform's own id of the workspace (Slack team, Teams tenant, `local`). */
  readonly workspaceRef: string;
  readonly userId: string;
}

/** An account that is known, with the person that it had before it was linked to another. */
export interface KnownIdentity extends Identity {
  readonly linkedFrom?: PersonId | null;
}

/** The person behind a verified request, with the roles held at this moment. */
export interface Person {
  readonly id: PersonId;
  /** Stands for every person who was ever linked to this one; absent: nobody was. */
  readonly humanId?: PersonId;
  readonly organisationId: OrganisationId;
  readonly identity: Identity;
  readonly profile: Profile;
  readonly roles: readonly MemberRole[];
}

/** A person as other people's lists show them. */
export interface PersonSummary {
  readonly id: PersonId;
  readonly humanId?: PersonId;
  readonly name: string;
  readonly email: string | null;
  readonly kind: PersonKind;
  /** As the platform told it when the person was last seen. */
  readonly profile: Profile;
  readonly roles: readonly MemberRole[];
  readonly identities: readonly KnownIdentity[];
  readonly lastSeenAt: Instant;
}
