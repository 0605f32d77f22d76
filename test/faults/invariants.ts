/** What must hold after every fault, whatever people were told: seals, tenants, and what left. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { OrganisationId } from "../../src/domain/ids.ts";
import { openPool } from "../../src/store/pool.ts";
import { inTransaction } from "../../src/store/transaction.ts";
import type { TestStore } from "../support/database.ts";

const Seen = z.array(z.object({ name: z.string() }));

type Database = Pick<TestStore, "asOwner">;

/** Every invariant that is broken, one sentence each; the loops have come to rest. */
export async function findUnsound(database: Database, url: string): Promise<readonly string[]> {
  return [
    ...(await findUnsealed(database)),
    ...(await findRepeatedPosts(database)),
    ...(await findForeignRows(database, url)),
  ];
}

/** Every entry has left the staging table, and stands under a head. */
async function findUnsealed(database: Database): Promise<readonly string[]> {
  if ((await unsealed(database)).length === 0) return [];
  // The sweep may have noted something this very moment.
  await sleep(1000);
  return await unsealed(database);
}

async function unsealed({ asOwner }: Database): Promise<readonly string[]> {
  const rows = await asOwner(
    `select id::text || ' is staged and not sealed' as says from ledger_staging
     union all select sequence || ' stands under no head' from ledger_entries e
       where sequence > (select coalesce(max(size), 0) from ledger_heads h
         where h.organisation_id = e.organisation_id)`,
  );
  return rows.map(({ says }) => `entry ${says}`);
}

/** An attempt stands in the web chat once. */
async function findRepeatedPosts({ asOwner }: Database): Promise<readonly string[]> {
  const rows = await asOwner(
    "select attempt from web_messages group by organisation_id, attempt having count(*) > 1",
  );
  return rows.map(({ attempt }) => `attempt ${attempt} was posted twice`);
}

/** A stranger, whose organization has no row, sees none in any table that is divided by organizations. */
async function findForeignRows({ asOwner }: Database, url: string): Promise<readonly string[]> {
  const tables = await asOwner(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'cleargate'::regnamespace and c.relkind = 'r'
       and a.attname = 'organisation_id'
       and has_table_privilege('cleargate_app', c.oid, 'select')`,
  );
  const sees = tables.map(
    ({ name }) => `select '${name}' as name where exists (select 1 from ${name})`,
  );
  const deadlineMs = 15_000;
  const pool = openPool({ url, name: "stranger", max: 1, deadlineMs });
  try {
    const organisation = OrganisationId.parse(randomUUID());
    const { rows } = await inTransaction(
      pool,
      { begin: "begin", deadlineMs, organisation },
      (sql) => sql.query(sees.join(" union all ")),
    );
    return Seen.parse(rows).map(({ name }) => `a stranger sees rows of ${name}`);
  } finally {
    await pool.end();
  }
}
