/** How the outbox, the ledger and the connections stand, for the figures that operators watch. */
import type pg from "pg";
import { z } from "zod";
import type { Outbox } from "../../app/loop-ports.ts";
import type { StoreMeasures } from "../../app/measure-ports.ts";
import type { Sql } from "../pool.ts";
import { measureLag } from "../splunk/cursor.ts";
import { inTransaction } from "../transaction.ts";

export async function measureStore(parts: {
  readonly pools: Readonly<Record<"pool" | "loops" | "audits" | "emergencies", pg.Pool>>;
  readonly outbox: Outbox;
  readonly deadlineMs: number;
}): Promise<StoreMeasures> {
  const { pools, outbox, deadlineMs } = parts;
  const reading = {
    begin: "begin isolation level repeatable read read only",
    deadlineMs,
  } as const;
  const [waiting, deadLetters, ledger, shipping] = await Promise.all([
    outbox.pending(),
    outbox.countDead(),
    inTransaction(pools.loops, reading, measureLedger),
    inTransaction(pools.loops, reading, measureLag),
  ]);
  const { pool, loops, audits, emergencies } = pools;
  const connections = {
    requests: stateOf(pool),
    loops: stateOf(loops),
    audits: stateOf(audits),
    emergencies: stateOf(emergencies),
  };
  return { outbox: waiting, deadLetters, ledger, shipping, connections };
}

function stateOf({ totalCount, idleCount, waitingCount }: pg.Pool) {
  return { used: totalCount - idleCount, idle: idleCount, awaited: waitingCount };
}

const LedgerRow = z.object({ staged: z.number(), sealed: z.number(), unsignedSeconds: z.number() });

/** A checkpoint of the present era covers every entry up to its size. */
async function measureLedger(sql: Sql): Promise<StoreMeasures["ledger"]> {
  const { rows } = await sql.query(
    `select (select count(*) from ledger_staging)::int as staged,
       coalesce(sum(newest.size), 0)::float8 as sealed,
       coalesce(max(greatest(extract(epoch from clock_timestamp() - unsigned.sealed_at), 0)), 0)::float8
         as "unsignedSeconds"
     from organisations o
     cross join lateral (select size from ledger_heads h where h.organisation_id = o.id
       order by size desc limit 1) newest
     cross join lateral (select coalesce((select size from ledger_checkpoints k
       where k.organisation_id = o.id order by k.era desc, k.size desc limit 1), 0) as size) signed
     left join lateral (select sealed_at from ledger_heads h where h.organisation_id = o.id
       and h.size > signed.size order by h.size limit 1) unsigned on true`,
  );
  return LedgerRow.parse(rows[0]);
}
