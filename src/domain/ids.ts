/** Branded ids: a plain string becomes one only at an edge, so a migration's id cannot be passed for a person's. */
import { z } from "zod";

const uuid = z.uuid().transform((text) => text.toLowerCase());

export const OrganisationId = uuid.brand<"OrganisationId">();
export type OrganisationId = z.infer<typeof OrganisationId>;

export const WorkspaceId = uuid.brand<"WorkspaceId">();
export type WorkspaceId = z.infer<typeof WorkspaceId>;

export const PersonId = uuid.brand<"PersonId">();
export type PersonId = z.infer<typeof PersonId>;

export const MigrationId = uuid.brand<"MigrationId">();
export type MigrationId = z.infer<typeof MigrationId>;

export const EvidenceId = uuid.brand<"EvidenceId">();
export type EvidenceId = z.infer<typeof EvidenceId>;

export const RequestId = uuid.brand<"RequestId">();
export type RequestId = z.infer<typeof RequestId>;

export const SignOffId = uuid.brand<"SignOffId">();
export type SignOffId = z.infer<typeof SignOffId>;

/** A requirement's name as the compliance guide writes it, such as `hipaa_baa_signed`. */
export const RequirementName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{2,79}$/)
  .brand<"RequirementName">();
export type RequirementName = z.infer<typeof RequirementName>;

/** SHA-256 as 64 lower-case hex digits. */
export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<"Sha256">();
export type Sha256 = z.infer<typeof Sha256>;

/** A calendar day in the migration's time zone, `YYYY-MM-DD`. */
export const Day = z.iso.date().brand<"Day">();
export type Day = z.infer<typeof Day>;

/** An instant, ISO 8601 in UTC. */
export const Instant = z.iso.datetime().brand<"Instant">();
export type Instant = z.infer<typeof Instant>;

/** The instant of a clock reading. */
export function instantOf(date: Date): Instant {
  return Instant.parse(date.toISOString());
}
