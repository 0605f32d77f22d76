import { beforeEach, describe, expect, test } from "vitest";
import { readCheckpoint } from "../../../src/domain/audit/checkpoint.ts";
import { isSignedBy } from "../../../src/domain/audit/signed-note.ts";
import type { Person } from "../../../src/domain/people/person.ts";
import { aMigration, anOffice, aPerson, type Office } from "../../support/people.ts";
import { anotherFile, createSigningStore, readFile, settle } from "./stand.ts";

const signing = await createSigningStore();
const { store, asOwner, key } = signing;
let office: Office;
let dana: Person;

beforeEach(async () => {
  office = await anOffice(store);
  dana = await aPerson(store, office);
});

const mine = (sql: string) => asOwner(sql, [office.organisationId]);
const checkpoints = () =>
  mine("select size::int, note from ledger_checkpoints where organisation_id = $1 order by id");

describe("a checkpoint", () => {
  test("says the size and the root of what was sealed, under the registered key", async () => {
    await aMigration(store, dana);
    await settle(store);

    const [row, ...more] = await checkpoints();
    expect(more).toEqual([]);
    const read = readCheckpoint(row?.note);
    const [head] = await mine(
      `select size::int, encode(root, 'hex') as root from ledger_heads
       where organisation_id = $1 order by size desc limit 1`,
    );
    expect(read?.checkpoint).toEqual({ organisation: office.organisationId, ...head });
    expect(read && isSignedBy(read.note, key)).toBe(true);
    // The registration of the key is the ledger's own entry.
    const [registered] = await mine(
      `select count(*)::int from ledger_entries where organisation_id = $1
       and entry::json ->> 'type' = 'SigningKeyRegistered'`,
    );
    expect(registered?.count).toBe(1);
  });

  test("is kept in the file as it is in the database", async () => {
    await settle(store);
    await aMigration(store, dana);
    await settle(store);

    const file = readFile(signing.file);
    const notes = (await checkpoints()).map(({ note }) => note);
    expect(notes).toHaveLength(2);
    for (const note of notes) expect(file).toContain(`${note}\n`);
  });

  test("is not signed twice when nothing is new, whoever asks", async () => {
    const other = await signing.another();
    await settle(store);
    await Promise.all([store.ledger.signAll(), other.ledger.signAll(), store.ledger.sign()]);

    expect(await checkpoints()).toHaveLength(1);
  });

  test("of one size is one only, with two sealers racing", async () => {
    const other = await signing.another({ file: anotherFile() });
    const work = async (by: typeof store) => {
      for (let n = 0; n < 15; n += 1) {
        await aMigration(by, dana);
        await by.ledger.seal();
        await by.ledger.sign();
      }
    };
    await Promise.all([work(store), work(other)]);
    await settle(store);

    const rows = await checkpoints();
    expect(new Set(rows.map(({ size }) => size)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(2);
    // Both files hold prefixes of one ledger.
    await other.ledger.signAll();
    expect(signing.logged).toEqual([]);
  });

  test("that another process signed comes into our file too", async () => {
    const file = anotherFile();
    const other = await signing.another({ file });
    await settle(store);
    expect(readFile(file)).toBe("");

    await other.ledger.signAll();

    expect(readFile(file)).toContain((await checkpoints()).at(-1)?.note);
  });

  test("is found by cursor in the order of commits", async () => {
    await settle(store);
    const first = await store.ledger.checkpointsAfter("0", 1000);
    await aMigration(store, dana);
    await settle(store);

    const later = await store.ledger.checkpointsAfter(first.at(-1)?.id ?? "0", 10);
    expect(later).toMatchObject([{ organisationId: office.organisationId, keyId: key.keyId }]);
    expect(await store.ledger.newestCheckpoint(office.organisationId)).toEqual(later[0]);
  });
});

describe("an older ledger without kept nodes", () => {
  test("gets them before it is signed again", async () => {
    for (let n = 0; n < 40; n += 1) await aMigration(store, dana);
    await settle(store);
    const nodes = () =>
      mine(`select level, place::int, encode(hash, 'hex') as hash from ledger_nodes
        where organisation_id = $1 order by level, place`);
    const before = await nodes();
    expect(before.length).toBeGreaterThan(1);
    await asOwner(
      `set session_replication_role = replica; delete from ledger_nodes where organisation_id = '${office.organisationId}'`,
    );
    await aMigration(store, dana);
    await settle(store);

    expect(await nodes()).toEqual(before);
    expect(await checkpoints()).toHaveLength(2);
  });
});

describe("what is signed stays", () => {
  const tables = ["nodes", "keys", "checkpoints", "breaks", "break_acceptances", "settings"];
  const statements = tables.flatMap((table) =>
    ["update ? set organisation_id = null", "delete from ?", "truncate ?"].map((sql) =>
      sql.replace("?", `cleargate.ledger_${table}`),
    ),
  );

  test.each(
    statements.flatMap((sql) =>
      ["cleargate_app", "cleargate_loops"].map((role) => ({ role, sql })),
    ),
  )("$role may not $sql", async ({ role, sql }) => {
    await expect(asOwner(`set role ${role}; ${sql}`)).rejects.toThrow("permission denied");
  });

  test.each(statements)("and even the owner is stopped by a guard: %s", async (sql) => {
    await expect(asOwner(sql)).rejects.toThrow(/append-only|referenced in a foreign key/);
  });

  test.each(["nodes", "checkpoints", "entries", "heads"])(
    "and requests write no ledger_%s",
    async (table) => {
      const sql = `insert into cleargate.ledger_${table} default values`;

      await expect(asOwner(`set role cleargate_app; ${sql}`)).rejects.toThrow("permission denied");
    },
  );
});

describe("the audit reference of a migration", () => {
  test("is the first checkpoint that covers its last change, however the ledger grows", async () => {
    const id = await aMigration(store, dana);
    const reference = () => store.auditReference(office.organisationId, id);
    await store.ledger.seal();
    expect(await reference()).toBeNull();
    await aMigration(store, dana);
    await settle(store);
    const [first] = await mine(
      `select size::int, encode(root, 'hex') as "rootHash" from ledger_checkpoints
       where organisation_id = $1 order by id`,
    );
    expect(await reference()).toEqual(first);

    await aMigration(store, dana);
    await settle(store);

    expect(await reference()).toEqual(first);
  });
});
