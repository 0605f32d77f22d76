/** What must hold for everything that is said, whatever the migration looks like. */
import { describe, expect, test } from "vitest";
import { sortLinks } from "../../src/domain/evidence/links.ts";
import { Instant, RequirementName } from "../../src/domain/ids.ts";
import {
  MEANINGS,
  type MigrationRecord,
  REQUEST_ENDINGS,
} from "../../src/domain/migrations/record.ts";
import type { MigrationView, RequirementView } from "../../src/domain/requirements/view.ts";
import { REQUIREMENT_STATES } from "../../src/domain/requirements/view.ts";
import { detectVerticals } from "../../src/domain/verticals/detect.ts";
import { attachFilesForm, attachLinksForm } from "../../src/messages/evidence/attach.ts";
import { linksOffer } from "../../src/messages/evidence/offer-links.ts";
import type { Form } from "../../src/messages/form.ts";
import { gateChoice, gateMessage } from "../../src/messages/gate.ts";
import { channelHome, homePage } from "../../src/messages/home.ts";
import * as interview from "../../src/messages/interview.ts";
import type { Home, Message } from "../../src/messages/message.ts";
import * as migration from "../../src/messages/migration.ts";
import * as people from "../../src/messages/people.ts";
import * as report from "../../src/messages/report.ts";
import * as signOff from "../../src/messages/sign-off.ts";
import * as start from "../../src/messages/start.ts";
import {
  anAttestation,
  anEvidence,
  anItem,
  aPerson,
  aRecord,
  aRequest,
  aSignOff,
  aSummary,
  aView,
  CAROL,
  DANA,
  DEFINITIONS,
  gatesOf,
  MIGRATION,
  NOW,
} from "./builders.ts";
import { commandsOf, faultsIn, stringsIn } from "./walk.ts";

type Said = Message | Form | Home;
const ALL = ["HIPAA", "PCI", "FedRAMP", "FERPA"];
const TITLES = new Map(DEFINITIONS.map(({ workflow }) => [workflow.vertical, workflow.title]));
const CHOICES = [...TITLES].map(([id, title]) => ({ id, title }));
const dana = aPerson(DANA, ["deployment_engineer", "engineering_manager"]);
const carol = aPerson(CAROL, ["compliance_officer"]);

const VIEWS: Readonly<Record<string, MigrationView>> = {
  "not confirmed": aView({ verticals: null, flags: ["co_application", "needs_input"] }),
  "no vertical": aView({ verticals: [], detection: [] }),
  "all verticals": aView({ verticals: ALL }),
  "no dates and no platform": aView({ proposalOn: null, goLiveOn: null, platform: null }),
  "too late": aView({ verticals: ALL }, Instant.parse("2026-11-30T12:00:00Z")),
  closed: aView({ state: "closed" }),
  cancelled: aView({ state: "cancelled" }),
  "missing a file": aView({
    definitions: [
      ...aRecord({ verticals: [] }).definitions,
      { vertical: "HIPAA", hash: "00".repeat(32) },
    ],
  }),
};
const NO_RULES = aView({ definitions: [{ vertical: "HIPAA", hash: "00".repeat(32) }] });

