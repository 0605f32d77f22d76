/** Two sealers, whose clocks are hours apart, while many clients append: one ledger comes of it. */
import pg from "pg";
import { afterEach, expect, test } from "vitest";
import type { Ledger } from "../../../src/app/ledger-ports.ts";
import { readCheckpoint } from "../../../src/domain/audit/checkpoint.ts";
import { appendLeaf, EMPTY_TREE, leafHash, rootOf } from "../../../src/domain/audit/merkle.ts";
import { instantOf, type OrganisationId } from "../../../src/domain/ids.ts";
import { openKeptFile } from "../../../src/store/ledger/kept-file.ts";
import { createLedger } from "../../../src/store/ledger/ledger.ts";
import type { OpenedStore } from "../../../src/store/open-store.ts";
import { times } from "../../faults/scale.ts";
import { treeHash } from "../../support/ledger-file.ts";
import { anOffice, record } from "../../support/people.ts";
import { anotherFile, createSigningStore, type SigningStore, settle } from "./stand.ts";

const HOUR = 3_600_000;
const CLIENTS = 8;
const later = (ms: number) => () => new Date(Date.now() + ms);

interface Sealer {
  readonly ledger: Ledger;
  /** Its file of checkpoints, in a folder of its own. */
  readonly file: string;
}

const pools: pg.Pool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end();
});

/** Appends from several clients at once, each with its own clock; answers what was acknowledged. */
async function append(
  stores: readonly OpenedStore[],
  organisationId: OrganisationId,
  count: number,
) {
  const acknowledged: string[] = [];
  let next = 0;
  const work = async (client: number): Promise<void> => {
    const store = stores[client % stores.length];
    if (!store) throw new Error("there is no store");
    const clock = later((client - CLIENTS / 2) * HOUR);
    while (next < count) {
      const command = `Append ${next++}`;
      const at = instantOf(clock());
      await record(store, { organisationId, actor: null, at }, [
        { type: "CommandRefused", command, code: "test", migrationId: null },
      ]);
      acknowledged.push(command);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(client)));
  return acknowledged;
}

/** Seals and signs without a pause, as long as anybody appends; a batch that was refused is tried again. */
async function sealWhile(sealers: readonly Sealer[], appending: Promise<unknown>): Promise<number> {
  let refused = 0;
  let isOver = false;
  const ended = appending.finally(() => {
    isOver = true;
  });
  const work = async ({ ledger }: Sealer): Promise<void> => {
    while (!isOver) {
      await ledger
        .seal()
        .then(() => ledger.sign())
        .catch(() => {
          refused += 1;
        });
    }
  };
  await Promise.all([ended, ...sealers.map(work)]);
  return refused;
}

const notesOf = ({ file }: Sealer, organisation: OrganisationId) => [
  ...openKeptFile(file).notes(organisation),
];

interface Raced {
  readonly organisation: OrganisationId;
  readonly acknowledged: readonly string[];
  readonly sealers: readonly Sealer[];
}

/** What is not as one ledger would be, a sentence each. */
async function findDamage({ asOwner }: SigningStore, raced: Raced): Promise<readonly string[]> {
  const { organisation, acknowledged, sealers } = raced;
  const mine = (sql: string) => asOwner(sql, [organisation]);
  const rows = await mine(
    "select sequence::int as n, entry from ledger_entries where organisation_id = $1 order by 1",
  );
  const texts: readonly string[] = rows.map(({ entry }) => entry);
  const often = countOf(texts.map((text) => JSON.parse(text).command));
  const roots = rootsOf(texts);
  const stored = await mine("select note from ledger_checkpoints where organisation_id = $1");
  const kept = sealers.flatMap((sealer) => notesOf(sealer, organisation));
  const notes: readonly string[] = [...stored.map(({ note }) => note), ...kept];
  return [
    ...rows.flatMap(({ n }, at) => (n === at + 1 ? [] : [`entry ${at + 1} has the number ${n}`])),
    ...acknowledged.flatMap((command) => {
      const count = often.get(command) ?? 0;
      return count === 1 ? [] : [`${command} was sealed ${count} times`];
    }),
    ...notes.flatMap((note) => {
      const { size, root } = readCheckpoint(note)?.checkpoint ?? { size: 0, root: "" };
      return roots[size - 1] === root ? [] : [`a checkpoint of ${size} is of another ledger`];
    }),
    ...(treeHash(texts).toString("hex") === roots.at(-1) ? [] : ["the root is another"]),
  ];
}

function countOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Of every size: a checkpoint is of the beginning of this ledger, or of another. */
function rootsOf(texts: readonly string[]): readonly string[] {
  let tree = EMPTY_TREE;
  return texts.map((text) => {
    tree = appendLeaf(tree, leafHash(text));
    return Buffer.from(rootOf(tree)).toString("hex");
  });
}

/** A sealer that takes no lock: the functions that take it are hidden behind others that do nothing. */
async function withoutLock(signing: SigningStore, skew: number): Promise<Sealer> {
  await signing.asOwner(`
    create or replace function cleargate.pg_try_advisory_xact_lock(bigint) returns boolean
      language sql return true;
    create or replace function cleargate.pg_advisory_xact_lock(bigint) returns void
      language sql as '';
    create or replace function cleargate.pg_advisory_xact_lock(int, int) returns void
      language sql as ''`);
  const pool = new pg.Pool({
    connectionString: signing.ownerUrl,
    options: "-c role=cleargate_loops -c search_path=cleargate,pg_catalog -c timezone=UTC",
  });
  pools.push(pool);
  const file = anotherFile();
  const ledger = createLedger({
    pool,
    settings: { url: signing.ownerUrl, name: "sealer", max: 4, deadlineMs: 15_000 },
    clock: later(skew),
    signing: { key: signing.key, kept: openKeptFile(file), lies: "a test", isKept: true },
    log: null,
  });
  return { ledger, file };
}

async function withLock(
  signing: SigningStore,
  skew: number,
): Promise<Sealer & { store: OpenedStore }> {
  const file = anotherFile();
  const store = await signing.another({ file, clock: later(skew) });
  return { store, ledger: store.ledger, file };
}

const COUNT = times(1000);
const whole = await createSigningStore();
const unlocked = await createSigningStore();
const open = await createSigningStore();

test(
  `${COUNT} racing appends and two sealers with clocks six hours apart leave one ledger`,
  async () => {
    const { organisationId: organisation } = await anOffice(whole.store);
    const sealers = [await withLock(whole, 3 * HOUR), await withLock(whole, -3 * HOUR)];
    const stores = sealers.map(({ store }) => store);

    const appending = append(stores, organisation, COUNT);
    const refused = await sealWhile(sealers, appending);

    // Each had its turns.
    for (const sealer of sealers) expect(notesOf(sealer, organisation).length).toBeGreaterThan(1);
    for (const store of stores) await settle(store);
    const acknowledged = await appending;
    expect(await findDamage(whole, { organisation, acknowledged, sealers })).toEqual([]);
    expect([refused, whole.logged]).toEqual([0, []]);
    const [found] = await whole.asOwner(
      `select count(*)::int as checkpoints, count(distinct size)::int as sizes,
       (select count(*)::int from ledger_staging) as waiting
     from ledger_checkpoints where organisation_id = $1`,
      [organisation],
    );
    expect([found?.sizes, found?.waiting]).toEqual([found?.checkpoints, 0]);
    for (const store of stores) {
      const { checkpoints } = found ?? {};
      expect(await store.verifyLedger(organisation)).toMatchObject({ ok: true, checkpoints });
    }
  },
  times(30_000),
);

test("without the lock the keys of the tables still refuse a second entry of one number", async () => {
  const { organisationId: organisation } = await anOffice(unlocked.store);
  const sealers = [await withoutLock(unlocked, HOUR), await withoutLock(unlocked, -HOUR)];

  const appending = append([unlocked.store], organisation, 200);
  const refused = await sealWhile(sealers, appending);
  await settle(unlocked.store);

  expect(refused).toBeGreaterThan(0);
  const acknowledged = await appending;
  expect(await findDamage(unlocked, { organisation, acknowledged, sealers })).toEqual([]);
});

test("without the lock and the keys it is two ledgers in one, and the same look at it says so", async () => {
  const { organisationId: organisation } = await anOffice(open.store);
  await open.asOwner(`
    alter table ledger_entries drop constraint ledger_entries_at_one_place;
    alter table ledger_heads drop constraint ledger_heads_two_of_one_size;
    alter table ledger_checkpoints drop constraint ledger_checkpoints_two_of_one_size`);
  const sealers = [await withoutLock(open, HOUR), await withoutLock(open, -HOUR)];

  const appending = append([open.store], organisation, 200);
  await sealWhile(sealers, appending);

  const acknowledged = await appending;
  const damage = await findDamage(open, { organisation, acknowledged, sealers });
  expect(damage.join("\n")).toMatch(/has the number|was sealed 2 times|is of another ledger/);
  expect(await open.store.verifyLedger(organisation)).toMatchObject({ ok: false });
});
