/**
 * Everything a person can ask for. Slash text, buttons, form submissions and command-line flags all become one of
 * these. A command carries ids only and grants nothing: authority is computed from the database each time.
 */
import { z } from "zod";
import { MOST_LINKS } from "./evidence/links.ts";
import {
  EvidenceId,
  MigrationId,
  PersonId,
  RequestId,
  RequirementName,
  Sha256,
  SignOffId,
  WorkspaceId,
} from "./ids.ts";
import { MEANINGS } from "./migrations/record.ts";
import { MemberRole } from "./people/person.ts";

const Stage = z.union([z.literal(3), z.literal(5)]);
const Meaning = z.enum(MEANINGS);
/** Words of a slash command that still have to be understood, such as a mistyped requirement name. */
const words = z.string().max(200);

const nothing = <T extends string>(type: T) => z.strictObject({ type: z.literal(type) });

/** About a migration; without one, the channel's. */
const aboutMigration = <T extends string>(type: T) =>
  z.strictObject({ type: z.literal(type), migration: MigrationId.optional() });

const ofMigration = <T extends string>(type: T) =>
  z.strictObject({ type: z.literal(type), migration: MigrationId });

/** About a requirement, named by a button or by words. */
const aboutRequirement = <T extends string>(type: T) =>
  z.strictObject({
    type: z.literal(type),
    migration: MigrationId.optional(),
    requirement: RequirementName.optional(),
    words: words.optional(),
  });

const ofRequirement = <T extends string>(type: T) =>
  z.strictObject({ type: z.literal(type), migration: MigrationId, requirement: RequirementName });

const ofRequest = <T extends string>(type: T) =>
  z.strictObject({
    type: z.literal(type),
    migration: MigrationId,
    requirement: RequirementName,
    request: RequestId,
  });