/** Everything that can be said about a migration. */
function aboutMigration(view: MigrationView): readonly Said[] {
  const { record } = view;
  const gates = gatesOf(view);
  const entry = (requirement: RequirementView) => ({
    view,
    requirement,
    request: requirement.openRequest,
  });
  const entries = view.requirements.map(entry);
  const detection = detectVerticals(record.industry, DEFINITIONS);
  return [
    start.startForm({ customer: record.customer }, "Asia/Tokyo"),
    start.verticalsProposal({ record, detection, titles: TITLES, person: dana.profile }),
    start.verticalsForm({ record, detection, choices: CHOICES }),
    start.datesForm(record),
    start.platformForm(record),
    start.closeForm(view),
    start.cancelForm(record),
    start.migrationPicker([record], "sign", "baa"),
    start.channelWithoutMigration([record]),
    start.channelWithoutMigration([]),
    migration.migrationCard(view, gates),
    migration.statusMessage(view, gates, DANA.personId),
    migration.nextMessage(view, DANA.personId),
    migration.nextMessage(view, CAROL.personId, carol.roles),
    migration.requirementPicker(view, "Claim", "bba"),
    migration.closedMessage(view),
    migration.cancelledMessage(record, "The customer left."),
    gateMessage(gates[3], view),
    gateMessage(gates[5], view),
    gateChoice(view),
    channelHome(view, gates, dana),
    homePage({
      person: dana,
      overdue: entries,
      waitingForMe: entries,
      iWaitOn: entries,
      migrations: [{ view, gates }],
    }),
    homePage({ person: carol, overdue: [], waitingForMe: [], iWaitOn: [], migrations: [] }),
    people.peopleMessage({ people: [dana, carol].map(aSummary), record, viewer: dana }),
    people.peopleMessage({ people: [], record: null, viewer: carol }),
    people.contactForm(record),
    people.contactSaved(record),
    report.reportMessage({ view, fileName: "report.json", json: "{}", draft: true }),
    report.reportMessage({ view, fileName: "report.json", json: "{}", draft: false }),
    attachFilesForm(view, ["BAA.pdf"]),
    attachFilesForm(view, []),
    attachLinksForm(view, ["https://docs.example/baa"]),
    attachLinksForm(view, []),
    ...offersOf(view),
  ];
}

function offersOf({ record }: MigrationView): readonly Said[] {
  const said = [
    Array.from({ length: 40 }, (_, at) => `https://${"a".repeat(60)}${at}.example/${at}`),
    ["https://user:pw@a.example/", "https://a.example/?card=4111111111111111"],
  ];
  return said.flatMap((links) => linksOffer(sortLinks(links), record.id) ?? []);
}

/** Everything that can be said about one requirement. */
function aboutRequirement(view: MigrationView, requirement: RequirementView): readonly Said[] {
  const asked = { view, requirement };
  const approvals = MEANINGS.flatMap((meaning) => requirement.approvals[meaning] ?? []);
  const requests = [
    aRequest(),
    aRequest({ meaning: "waiver", reason: "An old fax line.", expiresOn: view.today }),
    aRequest({ claim: { by: CAROL, until: Instant.parse("2026-12-31T00:00:00Z") } }),
    ...REQUEST_ENDINGS.map((as) =>
      aRequest({ ended: { as, by: CAROL, at: NOW, reason: "Because." } }),
    ),
  ];
  return [
    ...requirement.pages.map((_, page) => interview.interviewForm(view, requirement.name, page)),
    interview.interviewSaved(view, requirement),
    ...(requirement.evidence.length === 0 ? [] : [interview.evidenceForm(view, requirement)]),
    ...requirement.evidence.map(({ slot }) => interview.evidenceForm(view, requirement, slot.id)),
    interview.evidenceSaved(view, requirement),
    interview.attestationForm(view, requirement),
    interview.changeForm(view, requirement),
    interview.newlyAppliesMessage(view, requirement),
    ...requirement.definition.ask
      .flatMap(({ outcomes = [] }) => outcomes)
      .map((outcome) => interview.escalationMessage(view, requirement, outcome)),
    migration.requirementMessage(view, requirement, { viewer: DANA.personId, roles: dana.roles }),
    migration.requirementMessage(view, requirement.name, { viewer: CAROL.personId, roles: [] }),
    ...approvals.map((approval) =>
      signOff.ceremonyForm({
        ...asked,
        approval,
        consent: "I confirm it.",
        signer: carol,
        told: ["Dana"],
      }),
    ),
    ...requests.flatMap((request) => [
      signOff.requestCard({ ...asked, request }),
      signOff.requestToSigner({ ...asked, request }),
      signOff.resultToRequester({ ...asked, request }),
      signOff.rejectionForm({ ...asked, request }),
      signOff.changesForm({ ...asked, request }),
    ]),
    signOff.signedMessage({ ...asked, signOff: aSignOff(), now: NOW }),
    signOff.revocationForm({ ...asked, signOff: aSignOff() }),
    signOff.revokedMessage({ view, signOffId: aSignOff().id }),
    signOff.notApplicableForm(view, requirement),
    signOff.waiverForm(view, requirement),
    signOff.signingTokenForm({
      token: "t".repeat(43),
      requirement: requirement.name,
      migration: MIGRATION,
      expiresAt: NOW,
    }),
  ];
}

