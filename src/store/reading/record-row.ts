/**
 * Makes migrations of what the database says about them. Ids, days and moments come from columns of type `uuid`,
 * `date` and `timestamptz`, so that they need no second look; words, numbers and JSON are checked.
 */
import { z } from "zod";
import { RequirementName, Sha256 } from "../../domain/ids.ts";
import {
  type Actor,
  ATTESTATION_FORMS,
  AUTHENTICITY_CHECKS,
  type Item,
  MEANINGS,
  type MigrationRecord,
  REQUEST_ENDINGS,
} from "../../domain/migrations/record.ts";
import { ExternalRole, MemberRole, Surface } from "../../domain/people/person.ts";
import { byRequirement, type RowOf, rowsOf } from "./columns.ts";

const Text = z.string();
const Words = Text.nullable();
const MigrationUuid = z.string().brand<"MigrationId">();
const OrganisationUuid = z.string().brand<"OrganisationId">();
const WorkspaceUuid = z.string().brand<"WorkspaceId">();
const PersonUuid = z.string().brand<"PersonId">();
const EvidenceUuid = z.string().brand<"EvidenceId">();
const RequestUuid = z.string().brand<"RequestId">();
const SignOffUuid = z.string().brand<"SignOffId">();
const DayColumn = z.string().brand<"Day">();
/** `2026-11-20T15:00:00.5+00:00`, as PostgreSQL writes it, becomes an instant as we write it. */
const Moment = z
  .string()
  .transform((text) => new Date(text).toISOString())
  .brand<"Instant">();

const By = { personId: z.array(PersonUuid), name: z.array(Text), email: z.array(Words) };
const Person = z.object({ personId: PersonUuid, name: Text, email: Words });
const ExternalPerson = z.object({ name: Text, title: Text, organisation: Text, email: Text });
const FileFacts = z.object({ name: Text, sha256: Sha256, bytes: z.number(), link: Words });

const Items = z.object({
  requirement: z.array(RequirementName),
  version: z.array(z.number().int()),
  reopenedReason: z.array(Words),
  reopenedAt: z.array(Moment.nullable()),
});

const Answers = z.object({
  requirement: z.array(Text),
  question: z.array(Text),
  value: z.array(z.union([Text, z.number(), z.array(Text), FileFacts, ExternalPerson])),
  ...By,
  at: z.array(Moment),
});

const Evidence = z.object({
  requirement: z.array(Text),
  id: z.array(EvidenceUuid),
  slot: z.array(Text),
  kind: z.array(z.enum(["file", "link", "held"])),
  fileName: z.array(Text),
  sha256: z.array(Sha256.nullable()),
  bytes: z.array(z.number().nullable()),
  link: z.array(Words),
  heldOn: z.array(DayColumn.nullable()),
  ...By,
  at: z.array(Moment),
});

const AttestedPlace = z.object({
  as: z.enum(["evidence", "answer"]),
  place: Text,
  sha256: Sha256.nullable(),
});
const AttestedName = z.object({ name: Text, link: Words });
const Attestations = z.object({
  requirement: z.array(Text),
  id: z.array(EvidenceUuid),
  role: z.array(ExternalRole),
  form: z.array(z.enum(ATTESTATION_FORMS)),
  statement: z.array(Text),
  fromName: z.array(Text),
  fromTitle: z.array(Text),
  fromOrganisation: z.array(Text),
  fromEmail: z.array(Text),
  confirmedOn: z.array(DayColumn),
  documentName: z.array(Text),
  documentSha256: z.array(Sha256),
  documentLink: z.array(Words),
  controlled: z.array(z.boolean()),
  about: z.array(z.array(AttestedPlace).nullable()),
  aboutNamed: z.array(z.array(AttestedName).nullable()),
  checkedHow: z.array(z.enum(AUTHENTICITY_CHECKS).nullable()),
  checkedOn: z.array(DayColumn.nullable()),
  ...By,
  at: z.array(Moment),
});

const Meaning = z.enum(MEANINGS);
const Claim = z.object({ by: Person, until: Moment });
const Ending = z.object({ as: z.enum(REQUEST_ENDINGS), by: Person, at: Moment, reason: Words });
const Requests = z.object({
  requirement: z.array(Text),
  id: z.array(RequestUuid),
  meaning: z.array(Meaning),
  contentHash: z.array(Sha256),
  ...By,
  at: z.array(Moment),
  reason: z.array(Words),
  expiresOn: z.array(DayColumn.nullable()),
  claim: z.array(Claim.nullable()),
  ended: z.array(Ending.nullable()),
});

const Revocation = z.object({
  by: Person,
  at: Moment,
  reason: Text,
  kind: z.enum(["undo", "revocation"]),
});
const SignOffs = z.object({
  requirement: z.array(Text),
  id: z.array(SignOffUuid),
  meaning: z.array(Meaning),
  contentHash: z.array(Sha256),
  definitionHash: z.array(Text),
  requestId: z.array(RequestUuid.nullable()),
  role: z.array(z.union([MemberRole, z.literal("member")])),
  ...By,
  surface: z.array(Surface),
  workspaceRef: z.array(Text),
  userId: z.array(Text),
  timeZone: z.array(Text),
  consent: z.array(Text),
  at: z.array(Moment),
  reason: z.array(Words),
  expiresOn: z.array(DayColumn.nullable()),
  revoked: z.array(Revocation.nullable()),
});

