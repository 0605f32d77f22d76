import { beforeAll, describe, expect, test } from "vitest";
import { signCheckpoint } from "../../../src/domain/audit/checkpoint.ts";
import { Sha256 } from "../../../src/domain/ids.ts";
import type { Person } from "../../../src/domain/people/person.ts";
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
import { createSigningStore, makeKey, settle } from "./stand.ts";

const signing = await createSigningStore();
const { store, asOwner } = signing;
const SEEDS = (process.env.TAMPER_SEEDS ?? "").split(",").filter(Boolean).map(Number);
const seeds = SEEDS.length > 0 ? SEEDS : [1, 2, 3];
let office: Office;
let size = 0;

/** Forty entries under twenty checkpoints. */
beforeAll(async () => {
  office = await anOffice(store);
  const dana: Person = await aPerson(store, office);
  const id = await aMigration(store, dana);
  for (let n = 0; n < 19; n += 1) {
    const answers = [factsOf(id).answer(), factsOf(id).answer({ personal: { value: String(n) } })];
    await record(store, { ...office, actor: actorOf(dana), at: NOW }, answers);
    await settle(store);
  }
  const verdict = await store.verifyLedger(office.organisationId);
  if (!verdict.ok) throw new Error(verdict.why);
  size = verdict.entries;
});

/** A place in the ledger that a seed chooses, neither the first nor the last two. */
function placeOf(seed: number): number {
  return 3 + (((seed * 2_654_435_761) % 4_294_967_296) % (size - 6));
}

const TABLES = ["entries", "heads", "nodes", "checkpoints", "personal", "keys"];

/** What a bad administrator does, looked at, and undone: the tables are copied before. */
async function afterTampering(sql: string) {
  const org = `'${office.organisationId}'::uuid`;
  const all = (make: (table: string) => string) => TABLES.map((t) => make(`ledger_${t}`)).join(";");
  await asOwner(`set session_replication_role = replica;
    ${all((t) => `create table kept_${t} as select * from ${t}`)};
    ${sql.replaceAll(/\borg\b/g, org)}`);
  try {
    return await store.verifyLedger(office.organisationId);
  } finally {
    await asOwner(`set session_replication_role = replica;
      ${all((t) => `truncate ${t} cascade; insert into ${t} ${t.endsWith("keys") || t.endsWith("checkpoints") ? "overriding system value" : ""} select * from kept_${t}; drop table kept_${t}`)}`);
  }
}

const of = (table: string, n: number) =>
  `ledger_${table} where organisation_id = org and ${table === "entries" ? "sequence" : "size"} = ${n}`;
const leaf = (text: string) => `sha256('\\x00'::bytea || convert_to(${text}, 'UTF8'))`;

