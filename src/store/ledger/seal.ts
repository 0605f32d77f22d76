/** Moves staged facts into the ledger: numbered, hashed, and covered by a new head, in one transaction a batch. */
import { z } from "zod";
import { growTree, leafHash, rootOf } from "../../domain/audit/merkle.ts";
import type { OrganisationId } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";
import { insertNodes, type KeptNode, keepInto } from "./nodes.ts";
import type { Standing } from "./standing.ts";

export const BATCH = 512;

const Staged = z.object({
  id: z.string(),
  entry: z.string(),
  migration_id: z.string().nullable(),
  changes_state: z.boolean(),
});
type Staged = z.infer<typeof Staged>;

/** Needs the organisation's lock, and a standing that was loaded under it. */
export async function sealBatch(
  sql: Sql,
  organisation: OrganisationId,
  { standing, now }: { readonly standing: Standing; readonly now: Date },
): Promise<number> {
  const staged = await sql.query(
    `select id, entry, migration_id, changes_state from ledger_staging
     where organisation_id = $1 order by id limit $2`,
    [organisation, BATCH],
  );
  const batch = z.array(Staged).parse(staged.rows);
  if (batch.length === 0) return 0;
  const nodes: KeptNode[] = [];
  const leaves = batch.map((row) => leafHash(row.entry));
  const before = standing.tree;
  const after = leaves.reduce((tree, leaf) => growTree(tree, leaf, keepInto(nodes)), before);
  await insertEntries(sql, organisation, { batch, leaves, after: before.size });
  await insertNodes(sql, organisation, nodes);
  await sql.query(
    `insert into ledger_heads (organisation_id, size, root, frontier, sealed_at)
     values ($1, $2, $3, $4, $5)`,
    [organisation, after.size, rootOf(after), after.frontier, now.toISOString()],
  );
  await sql.query("delete from ledger_staging where id = any($1::bigint[])", [
    batch.map((row) => row.id),
  ]);
  return batch.length;
}

async function insertEntries(
  sql: Sql,
  organisation: OrganisationId,
  made: {
    readonly batch: readonly Staged[];
    readonly leaves: readonly Uint8Array[];
    readonly after: number;
  },
): Promise<void> {
  const { batch, leaves, after } = made;
  await sql.query(
    `insert into ledger_entries
       (organisation_id, sequence, leaf_hash, entry, migration_id, changes_state)
     select $1, $2::bigint + given.place, given.leaf_hash, given.entry, given.migration_id,
       given.changes_state
     from unnest($3::bytea[], $4::text[], $5::uuid[], $6::boolean[]) with ordinality
       as given (leaf_hash, entry, migration_id, changes_state, place)`,
    [
      organisation,
      after,
      leaves,
      batch.map((row) => row.entry),
      batch.map((row) => row.migration_id),
      batch.map((row) => row.changes_state),
    ],
  );
}
