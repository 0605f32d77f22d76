/**
 * Every message, form and page of the product, called as the use cases call it. The compiler asks for a row when a
 * builder is added to the room of messages.
 */
import { sortLinks } from "../../../src/domain/evidence/links.ts";
import type { Fact } from "../../../src/domain/facts.ts";
import { MigrationId, OrganisationId, WorkspaceId } from "../../../src/domain/ids.ts";
import { MEANINGS, type MigrationRecord } from "../../../src/domain/migrations/record.ts";
import type { MigrationView, RequirementView } from "../../../src/domain/requirements/view.ts";
import { detectVerticals } from "../../../src/domain/verticals/detect.ts";
import * as join from "../../../src/messages/accounts/join.ts";
import * as link from "../../../src/messages/accounts/link.ts";
import * as attach from "../../../src/messages/evidence/attach.ts";
import * as offer from "../../../src/messages/evidence/offer-links.ts";
import type { Form } from "../../../src/messages/form.ts";
import * as gate from "../../../src/messages/gate.ts";
import * as home from "../../../src/messages/home.ts";
import * as interview from "../../../src/messages/interview.ts";
import * as audit from "../../../src/messages/ledger/audit.ts";
import type { Home, Message } from "../../../src/messages/message.ts";
import * as migration from "../../../src/messages/migration.ts";
import * as people from "../../../src/messages/people.ts";
import * as refusal from "../../../src/messages/refusal.ts";
import * as report from "../../../src/messages/report.ts";
import * as signOff from "../../../src/messages/sign-off.ts";
import * as start from "../../../src/messages/start.ts";
import {
  anAttestation,
  anEvidence,
  anItem,
  aPerson,
  aRequest,
  aSignOff,
  aSummary,
  BAA,
  CAROL,
  DANA,
  DEFINITIONS,
  gatesOf,
  HASH,
  MIGRATION,
  NOW,
  uuid,
} from "../../messages/builders.ts";

export type Said = Message | Form | Home;

/** Something is asked of each requirement; what is about the migration alone is asked of its first. */
interface About {
  readonly view: MigrationView;
  readonly requirement: RequirementView;
}

type Answer = readonly (Said | null)[];

/** One row for each function of a module that builds something to show. */
type Rows<M> = {
  readonly [K in keyof M as M[K] extends (...given: never) => Said | null | readonly Message[]
    ? K
    : never]: (about: About) => Answer;
};

const dana = aPerson(DANA, ["deployment_engineer", "engineering_manager"]);
const carol = aPerson(CAROL, ["compliance_officer"]);
const TITLES = new Map(DEFINITIONS.map(({ workflow }) => [workflow.vertical, workflow.title]));
const CHOICES = [...TITLES].map(([id, title]) => ({ id, title }));

const many = (count: number, record: MigrationRecord) =>
  Array.from({ length: count }, (_, n) => ({ ...record, id: MigrationId.parse(uuid(100 + n)) }));

const START: Rows<typeof start> = {
  startForm: ({ view }) => [start.startForm({ customer: view.record.customer }, "Asia/Tokyo")],
  verticalsProposal: ({ view: { record } }) => {
    const detection = detectVerticals(record.industry, DEFINITIONS);
    return [start.verticalsProposal({ record, detection, titles: TITLES, person: dana.profile })];
  },
  verticalsForm: ({ view: { record } }) => {
    const detection = detectVerticals(record.industry, DEFINITIONS);
    return [start.verticalsForm({ record, detection, choices: CHOICES })];
  },
  datesForm: ({ view }) => [start.datesForm(view.record)],
  platformForm: ({ view }) => [start.platformForm(view.record)],
  closeForm: ({ view }) => [start.closeForm(view)],
  cancelForm: ({ view }) => [start.cancelForm(view.record)],
  migrationPicker: ({ view: { record } }) =>
    [1, 5, 6, 100, 120].map((count) => start.migrationPicker(many(count, record), "sign", "baa")),
  channelWithoutMigration: ({ view: { record } }) =>
    [0, 1, 7].map((count) => start.channelWithoutMigration(many(count, record))),
};

