/** Every way in which an administrator may change the tables of a ledger, each at many places. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LedgerVerdict } from "../../../src/app/ledger-ports.ts";
import type { Person } from "../../../src/domain/people/person.ts";
import { times } from "../../faults/scale.ts";
import { seedOf } from "../../support/chance.ts";
import {
  actorOf,
  aMigration,
  anOffice,
  aPerson,
  NOW,
  type Office,
  record,
} from "../../support/people.ts";
import { factsOf } from "../record-facts.ts";
import { createSigningStore, openTampering, settle, type Tampering } from "./stand.ts";
import { type Before, TAMPERS, type Tamper } from "./tampers.ts";

const signing = await createSigningStore();
const { store, asOwner } = signing;
const seed = seedOf("tampers with the tables", 1);
const seeds = [seed, seed + 1, seed + 2];
let office: Office;
let before: Before;
let tampering: Tampering;

/** In `npm run bench -- faults` there are many more seeds, and more ledger to choose a place in. */
const BATCHES = Math.min(times(19), 57);
const more = process.env.FAULTS_TIMES === undefined ? 0 : times(20);
const tried = [...new Set([...seeds, ...Array.from({ length: more }, (_, at) => at + 1)])];

/** Forty entries under twenty checkpoints, or more. */
beforeAll(async () => {
  office = await anOffice(store);
  const dana: Person = await aPerson(store, office);
  const id = await aMigration(store, dana);
  for (let n = 0; n < BATCHES; n += 1) {
    const answers = [factsOf(id).answer(), factsOf(id).answer({ personal: { value: String(n) } })];
    await record(store, { ...office, actor: actorOf(dana), at: NOW }, answers);
    await settle(store);
  }
  const { organisationId: organisation } = office;
  const ofThis = (what: string, order: string) =>
    asOwner(`${what} where organisation_id = $1 order by ${order}`, [organisation]);
  const entries = await ofThis("select entry from ledger_entries", "sequence");
  const heads = await ofThis("select size::int as size from ledger_heads", "size");
  before = {
    organisation,
    key: signing.key,
    entries: entries.map(({ entry }) => entry),
    heads: heads.map(({ size }) => size),
  };
  tampering = await openTampering(signing, organisation);
}, times(60_000));
afterAll(() => tampering.close());

/** A place in the ledger that a seed chooses, neither the first nor the last two. */
function placeOf(seed: number): number {
  return 3 + (((seed * 2_654_435_761) % 4_294_967_296) % (before.entries.length - 6));
}

/** What the check should have said, and did not. */
function missOf(verdict: LedgerVerdict, { within, why }: Tamper, place: number): string | null {
  if (verdict.ok) return "was not found";
  const { firstBad } = verdict;
  if (firstBad === null || Math.abs(firstBad - place) > within) return `named entry ${firstBad}`;
  const says = why ?? /^[A-Z].*\.$/u;
  return says.test(verdict.why) ? null : `said: ${verdict.why}`;
}

test.each(TAMPERS.map((tamper) => [tamper.what, tamper] as const))(
  "%s is found with the first bad entry",
  async (_, tamper) => {
    const misses: string[] = [];
    for (const seed of tried) {
      const place = placeOf(seed);
      const miss = missOf(await tampering.judge(tamper.sql(place, before)), tamper, place);
      if (miss !== null) misses.push(`seed ${seed}: the change at entry ${place} ${miss}`);
    }

    expect(misses).toEqual([]);
  },
  times(30_000),
);

test("a bad last entry under a kept node is named with its batch, not with all that the node is over", async () => {
  const [edited] = TAMPERS.filter(({ what }) => what === "an edited text with its new hash");
  if (!edited) throw new Error("there is no such change");

  const verdict = await tampering.judge(edited.sql(32, before));

  expect(missOf(verdict, edited, 32)).toBe(null);
});

test("what stays in the tables is found by the check itself, which remembers it", async () => {
  const other = await anOffice(store);
  await aPerson(store, other);
  await settle(store);
  await asOwner(`set session_replication_role = replica;
    update ledger_entries set entry = entry || ' '
    where organisation_id = '${other.organisationId}' and sequence = 1`);

  expect(await store.verifyLedger(other.organisationId)).toMatchObject({ ok: false, firstBad: 1 });
  const { breaks } = await store.read(other.organisationId, (reading) => reading.ledger());
  expect(breaks).toMatchObject([{ kind: "tampered" }]);
});

test("untouched it is whole, and says what was signed", async () => {
  expect(await store.verifyLedger(office.organisationId)).toMatchObject({
    ok: true,
    checkpoints: BATCHES,
    signed: { size: expect.any(Number), keyId: signing.key.keyId },
  });
  expect(await tampering.judge("")).toMatchObject({ ok: true });
});