/** The requirement in a state, with something of everything in it. */
function inState(requirement: RequirementView, state: RequirementView["state"]): RequirementView {
  const [slot] = requirement.evidence;
  const item = anItem({
    requirement: requirement.name,
    evidence: slot ? [anEvidence({ slot: slot.slot.id })] : [],
    attestations: [anAttestation()],
    requests: [aRequest()],
    signOffs: [
      aSignOff({ revoked: { by: CAROL, at: NOW, reason: "A mistake.", kind: "revocation" } }),
    ],
  });
  const satisfied = ["signed", "waived", "not_applicable"].includes(state);
  return {
    ...requirement,
    item,
    state,
    satisfied,
    reason: "Something happened.",
    evidence: requirement.evidence.map((entry) => ({ ...entry, given: item.evidence, met: true })),
    openRequest: state === "awaiting_approval" ? aRequest() : null,
    fired: requirement.definition.ask.flatMap(({ id, outcomes = [] }) =>
      outcomes.map((outcome) => ({ question: id, outcome })),
    ),
  };
}

describe.each(Object.entries(VIEWS))("a migration that is %s", (_, view) => {
  test("is described without a fault", () => {
    expect(aboutMigration(view).flatMap(faultsIn)).toEqual([]);
  });

  test("has requirements that are described without a fault", () => {
    const said = view.requirements.flatMap((requirement) => aboutRequirement(view, requirement));

    expect(said.length).toBeGreaterThan(0);
    expect(said.flatMap(faultsIn)).toEqual([]);
  });
});

test("a migration without any readable rule is described without a fault", () => {
  expect(NO_RULES.requirements).toEqual([]);
  expect(aboutMigration(NO_RULES).flatMap(faultsIn)).toEqual([]);
});

test.each(REQUIREMENT_STATES)("a requirement that is %s is described without a fault", (state) => {
  const plainView = aView({ verticals: ALL });
  const requirements = plainView.requirements.map((requirement) => inState(requirement, state));
  const view = { ...plainView, requirements };

  const said = [
    ...aboutMigration(view),
    ...requirements.flatMap((requirement) => aboutRequirement(view, requirement)),
  ];

  expect(said.flatMap(faultsIn)).toEqual([]);
});

const HOSTILE = "<!channel> *Acme* <https://evil.example|bank> \u202Egnp.exe & <script>";
const hostile: Partial<MigrationRecord> = {
  customer: HOSTILE,
  industry: HOSTILE,
  contacts: [
    { role: "qsa", name: HOSTILE, title: HOSTILE, organisation: HOSTILE, email: "a@b.example" },
  ],
};

test("a hostile customer name stays a plain string: no link, no code, no command carries it", () => {
  const view = aView(hostile);
  const said = [
    ...aboutMigration(view),
    ...view.requirements.flatMap((each) => aboutRequirement(view, each)),
  ];

  expect(said.flatMap(stringsIn)).toContain(HOSTILE);
  const carried = said.flatMap(commandsOf).flatMap(({ command }) => stringsIn(command));
  const marked = said.flatMap(markedStrings);
  expect([...carried, ...marked].filter((text) => text.includes("evil"))).toEqual([]);
});

/** Strings that a surface shows otherwise than as text: link targets and code. */
function markedStrings(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(markedStrings);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    (key === "link" || key === "code" || key === "url") && typeof inner === "string"
      ? [inner]
      : markedStrings(inner),
  );
}

test("a message that breaks a promise is found out", () => {
  const broken: Form = {
    title: "A title of more than twenty-four characters",
    fields: [{ id: "a", type: "choice", label: "undefined", required: true, options: [] }],
    submit: "Save",
    command: { type: "ShowRequirement", requirement: RequirementName.parse("a_name") },
  };

  expect(faultsIn(broken).length).toBe(3);
  expect(faultsIn({ headline: " \n" })).toHaveLength(2);
});
