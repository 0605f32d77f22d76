import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { appendLeaf, EMPTY_TREE, leafHash, rootOf } from "../../../src/domain/audit/merkle.ts";
import type { Fact } from "../../../src/domain/facts.ts";
import type { Person } from "../../../src/domain/people/person.ts";
import type { OpenedStore } from "../../../src/store/open-store.ts";
import {
  actorOf,
  aMigration,
  anOffice,
  aPerson,
  NOW,
  type Office,
  record,
} from "../../support/people.ts";
import { anotherFile, createSigningStore, makeKey, readFile, settle } from "./stand.ts";

const signing = await createSigningStore();
const { asOwner, logged } = signing;
let { store } = signing;
let office: Office;
let dana: Person;
let eve: Person;

beforeEach(async () => {
  store = signing.store;
  logged.length = 0;
  office = await anOffice(store);
  dana = await aPerson(store, office);
  eve = await aPerson(store, office);
  for (let n = 0; n < 5; n += 1) await aMigration(store, dana);
  await settle(store);
});

const mine = (sql: string) => asOwner(sql, [office.organisationId]);
const sizeOf = async () =>
  (await mine("select max(size)::int as size from ledger_heads where organisation_id = $1"))[0]
    ?.size;
const state = (of: OpenedStore = store) =>
  of.read(office.organisationId, (reading) => reading.ledger());

/** What an administrator does who switches the guards off. */
async function tamper(sql: string): Promise<void> {
  await asOwner(`set session_replication_role = replica;
    do $body$ declare org uuid := '${office.organisationId}'; begin ${sql}; end $body$`);
}

/** The database as a backup of some entries ago would be; what was signed since is gone from it. */
async function restoreOlder(entries: number): Promise<void> {
  const size = (await sizeOf()) - entries;
  for (const table of ["heads", "checkpoints"])
    await tamper(`delete from ledger_${table} where organisation_id = org and size > ${size}`);
  await tamper(`delete from ledger_entries where organisation_id = org and sequence > ${size};
    insert into ledger_heads select org, ${size}, sha256('x'), '{}', now()
    where ${size} > 0 and not exists (select from ledger_heads
      where organisation_id = org and size = ${size})`);
}

/** One entry a batch, so that every size has a head. */
async function sealOneByOne(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await aMigration(store, dana);
    await settle(store);
  }
}

async function accept(by: Person, isFinal: boolean): Promise<void> {
  const [found] = (await state()).breaks;
  if (!found) throw new Error("nothing is broken");
  const { id: breakId, kind, kept, live, newKey } = found;
  const fact: Fact = {
    type: "LedgerBreakAccepted",
    breakId,
    kind,
    kept,
    live,
    reason: "Restored after a disk failure.",
    isFinal,
  };
  const facts: Fact[] =
    isFinal && newKey ? [fact, { type: "SigningKeyRegistered", ...newKey }] : [fact];
  await record(store, { ...office, actor: actorOf(by), at: NOW }, facts);
}

