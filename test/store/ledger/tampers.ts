/** What a bad administrator does to the tables of a ledger, as SQL; `org` stands for the organisation. */
import { signCheckpoint } from "../../../src/domain/audit/checkpoint.ts";
import {
  appendLeaf,
  EMPTY_TREE,
  growTree,
  leafHash,
  rootOf,
  type Tree,
} from "../../../src/domain/audit/merkle.ts";
import type { SigningKey } from "../../../src/domain/audit/signed-note.ts";
import { type OrganisationId, Sha256 } from "../../../src/domain/ids.ts";
import { type KeptNode, keepInto } from "../../../src/store/ledger/nodes.ts";
import { makeKey } from "./stand.ts";

/** The ledger as it was before. */
export interface Before {
  readonly organisation: OrganisationId;
  readonly entries: readonly string[];
  /** The sizes at which it was sealed and signed. */
  readonly heads: readonly number[];
  readonly key: SigningKey;
}

export interface Tamper {
  readonly what: string;
  readonly sql: (n: number, before: Before) => string;
  /** How far from the place the entry may be that is named: a batch is sealed as one, a kept node is over sixteen. */
  readonly within: number;
  readonly why?: RegExp;
}

const BATCH = 4;
const NODE = 16;

const of = (table: string, n: number) =>
  `ledger_${table} where organisation_id = org and ${table === "entries" ? "sequence" : "size"} = ${n}`;
const leaf = (text: string) => `sha256('\\x00'::bytea || convert_to(${text}, 'UTF8'))`;
const hex = (bytes: Uint8Array) => `'\\x${Buffer.from(bytes).toString("hex")}'::bytea`;
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const edit = (n: number, change: string) =>
  `update ledger_entries set ${change} where organisation_id = org and sequence = ${n}`;
/** The first sealed batch that ends at the place or after it. */
const sealedFrom = (table: string, n: number) =>
  `organisation_id = org and size = (select min(size) from ledger_${table}
     where organisation_id = org and size >= ${n})`;
const cutAfter = (size: number, tables: readonly string[]) =>
  tables
    .map((table) =>
      table === "entries"
        ? `delete from ledger_entries where organisation_id = org and sequence > ${size}`
        : `delete from ledger_${table} where organisation_id = org and size > ${size}`,
    )
    .join(";");
const withPersonalFrom = (n: number, nth: number) =>
  `(select decode(entry::json ->> 'personal', 'hex') from ledger_entries where organisation_id = org
     and sequence >= ${n} and entry like '%"personal"%' order by sequence offset ${nth} limit 1)`;

