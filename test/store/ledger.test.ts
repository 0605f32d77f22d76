import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type { Fact } from "../../src/domain/facts.ts";
import { Bug } from "../../src/domain/fault.ts";
import { MigrationId } from "../../src/domain/ids.ts";
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
import { factsOf, HASH } from "./record-facts.ts";

const { store, asOwner } = await createTestStore();
let office: Office;
let dana: Person;

beforeEach(async () => {
  office = await anOffice(store);
  dana = await aPerson(store, office);
  await sealAll();
});

async function sealAll(): Promise<void> {
  while ((await store.ledger.seal()) > 0);
}

const verify = () => store.verifyLedger(office.organisationId);
const mine = (sql: string) => asOwner(sql, [office.organisationId]);

async function happen(...facts: readonly Fact[]): Promise<void> {
  const { organisationId } = office;
  await record(store, { organisationId, actor: actorOf(dana), at: NOW }, facts);
}

/** Entries 1 (the person) to 5, each sealed alone when `alone`. */
async function fiveEntries(options: { readonly alone: boolean }): Promise<MigrationId> {
  const id = await aMigration(store, dana, { personal: { customer: "Harbor Clinic" } });
  for (const value of ["one", "two", "three"]) {
    if (options.alone) await sealAll();
    await happen(factsOf(id).answer({ personal: { value } }));
  }
  await sealAll();
  return id;
}

/** What an administrator does who switches the guards off. */
async function tamper(sql: string): Promise<void> {
  await asOwner(`
    set session_replication_role = replica;
    do $body$ declare org uuid := '${office.organisationId}'; begin ${sql}; end $body$`);
}

