/**
 * The shape of a workflow file: what is asked, of whom, by when, with which citation. Everything a vertical
 * needs is in its file, so that a team adds a vertical by dropping one in. Unknown keys are errors.
 */
import { z } from "zod";
import { ExternalRole, MEMBER_ROLES, MemberRole } from "../people/person.ts";
import { Condition } from "./condition.ts";
import { Detect } from "./detect.ts";

const Id = z.string().regex(/^[a-z][a-z0-9_]{0,59}$/, "expected lower-case letters, digits and _");
const Sentence = z.string().min(1).max(1000);

export const Option = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9_]{0,59}$/),
  label: z.string().min(1).max(75),
  /** For `rank_lt` and `rank_gt`: the order of levels. */
  rank: z.number().int().optional(),
  help: Sentence.optional(),
});
export type Option = z.infer<typeof Option>;

/** Refuses only impossible input; every legal threshold is an outcome. */
export const Validation = z.strictObject({
  min_length: z.number().int().min(1).optional(),
  max_length: z.number().int().max(2000).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  integer: z.boolean().optional(),
  unit: z.string().max(40).optional(),
  min_items: z.number().int().min(1).optional(),
  /** Options that cannot stand beside others, such as "None". */
  exclusive: z.array(z.string()).optional(),
  not_future: z.boolean().optional(),
  not_past: z.boolean().optional(),
  /** This date cannot be before the date answered there. */
  not_before: z.string().optional(),
  /** This number cannot be larger than the number answered there. */
  at_most: z.string().optional(),
  /** This text must differ from the text answered there. */
  distinct_from: z.string().optional(),
  /** Host names a link may have; `*.` stands for any subdomain. Absent: any https host. */
  url_hosts: z.array(z.string()).optional(),
  file_types: z.array(z.string()).optional(),
  format: z.enum(["fedramp_id"]).optional(),
});
export type Validation = z.infer<typeof Validation>;

export const EFFECTS = [
  "block",
  "warn",
  "info",
  "expire",
  "escalate",
  "set_fact",
  "propose_not_applicable",
] as const;

export const Outcome = z.strictObject({
  when: Condition,
  effect: z.enum(EFFECTS),
  /** What the person is told. */
  message: Sentence,
  /** Members told when it fires. */
  tell: z.array(MemberRole).optional(),
  /** A person outside to be contacted; the item's owner gets the task. */
  contact: ExternalRole.optional(),
  /** For `set_fact`. Lists set twice are intersected; true wins over false. */
  set: z
    .strictObject({ fact: Id, value: z.union([z.boolean(), z.string(), z.array(z.string())]) })
    .optional(),
  /** At which gates an `expire` outcome counts; absent: at the requirement's own stage only. */
  gates: z
    .array(z.literal([3, 5]))
    .min(1)
    .optional(),
});
export type Outcome = z.infer<typeof Outcome>;

export const QUESTION_TYPES = [
  "choice",
  "multi",
  "text",
  "date",
  "number",
  "url",
  "file",
  /** A member of our organisation, picked from the workspace. */
  "member",
  /** A person outside: name, title, organisation and e-mail are typed. */
  "external",
] as const;

export const Question = z.strictObject({
  id: Id,
  type: z.enum(QUESTION_TYPES),
  prompt: z.string().min(1).max(150),
  help: Sentence.optional(),
  required: z.boolean().default(true),
  options: z.array(Option).min(2).max(100).optional(),
  validate: Validation.optional(),
  show_if: Condition.optional(),
  outcomes: z.array(Outcome).optional(),
  /** Never in a report, channel, bundle or feed. */
  restricted: z.boolean().optional(),
});
export type Question = z.infer<typeof Question>;

export const EvidenceSlot = z.strictObject({
  id: Id,
  label: z.string().min(1).max(300),
  required: z.boolean().default(true),
  must_show: z.array(z.string()).optional(),
  accepts: z.array(z.string()).optional(),
  note: Sentence.optional(),
  show_if: Condition.optional(),
  /** The answer to this file or link question is the evidence. */
  satisfied_by: Id.optional(),
  /** The document of an attestation from one of these roles is the evidence. */
  satisfied_by_attestation: z.array(ExternalRole).min(1).optional(),
  /** Privileged: only "held by counsel" and the date are kept. */
  restricted: z.boolean().optional(),
  /** Controlled content: a link and a hash, never the file. */
  controlled: z.boolean().optional(),
});
export type EvidenceSlot = z.infer<typeof EvidenceSlot>;

/** The written word of a person outside, without which nobody may sign. */
export const AttestationRule = z.strictObject({
  from: z.array(ExternalRole).min(1),
  needed: z.enum(["always", "when_warned", "when"]),
  when: Condition.optional(),
  must_say: Sentence,
  max_age_days: z.number().int().min(1).optional(),
  /** The attestation cannot be dated before the date answered there. */
  not_before: Id.optional(),
});
export type AttestationRule = z.infer<typeof AttestationRule>;

