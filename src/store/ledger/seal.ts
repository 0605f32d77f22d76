/** Moves staged facts into the ledger: numbered, hashed, and covered by a new head, in one transaction a batch. */
import { z } from "zod";
import { growTree, rootOf } from "../../domain/audit/merkle.ts";
import type { OrganisationId } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";
import { insertNodes, type KeptNode, keepInto } from "./nodes.ts";
import type { Standing } from "./standing.ts";

/** Of one batch the fixed part, such as its commit, costs as much as some hundred entries. */
export const BATCH = 2048;

/**
 * The entries stay in the database, which hashes them as `leafHash` does: SHA-256(0x00 ‖ entry in UTF-8). Every check
 * of a ledger hashes them again, elsewhere.
 */
const MOVE = `
  with batch as materialized (
    select id, entry, migration_id, changes_state,
      sha256('\\x00'::bytea || convert_to(entry, 'UTF8')) as leaf,
      $3::bigint + row_number() over (order by id) as sequence
    from (select * from ledger_staging where organisation_id = $1 order by id limit $2) staged
  ), moved as (
    insert into ledger_entries
      (organisation_id, sequence, leaf_hash, entry, migration_id, changes_state)
    select $1, sequence, leaf, entry, migration_id, changes_state from batch
  ), gone as (
    delete from ledger_staging where id in (select id from batch)
  )
  select leaf from batch order by sequence`;

const Moved = z.array(z.object({ leaf: z.instanceof(Buffer) }));

/** How many entries were sealed. Needs the organisation's lock, and a standing that was loaded under it. */
export async function sealBatch(
  sql: Sql,
  organisation: OrganisationId,
  { standing, now }: { readonly standing: Standing; readonly now: Date },
): Promise<number> {
  const before = standing.tree;
  const { rows } = await sql.query(MOVE, [organisation, BATCH, before.size]);
  const moved = Moved.parse(rows);
  if (moved.length === 0) return 0;
  const nodes: KeptNode[] = [];
  const after = moved.reduce((tree, { leaf }) => growTree(tree, leaf, keepInto(nodes)), before);
  await Promise.all([
    insertNodes(sql, organisation, nodes),
    sql.query(
      `insert into ledger_heads (organisation_id, size, root, frontier, sealed_at)
       values ($1, $2, $3, $4, $5)`,
      [organisation, after.size, rootOf(after), after.frontier, now.toISOString()],
    ),
  ]);
  return moved.length;
}