const ANSWERED: Fact = {
  type: "AnswerGiven",
  migrationId: MIGRATION,
  requirement: BAA,
  question: "signed_on",
  personal: { value: "2026-03-01" },
};

const MIGRATIONS: Rows<typeof migration> = {
  migrationCard: ({ view }) => [migration.migrationCard(view, gatesOf(view))],
  statusMessage: ({ view }) => [migration.statusMessage(view, gatesOf(view), DANA.personId)],
  nextMessage: ({ view }) => [
    migration.nextMessage(view, DANA.personId),
    migration.nextMessage(view, CAROL.personId, carol.roles),
  ],
  requirementMessage: ({ view, requirement }) => [
    migration.requirementMessage(view, requirement, { viewer: DANA.personId, roles: dana.roles }),
    migration.requirementMessage(view, requirement, { viewer: CAROL.personId, roles: [] }),
  ],
  requirementPicker: ({ view }) => [migration.requirementPicker(view, "Claim", "bba")],
  closedMessage: ({ view }) => [migration.closedMessage(view)],
  cancelledMessage: ({ view }) => [migration.cancelledMessage(view.record, "They left.")],
};

const GATES: Rows<typeof gate> = {
  gateMessage: ({ view }) =>
    [3 as const, 5 as const].map((s) => gate.gateMessage(gatesOf(view)[s], view)),
  gateInBrief: ({ view }) => [gate.gateInBrief(gatesOf(view)[5], view)],
  gateChoice: ({ view }) => [gate.gateChoice(view)],
};

const HOME: Rows<typeof home> = {
  homePage: ({ view }) => {
    const entries = view.requirements.map((requirement) => ({
      view,
      requirement,
      request: requirement.openRequest,
    }));
    const migrations = [{ view, gates: gatesOf(view) }];
    const none = { overdue: [], waitingForMe: [], iWaitOn: [], migrations: [] };
    return [
      home.homePage({
        person: dana,
        overdue: entries.slice(0, 4),
        waitingForMe: entries.slice(0, 4),
        iWaitOn: entries.slice(0, 4),
        migrations,
        undelivered: 2,
      }),
      home.homePage({ person: carol, ...none }),
    ];
  },
  channelHome: ({ view }) => [home.channelHome(view, gatesOf(view), dana)],
};

const INTERVIEW: Rows<typeof interview> = {
  interviewForm: ({ view, requirement }) =>
    requirement.pages.map((_, page) => interview.interviewForm(view, requirement, page)),
  interviewSaved: ({ view, requirement }) => [interview.interviewSaved(view, requirement)],
  evidenceForm: ({ view, requirement }) =>
    requirement.evidence.map(({ slot }) => interview.evidenceForm(view, requirement, slot.id)),
  evidenceSaved: ({ view, requirement }) => [
    interview.evidenceSaved(view, requirement, [{ domain: "mail.example" }]),
  ],
  attestationForm: ({ view, requirement }) => [interview.attestationForm(view, requirement)],
  changeForm: ({ view, requirement }) => [interview.changeForm(view, requirement)],
  escalationMessage: ({ view, requirement }) =>
    requirement.definition.ask
      .flatMap(({ outcomes = [] }) => outcomes)
      .map((outcome) => interview.escalationMessage(view, requirement, outcome)),
  newlyAppliesMessage: ({ view, requirement }) => [
    interview.newlyAppliesMessage(view, requirement),
  ],
};

const ended = { as: "rejected", by: CAROL, at: NOW, reason: "Because." } as const;
const asked = (about: About) =>
  [aRequest(), aRequest({ ended })].map((request) => ({ ...about, request }));

