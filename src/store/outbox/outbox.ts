/** The outbox as the drainer and the doctor see it. */
import type pg from "pg";
import { z } from "zod";
import type { DeadLetter, Outbox } from "../../app/loop-ports.ts";
import { Instant, OrganisationId } from "../../domain/ids.ts";
import { createListener } from "../listen.ts";
import type { PoolOptions, Sql } from "../pool.ts";
import { inTransaction } from "../transaction.ts";
import { leaseDue } from "./lease.ts";
import { settleLease } from "./settle.ts";

const READ = "begin isolation level repeatable read read only";
const Lane = z.enum(["emergency", "interactive", "bulk"]);

export function createOutbox(pool: pg.Pool, settings: PoolOptions): Outbox {
  const { deadlineMs } = settings;
  const listener = createListener({ ...settings, name: "cleargate-drainer" }, "cleargate_outbox");
  return {
    onWake: listener.onWake,
    close: listener.close,
    lease: (lane, options) => leaseDue(pool, deadlineMs, { lane, ...options }),
    settle: (lease, settlement, retryAfterMs) =>
      settleLease(pool, deadlineMs, { lease, settlement, retryAfterMs }),
    deadLetters: () => inTransaction(pool, { begin: READ, deadlineMs }, loadDeadLetters),
    replay: (id) => inTransaction(pool, { begin: "begin", deadlineMs }, (sql) => replay(sql, id)),
    pending: () => inTransaction(pool, { begin: READ, deadlineMs }, countPending),
    forget: () => inTransaction(pool, { begin: "begin", deadlineMs: deadlineMs * 10 }, forget),
  };
}

const DeadRow = z.object({
  id: z.string(),
  organisationId: OrganisationId,
  lane: Lane,
  target: z.string(),
  headline: z.string(),
  why: z.string(),
  attempts: z.number(),
  at: Instant,
});

async function loadDeadLetters(sql: Sql): Promise<readonly DeadLetter[]> {
  const { rows } = await sql.query(
    `select id, organisation_id as "organisationId", lane, target,
       message::json ->> 'headline' as headline, coalesce(last_error, '') as why, attempts,
       instant(settled_at) as at
     from outbox where state = 'dead' order by id desc limit 100`,
  );
  return z.array(DeadRow).parse(rows);
}

async function replay(sql: Sql, id: string): Promise<boolean> {
  if (!/^\d{1,18}$/.test(id)) return false;
  const { rows } = await sql.query(
    `update outbox set state = 'waiting', attempts = 0, settled_at = null, last_error = null,
       lease_until = null, next_attempt_at = clock_timestamp()
     where id = $1 and state = 'dead' returning pg_notify('cleargate_outbox', '')`,
    [id],
  );
  return rows.length > 0;
}

const Pending = z.object({ lane: Lane, waiting: z.number(), oldestSeconds: z.number() });

async function countPending(sql: Sql): ReturnType<Outbox["pending"]> {
  const { rows } = await sql.query(
    `select lane, count(*)::int as waiting,
       greatest(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8 as "oldestSeconds"
     from outbox where state = 'waiting' group by lane`,
  );
  const none = { waiting: 0, oldestSeconds: 0 };
  const pending = { emergency: none, interactive: none, bulk: none };
  for (const { lane, ...count } of z.array(Pending).parse(rows)) pending[lane] = count;
  return pending;
}

/** A repeat of an event comes within minutes; a day is long enough. Dead letters stay until they are replayed. */
async function forget(sql: Sql): Promise<void> {
  await sql.query("delete from inbound_events where received_at < now() - interval '25 hours'");
  await sql.query(
    `delete from outbox
     where state in ('sent', 'dropped') and settled_at < now() - interval '25 hours'`,
  );
  await sql.query("delete from delivery_pauses where free_at < now() - interval '1 hour'");
}
