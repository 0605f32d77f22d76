/** Migrations as the messages see them: real rules over small records; a test gives only what it is about. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { sha256 } from "../../src/domain/audit/canonical.ts";
import { decideGate } from "../../src/domain/gates/gate.ts";
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
  Attestation,
  Evidence,
  Item,
  MigrationRecord,
  SignOff,
  SignOffRequest,
} from "../../src/domain/migrations/record.ts";
import type { MemberRole, Person, PersonSummary } from "../../src/domain/people/person.ts";
import { MEMBER_ROLES } from "../../src/domain/people/person.ts";
import type { MigrationView, RequirementView } from "../../src/domain/requirements/view.ts";
import { viewMigration } from "../../src/domain/requirements/view-migration.ts";
import { type Definition, Workflow } from "../../src/domain/workflows/definition.ts";

const FOLDER = path.join(import.meta.dirname, "../../workflows");

/** The workflow files of the product. */
export const DEFINITIONS: readonly Definition[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".yml"))
  .map((file) => {
    const text = readFileSync(path.join(FOLDER, file), "utf8");
    return { hash: sha256(text), file, workflow: Workflow.parse(parse(text)) };
  });

export const uuid = (number: number) =>
  `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
export const NOW = Instant.parse("2026-03-02T15:00:00Z");
export const MIGRATION = MigrationId.parse(uuid(1));
export const HASH = Sha256.parse("ab".repeat(32));
export const BAA = RequirementName.parse("hipaa_baa_signed");

const ORGANISATION = OrganisationId.parse(uuid(2));
const WORKSPACE = WorkspaceId.parse(uuid(3));

export function anActor(name: string, number: number): Actor {
  const email = `${name.toLowerCase()}@example.com`;
  return { personId: PersonId.parse(uuid(number)), name, email };
}
export const DANA = anActor("Dana", 10);
export const CAROL = anActor("Carol", 11);

export function aPerson(actor: Actor, roles: readonly MemberRole[] = []): Person {
  return {
    id: actor.personId,
    organisationId: ORGANISATION,
    identity: {
      surface: "slack",
      workspaceId: WORKSPACE,
      workspaceRef: "T1",
      userId: `U${actor.name}`,
    },
    profile: {
      name: actor.name,
      email: actor.email,
      emailConfirmed: true,
      timeZone: "America/Chicago",
      kind: "member",
      isAdministrator: roles.includes("engineering_manager"),
    },
    roles,
  };
}

export function aSummary(person: Person): PersonSummary {
  return {
    id: person.id,
    name: person.profile.name,
    email: person.profile.email,
    kind: person.profile.kind,
    roles: person.roles,
    identities: [person.identity],
    lastSeenAt: NOW,
    profile: person.profile,
  };
}

export function aRecord(over: Partial<MigrationRecord> = {}): MigrationRecord {
  const verticals = over.verticals === undefined ? ["HIPAA"] : over.verticals;
  return {
    id: MIGRATION,
    organisationId: ORGANISATION,
    customer: "Mercy Clinic",
    industry: "dental clinic",
    timeZone: "America/Chicago",
    platform: "zoom_phone",
    proposalOn: Day.parse("2026-06-01"),
    goLiveOn: Day.parse("2026-12-01"),
    state: "open",
    openedBy: DANA,
    openedAt: NOW,
    version: 3,
    verticals,
    verticalsConfirmed: verticals === null ? null : { by: DANA, at: NOW },
    detection: [
      { vertical: "HIPAA", decision: "auto", default: "yes", word: "clinic", why: "A keyword." },
    ],
    flags: [],
    gate3PassedAt: null,
    channels: [{ surface: "slack", workspaceId: WORKSPACE, channelId: "C1" }],
    definitions: DEFINITIONS.filter(
      ({ workflow }) => workflow.always || verticals?.includes(workflow.vertical),
    ).map(({ hash, workflow }) => ({ hash, vertical: workflow.vertical })),
    contacts: [],
    items: [],
    ...over,
  };
}

export function aView(over: Partial<MigrationRecord> = {}, now: Instant = NOW): MigrationView {
  return viewMigration({
    record: aRecord(over),
    definitions: DEFINITIONS,
    newest: DEFINITIONS,
    now,
    heldRoles: new Set(MEMBER_ROLES),
  });
}

export function gatesOf(view: MigrationView) {
  return { 3: decideGate(view, 3), 5: decideGate(view, 5) };
}

export function requirementOf(view: MigrationView, name: string): RequirementView {
  const found = view.requirements.find((requirement) => requirement.name === name);
  if (!found) throw new Error(`${name} is not in the view`);
  return found;
}

/** The view with one requirement looking otherwise. */
export function withRequirement(
  view: MigrationView,
  name: string,
  over: Partial<RequirementView>,
): MigrationView {
  const requirements = view.requirements.map((requirement) =>
    requirement.name === name ? { ...requirement, ...over } : requirement,
  );
  return { ...view, requirements };
}

export function anItem(over: Partial<Item> = {}): Item {
  return {
    requirement: BAA,
    version: 1,
    reopened: null,
    answers: [],
    evidence: [],
    attestations: [],
    requests: [],
    signOffs: [],
    ...over,
  };
}

export function anEvidence(over: Partial<Evidence> = {}): Evidence {
  return {
    id: EvidenceId.parse(uuid(20)),
    slot: "baa_file",
    kind: "file",
    name: "BAA.pdf",
    sha256: HASH,
    bytes: 1234,
    link: "https://example.com/BAA.pdf",
    heldOn: null,
    by: DANA,
    at: NOW,
    ...over,
  };
}

export function anAttestation(over: Partial<Attestation> = {}): Attestation {
  return {
    id: EvidenceId.parse(uuid(21)),
    role: "customer_compliance_officer",
    from: {
      name: "Robin Roe",
      title: "Compliance Officer",
      organisation: "Mercy Clinic",
      email: "robin@mercy.example",
    },
    form: "letter",
    statement: "We have signed the agreement.",
    confirmedOn: Day.parse("2026-03-01"),
    document: { name: "letter.pdf", sha256: HASH, link: null, controlled: false },
    about: null,
    checked: null,
    receivedBy: DANA,
    receivedAt: NOW,
    ...over,
  };
}

export function aRequest(over: Partial<SignOffRequest> = {}): SignOffRequest {
  return {
    id: RequestId.parse(uuid(30)),
    meaning: "requirement_met",
    contentHash: HASH,
    by: DANA,
    at: NOW,
    reason: null,
    expiresOn: null,
    claim: null,
    ended: null,
    ...over,
  };
}

export function aSignOff(over: Partial<SignOff> = {}): SignOff {
  return {
    id: SignOffId.parse(uuid(40)),
    meaning: "requirement_met",
    contentHash: HASH,
    definitionHash: HASH,
    requestId: null,
    role: "compliance_officer",
    signer: {
      ...CAROL,
      surface: "slack",
      workspaceRef: "T1",
      userId: "UCarol",
      timeZone: "America/Chicago",
    },
    consent: "I confirm it.",
    signedAt: NOW,
    reason: null,
    expiresOn: null,
    revoked: null,
    ...over,
  };
}
