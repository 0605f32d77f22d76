import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { hashOf } from "../../src/domain/audit/canonical.ts";
import type { Fact } from "../../src/domain/facts.ts";
import { Instant, type MigrationId, RequirementName, Sha256 } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/people/person.ts";
import { Workflow } from "../../src/domain/workflows/definition.ts";
import { createTestStore } from "../support/database.ts";
import { actorOf, aMigration, anOffice, aPerson, NOW, record } from "../support/people.ts";
import { BAA, day, factsOf, HASH, newRequest } from "./record-facts.ts";

const { store, asOwner } = await createTestStore();
const office = await anOffice(store);
const dana = await aPerson(store, office, { name: "Dana Reyes" });
const omar = await aPerson(store, office, { name: "Omar Haddad", roles: ["compliance_officer"] });
const { organisationId } = office;
const LATER = Instant.parse("2026-03-02T10:30:00.250Z");

async function happen(by: Person, facts: readonly Fact[], at = NOW): Promise<void> {
  await record(store, { organisationId, actor: actorOf(by), at }, facts);
}

async function load(id: MigrationId) {
  const found = await store.read(organisationId, (reading) => reading.migration(id));
  if (!found) throw new Error("the migration is not there");
  return found;
}

async function itemAfter(facts: (of: ReturnType<typeof factsOf>) => readonly Fact[]) {
  const id = await aMigration(store, dana);
  await happen(dana, facts(factsOf(id)));
  return (await load(id)).items[0];
}

test("a migration that was opened reads back with everything it was opened with", async () => {
  const channel = { surface: "slack", workspaceId: office.workspaceId, channelId: "C1" } as const;
  const id = await aMigration(store, dana, {
    platform: "webex",
    proposalOn: day("2026-03-01"),
    goLiveOn: day("2026-06-01"),
    channel,
  });

  expect(await load(id)).toEqual({
    id,
    organisationId,
    customer: "Harbor Clinic",
    industry: "hospital",
    timeZone: "America/Denver",
    platform: "webex",
    proposalOn: "2026-03-01",
    goLiveOn: "2026-06-01",
    state: "open",
    openedBy: actorOf(dana),
    openedAt: NOW,
    version: 1,
    verticals: null,
    verticalsConfirmed: null,
    detection: [],
    flags: [],
    gate3PassedAt: null,
    ledgerDoubt: null,
    channels: [channel],
    definitions: [],
    contacts: [],
    items: [],
  });
});

test("the newest proposal of verticals replaces the one before", async () => {
  const id = await aMigration(store, dana);
  const detected = { decision: "auto", default: "yes", word: "hospital", why: "care" } as const;
  const propose = (industry: string, vertical: string): Fact => ({
    type: "VerticalsProposed",
    migrationId: id,
    industry,
    detection: [{ vertical, ...detected }],
    flags: ["needs_input"],
  });
  await happen(dana, [propose("hospital", "HIPAA")]);
  await happen(dana, [propose("university", "FERPA")]);

  expect(await load(id)).toMatchObject({
    industry: "university",
    detection: [{ vertical: "FERPA", ...detected }],
    flags: ["needs_input"],
    version: 3,
  });
});

