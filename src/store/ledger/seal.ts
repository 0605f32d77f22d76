/** Moves staged facts into the ledger: numbered, hashed, and covered by a new head, in one transaction a batch. */
import type pg from "pg";
import { z } from "zod";
import type { Ledger } from "../../app/loop-ports.ts";
import { appendLeaf, EMPTY_TREE, leafHash, rootOf, type Tree } from "../../domain/audit/merkle.ts";
import { OrganisationId } from "../../domain/ids.ts";
import { createListener } from "../listen.ts";
import type { PoolOptions, Sql } from "../pool.ts";
import { inTransaction } from "../transaction.ts";

const BATCH = 512;
const LOCK = "hashtextextended($1, 9)";

const Staged = z.object({
  id: z.string(),
  entry: z.string(),
  migration_id: z.string().nullable(),
  changes_state: z.boolean(),
});
const Head = z.object({
  size: z.coerce.number().int(),
  frontier: z.array(z.instanceof(Uint8Array)),
});

export function createLedger(pool: pg.Pool, settings: PoolOptions, clock: () => Date): Ledger {
  const listener = createListener({ ...settings, name: "cleargate-sealer" }, "cleargate_ledger");
  const writing = { begin: "begin", deadlineMs: settings.deadlineMs * 4 } as const;
  const reading = { ...writing, begin: "begin isolation level repeatable read read only" } as const;
  return {
    onWake: listener.onWake,
    close: listener.close,
    async seal() {
      let sealed = 0;
      for (const organisation of await inTransaction(pool, reading, waitingOrganisations)) {
        sealed += await inTransaction(pool, writing, async (sql) =>
          (await mayLock(sql, organisation)) ? sealBatch(sql, organisation, clock()) : 0,
        );
      }
      return sealed;
    },
    async sealAll(organisation) {
      let sealed = 0;
      do {
        sealed = await inTransaction(pool, writing, async (sql) => {
          await sql.query(`select pg_advisory_xact_lock(${LOCK})`, [organisation]);
          return await sealBatch(sql, organisation, clock());
        });
      } while (sealed === BATCH);
    },
    unsealed: () => inTransaction(pool, reading, countStaged),
  };
}

async function waitingOrganisations(sql: Sql): Promise<readonly OrganisationId[]> {
  const { rows } = await sql.query("select distinct organisation_id as id from ledger_staging");
  return z.array(z.object({ id: OrganisationId }).transform((row) => row.id)).parse(rows);
}

async function countStaged(sql: Sql): Promise<number> {
  const { rows } = await sql.query("select count(*)::int as count from ledger_staging");
  return z.array(z.object({ count: z.number() })).parse(rows)[0]?.count ?? 0;
}

/**
 * One sealer at a time: the lock belongs to the transaction that writes, so a sealer that lost its connection
 * has lost its batch too, and the primary keys refuse a second entry or head of one number.
 */
async function mayLock(sql: Sql, organisation: OrganisationId): Promise<boolean> {
  const lock = await sql.query(`select pg_try_advisory_xact_lock(${LOCK}) as got`, [organisation]);
  return z.array(z.object({ got: z.boolean() })).parse(lock.rows)[0]?.got ?? false;
}

/** Needs the organisation's lock. */
async function sealBatch(sql: Sql, organisation: OrganisationId, now: Date): Promise<number> {
  const staged = await sql.query(
    `select id, entry, migration_id, changes_state from ledger_staging
     where organisation_id = $1 order by id limit $2`,
    [organisation, BATCH],
  );
  const batch = z.array(Staged).parse(staged.rows);
  if (batch.length === 0) return 0;
  const before = await loadTree(sql, organisation);
  const leaves = batch.map((row) => leafHash(row.entry));
  const after = leaves.reduce(appendLeaf, before);
  await sql.query(
    `insert into ledger_entries
       (organisation_id, sequence, leaf_hash, entry, migration_id, changes_state)
     select $1, $2::bigint + given.place, given.leaf_hash, given.entry, given.migration_id,
       given.changes_state
     from unnest($3::bytea[], $4::text[], $5::uuid[], $6::boolean[]) with ordinality
       as given (leaf_hash, entry, migration_id, changes_state, place)`,
    [
      organisation,
      before.size,
      leaves,
      batch.map((row) => row.entry),
      batch.map((row) => row.migration_id),
      batch.map((row) => row.changes_state),
    ],
  );
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

async function loadTree(sql: Sql, organisation: OrganisationId): Promise<Tree> {
  const { rows } = await sql.query(
    `select size, frontier from ledger_heads
     where organisation_id = $1 order by size desc limit 1`,
    [organisation],
  );
  return z.array(Head).parse(rows)[0] ?? EMPTY_TREE;
}
