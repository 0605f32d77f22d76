/** Builders of people and records: a test gives only the fields that it is about. */
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
} from "../../src/domain/ids.ts";
import type {
  Actor,
  Answer,
  AnswerValue,
  Attestation,
  Evidence,
  Item,
  MigrationRecord,
  SignOff,
  SignOffRequest,
} from "../../src/domain/migrations/record.ts";
import { MEMBER_ROLES, type MemberRole, type Person } from "../../src/domain/people/person.ts";
import type {
  MigrationView,
  RequirementView,
  ViewInput,
} from "../../src/domain/requirements/view.ts";
import { viewMigration } from "../../src/domain/requirements/view-migration.ts";
import type { Definition } from "../../src/domain/workflows/definition.ts";

/** The n-th id of its kind. */
export function uuid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}
export const personId = (n: number) => PersonId.parse(uuid(n));
export const evidenceId = (n: number) => EvidenceId.parse(uuid(n));
export const requestId = (n: number) => RequestId.parse(uuid(n));
export const signOffId = (n: number) => SignOffId.parse(uuid(n));
export const day = (text: string) => Day.parse(text);
export const instant = (text: string) => Instant.parse(text);
export const named = (name: string) => RequirementName.parse(name);
export const digest = (character: string) => Sha256.parse(character.repeat(64));

export const NOW = instant("2026-11-20T15:00:00Z");
export const TODAY = day("2026-11-20");

/** A member with a confirmed address, known by a number. */
export function aPerson(n: number, person: Partial<Person["profile"] & Person> = {}): Person {
  const { id, organisationId, identity, roles, ...profile } = person;
  return {
    id: id ?? personId(n),
    organisationId: organisationId ?? OrganisationId.parse(uuid(900)),
    identity: identity ?? {
      surface: "slack",
      workspaceId: WorkspaceId.parse(uuid(901)),
      workspaceRef: "T0001",
      userId: `U${n}`,
    },
    profile: {
      name: `Person ${n}`,
      email: `person${n}@ours.example`,
      emailConfirmed: true,
      timeZone: "America/New_York",
      kind: "member",
      isAdministrator: false,
      ...profile,
    },
    roles: roles ?? [],
  };
}

export function actorOf({ id, profile }: Person): Actor {
  return { personId: id, name: profile.name, email: profile.email };
}

export const ENGINEER = aPerson(1, { name: "Eve Engineer", roles: ["deployment_engineer"] });
export const OFFICER = aPerson(2, { name: "Cory Officer", roles: ["compliance_officer"] });
export const MANAGER = aPerson(3, { name: "Mia Manager", roles: ["engineering_manager"] });

export function anItem(item: Partial<Item> & { requirement: RequirementName }): Item {
  return {
    version: 1,
    reopened: null,
    answers: [],
    evidence: [],
    attestations: [],
    requests: [],
    signOffs: [],
    ...item,
  };
}

export function anAnswer(
  question: string,
  value: AnswerValue,
  answer: Partial<Answer> = {},
): Answer {
  return { question, value, by: actorOf(ENGINEER), at: instant("2026-11-10T10:00:00Z"), ...answer };
}

/** An item with these answers. */
export function answered(name: string, answers: Readonly<Record<string, AnswerValue>>): Item {
  return anItem({
    requirement: named(name),
    answers: Object.entries(answers).map(([question, value]) => anAnswer(question, value)),
  });
}

export function someEvidence(evidence: Partial<Evidence> & { slot: string }): Evidence {
  return {
    id: evidenceId(1),
    kind: "file",
    name: "proof.pdf",
    sha256: digest("a"),
    bytes: 100,
    link: null,
    heldOn: null,
    by: actorOf(ENGINEER),
    at: instant("2026-11-10T11:00:00Z"),
    ...evidence,
  };
}

