/** Every command a person can send, with ids of somebody's choice and values that would be good. */
import type { FormValues } from "../../../src/messages/form.ts";

/** Whatever a command can name. */
export interface Ids {
  readonly migration: string;
  readonly requirement: string;
  readonly request: string;
  readonly evidence: string;
  readonly signOff: string;
  readonly person: string;
  /** The platform's ids of a person and of a workspace of ours. */
  readonly user: string;
  readonly workspace: string;
  /** What was seen before it is signed. */
  readonly content: string;
}

export interface Sent {
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly values?: FormValues;
}

const OUTSIDER: FormValues = {
  role: "customer_compliance_officer",
  name: "Morgan Reyes",
  title: "Compliance Officer",
  organisation: "Northside Health",
  email: "morgan.reyes@northside.example",
};
const REASON: FormValues = { reason: "The customer changed its mind." };
const LINK: FormValues = {
  slot: "retention_shot",
  link: "https://example.com/proof",
  name: "proof",
  sha256: "a".repeat(64),
};
const WORD: FormValues = {
  ...OUTSIDER,
  form: "letter",
  confirmed_on: "2026-01-05",
  checked_how: "asked_back",
  checked_on: "2026-01-06",
  statement: "We confirm it.",
  link: "https://example.com/letter",
  sha256: "a".repeat(64),
};

const nothing = (): Sent => ({});
const ofMigration = ({ migration }: Ids): Sent => ({ fields: { migration } });
const ofRequirement = ({ migration, requirement }: Ids): Sent => ({
  fields: { migration, requirement },
});
const ofRequest = ({ migration, requirement, request }: Ids): Sent => ({
  fields: { migration, requirement, request },
});
const withValues =
  (of: (ids: Ids) => Sent, values: FormValues, more: Sent["fields"] = {}) =>
  (ids: Ids): Sent => ({ fields: { ...of(ids).fields, ...more }, values });
const signing = ({ migration, requirement, content }: Ids) => ({
  migration,
  requirement,
  meaning: "requirement_met",
  contentHash: content,
});

/** A row for each type of `Command`; one that is missing fails the tests of this table. */
export const EVERY_COMMAND: Readonly<Record<string, (ids: Ids) => Sent>> = {
  OpenHome: nothing,
  ShowHelp: () => ({ fields: { topic: "gates" } }),
  RunDoctor: nothing,
  VerifyLedger: nothing,
  ShowAudit: nothing,
  ChooseAuditChannel: () => ({ fields: { post: "nowhere" } }),
  AcceptLedgerBreak: () => ({ fields: { reason: "The database was restored." } }),
  StartMigration: () => ({ fields: { customer: "Mercy", industry: "clinic" } }),
  OpenMigration: () => ({ values: { customer: "", industry: "" } }),
  ReviewVerticals: ofMigration,
  ConfirmVerticals: withValues(ofMigration, { verticals: ["HIPAA"] }),
  ShowStatus: ofMigration,
  ShowNext: ofMigration,
  ChooseMigration: withValues(ofMigration, {}, { next: "status" }),
  LinkChannel: ofMigration,
  EditDates: ofMigration,
  SaveDates: withValues(ofMigration, { proposal_on: "2031-03-01", go_live_on: "2031-06-01" }),
  EditPlatform: ofMigration,
  SavePlatform: withValues(ofMigration, { platform: "webex" }),
  CloseMigration: ofMigration,
  ConfirmClose: ofMigration,
  CancelMigration: ofMigration,
  ConfirmCancel: withValues(ofMigration, REASON),
  AdoptWorkflow: withValues(ofMigration, {}, { vertical: "HIPAA" }),
  ShowRequirement: ofRequirement,
  AnswerRequirement: ofRequirement,
  SaveAnswers: withValues(ofRequirement, { retention_years: "7" }, { page: 0 }),
  AddEvidence: ofRequirement,
  SaveEvidence: withValues(ofRequirement, LINK),
  RemoveEvidence: (ids) => ({ fields: { ...ofRequirement(ids).fields, evidence: ids.evidence } }),
  AttachFiles: ofMigration,
  OfferLinks: () => ({ values: { links: ["https://example.com/proof"] } }),
  AttachLinks: withValues(ofMigration, {}, { links: ["https://example.com/proof"] }),
  AddAttestation: ofRequirement,
  SaveAttestation: withValues(ofRequirement, WORD),
  ReportChange: ofRequirement,
  SaveChange: withValues(ofRequirement, { reason: "The log server was replaced.", ...REASON }),
  RequestSignOff: ofRequirement,
  ReviewSignOff: ofRequirement,
  SignOff: (ids) => ({ fields: { ...signing(ids), request: ids.request } }),
  SignInTerminal: (ids) => ({ fields: signing(ids) }),
  ClaimRequest: ofRequest,
  Claim: ofRequirement,
  RejectRequest: ofRequest,
  SaveRejection: withValues(ofRequest, REASON),
  AskForChanges: ofRequest,
  SaveChangesAsked: withValues(ofRequest, REASON),
  WithdrawRequest: ofRequest,
  ProposeNotApplicable: ofRequirement,
  SaveNotApplicable: withValues(ofRequirement, REASON),
  ProposeWaiver: ofRequirement,
  SaveWaiver: withValues(ofRequirement, { ...REASON, expires_on: "2031-01-01" }),
  Undo: ofMigration,
  UndoSignOff: ({ migration, signOff }) => ({ fields: { migration, signOff } }),
  RevokeSignOff: ofRequirement,
  SaveRevocation: (ids) => ({
    fields: { ...ofRequirement(ids).fields, signOff: ids.signOff },
    values: REASON,
  }),
  CheckGate: withValues(ofMigration, {}, { stage: 3 }),
  ShowReport: withValues(ofMigration, {}, { draft: true }),
  ShowPeople: ofMigration,
  GrantRole: nothing,
  SaveRole: ({ user }) => ({ values: { person: user, role: "sales_lead" } }),
  WithdrawRole: ({ person }) => ({ fields: { person, role: "compliance_officer" } }),
  EditContact: ofMigration,
  SaveContact: withValues(ofMigration, OUTSIDER),
  LinkIdentity: () => ({ fields: { code: "ABCD-EFGH" } }),
  ConfirmLink: ({ content }) => ({ fields: { code: content } }),
  JoinOrganisation: () => ({ fields: { code: "ABCD-EFGH" } }),
  ConfirmJoin: ({ content }) => ({ fields: { code: content } }),
  ShowLinks: nothing,
  UnlinkIdentity: ({ workspace, user }) => ({ fields: { workspace, user } }),
};