describe("a database that was restored from an older backup", () => {
  beforeEach(async () => {
    await sealOneByOne(4);
    await restoreOlder(3);
  });

  test("is not continued: what happens waits, and the log says why", async () => {
    const before = await sizeOf();
    await aMigration(store, dana);
    await settle(store);

    expect(await sizeOf()).toBe(before);
    expect(await store.ledger.unsealed()).toBeGreaterThan(0);
    expect((await state()).breaks).toMatchObject([{ kind: "rolled_back", acceptedBy: null }]);
    expect(logged).toMatchObject([{ event: "ledger_fork", fields: { kind: "rolled_back" } }]);
    // Asked again, it says nothing new.
    await settle(store);
    expect(logged).toHaveLength(1);
  });

  test("is noticed at the start, before anything happens", async () => {
    const restarted = await signing.another();
    await restarted.ledger.signAll();

    expect((await state()).breaks).toHaveLength(1);
  });

  test("is not noticed without the file that was kept outside", async () => {
    const elsewhere = await signing.another({ file: anotherFile() });
    await settle(elsewhere);

    expect((await state()).breaks).toHaveLength(0);
  });

  test("goes on when two people have accepted it, and the file and the ledger say so for good", async () => {
    await settle(store);
    const before = readFile(signing.file);
    await accept(dana, false);
    await settle(store);
    const stopped = await sizeOf();
    expect((await state()).breaks).toMatchObject([{ acceptedBy: { personId: dana.id } }]);
    await accept(eve, true);
    await settle(store);

    expect(await sizeOf()).toBeGreaterThan(stopped);
    expect((await state()).breaks).toEqual([]);
    const after = readFile(signing.file);
    expect(after.startsWith(before)).toBe(true);
    expect(after.slice(before.length)).toMatch(/^# accepted .* break .*: \d+ [0-9a-f]{64} -> \d+ /);
    const entries = await mine(
      `select entry::json ->> 'type' as type, entry::json ->> 'isFinal' as final
       from ledger_entries where organisation_id = $1 and entry like '%LedgerBreak%' order by sequence`,
    );
    expect(entries).toEqual([
      { type: "LedgerBreakFound", final: null },
      { type: "LedgerBreakAccepted", final: "false" },
      { type: "LedgerBreakAccepted", final: "true" },
    ]);
    // A process that starts later agrees.
    await sealOneByOne(2);
    await settle(await signing.another());
    expect((await state()).breaks).toEqual([]);
  });

  test("is not accepted twice by one person, nor finally twice", async () => {
    await settle(store);
    await accept(dana, false);

    await expect(accept(dana, true)).rejects.toThrow();
    await accept(eve, true);
    const [row] = await mine(
      "select count(*)::int from ledger_break_acceptances where organisation_id = $1",
    );
    expect(row?.count).toBe(2);
  });
});

describe("a ledger whose history was rewritten", () => {
  test("before the newest checkpoint is a fork", async () => {
    const size = await sizeOf();
    await tamper(
      `update ledger_heads set root = sha256('x') where organisation_id = org and size = ${size}`,
    );
    await aMigration(store, dana);
    await settle(store);

    expect((await state()).breaks).toMatchObject([{ kind: "tampered" }]);
    expect(await sizeOf()).toBe(size);
  });

  test("and continued by somebody who knows the format is not signed", async () => {
    await sealOneByOne(3);
    const size = await sizeOf();
    const leaves = (
      await mine(
        "select leaf_hash from ledger_entries where organisation_id = $1 order by sequence",
      )
    ).map(({ leaf_hash }) => leaf_hash as Buffer);
    // The head that was signed stays; the third entry is another, and a new head stands over all.
    const forged = [...leaves.slice(0, 2), leafHash("forged"), ...leaves.slice(3), leafHash("new")];
    const tree = forged.reduce((grown, leaf) => appendLeaf(grown, leaf), EMPTY_TREE);
    const hex = (bytes: Uint8Array) => `'\\x${Buffer.from(bytes).toString("hex")}'`;
    await tamper(`
      update ledger_entries set leaf_hash = ${hex(leafHash("forged"))} where organisation_id = org and sequence = 3;
      insert into ledger_entries values (org, ${size + 1}, ${hex(leafHash("new"))}, 'new', null, true);
      insert into ledger_heads values (org, ${size + 1}, ${hex(rootOf(tree))},
        array[${tree.frontier.map(hex)}]::bytea[], now());
      delete from ledger_nodes where organisation_id = org`);
    await settle(store);

    expect((await state()).breaks).toMatchObject([
      { kind: "forked", why: expect.stringContaining(`does not begin with the ${size}`) },
    ]);
    expect(await store.ledger.newestCheckpoint(office.organisationId)).toMatchObject({ size });
  });

  test("is found by the check of every entry, which closes the gates too", async () => {
    const size = await sizeOf();
    await tamper(
      `update ledger_entries set entry = entry || ' ' where organisation_id = org and sequence = ${size - 1}`,
    );
    const check = () => store.verifyLedger(office.organisationId);

    expect(await check()).toMatchObject({ ok: false, firstBad: size - 1 });
    expect((await state()).breaks).toMatchObject([
      { kind: "tampered", why: expect.stringContaining(`Entry ${size - 1}`) },
    ]);
    await check();
    expect((await state()).breaks).toHaveLength(1);
    // Accepted once, the same finding is not brought up again.
    await accept(dana, false);
    await accept(eve, true);
    await check();
    expect((await state()).breaks).toEqual([]);
  });

  test("shows at the database's own checkpoint when the file is new", async () => {
    await sealOneByOne(3);
    const size = await sizeOf();
    await tamper(`
      delete from ledger_entries where organisation_id = org and sequence = ${size};
      delete from ledger_heads where organisation_id = org and size = ${size}`);
    const elsewhere = await signing.another({ file: anotherFile() });
    await settle(elsewhere);

    expect((await state()).breaks).toMatchObject([
      { kind: "rolled_back", why: expect.stringContaining("the database has a checkpoint") },
    ]);
  });
});

describe("another signing key", () => {
  test("does not sign, and says what to set", async () => {
    const other = await signing.another({ key: makeKey(), file: anotherFile() });
    await aMigration(store, dana);
    const before = await sizeOf();
    await settle(other);

    expect(await sizeOf()).toBe(before);
    expect(logged).toContainEqual({
      event: "ledger_fork",
      fields: expect.objectContaining({
        organisation: office.organisationId,
        kind: "key_changed",
        why: expect.stringContaining("CLEARGATE_SIGNING_KEY"),
      }),
    });
  });

  test("is forgotten when the process with the registered key signs again", async () => {
    const other = await signing.another({ key: makeKey(), file: anotherFile() });
    await aMigration(store, dana);
    await settle(other);
    expect((await state()).breaks).toHaveLength(1);

    await settle(store);

    expect((await state()).breaks).toEqual([]);
  });

  test("signs when two people have accepted it; the old one no longer does", async () => {
    const key = makeKey();
    const other = await signing.another({ key, file: anotherFile() });
    await aMigration(store, dana);
    await settle(other);
    await accept(dana, false);
    await accept(eve, true);
    await settle(other);

    const newest = await store.ledger.newestCheckpoint(office.organisationId);
    expect(newest).toMatchObject({ keyId: key.keyId });
    await aMigration(store, dana);
    await settle(store);
    expect(await store.ledger.newestCheckpoint(office.organisationId)).toEqual(newest);
  });
});

describe("the file of checkpoints", () => {
  test("that lost its end is one that knows less, and is written on", async () => {
    await sealOneByOne(2);
    const length = readFileSync(signing.file).length;
    truncateSync(signing.file, length - 40);
    const restarted = await signing.another();
    await settle(restarted);
    await sealOneByOne(1);

    expect(logged).toEqual([]);
    const newest = await store.ledger.newestCheckpoint(office.organisationId);
    expect(readFile(signing.file)).toContain(newest?.note ?? "missing");
  });

  test("with a forged larger checkpoint stops the ledger rather than being believed", async () => {
    const file = anotherFile();
    const newest = await store.ledger.newestCheckpoint(office.organisationId);
    writeFileSync(file, newest?.note.replace(/\n\d+\n/, "\n999\n") ?? "");
    const restarted = await signing.another({ file });
    await aMigration(store, dana);
    await settle(restarted);

    expect((await state()).breaks).toMatchObject([{ kind: "rolled_back", kept: { size: 999 } }]);
  });
});
