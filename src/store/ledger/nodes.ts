/** Full subtrees of 16, 256, 4096 ... entries, kept so that a proof reads a few rows however large the ledger is. */
import { z } from "zod";
import { EMPTY_TREE, growTree, nodeHash, type OnFull } from "../../domain/audit/merkle.ts";
import {
  fillProof,
  type Part,
  planConsistency,
  planInclusion,
  rootFromInclusion,
  type Subtree,
} from "../../domain/audit/proof.ts";
import { Bug } from "../../domain/fault.ts";
import type { OrganisationId } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";

/** Every so many levels the nodes are kept. */
const STEP = 4;
const PAGE = 4096;

export type KeptNode = Parameters<OnFull>[0];

/** Collects those nodes of a growing tree that are kept. */
export function keepInto(nodes: KeptNode[]): OnFull {
  return (node) => {
    if (node.level % STEP === 0) nodes.push(node);
  };
}

export async function insertNodes(
  sql: Sql,
  organisation: OrganisationId,
  nodes: readonly KeptNode[],
): Promise<void> {
  if (nodes.length === 0) return;
  await sql.query(
    `insert into ledger_nodes (organisation_id, level, place, hash)
     select $1, * from unnest($2::int[], $3::bigint[], $4::bytea[]) on conflict do nothing`,
    [
      organisation,
      nodes.map(({ level }) => level),
      nodes.map(({ place }) => place),
      nodes.map(({ hash }) => hash),
    ],
  );
}

const Leaves = z.array(z.object({ leaf_hash: z.instanceof(Buffer) }));

/** The nodes of a ledger that grew before nodes were kept. */
export async function fillNodes(sql: Sql, organisation: OrganisationId): Promise<void> {
  let tree = EMPTY_TREE;
  for (;;) {
    const { rows } = await sql.query(
      `select leaf_hash from ledger_entries where organisation_id = $1 and sequence > $2
       order by sequence limit $3`,
      [organisation, tree.size, PAGE],
    );
    const nodes: KeptNode[] = [];
    for (const row of Leaves.parse(rows)) tree = growTree(tree, row.leaf_hash, keepInto(nodes));
    await insertNodes(sql, organisation, nodes);
    if (rows.length < PAGE) return;
  }
}

/** True when the newest full subtree of 16 entries is kept: then all are. */
export async function hasNodes(
  sql: Sql,
  organisation: OrganisationId,
  size: number,
): Promise<boolean> {
  const last = Math.floor(size / 2 ** STEP) - 1;
  if (last < 0) return true;
  const { rows } = await sql.query(
    "select 1 from ledger_nodes where organisation_id = $1 and level = $2 and place = $3",
    [organisation, STEP, last],
  );
  return rows.length > 0;
}

/** RFC 6962 audit path of an entry, leaf to root, in the tree of the first `size` entries. */
export async function proveEntry(
  sql: Sql,
  organisation: OrganisationId,
  claim: { readonly sequence: number; readonly size: number; readonly root: Uint8Array },
): Promise<readonly Uint8Array[]> {
  const { sequence, size, root } = claim;
  const index = sequence - 1;
  const itself: Part = [{ level: 0, place: index }];
  const [leaf, ...proof] = await load(sql, organisation, [itself, ...planInclusion(index, size)]);
  const reached = leaf && rootFromInclusion({ leaf, index, size }, proof);
  if (!reached || !Buffer.from(root).equals(reached)) {
    throw new Bug(`the stored hashes do not prove entry ${sequence} in the ledger of ${size}`);
  }
  return proof;
}

/** The proof that the tree of `size` entries begins with that of `before`. */
export async function proveGrowth(
  sql: Sql,
  organisation: OrganisationId,
  { before, size }: { readonly before: number; readonly size: number },
): Promise<readonly Uint8Array[]> {
  return await load(sql, organisation, planConsistency(before, size));
}

const Row = z.object({
  level: z.number(),
  place: z.coerce.number(),
  hash: z.instanceof(Buffer).nullable(),
});

/** One statement, whatever the proof needs: ranges of leaves and of kept nodes. */
async function load(
  sql: Sql,
  organisation: OrganisationId,
  plan: readonly Part[],
): Promise<readonly Uint8Array[]> {
  const ranges = plan.flat().map(storedRange);
  const { rows } = await sql.query(
    `select wanted.level, found.place, found.hash
     from unnest($2::int[], $3::bigint[], $4::bigint[]) as wanted (level, first, last)
     cross join lateral (
       select sequence - 1 as place, leaf_hash as hash from ledger_entries
       where wanted.level = 0 and organisation_id = $1
         and sequence between wanted.first + 1 and wanted.last + 1
       union all
       select place, hash from ledger_nodes
       where wanted.level > 0 and organisation_id = $1 and level = wanted.level
         and place between wanted.first and wanted.last
     ) found`,
    [
      organisation,
      ranges.map(({ level }) => level),
      ranges.map(({ first }) => first),
      ranges.map(({ last }) => last),
    ],
  );
  const stored = new Map(
    z
      .array(Row)
      .parse(rows)
      .map(({ level, place, hash }) => [`${level}:${place}`, hash]),
  );
  return fillProof(plan, (subtree) => hashFrom(stored, subtree));
}

/** The stored nodes at or below a subtree that it is made of. */
function storedRange({ level, place }: Subtree) {
  const stored = level - (level % STEP);
  const count = 2 ** (level - stored);
  return { level: stored, first: place * count, last: (place + 1) * count - 1 };
}

function hashFrom(stored: ReadonlyMap<string, Buffer | null>, subtree: Subtree): Uint8Array {
  const { level, place } = subtree;
  if (level % STEP === 0) {
    const hash = stored.get(`${level}:${place}`);
    if (hash) return hash;
    throw new Bug(`a hash of the ledger is missing: level ${level}, place ${place}`);
  }
  const below = { level: level - 1, place: place * 2 };
  return nodeHash(hashFrom(stored, below), hashFrom(stored, { ...below, place: place * 2 + 1 }));
}
