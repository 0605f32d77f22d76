/** A database as a provider gives it: the login is no superuser, may create roles, and owns the schema itself. */
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MigrationId } from "../../../src/domain/ids.ts";
import { hashJoinCode } from "../../../src/domain/organisations/joining.ts";
import { plusSeconds } from "../../../src/domain/time/day.ts";
import { openEmbeddedPostgres } from "../../../src/store/embedded.ts";
import { type OpenedStore, openStore } from "../../../src/store/open-store.ts";
import { withDatabase } from "../../../src/store/pool.ts";
import { migrationsDir } from "../../support/database.ts";
import { anOffice, aPerson, NOW, type Office, record } from "../../support/people.ts";
import { findTenancyProblems } from "./catalogue.ts";
import { fillOrganisation } from "./fill-organisation.ts";

const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "cleargate-managed-"));
fs.chmodSync(dataDir, 0o711);
let superuser: string;
/** What the provider's login made. */
let kept: { readonly office: Office; readonly id: MigrationId };
let close: () => Promise<void>;

async function run(url: string, ...texts: readonly string[]): Promise<readonly unknown[]> {
  const session = new pg.Client({ connectionString: url, options: "-c search_path=cleargate" });
  await session.connect();
  try {
    let rows: readonly unknown[] = [];
    for (const text of texts) rows = (await session.query(text)).rows;
    return rows;
  } finally {
    await session.end();
  }
}

beforeAll(async () => {
  const postgres = await openEmbeddedPostgres({ dataDir });
  close = () => postgres.close();
  superuser = withDatabase(postgres.ownerUrl, "postgres");
  // A provider's server knows nothing of us.
  await run(
    superuser,
    "drop database cleargate with (force)",
    "drop role cleargate_app",
    "create role provider login createrole password 'provider'",
    "create role plain login password 'plain'",
    "create database managed owner provider",
    "create database bare owner plain",
  );
}, 90_000);
afterAll(async () => {
  await close();
  fs.rmSync(dataDir, { recursive: true, force: true });
});

function loginAs(role: string, database: string): string {
  const url = new URL(withDatabase(superuser, database));
  url.username = role;
  url.password = role;
  return url.href;
}

const open = (url: string) =>
  openStore({ ownerUrl: url, appUrl: url, migrationsDir, deadlineMs: 15_000 });

/** One of two new offices joins the other, by the rights of the schema's owner. */
async function joinNewOffices(store: OpenedStore): Promise<string> {
  const [stays, leaves] = [await anOffice(store), await anOffice(store)];
  const { id: personId, identity } = await aPerson(store, stays);
  const codeHash = hashJoinCode(randomUUID());
  const expiresAt = plusSeconds(NOW, 600);
  await record(store, { organisationId: stays.organisationId, actor: null, at: NOW }, [
    { type: "LinkCodeIssued", purpose: "join", personId, identity, codeHash, expiresAt },
  ]);
  const done = await store.joinOrganisations({
    eventKey: randomUUID(),
    leaves: leaves.organisationId,
    stays: stays.organisationId,
    codeHash,
    now: NOW,
    leave: async () => [],
    arrive: async () => "joined",
  });
  const found = await store.organisationOf(leaves);
  expect(found.organisationId).toBe(stays.organisationId);
  return String(done);
}

test("a login that may not create roles hears which two an administrator makes for it", async () => {
  const url = loginAs("plain", "bare");
  await expect(open(url)).rejects.toThrow(
    'create role cleargate_app nologin; grant cleargate_app to "plain";',
  );
});

test("a login that may create roles sets everything up and is bound by the fence", async () => {
  const url = loginAs("provider", "managed");
  const store = await open(url);
  const [ours, theirs] = [await anOffice(store), await anOffice(store)];
  kept = { office: ours, ...(await fillOrganisation({ store, appUrl: url }, ours)) };
  await fillOrganisation({ store, appUrl: url }, theirs);

  expect(await store.verifyLedger(ours.organisationId)).toMatchObject({ ok: true, entries: 10 });
  const findings = await store.examine();
  // Who signs is another matter.
  expect(findings.filter(({ ok, check }) => !ok && check !== "signing key")).toEqual([]);
  const within = `set role cleargate_app; set cleargate.organisation = '${ours.organisationId}'`;
  expect(await joinNewOffices(store)).toBe("joined");
  const seen = await run(url, within, "select distinct organisation_id as id from people");
  expect(seen).toEqual([{ id: ours.organisationId }]);
  expect(await run(url, "select 1 from answers")).toEqual([]);
  await store.close();
  await (await open(url)).close();
});

test("the whole catalogue holds there too", async () => {
  const url = withDatabase(superuser, "managed");

  expect(await findTenancyProblems((sql) => run(url, sql))).toEqual([]);
});

test("what administrators made before is enough for a login without any right", async () => {
  for (const role of ["cleargate_app", "cleargate_loops"])
    await run(superuser, `grant ${role} to plain`);
  const store = await open(loginAs("plain", "bare"));

  const office = await anOffice(store);
  expect(await store.organisationOf(office)).toMatchObject({
    organisationId: office.organisationId,
  });
  await store.close();
});

test("a database that came to another owner finds organisations again at its next start", async () => {
  await run(superuser, "create role heir login createrole password 'heir'");
  await run(superuser, "grant cleargate_app, cleargate_loops to heir");
  await run(withDatabase(superuser, "managed"), "reassign owned by provider to heir");

  const store = await open(loginAs("heir", "managed"));
  const { organisationId } = kept.office;
  expect(await store.organisationOf(kept.office)).toMatchObject({ organisationId });
  expect(await store.organisationOfMigration(kept.id)).toBe(organisationId);
  expect(await joinNewOffices(store)).toBe("joined");
  await store.close();
});