export const Command = z.discriminatedUnion("type", [
  nothing("OpenHome"),
  z.strictObject({ type: z.literal("ShowHelp"), topic: words.optional() }),
  nothing("RunDoctor"),
  nothing("VerifyLedger"),
  nothing("ShowAudit"),
  /** Checkpoints are posted in this channel, or nowhere. */
  z.strictObject({ type: z.literal("ChooseAuditChannel"), post: z.enum(["here", "nowhere"]) }),
  z.strictObject({ type: z.literal("AcceptLedgerBreak"), reason: words.optional() }),

  z.strictObject({
    type: z.literal("StartMigration"),
    customer: z.string().max(200).optional(),
    industry: z.string().max(200).optional(),
  }),
  nothing("OpenMigration"),
  aboutMigration("ReviewVerticals"),
  ofMigration("ConfirmVerticals"),
  aboutMigration("ShowStatus"),
  aboutMigration("ShowNext"),
  /** The person chose a migration from a list; `next` is what they had asked for. */
  z.strictObject({
    type: z.literal("ChooseMigration"),
    migration: MigrationId,
    next: z.string().max(80),
    words: words.optional(),
  }),
  /** Makes this channel the migration's home. */
  ofMigration("LinkChannel"),
  aboutMigration("EditDates"),
  ofMigration("SaveDates"),
  aboutMigration("EditPlatform"),
  ofMigration("SavePlatform"),
  aboutMigration("CloseMigration"),
  ofMigration("ConfirmClose"),
  aboutMigration("CancelMigration"),
  ofMigration("ConfirmCancel"),
  z.strictObject({
    type: z.literal("AdoptWorkflow"),
    migration: MigrationId,
    vertical: z.string().max(20),
  }),

  aboutRequirement("ShowRequirement"),
  z.strictObject({
    type: z.literal("AnswerRequirement"),
    migration: MigrationId.optional(),
    requirement: RequirementName.optional(),
    words: words.optional(),
    page: z.number().int().min(0).max(20).optional(),
  }),
  z.strictObject({
    type: z.literal("SaveAnswers"),
    migration: MigrationId,
    requirement: RequirementName,
    page: z.number().int().min(0).max(20),
  }),
  z.strictObject({
    type: z.literal("AddEvidence"),
    migration: MigrationId.optional(),
    requirement: RequirementName.optional(),
    words: words.optional(),
    slot: z.string().max(60).optional(),
  }),
  z.strictObject({
    type: z.literal("SaveEvidence"),
    migration: MigrationId,
    requirement: RequirementName,
  }),
  z.strictObject({
    type: z.literal("RemoveEvidence"),
    migration: MigrationId,
    requirement: RequirementName,
    evidence: EvidenceId,
  }),
  /** A file was dropped in a thread or channel: to which requirement does it belong? */
  aboutMigration("AttachFiles"),
  /** A person said links beside a message of ours; they come as values. Would they be evidence here? */
  nothing("OfferLinks"),
  /** The offer was taken: to which requirement do the links belong? */
  z.strictObject({
    type: z.literal("AttachLinks"),
    migration: MigrationId.optional(),
    links: z.array(z.string().max(2000)).max(MOST_LINKS).optional(),
  }),
  ofRequirement("AddAttestation"),
  ofRequirement("SaveAttestation"),
  ofRequirement("ReportChange"),
  ofRequirement("SaveChange"),

  aboutRequirement("RequestSignOff"),
  aboutRequirement("ReviewSignOff"),
  z.strictObject({
    type: z.literal("SignOff"),
    migration: MigrationId,
    requirement: RequirementName,
    meaning: Meaning,
    /** What the person saw; a signature on anything else is refused. */
    contentHash: Sha256,
    /** The request that the person answers; one that has ended since is not signed. */
    request: RequestId.optional(),
  }),
  z.strictObject({
    type: z.literal("SignInTerminal"),
    migration: MigrationId,
    requirement: RequirementName,
    meaning: Meaning,
    contentHash: Sha256,
  }),
  ofRequest("ClaimRequest"),
  aboutRequirement("Claim"),
  ofRequest("RejectRequest"),
  ofRequest("SaveRejection"),
  ofRequest("AskForChanges"),
  ofRequest("SaveChangesAsked"),
  ofRequest("WithdrawRequest"),
  ofRequirement("ProposeNotApplicable"),
  ofRequirement("SaveNotApplicable"),
  ofRequirement("ProposeWaiver"),
  ofRequirement("SaveWaiver"),
  aboutMigration("Undo"),
  z.strictObject({ type: z.literal("UndoSignOff"), migration: MigrationId, signOff: SignOffId }),
  aboutRequirement("RevokeSignOff"),
  z.strictObject({
    type: z.literal("SaveRevocation"),
    migration: MigrationId,
    requirement: RequirementName,
    signOff: SignOffId,
  }),

  z.strictObject({
    type: z.literal("CheckGate"),
    migration: MigrationId.optional(),
    stage: Stage.optional(),
  }),
  z.strictObject({
    type: z.literal("ShowReport"),
    migration: MigrationId.optional(),
    draft: z.boolean().optional(),
  }),

  aboutMigration("ShowPeople"),
  nothing("GrantRole"),
  nothing("SaveRole"),
  z.strictObject({ type: z.literal("WithdrawRole"), person: PersonId, role: MemberRole }),
  aboutMigration("EditContact"),
  z.strictObject({ type: z.literal("LinkIdentity"), code: words.optional() }),
  z.strictObject({ type: z.literal("ConfirmLink"), code: Sha256 }),
  z.strictObject({ type: z.literal("JoinOrganisation"), code: words.optional() }),
  z.strictObject({ type: z.literal("ConfirmJoin"), code: Sha256 }),
  nothing("ShowLinks"),
  z.strictObject({
    type: z.literal("UnlinkIdentity"),
    workspace: WorkspaceId,
    user: z.string().max(100),
  }),
  ofMigration("SaveContact"),
]);
export type Command = z.infer<typeof Command>;
export type CommandType = Command["type"];
export type CommandOf<T extends CommandType> = Extract<Command, { type: T }>;