describe("staging", () => {
  test("every fact leaves one staged entry, and personal values are not in it", async () => {
    const id = await aMigration(store, dana, { personal: { customer: "Secret Clinic" } });
    await happen(
      { type: "ReportExported", migrationId: id, draft: true, sha256: HASH },
      { type: "CommandRefused", command: "RecordSignOff", code: "role_needed", migrationId: id },
    );

    const rows = await asOwner(
      "select entry, changes_state from ledger_staging where migration_id = $1 order by id",
      [id],
    );

    expect(rows.map(({ entry }) => JSON.parse(entry).type)).toEqual([
      "MigrationOpened",
      "ReportExported",
      "CommandRefused",
    ]);
    expect(rows.map(({ changes_state }) => changes_state)).toEqual([true, false, false]);
    expect(JSON.parse(rows[0]?.entry)).toMatchObject({
      v: 1,
      at: NOW,
      organisation: office.organisationId,
      actor: { person: dana.id },
      personal: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(rows[0]?.entry).not.toContain("Secret Clinic");
  });

  test.each(["nul \u0000", "half \ud800"])(
    "what cannot be kept is a bug of ours: %j",
    async (value) => {
      const id = await aMigration(store, dana);

      await expect(happen(factsOf(id).answer({ personal: { value } }))).rejects.toThrow(Bug);
    },
  );
});

describe("sealing", () => {
  test("numbers the entries from one without a gap and says what waits", async () => {
    await fiveEntries({ alone: false });
    await happen({ type: "CommandRefused", command: "Sign", code: "x", migrationId: null });

    expect(await verify()).toMatchObject({ ok: true, entries: 5, unsealed: 1 });
    const rows = await mine(
      "select sequence::int from ledger_entries where organisation_id = $1 order by 1",
    );
    expect(rows.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
  });

  test("keeps the order in which things were committed", async () => {
    const id = await aMigration(store, dana);
    for (const question of ["one", "two", "three"]) await happen(factsOf(id).answer({ question }));
    await sealAll();

    const rows = await mine(
      `select entry::json ->> 'question' as question from ledger_entries
       where organisation_id = $1 and sequence > 2 order by sequence`,
    );
    expect(rows.map(({ question }) => question)).toEqual(["one", "two", "three"]);
  });

  test("by several at once seals each entry once", async () => {
    const id = await aMigration(store, dana);
    await happen(...Array.from({ length: 600 }, () => factsOf(id).answer()));

    await Promise.all(Array.from({ length: 4 }, () => sealAll()));
    await sealAll();

    expect(await verify()).toMatchObject({ ok: true, entries: 602, unsealed: 0 });
  });

  test("on request seals all that waits, also while another sealer is at work", async () => {
    const id = await aMigration(store, dana);
    await happen(...Array.from({ length: 600 }, () => factsOf(id).answer()));
    await Promise.all([store.ledger.seal(), store.sealLedger(office.organisationId)]);

    expect(await verify()).toMatchObject({ ok: true, entries: 602, unsealed: 0 });
  });

  test("leaves the ledgers of other organisations alone", async () => {
    await fiveEntries({ alone: false });
    const other = await anOffice(store);
    await aPerson(store, other);
    await sealAll();

    expect(await verify()).toMatchObject({ ok: true, entries: 5 });
    expect(await store.verifyLedger(other.organisationId)).toMatchObject({ ok: true, entries: 1 });
  });

  test("an organisation without entries is in order", async () => {
    const other = await anOffice(store);

    expect(await store.verifyLedger(other.organisationId)).toEqual({
      ok: true,
      entries: 0,
      rootHash: null,
      unsealed: 0,
      checkpoints: 0,
      signed: null,
      breaks: 0,
    });
  });
});

describe("the audit reference", () => {
  test("is missing until the last change is sealed", async () => {
    const id = await aMigration(store, dana);
    const reference = () => store.auditReference(office.organisationId, id);

    expect(await reference()).toBeNull();
    await sealAll();
    expect(await reference()).toMatchObject({ size: 2 });
    await happen(factsOf(id).answer());
    expect(await reference()).toBeNull();
  });

  test("stays the same when notes and other migrations are added, and moves with a change", async () => {
    const id = await fiveEntries({ alone: true });
    const reference = () => store.auditReference(office.organisationId, id);
    const before = await reference();
    await happen({ type: "ReportExported", migrationId: id, draft: false, sha256: HASH });
    await aMigration(store, dana);
    await sealAll();

    expect(before).toMatchObject({ size: 5 });
    expect(await reference()).toEqual(before);
    await happen(factsOf(id).answer());
    await sealAll();
    expect(await reference()).toMatchObject({ size: 8 });
  });

  test("of an unknown migration is missing", async () => {
    const id = MigrationId.parse(randomUUID());

    expect(await store.auditReference(office.organisationId, id)).toBeNull();
  });
});

describe("tampering by an administrator is found with the first bad entry", () => {
  // Entry 3 is the first answer; each entry was sealed alone.
  const edit = "replace(entry, 'signed_on', 'signed_at')";
  const leaf = (text: string) => `sha256('\\x00'::bytea || convert_to(${text}, 'UTF8'))`;
  const at = (sequence: number) => `organisation_id = org and sequence = ${sequence}`;
  const of3 = `(select decode(entry::json ->> 'personal', 'hex') from ledger_entries where ${at(3)})`;

  test.each([
    ["an edited text", `update ledger_entries set entry = ${edit} where ${at(3)}`, 3],
    [
      "an edited text with a new hash",
      `update ledger_entries set entry = ${edit}, leaf_hash = ${leaf(edit)} where ${at(3)}`,
      3,
    ],
    ["a changed hash", `update ledger_entries set leaf_hash = sha256('x') where ${at(4)}`, 4],
    ["a removed entry", `delete from ledger_entries where ${at(2)}`, 2],
    ["a removed last entry", `delete from ledger_entries where ${at(5)}`, 5],
    [
      "a removed entry with the rest moved up",
      `delete from ledger_entries where ${at(3)};
       update ledger_entries set sequence = -sequence
       where organisation_id = org and sequence > 3;
       update ledger_entries set sequence = -sequence - 1
       where organisation_id = org and sequence < 0`,
      3,
    ],
    [
      "an inserted last entry",
      `insert into ledger_entries select organisation_id, 6, leaf_hash, entry, migration_id,
         changes_state from ledger_entries where ${at(5)}`,
      6,
    ],
    [
      "two entries that changed places",
      `update ledger_entries set sequence = 99 where ${at(3)};
       update ledger_entries set sequence = 3 where ${at(4)};
       update ledger_entries set sequence = 4 where ${at(99)}`,
      3,
    ],
    ["a changed kind", `update ledger_entries set changes_state = false where ${at(4)}`, 4],
    ["a changed migration", `update ledger_entries set migration_id = null where ${at(4)}`, 4],
    [
      "a changed root",
      "update ledger_heads set root = sha256('x') where organisation_id = org and size = 4",
      4,
    ],
    [
      "a changed frontier",
      "update ledger_heads set frontier = '{}' where organisation_id = org and size = 4",
      4,
    ],
    ["a removed last head", "delete from ledger_heads where organisation_id = org and size = 5", 5],
    [
      "a changed personal value",
      `update ledger_personal set body = '{"value":"forged"}' where commitment = ${of3}`,
      3,
    ],
    ["a removed personal value", `delete from ledger_personal where commitment = ${of3}`, 3],
  ])("%s", async (_, sql, firstBad) => {
    await fiveEntries({ alone: true });
    expect(await verify()).toMatchObject({ ok: true });

    await tamper(sql);

    expect(await verify()).toMatchObject({ ok: false, firstBad });
  });

  test("a forged entry inside a batch is found at the batch's first entry", async () => {
    await fiveEntries({ alone: false });

    await tamper(
      `update ledger_entries set entry = ${edit}, leaf_hash = ${leaf(edit)} where ${at(4)}`,
    );

    expect(await verify()).toMatchObject({ ok: false, firstBad: 2 });
  });

  test("an erased personal value leaves the ledger in order", async () => {
    await fiveEntries({ alone: false });

    await tamper(
      `update ledger_personal set body = null, salt = null, erased_at = now() where commitment = ${of3}`,
    );

    expect(await verify()).toMatchObject({ ok: true, entries: 5 });
  });
});

describe("the app's own role", () => {
  test.each([
    "update cleargate.ledger_entries set entry = ''",
    "delete from cleargate.ledger_entries",
    "truncate cleargate.ledger_entries",
    "update cleargate.ledger_heads set size = 0",
    "delete from cleargate.ledger_heads",
    "truncate cleargate.ledger_heads",
    "delete from cleargate.ledger_personal",
    "delete from cleargate.workflow_definitions",
  ])("may not %s", async (sql) => {
    await fiveEntries({ alone: false });

    await expect(asOwner(`set role cleargate_app; ${sql}`)).rejects.toThrow("permission denied");
  });

  test.each([
    "update cleargate.ledger_entries set entry = ''",
    "delete from cleargate.ledger_heads",
    "truncate cleargate.ledger_entries",
  ])("and even the owner is stopped by a guard: %s", async (sql) => {
    await expect(asOwner(sql)).rejects.toThrow("append-only");
  });
});