test("confirmed verticals keep their definitions, and old readers find the first of them", async () => {
  const id = await aMigration(store, dana);
  const blank = { title: "FERPA", version: 1, order: 4, requirements: [] };
  const workflow = Workflow.parse({ vertical: "FERPA", ...blank });
  const hashes = { HIPAA: randomUUID(), FERPA: hashOf(JSON.parse(JSON.stringify(workflow))) };
  await record(
    store,
    { organisationId, actor: actorOf(dana), at: LATER },
    [
      {
        type: "VerticalsConfirmed",
        migrationId: id,
        verticals: ["FERPA", "HIPAA"],
        definitions: [
          { vertical: "HIPAA", hash: hashes.HIPAA },
          { vertical: "FERPA", hash: hashes.FERPA },
        ],
      },
    ],
    (writing) =>
      writing.keepDefinitions([
        { hash: hashes.HIPAA, file: "hipaa.yml", workflow: { ...workflow, vertical: "HIPAA" } },
        { hash: hashes.FERPA, file: "ferpa.yml", workflow },
      ]),
  );

  expect(await load(id)).toMatchObject({
    verticals: ["FERPA", "HIPAA"],
    verticalsConfirmed: { by: actorOf(dana), at: LATER },
    definitions: [
      { vertical: "HIPAA", hash: hashes.HIPAA },
      { vertical: "FERPA", hash: hashes.FERPA },
    ],
  });
  const kept = await store.read(organisationId, (reading) => reading.definitions([hashes.FERPA]));
  expect(kept).toEqual([{ hash: hashes.FERPA, file: "ferpa.yml", workflow }]);
  const changed = await store.read(organisationId, (reading) =>
    reading.definitions([hashes.HIPAA]),
  );
  expect(changed).toEqual([]);
  const [old] = await asOwner("select metadata from migrations where id = $1", [id]);
  expect(old).toEqual({
    metadata: { compliance: { vertical: "HIPAA", verticals: ["FERPA", "HIPAA"] } },
  });
});

test("a definition that nobody kept cannot be named", async () => {
  const id = await aMigration(store, dana);
  const definitions = [{ vertical: "HIPAA", hash: "unknown" }];

  const attempt = happen(dana, [
    { type: "VerticalsConfirmed", migrationId: id, verticals: ["HIPAA"], definitions },
  ]);

  await expect(attempt).rejects.toThrow("migration_definitions_hash");
});

test("that no vertical applies is not the same as not knowing", async () => {
  const id = await aMigration(store, dana);

  await happen(dana, [
    { type: "VerticalsConfirmed", migrationId: id, verticals: [], definitions: [] },
  ]);

  expect((await load(id)).verticals).toEqual([]);
});

test("dates, platform, contacts and channels follow their facts", async () => {
  const id = await aMigration(store, dana);
  const lee = {
    name: "Lee",
    title: "Officer",
    organisation: "Harbor",
    email: "lee@harbor.example",
  };
  const role = "customer_compliance_officer";
  const channel = { surface: "slack", workspaceId: office.workspaceId, channelId: "C2" } as const;
  await happen(dana, [
    { type: "DatesChanged", migrationId: id, proposalOn: null, goLiveOn: day("2026-07-01") },
    { type: "PlatformChosen", migrationId: id, platform: "zoom" },
    { type: "ContactRecorded", migrationId: id, role, personal: { ...lee, name: "Ann" } },
    { type: "ContactRecorded", migrationId: id, role, personal: lee },
    { type: "ChannelLinked", migrationId: id, channel },
  ]);

  expect(await load(id)).toMatchObject({
    goLiveOn: "2026-07-01",
    platform: "zoom",
    contacts: [{ ...lee, role }],
    channels: [channel],
    version: 2,
  });
});

test.each(["MigrationClosed", "MigrationCancelled"] as const)(
  "%s ends a migration and gives its channel back",
  async (type) => {
    const channelId = `C-${type}`;
    const channel = { surface: "slack", workspaceId: office.workspaceId, channelId } as const;
    const id = await aMigration(store, dana, { channel });

    await happen(dana, [{ type, migrationId: id, reason: "The customer left." }]);

    expect((await load(id)).state).toBe(type === "MigrationClosed" ? "closed" : "cancelled");
    const next = await aMigration(store, dana, { channel });
    const found = await store.read(organisationId, (reading) =>
      reading.migrationOfChannel(channel),
    );
    expect(found).toBe(next);
  },
);

