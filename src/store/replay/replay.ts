/**
 * Rebuilds the tables of an organisation from its ledger, beside the live ones, and compares them row by row. The
 * projectors that write them every day write into temporary tables of the same names, which are found first; the
 * transaction is read only by then, so that nothing else can be written.
 */
import { z } from "zod";
import type { ReplayVerdict } from "../../app/ledger-ports.ts";
import type { OrganisationId } from "../../domain/ids.ts";
import { openSession, type PoolOptions, type Sql } from "../pool.ts";
import { project } from "../projectors/project.ts";
import { findDifference } from "./compare.ts";
import { decodeEntry, type Profiles } from "./decode.ts";
import { REPLAYED } from "./tables.ts";

const ROWS = 500;
const LONG_MS = 12 * 60 * 60 * 1000;

/** On a connection of its own: a statement that was prepared before would still mean the live tables. */
export async function replayLedger(
  settings: Omit<PoolOptions, "max">,
  organisation: OrganisationId,
): Promise<ReplayVerdict> {
  const session = openSession({
    ...settings,
    name: "cleargate-replay",
    organisation,
    deadlineMs: LONG_MS,
  });
  await session.connect();
  const sql: Sql = {
    query: async (text, values) => await session.query(text, values ? [...values] : undefined),
  };
  try {
    await sql.query("begin isolation level repeatable read");
    if (!(await mayShadow(sql))) return { ok: false, facts: 0, why: NO_TEMPORARY };
    await shadowTables(sql);
    await sql.query("set transaction read only");
    return await replay(sql, organisation);
  } finally {
    // Ending the session rolls everything back.
    await session.end();
  }
}

const NO_TEMPORARY =
  "Nothing was compared: the role cleargate_app may not make temporary tables in this database. " +
  "As an administrator: grant temporary on database <its name> to cleargate_app;";

async function mayShadow(sql: Sql): Promise<boolean> {
  const { rows } = await sql.query(
    "select has_database_privilege(current_database(), 'temporary') as may",
  );
  return z.array(z.object({ may: z.boolean() })).parse(rows)[0]?.may ?? false;
}

async function shadowTables(sql: Sql): Promise<void> {
  for (const { name } of REPLAYED) {
    await sql.query(
      `create temp table ${name} (like cleargate.${name} including defaults including identity
         including constraints including indexes) on commit drop`,
    );
  }
}

async function replay(sql: Sql, organisation: OrganisationId): Promise<ReplayVerdict> {
  const profiles: Profiles = new Map();
  let facts = 0;
  for await (const row of entriesOf(sql, organisation)) {
    facts += 1;
    try {
      await project(sql, decodeEntry(row, profiles));
    } catch (error) {
      const why = error instanceof Error ? error.name : "an error";
      return { ok: false, facts, why: `Entry ${facts} cannot be replayed (${why}).` };
    }
  }
  for (const table of REPLAYED) {
    const why = await findDifference(sql, organisation, table);
    if (why !== null) return { ok: false, facts, why };
  }
  return { ok: true, facts, tables: REPLAYED.length };
}

const Row = z.object({ id: z.string(), entry: z.string(), body: z.string().nullable() });

/** What is sealed in its order, then what waits to be. */
async function* entriesOf(
  sql: Sql,
  organisation: OrganisationId,
): AsyncIterable<z.infer<typeof Row>> {
  for (const [table, id] of [
    ["ledger_entries", "sequence"],
    ["ledger_staging", "id"],
  ] as const) {
    for (let after = "0"; ; ) {
      const { rows } = await sql.query(
        `select e.${id} as id, e.entry, p.body from cleargate.${table} e
         left join cleargate.ledger_personal p on p.organisation_id = e.organisation_id
           and p.commitment = decode(e.entry::json ->> 'personal', 'hex')
         where e.organisation_id = $1 and e.${id} > $2 order by e.${id} limit ${ROWS}`,
        [organisation, after],
      );
      const page = z.array(Row).parse(rows);
      yield* page;
      if (page.length < ROWS) break;
      after = page.at(-1)?.id ?? after;
    }
  }
}