/** Everything over the place made anew by somebody who knows the format: entry, hashes, nodes and heads fit. */
function rewrite(n: number, { entries, heads }: Before): { sql: string; roots: Map<number, Tree> } {
  const texts = entries.map((text, at) =>
    at === n - 1 ? text.replace(/"at":"\d/u, '"at":"1') : text,
  );
  const nodes: KeptNode[] = [];
  const trees = new Map<number, Tree>();
  let tree = EMPTY_TREE;
  for (const text of texts) {
    tree = growTree(tree, leafHash(text), keepInto(nodes));
    if (heads.includes(tree.size) && tree.size >= n) trees.set(tree.size, tree);
  }
  const headsOf = [...trees].map(
    ([size, { frontier }]) =>
      `update ledger_heads set root = ${hex(rootOf({ size, frontier }))},
         frontier = array[${frontier.map(hex)}] where organisation_id = org and size = ${size}`,
  );
  const nodesOf = nodes.map(
    ({ level, place, hash }) =>
      `update ledger_nodes set hash = ${hex(hash)}
       where organisation_id = org and level = ${level} and place = ${place}`,
  );
  const text = quoted(texts[n - 1] ?? "");
  const entry = edit(n, `entry = ${text}, leaf_hash = ${leaf(text)}`);
  return { sql: [entry, ...headsOf, ...nodesOf].join(";"), roots: trees };
}

/** Every checkpoint over it signed anew, with the same key or another. */
function resign(roots: ReadonlyMap<number, Tree>, organisation: OrganisationId, key: SigningKey) {
  return [...roots]
    .map(([size, tree]) => {
      const root = Sha256.parse(Buffer.from(rootOf(tree)).toString("hex"));
      const note = signCheckpoint({ organisation, size, root }, key);
      return `update ledger_checkpoints set root = '\\x${root}', key_id = '${key.keyId}',
        note = ${quoted(note)} where organisation_id = org and size = ${size}`;
    })
    .join(";");
}

const register = (key: SigningKey) =>
  `insert into ledger_keys (organisation_id, key_id, public_key, registered_at)
   values (org, '${key.keyId}', ${hex(key.bytes)}, now())`;

/** Only one checkpoint signed by another key, over what is there. */
function signOther(n: number, before: Before, key: SigningKey): string {
  const size = before.heads.find((one) => one >= n) ?? 0;
  const tree = before.entries
    .slice(0, size)
    .reduce((grown, text) => appendLeaf(grown, leafHash(text)), EMPTY_TREE);
  return resign(new Map([[size, tree]]), before.organisation, key);
}

const EDITS: readonly Tamper[] = [
  { what: "an edited text", within: 0, sql: (n) => edit(n, "entry = entry || ' '") },
  {
    what: "an edited text with its new hash",
    within: BATCH,
    sql: (n) => edit(n, `entry = entry || ' ', leaf_hash = ${leaf("entry || ' '")}`),
  },
  { what: "a line break in a text", within: 0, sql: (n) => edit(n, "entry = entry || E'\\n'") },
  {
    what: "a changed hash",
    within: 0,
    sql: (n) => edit(n, "leaf_hash = sha256(leaf_hash)"),
  },
  {
    what: "a changed column that is not hashed",
    within: 0,
    sql: (n) => edit(n, "changes_state = not changes_state"),
  },
  {
    what: "a changed migration",
    within: 0,
    sql: (n) => edit(n, "migration_id = gen_random_uuid()"),
  },
  { what: "a removed entry", within: 0, sql: (n) => `delete from ${of("entries", n)}` },
  {
    what: "a removed entry with the rest moved up",
    within: BATCH,
    sql: (n) => `delete from ${of("entries", n)};
     update ledger_entries set sequence = -sequence where organisation_id = org and sequence > ${n};
     update ledger_entries set sequence = -sequence - 1 where organisation_id = org and sequence < 0`,
  },
  {
    what: "an inserted entry",
    within: BATCH,
    sql: (
      n,
    ) => `update ledger_entries set sequence = -sequence where organisation_id = org and sequence >= ${n};
     update ledger_entries set sequence = -sequence + 1 where organisation_id = org and sequence < 0;
     insert into ledger_entries select organisation_id, ${n}, leaf_hash, entry, migration_id, changes_state from ${of("entries", 2)}`,
  },
  {
    what: "two entries that changed places",
    within: BATCH,
    sql: (
      n,
    ) => `update ledger_entries set sequence = -1 where organisation_id = org and sequence = ${n};
     update ledger_entries set sequence = ${n} where organisation_id = org and sequence = ${n + 2};
     update ledger_entries set sequence = ${n + 2} where organisation_id = org and sequence = -1`,
  },
];

const TAILS: readonly Tamper[] = [
  { what: "a cut tail", within: 1, sql: (n) => cutAfter(n, ["entries"]) },
  {
    what: "a cut tail with its heads",
    within: BATCH,
    sql: (n) => cutAfter(n, ["entries", "heads"]),
  },
  {
    what: "checkpoints that were removed with the tail",
    within: BATCH,
    sql: (n) => cutAfter(n, ["entries", "heads", "checkpoints"]),
  },
  {
    what: "a database put back to a backup that fits in itself",
    within: BATCH,
    sql: (n, { heads }) => {
      const size = heads.find((one) => one >= n) ?? 0;
      return `${cutAfter(size, ["entries", "heads", "checkpoints"])};
        delete from ledger_nodes where organisation_id = org and (place + 1) * 16 ^ (level / 4) > ${size}`;
    },
    why: /is missing: a checkpoint of \d+ was kept outside the database/,
  },
];

const FORKS: readonly Tamper[] = [
  {
    what: "a history rewritten with all its hashes, nodes and heads",
    within: BATCH,
    sql: (n, before) => rewrite(n, before).sql,
    why: /checkpoint of \d+ entries/,
  },
  {
    what: "a rewritten history whose checkpoints were removed",
    within: BATCH,
    sql: (n, before) => `${rewrite(n, before).sql};
      delete from ledger_checkpoints where organisation_id = org and size >= ${n}`,
    why: /kept outside the database has another root/,
  },
  {
    what: "a rewritten history signed anew with a new key that was registered",
    within: BATCH,
    sql: (n, before) => {
      const key = makeKey();
      const { sql, roots } = rewrite(n, before);
      return [sql, resign(roots, before.organisation, key), register(key)].join(";");
    },
    why: /kept outside the database has another root/,
  },
  {
    what: "a rewritten history signed anew with the stolen key",
    within: BATCH,
    sql: (n, before) => {
      const { sql, roots } = rewrite(n, before);
      return `${sql};${resign(roots, before.organisation, before.key)}`;
    },
    why: /kept outside the database has another root/,
  },
  {
    what: "a checkpoint signed by another key",
    within: BATCH,
    sql: (n, before) => signOther(n, before, makeKey()),
    why: /unknown key/,
  },
  {
    what: "a checkpoint signed by another key that was registered in the table",
    within: BATCH,
    sql: (n, before) => {
      const key = makeKey();
      return `${signOther(n, before, key)}; ${register(key)}`;
    },
    why: /which no entry registered/,
  },
];

const BESIDE: readonly Tamper[] = [
  {
    what: "a changed personal part",
    within: BATCH,
    sql: (n) =>
      `update ledger_personal set body = body || ' ' where commitment = ${withPersonalFrom(n, 0)}`,
  },
  {
    what: "a changed salt",
    within: BATCH,
    sql: (n) =>
      `update ledger_personal set salt = sha256(salt) where commitment = ${withPersonalFrom(n, 0)}`,
  },
  {
    what: "a removed personal part",
    within: BATCH,
    sql: (n) => `delete from ledger_personal where commitment = ${withPersonalFrom(n, 0)}`,
  },
  {
    what: "two personal parts that changed places",
    within: BATCH,
    sql: (
      n,
    ) => `update ledger_personal mine set (salt, body) = (select salt, body from ledger_personal other
       where other.organisation_id = org and other.commitment = case mine.commitment
         when ${withPersonalFrom(n, 0)} then ${withPersonalFrom(n, 1)} else ${withPersonalFrom(n, 0)} end)
     where organisation_id = org and commitment in (${withPersonalFrom(n, 0)}, ${withPersonalFrom(n, 1)})`,
  },
  {
    what: "a changed head",
    within: BATCH,
    sql: (n) => `update ledger_heads set root = sha256('x') where ${sealedFrom("heads", n)}`,
  },
  {
    what: "a changed frontier",
    within: BATCH,
    sql: (n) =>
      `update ledger_heads set frontier = frontier || sha256('x') where ${sealedFrom("heads", n)}`,
  },
  {
    what: "a changed node",
    within: 2 * NODE,
    sql: (n, { entries }) => {
      const [place, last] = [(n - 1) / NODE, entries.length / NODE - 1].map(Math.floor);
      return `update ledger_nodes set hash = sha256('x') where organisation_id = org
        and level = 4 and place = ${Math.min(place ?? 0, last ?? 0)}`;
    },
  },
  {
    what: "a checkpoint with another root",
    within: BATCH,
    sql: (n) =>
      `update ledger_checkpoints set root = sha256('x') where ${sealedFrom("checkpoints", n)}`,
  },
  {
    what: "a checkpoint with another text",
    within: BATCH,
    sql: (
      n,
    ) => `update ledger_checkpoints set note = replace(note, E'\\n' || size || E'\\n', E'\\n1\\n')
       where ${sealedFrom("checkpoints", n)}`,
  },
];

export const TAMPERS: readonly Tamper[] = [...EDITS, ...TAILS, ...FORKS, ...BESIDE];