export const Signer = z.strictObject({
  /** `member` is any full member. */
  role: z.enum([...MEMBER_ROLES, "member"]),
  /** Needed only then. */
  when: Condition.optional(),
  /** Who signs when nobody in the organisation holds the role. */
  fallback: MemberRole.optional(),
  /** The one-click confirmation of an unambiguous detection: the answerer may give it. */
  may_be_answerer: z.boolean().optional(),
});
export type Signer = z.infer<typeof Signer>;

export const SignOffRule = z.strictObject({
  signers: z.array(Signer).min(1).max(6),
  /** `all` signers, `any` one of them, or so many of them. */
  quorum: z.union([z.literal("all"), z.literal("any"), z.number().int().min(1)]).default("all"),
  attestations: z.array(AttestationRule).default([]),
});
export type SignOffRule = z.infer<typeof SignOffRule>;

export const WaiverRule = z.strictObject({
  signers: z.array(Signer).min(2),
  only_for: z.array(Sentence).min(1),
  max_days: z.number().int().min(1).max(366),
  renewable: z.boolean().default(true),
  never_if: Condition.optional(),
  never_message: Sentence.optional(),
  attestations: z.array(AttestationRule).default([]),
});
export type WaiverRule = z.infer<typeof WaiverRule>;

export const NotApplicableRule = z.strictObject({
  /** Reasons that a person may give by hand; a second person approves. */
  only_for: z.array(Sentence).default([]),
  /** Follows from a signed answer elsewhere; then no second approval is needed. */
  derived: z.strictObject({ from: Id, when: Condition, reason: Sentence }).optional(),
});

export const Citation = z.strictObject({
  ref: z.string().min(1).max(200),
  note: Sentence.optional(),
  link: z.url({ protocol: /^https$/ }).optional(),
  /** False: not checked against the text; shown as "not verified". */
  verified: z.boolean(),
});

export const Requirement = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]{2,79}$/),
  stage: z.literal([3, 5]),
  title: z.string().min(1).max(80),
  modal_title: z.string().min(1).max(24),
  why: Sentence,
  /** `document`: one of the 18 of the compliance guide; `addition`: shown apart. */
  origin: z.enum(["document", "addition"]),
  /** An advisory requirement never blocks a gate. */
  advisory: z.boolean().default(false),
  applies_if: Condition.optional(),
  instruction: Sentence.optional(),
  if_blocked: Sentence,
  pages: z.array(z.array(Id).min(1).max(6)).min(1),
  ask: z.array(Question).min(1),
  evidence: z.array(EvidenceSlot).default([]),
  sign_off: SignOffRule,
  waiver: WaiverRule.optional(),
  not_applicable: NotApplicableRule.optional(),
  lead_time: z.strictObject({
    min_days: z.number().int().min(0),
    typical_days: z.number().int().min(0),
    max_days: z.number().int().min(0),
    note: Sentence.optional(),
  }),
  /** Days after which a signature expires, and the events that re-open the item. */
  revalidate: z.strictObject({
    days: z.number().int().min(1).optional(),
    on: z.array(Sentence).default([]),
  }),
  citations: z.array(Citation).default([]),
  pitfalls: z.array(Sentence).default([]),
});
export type Requirement = z.infer<typeof Requirement>;

/** What was known about a platform on a day; older than 30 days it has to be checked again. */
export const PlatformFact = z.strictObject({
  platform: z.string().regex(/^[a-z0-9][a-z0-9_]{0,59}$/),
  /** The offering by its own name: "Webex for Government". */
  product: z.string().min(1).max(100),
  status: z.enum(["listed", "not_listed"]),
  checked_on: z.iso.date(),
  source_url: z.url({ protocol: /^https$/ }),
  note: Sentence.optional(),
});
export type PlatformFact = z.infer<typeof PlatformFact>;

export const Workflow = z.strictObject({
  /** `BASELINE` for the file that applies to every migration. */
  vertical: z.string().regex(/^[A-Za-z][A-Za-z0-9]{1,19}$/),
  /** Shown to people: "PCI-DSS". */
  title: z.string().min(1).max(60),
  /** The compliance guide's product name: "HealthComm". */
  package: z.string().max(60).optional(),
  version: z.number().int().min(1),
  /** Applies to every migration without detection. */
  always: z.boolean().default(false),
  /** Place in the order by which old readers' single `vertical` field is filled; 1 is first. */
  order: z.number().int().min(1),
  why: Sentence.optional(),
  notes: z.array(Sentence).default([]),
  detect: Detect.optional(),
  platforms: z.array(PlatformFact).optional(),
  requirements: z.array(Requirement),
});
export type Workflow = z.infer<typeof Workflow>;

/** A checked workflow with the hash of its canonical bytes, by which migrations and sign-offs pin it. */
export interface Definition {
  readonly hash: string;
  readonly file: string;
  readonly workflow: Workflow;
}