test("the newest answer to a question counts, until it is withdrawn", async () => {
  const item = await itemAfter((of) => [
    of.answer({ personal: { value: "2026-01-01" } }),
    of.answer({ personal: { value: "2026-02-02" } }),
    of.answer({ question: "levels", personal: { value: ["tls12", "tls13"] } }),
    of.answer({ question: "months", personal: { value: 72 } }),
    of.answer({ question: "gone", personal: { value: "x" } }),
    of.withdraw("gone"),
  ]);

  expect(item).toMatchObject({ requirement: BAA, version: 6 });
  expect(item?.answers.map(({ question, value }) => [question, value])).toEqual([
    ["signed_on", "2026-02-02"],
    ["levels", ["tls12", "tls13"]],
    ["months", 72],
  ]);
  expect(item?.answers[0]).toMatchObject({ by: actorOf(dana), at: NOW });
});

test("an answer may be a person outside or what is kept of a file", async () => {
  const person = {
    name: "Lee",
    title: "CISO",
    organisation: "Harbor",
    email: "lee@harbor.example",
  };
  const file = { name: "plan.pdf", sha256: HASH, bytes: 12, link: null };

  const item = await itemAfter((of) => [
    of.answer({ question: "who", personal: { value: person } }),
    of.answer({ question: "plan", personal: { value: file } }),
  ]);

  expect(item?.answers.map(({ value }) => value)).toEqual([person, file]);
});

test("evidence of each kind is kept, and what was removed is not", async () => {
  const held = { kind: "held", sha256: null, bytes: null, heldOn: day("2026-01-15") } as const;
  const item = await itemAfter((of) => {
    const wrong = of.evidence({ slot: "wrong" });
    return [
      of.evidence(),
      of.evidence({ ...held, personal: { name: "Held by counsel", link: null } }),
      wrong,
      { ...wrong, type: "EvidenceRemoved" },
    ];
  });

  expect(item?.version).toBe(4);
  const kinds = item?.evidence.map(({ kind, heldOn, bytes }) => ({ kind, heldOn, bytes }));
  expect(kinds).toHaveLength(2);
  expect(kinds).toContainEqual({ kind: "file", heldOn: null, bytes: 1024 });
  expect(kinds).toContainEqual({ kind: "held", heldOn: "2026-01-15", bytes: null });
});

test("an attestation reads back with who attested and who received it", async () => {
  const item = await itemAfter((of) => [of.attestation({ controlled: true })]);

  expect(item?.attestations).toMatchObject([
    {
      role: "customer_compliance_officer",
      form: "letter",
      from: { name: "Lee Park", email: "lee@harbor.example" },
      confirmedOn: "2026-02-20",
      document: { name: "letter.pdf", sha256: HASH, link: null, controlled: true },
      about: [{ as: "evidence", place: "baa", name: "baa.pdf", sha256: HASH, link: null }],
      checked: { how: "known_address", on: "2026-02-21" },
      receivedBy: actorOf(dana),
      receivedAt: NOW,
    },
  ]);
});

test("an attestation from before subjects and checks were kept reads back without them", async () => {
  const {
    about: _about,
    checked: _checked,
    ...old
  } = factsOf(await aMigration(store, dana)).attestation();
  const item = await itemAfter((of) => [{ ...old, migrationId: of.attestation().migrationId }]);

  expect(item?.attestations).toMatchObject([{ about: null, checked: null }]);
});

test("a request is claimed, and ends as its fact says", async () => {
  const id = await aMigration(store, dana);
  const of = factsOf(id);
  const requestId = newRequest();
  const about = { migrationId: id, requirement: BAA, requestId };
  await happen(dana, [of.request({ requestId })]);
  await happen(omar, [{ type: "RequestClaimed", ...about, until: LATER }]);
  await happen(
    omar,
    [{ type: "RequestEnded", ...about, as: "rejected", reason: "Unsigned" }],
    LATER,
  );

  expect((await load(id)).items[0]).toMatchObject({
    version: 0,
    requests: [
      {
        id: requestId,
        by: actorOf(dana),
        claim: { by: actorOf(omar), until: LATER },
        ended: { as: "rejected", by: actorOf(omar), at: LATER, reason: "Unsigned" },
      },
    ],
  });
});

