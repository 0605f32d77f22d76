/** Parses what the database says about a migration into a `MigrationRecord`. */
import { z } from "zod";
import {
  Day,
  EvidenceId,
  Instant,
  MigrationId,
  OrganisationId,
  PersonId,
  RequestId,
  RequirementName,
  Sha256,
  SignOffId,
  WorkspaceId,
} from "../../domain/ids.ts";
import {
  ATTESTATION_FORMS,
  MEANINGS,
  type MigrationRecord,
  REQUEST_ENDINGS,
} from "../../domain/migrations/record.ts";
import { ExternalRole, MemberRole, Surface } from "../../domain/people/person.ts";

const Actor = z.object({ personId: PersonId, name: z.string(), email: z.string().nullable() });
const ExternalPerson = z.object({
  name: z.string(),
  title: z.string(),
  organisation: z.string(),
  email: z.string(),
});
const FileFacts = z.object({
  name: z.string(),
  sha256: Sha256,
  bytes: z.number(),
  link: z.string().nullable(),
});

const Answer = z.object({
  question: z.string(),
  value: z.union([z.string(), z.number(), z.array(z.string()), FileFacts, ExternalPerson]),
  by: Actor,
  at: Instant,
});

const Evidence = z.object({
  id: EvidenceId,
  slot: z.string(),
  kind: z.enum(["file", "link", "held"]),
  name: z.string(),
  sha256: Sha256.nullable(),
  bytes: z.number().nullable(),
  link: z.string().nullable(),
  heldOn: Day.nullable(),
  by: Actor,
  at: Instant,
});

const Attestation = z.object({
  id: EvidenceId,
  role: ExternalRole,
  from: ExternalPerson,
  form: z.enum(ATTESTATION_FORMS),
  statement: z.string(),
  confirmedOn: Day,
  document: z.object({
    name: z.string(),
    sha256: Sha256,
    link: z.string().nullable(),
    controlled: z.boolean(),
  }),
  receivedBy: Actor,
  receivedAt: Instant,
});

const Request = z.object({
  id: RequestId,
  meaning: z.enum(MEANINGS),
  contentHash: Sha256,
  by: Actor,
  at: Instant,
  reason: z.string().nullable(),
  expiresOn: Day.nullable(),
  claim: z.object({ by: Actor, until: Instant }).nullable(),
  ended: z
    .object({
      as: z.enum(REQUEST_ENDINGS),
      by: Actor,
      at: Instant,
      reason: z.string().nullable(),
    })
    .nullable(),
});

const SignOff = z.object({
  id: SignOffId,
  meaning: z.enum(MEANINGS),
  contentHash: Sha256,
  definitionHash: z.string(),
  requestId: RequestId.nullable(),
  role: z.union([MemberRole, z.literal("member")]),
  signer: Actor.extend({
    surface: Surface,
    workspaceRef: z.string(),
    userId: z.string(),
    timeZone: z.string(),
  }),
  consent: z.string(),
  signedAt: Instant,
  reason: z.string().nullable(),
  expiresOn: Day.nullable(),
  revoked: z
    .object({ by: Actor, at: Instant, reason: z.string(), kind: z.enum(["undo", "revocation"]) })
    .nullable(),
});

const Item = z.object({
  requirement: RequirementName,
  version: z.number().int(),
  reopened: z.object({ reason: z.string(), at: Instant }).nullable(),
  answers: z.array(Answer),
  evidence: z.array(Evidence),
  attestations: z.array(Attestation),
  requests: z.array(Request),
  signOffs: z.array(SignOff),
});

const Detected = z.object({
  vertical: z.string(),
  decision: z.enum(["auto", "ask"]),
  default: z.enum(["yes", "no"]),
  word: z.string(),
  why: z.string(),
});

const MigrationRow: z.ZodType<MigrationRecord> = z.object({
  id: MigrationId,
  organisationId: OrganisationId,
  customer: z.string(),
  industry: z.string(),
  timeZone: z.string(),
  platform: z.string().nullable(),
  proposalOn: Day.nullable(),
  goLiveOn: Day.nullable(),
  state: z.enum(["open", "closed", "cancelled"]),
  openedBy: Actor.nullable(),
  openedAt: Instant,
  version: z.number().int(),
  verticals: z.array(z.string()).nullable(),
  verticalsConfirmed: z.object({ by: Actor, at: Instant }).nullable(),
  detection: z.array(Detected),
  flags: z.array(z.string()),
  gate3PassedAt: Instant.nullable(),
  ledgerDoubt: z.string().nullable(),
  channels: z.array(
    z.object({ surface: Surface, workspaceId: WorkspaceId, channelId: z.string() }),
  ),
  definitions: z.array(z.object({ vertical: z.string(), hash: z.string() })),
  contacts: z.array(ExternalPerson.extend({ role: ExternalRole })),
  items: z.array(Item),
});

export function parseMigrationRow(row: unknown): MigrationRecord {
  return z.object({ record: MigrationRow }).parse(row).record;
}
