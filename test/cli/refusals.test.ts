/** Whatever the terminal refuses is an entry of the ledger that says so. */
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type { Deps } from "../../src/app/ports.ts";
import { createCliApp } from "../../src/cli/app.ts";
import { sha256 } from "../../src/domain/audit/canonical.ts";
import {
  Instant,
  MigrationId,
  OrganisationId,
  RequirementName,
  SignOffId,
} from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/people/person.ts";
import { createTestStore } from "../support/database.ts";
import {
  actorOf,
  aMigration,
  anOffice,
  aPerson,
  NOW,
  type Office,
  record,
} from "../support/people.ts";

const clock = () => new Date("2026-03-02T09:00:00Z");
const { store, asOwner } = await createTestStore({ clock });
let office: Office;
let dana: Person;
let migration: MigrationId;
let answers = true;
const deps: Deps = {
  store,
  clock,
  newId: randomUUID,
  newSecret: () => "secret",
  directories: new Map([
    ["slack", { surface: "slack", lookUp: async () => (answers ? dana.profile : null) }],
  ]),
  workflows: [],
  signingEmailDomains: [],
  reached: () => undefined,
  examinations: [],
};
const app = createCliApp({
  deps,
  exports: store.exports,
  findHome: async () => office,
  timeZone: "UTC",
  close: async () => undefined,
});

beforeEach(async () => {
  answers = true;
  office = await anOffice(store);
  dana = await aPerson(store, office);
  migration = await aMigration(store, dana);
});

async function refusedIn({ organisationId }: Office) {
  const rows = await asOwner(
    `select entry from (select organisation_id, entry, id from ledger_staging
       union all select organisation_id, entry, sequence from ledger_entries) e
     where organisation_id = $1 and entry like '%"CommandRefused"%' order by id`,
    [organisationId],
  );
  return rows.map(({ entry }) => JSON.parse(entry));
}

const requirement = RequirementName.parse("audit_logging_enabled");

/** A token as the ceremony in chat gives it. */
async function giveToken(): Promise<string> {
  const token = randomUUID();
  await record(store, { organisationId: office.organisationId, actor: actorOf(dana), at: NOW }, [
    {
      type: "SigningTokenIssued",
      migrationId: migration,
      requirement,
      tokenHash: sha256(token),
      meaning: "requirement_met",
      contentHash: sha256("content"),
      expiresAt: Instant.parse("2026-03-02T09:10:00.000Z"),
    },
  ]);
  return token;
}

describe("what the terminal refuses", () => {
  test("a wrong token: without a person, with the migration that it was tried on", async () => {
    await app.signOff({ migration, requirement, token: "x" });

    expect(await refusedIn(office)).toMatchObject([
      {
        actor: null,
        by: "terminal",
        command: "sign_off",
        code: "signing_token_invalid",
        migrationId: migration,
        at: NOW,
      },
    ]);
  });

  test("a signature that its person may not give: with the person", async () => {
    const token = await giveToken();
    await app.signOff({ migration, requirement, token });

    const [refused] = await refusedIn(office);
    expect(refused).toMatchObject({ actor: { person: dana.id }, by: "terminal" });
    expect(JSON.stringify(refused)).not.toContain(token);
  });

  test("a signature while the platform does not answer: with the person whose token it is", async () => {
    const token = await giveToken();
    answers = false;
    await app.signOff({ migration, requirement, token });

    expect(await refusedIn(office)).toMatchObject([
      { actor: { person: dana.id }, by: "terminal", code: "identity_unconfirmed" },
    ]);
  });

  test("a card number in create: with its kind, in the ledger of the terminal's home", async () => {
    const customer = ["4539", "1488", "0343", "6467"].join(" ");
    await app.create({ customer, industry: "clinic" });

    const refused = await refusedIn(office);
    expect(refused).toMatchObject([
      { by: "terminal", command: "create", code: "sensitive_text", kind: "payment_card" },
    ]);
    expect(JSON.stringify(refused)).not.toContain("4539");
  });

  test("a migration or a sign-off that is in no ledger: in every one that was searched", async () => {
    const other = await anOffice(store);
    const nothing = MigrationId.parse(randomUUID());
    const signOff = SignOffId.parse(randomUUID());
    const file = { output: "proof", json: false };
    await app.status({ migration: nothing });
    await app.exportTo({ command: "export_proof", signOff, ...file }, async () => undefined);
    const organisation = OrganisationId.parse(randomUUID());
    await app.exportTo({ command: "export_audit", organisation, ...file }, async () => undefined);

    const refused = await refusedIn(office);
    expect(refused).toMatchObject([
      { command: "status", code: "unknown_migration", migrationId: nothing },
      { command: "export_proof", code: "unknown_sign_off", claimed: { signOff } },
      { command: "export_audit", code: "unknown_organisation" },
    ]);
    expect(await refusedIn(other)).toHaveLength(3);
    expect(await store.verifyLedger(office.organisationId)).toMatchObject({ ok: true });
    expect(await store.replay(office.organisationId)).toMatchObject({ ok: true });
  });
});