const SIGN_OFF: Rows<typeof signOff> = {
  ceremonyForm: (about) =>
    MEANINGS.flatMap((meaning) => about.requirement.approvals[meaning] ?? []).map((approval) =>
      signOff.ceremonyForm({
        ...about,
        approval,
        consent: "I confirm it.",
        signer: carol,
        told: ["Dana"],
      }),
    ),
  requestCard: (about) => asked(about).map(signOff.requestCard),
  requestToSigner: (about) => asked(about).map(signOff.requestToSigner),
  resultToRequester: (about) => asked(about).map(signOff.resultToRequester),
  signedMessage: (about) => [signOff.signedMessage({ ...about, signOff: aSignOff(), now: NOW })],
  rejectionForm: (about) => asked(about).map(signOff.rejectionForm),
  changesForm: (about) => asked(about).map(signOff.changesForm),
  revocationForm: (about) => [signOff.revocationForm({ ...about, signOff: aSignOff() })],
  revokedMessage: ({ view }) => [signOff.revokedMessage({ view, signOffId: aSignOff().id })],
  notApplicableForm: ({ view, requirement }) => [signOff.notApplicableForm(view, requirement)],
  waiverForm: ({ view, requirement }) => [signOff.waiverForm(view, requirement)],
  signingTokenForm: ({ requirement }) => [
    signOff.signingTokenForm({
      token: "t".repeat(43),
      requirement: requirement.name,
      migration: MIGRATION,
      expiresAt: NOW,
    }),
  ],
  threadLines: ({ view }) => signOff.threadLines({ view, facts: [ANSWERED], actor: DANA }),
};

const PEOPLE: Rows<typeof people> = {
  peopleMessage: ({ view: { record } }) => [
    people.peopleMessage({ people: [dana, carol].map(aSummary), record, viewer: dana }),
    people.peopleMessage({ people: [], record: null, viewer: carol }),
  ],
  grantRoleForm: () => [people.grantRoleForm()],
  roleGranted: () => [people.roleGranted({ person: aSummary(carol), role: "legal_counsel" })],
  contactForm: ({ view }) => [people.contactForm(view.record)],
  contactSaved: ({ view }) => [people.contactSaved(view.record)],
};

const REPORT: Rows<typeof report> = {
  reportMessage: ({ view }) =>
    [true, false].map((draft) =>
      report.reportMessage({ view, fileName: "report.json", json: "{}", draft }),
    ),
  doctorMessage: () => [
    report.doctorMessage([
      { check: "database", ok: true, says: "It answers." },
      { check: "clock", ok: false, says: "It is late.", fix: "Set it." },
    ]),
  ],
  ledgerMessage: () => [
    report.ledgerMessage({ ok: false, entries: 9, firstBad: 3, why: "A hash differs." }),
    report.ledgerMessage({
      ok: true,
      entries: 9,
      rootHash: HASH,
      unsealed: 1,
      signed: { size: 8, keyId: "cleargate+12ab" },
    }),
  ],
  replayMessage: () => [
    report.replayMessage({ ok: true, facts: 9, tables: 4 }),
    report.replayMessage({ ok: false, facts: 9, why: "A row differs." }),
  ],
  helpMessage: () => [
    report.helpMessage(),
    report.helpMessage("sign"),
    report.helpMessage("HIPAA"),
  ],
};

const ATTACH: Rows<typeof attach> = {
  attachFilesForm: ({ view }) => [
    attach.attachFilesForm(view, ["BAA.pdf"]),
    attach.attachFilesForm(view, []),
  ],
  attachLinksForm: ({ view }) => [attach.attachLinksForm(view, ["https://docs.example/baa"])],
};

const OFFER: Rows<typeof offer> = {
  linksOffer: ({ view }) => [
    offer.linksOffer(sortLinks(["https://docs.example/baa"]), view.record.id),
    offer.linksOffer(sortLinks(["https://user:pw@a.example/"]), view.record.id),
  ],
};

const SIGNED = {
  size: 9,
  keyId: "cleargate+12ab",
  note: "cleargate\n9\nabc=\n\n— k x\n",
  signedAt: NOW,
};
const BREAK = {
  id: uuid(60),
  kind: "rolled_back",
  why: "An older backup was restored.",
  kept: { size: 9, root: HASH },
  live: { size: 4, root: HASH },
  newKey: null,
  foundAt: NOW,
  acceptedBy: { ...DANA },
} as const;