export function anAttestation(attestation: Partial<Attestation> = {}): Attestation {
  return {
    id: evidenceId(50),
    role: "customer_compliance_officer",
    from: {
      name: "Olga Outside",
      title: "Privacy Officer",
      organisation: "Mercy Hospital",
      email: "olga@mercy.example",
    },
    form: "letter",
    statement: "The list of call types is complete.",
    confirmedOn: day("2026-11-12"),
    document: { name: "letter.pdf", sha256: digest("b"), link: null, controlled: false },
    about: null,
    checked: null,
    receivedBy: actorOf(ENGINEER),
    receivedAt: instant("2026-11-12T12:00:00Z"),
    ...attestation,
  };
}

export function aRequest(
  request: Partial<SignOffRequest> & Pick<SignOffRequest, "contentHash">,
): SignOffRequest {
  return {
    id: requestId(1),
    meaning: "requirement_met",
    by: actorOf(ENGINEER),
    at: instant("2026-11-13T10:00:00Z"),
    reason: null,
    expiresOn: null,
    claim: null,
    ended: null,
    ...request,
  };
}

export function aSignOff(signOff: Partial<SignOff> & Pick<SignOff, "contentHash">): SignOff {
  return {
    id: signOffId(1),
    meaning: "requirement_met",
    definitionHash: "0".repeat(64),
    requestId: null,
    role: "compliance_officer",
    signer: signerOf(OFFICER),
    consent: "I have checked it.",
    signedAt: instant("2026-11-14T10:00:00Z"),
    reason: null,
    expiresOn: null,
    revoked: null,
    ...signOff,
  };
}

export function signerOf(person: Person): SignOff["signer"] {
  return {
    ...actorOf(person),
    surface: person.identity.surface,
    workspaceRef: person.identity.workspaceRef,
    userId: person.identity.userId,
    timeZone: person.profile.timeZone,
  };
}

/** An open migration whose verticals were confirmed, pinned to the given definitions. */
export function aRecord(
  definitions: readonly Definition[],
  record: Partial<MigrationRecord> = {},
): MigrationRecord {
  return {
    id: MigrationId.parse(uuid(100)),
    organisationId: OrganisationId.parse(uuid(900)),
    customer: "Mercy Hospital",
    industry: "hospital",
    timeZone: "America/New_York",
    platform: null,
    proposalOn: null,
    goLiveOn: null,
    state: "open",
    openedBy: actorOf(ENGINEER),
    openedAt: instant("2026-11-01T09:00:00Z"),
    version: 1,
    verticals: definitions
      .filter(({ workflow }) => !workflow.always)
      .map(({ workflow }) => workflow.vertical),
    verticalsConfirmed: { by: actorOf(ENGINEER), at: instant("2026-11-01T10:00:00Z") },
    detection: [],
    flags: [],
    gate3PassedAt: null,
    channels: [],
    definitions: definitions.map(({ hash, workflow }) => ({ vertical: workflow.vertical, hash })),
    contacts: [],
    items: [],
    ...record,
  };
}

export function aViewInput(
  record: MigrationRecord,
  definitions: readonly Definition[],
  input: Partial<ViewInput> = {},
): ViewInput {
  return {
    record,
    definitions,
    newest: definitions,
    now: NOW,
    heldRoles: new Set<MemberRole>(MEMBER_ROLES),
    ...input,
  };
}

export function aView(
  record: MigrationRecord,
  definitions: readonly Definition[],
  input: Partial<ViewInput> = {},
): MigrationView {
  return viewMigration(aViewInput(record, definitions, input));
}

/** What is signed now that the requirement is met; the test fails when nothing can be. */
export function contentOf(requirement: RequirementView): Sha256 {
  const hash = requirement.approvals.requirement_met?.contentHash;
  if (!hash) throw new Error(`${requirement.name} cannot be signed`);
  return hash;
}

/** One requirement of a view; the test fails when it is not there. */
export function requirementOf(view: MigrationView, name: string): RequirementView {
  const found = view.requirements.find((requirement) => requirement.name === name);
  if (!found) throw new Error(`${name} is not in the view`);
  return found;
}