const Migration: z.ZodType<Omit<MigrationRecord, "items">> = z.object({
  id: MigrationUuid,
  organisationId: OrganisationUuid,
  customer: Text,
  industry: Text,
  timeZone: Text,
  platform: Words,
  proposalOn: DayColumn.nullable(),
  goLiveOn: DayColumn.nullable(),
  state: z.enum(["open", "closed", "cancelled"]),
  openedBy: Person.nullable(),
  openedAt: Moment,
  version: z.number().int(),
  verticals: z.array(Text).nullable(),
  verticalsConfirmed: z.object({ by: Person, at: Moment }).nullable(),
  detection: z.array(
    z.object({
      vertical: Text,
      decision: z.enum(["auto", "ask"]),
      default: z.enum(["yes", "no"]),
      word: Text,
      why: Text,
    }),
  ),
  flags: z.array(Text),
  gate3PassedAt: Moment.nullable(),
  ledgerDoubt: Words,
  channels: z.array(z.object({ surface: Surface, workspaceId: WorkspaceUuid, channelId: Text })),
  definitions: z.array(z.object({ vertical: Text, hash: Text })),
  contacts: z.array(ExternalPerson.extend({ role: ExternalRole })),
});

const Row = z.object({
  migration: Migration,
  items: Items,
  answers: Answers,
  evidence: Evidence,
  attestations: Attestations,
  requests: Requests,
  signOffs: SignOffs,
});
type Row = z.infer<typeof Row>;

/** The record of the text that the database makes of it. */
export function parseRecord(text: string): MigrationRecord {
  const parsed = Row.parse(JSON.parse(text));
  return { ...parsed.migration, items: itemsOf(parsed) };
}

function itemsOf(row: Row): readonly Item[] {
  const answers = byRequirement(row.answers, ({ question, value, at, ...by }) => {
    return { question, value, by: actorOf(by), at };
  });
  const evidence = byRequirement(row.evidence, (given) => {
    const { id, slot, kind, fileName, sha256, bytes, link, heldOn, at } = given;
    const by = actorOf(given);
    return { id, slot, kind, name: fileName, sha256, bytes, link, heldOn, by, at };
  });
  const attestations = byRequirement(row.attestations, attestationOf);
  const requests = byRequirement(row.requests, (asked) => {
    const { id, meaning, contentHash, at, reason, expiresOn, claim, ended } = asked;
    const by = actorOf(asked);
    return { id, meaning, contentHash, by, at, reason, expiresOn, claim, ended };
  });
  const signOffs = byRequirement(row.signOffs, signOffOf);
  return rowsOf(row.items).map(({ requirement, version, reopenedReason, reopenedAt }) => ({
    requirement,
    version,
    reopened:
      reopenedReason === null || reopenedAt === null
        ? null
        : { reason: reopenedReason, at: reopenedAt },
    answers: answers.get(requirement) ?? [],
    evidence: evidence.get(requirement) ?? [],
    attestations: attestations.get(requirement) ?? [],
    requests: requests.get(requirement) ?? [],
    signOffs: signOffs.get(requirement) ?? [],
  }));
}

function attestationOf(given: RowOf<Row["attestations"]>): Item["attestations"][number] {
  const { about, aboutNamed, checkedHow: how, checkedOn: on } = given;
  return {
    id: given.id,
    role: given.role,
    from: {
      name: given.fromName,
      title: given.fromTitle,
      organisation: given.fromOrganisation,
      email: given.fromEmail,
    },
    form: given.form,
    statement: given.statement,
    confirmedOn: given.confirmedOn,
    document: {
      name: given.documentName,
      sha256: given.documentSha256,
      link: given.documentLink,
      controlled: given.controlled,
    },
    about:
      about?.map((document, at) => ({
        ...document,
        ...(aboutNamed?.[at] ?? { name: "", link: null }),
      })) ?? null,
    checked: how === null || on === null ? null : { how, on },
    receivedBy: actorOf(given),
    receivedAt: given.at,
  };
}

function signOffOf(given: RowOf<Row["signOffs"]>): Item["signOffs"][number] {
  const { surface, workspaceRef, userId, timeZone } = given;
  return {
    id: given.id,
    meaning: given.meaning,
    contentHash: given.contentHash,
    definitionHash: given.definitionHash,
    requestId: given.requestId,
    role: given.role,
    signer: { ...actorOf(given), surface, workspaceRef, userId, timeZone },
    consent: given.consent,
    signedAt: given.at,
    reason: given.reason,
    expiresOn: given.expiresOn,
    revoked: given.revoked,
  };
}

function actorOf({ personId, name, email }: Actor): Actor {
  return { personId, name, email };
}