const AUDIT: Rows<typeof audit> = {
  auditMessage: () => [
    audit.auditMessage({ checkpoint: SIGNED, breaks: [], isPosted: true }),
    audit.auditMessage({ checkpoint: null, breaks: [], isPosted: false }),
  ],
  checkpointMessage: () => [audit.checkpointMessage(SIGNED)],
  breakMessage: () => [audit.breakMessage(BREAK, SIGNED)],
  breakAccepted: () => [true, false].map((isFinal) => audit.breakAccepted({ isFinal, left: 1 })),
  auditChannelChosen: () => [audit.auditChannelChosen("here")],
};

const pair = { stays: dana, joins: carol, ending: carol.roles };
const linked = {
  ...aSummary(dana),
  identities: [dana.identity, { ...carol.identity, linkedFrom: carol.id }],
};

const LINK: Rows<typeof link> = {
  linkCodeForm: () => [link.linkCodeForm({ code: "7K3QF-9XPA2", expiresAt: NOW })],
  confirmLinkForm: () => [link.confirmLinkForm(pair, HASH)],
  accountsLinked: () => [link.accountsLinked(pair)],
  linkNotice: () => [link.linkNotice(pair)],
  linksMessage: () => [link.linksMessage([linked], dana)],
  accountUnlinked: () => [
    link.accountUnlinked({ name: "Dana", account: carol.identity, by: "Carol" }),
  ],
};

const organisation = (ref: string): join.NamedOrganisation => ({
  id: OrganisationId.parse(uuid(70)),
  name: ref,
  migrations: 0,
  workspaces: [
    { workspaceId: WorkspaceId.parse(uuid(71)), surface: "teams", workspaceRef: ref, name: null },
  ],
  roles: [],
});
const both = { leaves: organisation("T1"), stays: organisation("T2"), inviter: dana };

const JOIN: Rows<typeof join> = {
  joinCodeForm: () => [
    join.joinCodeForm({ code: "7K3QF-9XPA2", expiresAt: NOW, stays: both.stays }),
  ],
  confirmJoinForm: () => [join.confirmJoinForm(both, HASH)],
  workspacesJoined: () => [join.workspacesJoined({ ...both, by: carol })],
  joinNotice: () => [join.joinNotice({ ...both, by: carol })],
};

const REFUSAL: Rows<typeof refusal> = {
  refusalMessage: () => [
    refusal.refusalMessage({ refused: "nothing_to_sign" }, [
      { label: "Help", command: { type: "ShowHelp" } },
    ]),
  ],
};

const ROOMS = [
  START,
  MIGRATIONS,
  GATES,
  HOME,
  INTERVIEW,
  SIGN_OFF,
  PEOPLE,
  REPORT,
  ATTACH,
  OFFER,
  AUDIT,
  LINK,
  JOIN,
  REFUSAL,
];

/** Each builder's name with everything that it says about the view's requirements. */
export function saidOf(view: MigrationView): readonly (readonly [string, readonly Said[]])[] {
  return ROOMS.flatMap((rows) => Object.entries(rows)).map(([name, say]) => {
    const said = view.requirements.flatMap((requirement) => say({ view, requirement }));
    const each = new Map(said.map((one) => [JSON.stringify(one), one]));
    return [name, [...each.values()].filter((one) => one !== null)];
  });
}

/** The view with something of everything in each requirement. */
export function fill(view: MigrationView): MigrationView {
  const requirements = view.requirements.map((requirement): RequirementView => {
    const [slot] = requirement.evidence;
    const item = anItem({
      requirement: requirement.name,
      evidence: slot ? [anEvidence({ slot: slot.slot.id })] : [],
      attestations: [anAttestation()],
      requests: [aRequest()],
      signOffs: [aSignOff()],
    });
    const evidence = requirement.evidence.map((entry) => ({ ...entry, given: item.evidence }));
    return { ...requirement, item, evidence, state: "awaiting_approval", openRequest: aRequest() };
  });
  return { ...view, requirements };
}