/** Each with the entry that must be named: that of the place, or one not after it where a batch is the unit. */
const KINDS: readonly (readonly [string, (n: number) => string, "exact" | "in the batch"])[] = [
  [
    "an edited text",
    (n) =>
      `update ledger_entries set entry = entry || ' ' where organisation_id = org and sequence = ${n}`,
    "exact",
  ],
  [
    "an edited text with its new hash",
    (n) =>
      `update ledger_entries set entry = entry || ' ', leaf_hash = ${leaf("entry || ' '")} where organisation_id = org and sequence = ${n}`,
    "in the batch",
  ],
  [
    "a line break in a text",
    (n) =>
      `update ledger_entries set entry = entry || E'\\n' where organisation_id = org and sequence = ${n}`,
    "exact",
  ],
  ["a removed entry", (n) => `delete from ${of("entries", n)}`, "exact"],
  [
    "a removed entry with the rest moved up",
    (n) => `delete from ${of("entries", n)};
     update ledger_entries set sequence = -sequence where organisation_id = org and sequence > ${n};
     update ledger_entries set sequence = -sequence - 1 where organisation_id = org and sequence < 0`,
    "in the batch",
  ],
  [
    "an inserted entry",
    (
      n,
    ) => `update ledger_entries set sequence = -sequence where organisation_id = org and sequence >= ${n};
     update ledger_entries set sequence = -sequence + 1 where organisation_id = org and sequence < 0;
     insert into ledger_entries select organisation_id, ${n}, leaf_hash, entry, migration_id, changes_state from ${of("entries", 2)}`,
    "in the batch",
  ],
  [
    "two entries that changed places",
    (n) => `update ledger_entries set sequence = -1 where organisation_id = org and sequence = ${n};
     update ledger_entries set sequence = ${n} where organisation_id = org and sequence = ${n + 2};
     update ledger_entries set sequence = ${n + 2} where organisation_id = org and sequence = -1`,
    "in the batch",
  ],
  [
    "a cut tail",
    (n) => `delete from ledger_entries where organisation_id = org and sequence >= ${n}`,
    "exact",
  ],
  [
    "a cut tail with its heads",
    (n) => `delete from ledger_entries where organisation_id = org and sequence >= ${n};
     delete from ledger_heads where organisation_id = org and size >= ${n}`,
    "in the batch",
  ],
  [
    "a changed column that is not hashed",
    (n) =>
      `update ledger_entries set changes_state = not changes_state where organisation_id = org and sequence = ${n}`,
    "exact",
  ],
  [
    "a changed migration",
    (n) =>
      `update ledger_entries set migration_id = gen_random_uuid() where organisation_id = org and sequence = ${n}`,
    "exact",
  ],
  [
    "a changed personal part",
    (n) => `update ledger_personal set body = body || ' ' where commitment =
     (select decode(entry::json ->> 'personal', 'hex') from ledger_entries where organisation_id = org
        and sequence >= ${n} and entry like '%"personal"%' order by sequence limit 1)`,
    "in the batch",
  ],
  [
    "a removed personal part",
    (n) => `delete from ledger_personal where commitment =
     (select decode(entry::json ->> 'personal', 'hex') from ledger_entries where organisation_id = org
        and sequence >= ${n} and entry like '%"personal"%' order by sequence limit 1)`,
    "in the batch",
  ],
  [
    "a changed head",
    (n) => `update ledger_heads set root = sha256('x') where organisation_id = org
     and size = (select min(size) from ledger_heads where organisation_id = org and size >= ${n})`,
    "in the batch",
  ],
  [
    "a changed frontier",
    (n) => `update ledger_heads set frontier = frontier || sha256('x') where organisation_id = org
     and size = (select min(size) from ledger_heads where organisation_id = org and size >= ${n})`,
    "in the batch",
  ],
  [
    "a changed node",
    () => "update ledger_nodes set hash = sha256('x') where organisation_id = org and place = 0",
    "in the batch",
  ],
  [
    "a checkpoint with another root",
    (n) => `update ledger_checkpoints set root = sha256('x') where organisation_id = org
     and size = (select min(size) from ledger_checkpoints where organisation_id = org and size >= ${n})`,
    "in the batch",
  ],
  [
    "a checkpoint with another text",
    (
      n,
    ) => `update ledger_checkpoints set note = replace(note, E'\\n' || size || E'\\n', E'\\n1\\n') where organisation_id = org
     and size = (select min(size) from ledger_checkpoints where organisation_id = org and size >= ${n})`,
    "in the batch",
  ],
  [
    "checkpoints that were removed with the tail",
    (n) => `delete from ledger_entries where organisation_id = org and sequence >= ${n};
     delete from ledger_heads where organisation_id = org and size >= ${n};
     delete from ledger_checkpoints where organisation_id = org and size >= ${n}`,
    "in the batch",
  ],
];

describe.each(KINDS)("%s", (_, tamper, where) => {
  test.each(seeds)("is found with the first bad entry (seed %i)", async (seed) => {
    const place = placeOf(seed);
    const verdict = await afterTampering(tamper(place));

    expect(verdict).toMatchObject({ ok: false });
    if (verdict.ok) return;
    if (where === "exact") expect(verdict.firstBad).toBe(place);
    // Two or three entries a batch; a node is over sixteen.
    else
      expect(Math.abs((verdict.firstBad ?? 0) - place)).toBeLessThanOrEqual(
        tamper.length === 0 ? size : 4,
      );
  });
});

describe("a checkpoint signed by another key", () => {
  test.each(seeds)("is found, registered in the table or not (seed %i)", async (seed) => {
    const key = makeKey();
    const [row] = await asOwner(
      `select size::int, encode(root, 'hex') as root from ledger_checkpoints
       where organisation_id = $1 and size >= $2 order by size limit 1`,
      [office.organisationId, placeOf(seed)],
    );
    const { organisationId: organisation } = office;
    const note = signCheckpoint(
      { organisation, size: row?.size, root: Sha256.parse(row?.root) },
      key,
    );
    const resign = `update ledger_checkpoints set key_id = '${key.keyId}', note = '${note}'
      where organisation_id = org and size = ${row?.size}`;
    const publicKey = Buffer.from(key.bytes).toString("hex");
    const registered = `insert into ledger_keys (organisation_id, key_id, public_key, registered_at)
      values (org, '${key.keyId}', '\\x${publicKey}', now())`;

    expect(await afterTampering(resign)).toMatchObject({
      ok: false,
      why: expect.stringContaining("unknown key"),
    });
    expect(await afterTampering(`${resign}; ${registered}`)).toMatchObject({
      ok: false,
      firstBad: row?.size,
      why: expect.stringContaining("no entry registered"),
    });
  });
});

test("untouched it is whole, and says what was signed", async () => {
  expect(await store.verifyLedger(office.organisationId)).toMatchObject({
    ok: true,
    checkpoints: 19,
    signed: { size: expect.any(Number), keyId: signing.key.keyId },
  });
});