test("a signature clears the reason for which an item was open again; its revocation stays beside it", async () => {
  const id = await aMigration(store, dana);
  const of = factsOf(id);
  const reopened = { type: "RequirementReopened", migrationId: id, requirement: BAA } as const;
  await happen(dana, [of.answer(), { ...reopened, reason: "The date moved." }], LATER);
  expect((await load(id)).items[0]).toMatchObject({
    version: 2,
    reopened: { reason: "The date moved.", at: LATER },
  });

  const signed = of.sign(omar);
  await happen(omar, [signed]);
  await happen(omar, [of.revoke(signed.signOffId)], LATER);

  const item = (await load(id)).items[0];
  expect(item?.reopened).toBeNull();
  expect(item?.signOffs).toMatchObject([
    {
      id: signed.signOffId,
      role: "compliance_officer",
      signer: { ...actorOf(omar), userId: omar.identity.userId, timeZone: "America/Denver" },
      signedAt: NOW,
      revoked: { by: actorOf(omar), at: LATER, kind: "undo", reason: "Signed too early." },
    },
  ]);
});

test("adopting a workflow replaces its hash and re-opens what changed", async () => {
  const id = await aMigration(store, dana);
  const [from, to] = [randomUUID(), randomUUID()];
  const blank = { title: "HIPAA", version: 1, order: 1, requirements: [] };
  const workflow = Workflow.parse({ vertical: "HIPAA", ...blank });
  const verticals = ["HIPAA"];
  const cdr = RequirementName.parse("hipaa_cdr_retention");
  await record(
    store,
    { organisationId, actor: actorOf(dana), at: NOW },
    [
      {
        type: "VerticalsConfirmed",
        migrationId: id,
        verticals,
        definitions: [{ vertical: "HIPAA", hash: from }],
      },
      { type: "WorkflowAdopted", migrationId: id, vertical: "HIPAA", from, to, reopened: [cdr] },
    ],
    (writing) =>
      writing.keepDefinitions([from, to].map((hash) => ({ hash, file: "hipaa.yml", workflow }))),
  );

  expect(await load(id)).toMatchObject({
    definitions: [{ vertical: "HIPAA", hash: to }],
    items: [{ requirement: cdr, version: 1, reopened: { at: NOW } }],
  });
});

test("only the first pass of gate 3 is remembered, and a check is no new version", async () => {
  const id = await aMigration(store, dana);
  const checked = { type: "GateChecked", migrationId: id, unsatisfied: [] } as const;
  await happen(dana, [{ ...checked, stage: 3, verdict: "blocked" }]);
  await happen(dana, [{ ...checked, stage: 3, verdict: "pass" }], LATER);
  await happen(dana, [{ ...checked, stage: 3, verdict: "pass" }]);

  expect(await load(id)).toMatchObject({ gate3PassedAt: LATER, version: 1 });
});

test("a signing token is found until it is spent, and is spent once", async () => {
  const id = await aMigration(store, dana);
  const of = factsOf(id);
  const tokenHash = Sha256.parse("b".repeat(64));
  const spent = {
    type: "SigningTokenSpent",
    migrationId: id,
    requirement: BAA,
    tokenHash,
  } as const;
  const find = () => store.read(organisationId, (reading) => reading.signingToken(tokenHash));
  await happen(omar, [of.token(tokenHash, LATER)]);

  expect(await find()).toMatchObject({
    personId: omar.id,
    identity: omar.identity,
    requirement: BAA,
  });
  await happen(omar, [spent]);
  expect(await find()).toBeNull();
  await expect(happen(omar, [spent])).rejects.toThrow("nothing to change");
});
