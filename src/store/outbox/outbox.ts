/** The outbox as the drainer and the doctor see it. */
import type pg from "pg";
import { z } from "zod";
import type { Outbox } from "../../app/loop-ports.ts";
import type { Lane } from "../../app/ports.ts";
import { createListener } from "../listen.ts";
import type { PoolOptions, Sql } from "../pool.ts";
import { inTransaction } from "../transaction.ts";
import { countDeadLetters, loadDeadLetters } from "./dead-letters.ts";
import { leaseDue } from "./lease.ts";
import { settleLease } from "./settle.ts";

const READ = "begin isolation level repeatable read read only";
const LaneName = z.enum(["emergency", "interactive", "bulk"]);

/** `emergencies`: connections that nothing else uses. */
export function createOutbox(
  pool: pg.Pool,
  settings: PoolOptions,
  emergencies: pg.Pool = pool,
): Outbox {
  const { deadlineMs } = settings;
  const poolOf = (lane: Lane) => (lane === "emergency" ? emergencies : pool);
  const listener = createListener({ ...settings, name: "cleargate-drainer" }, "cleargate_outbox");
  return {
    onWake: listener.onWake,
    close: listener.close,
    lease: (lane, options) => leaseDue(poolOf(lane), deadlineMs, { lane, ...options }),
    settle: (lease, settlement, retryAfterMs) =>
      settleLease(poolOf(lease.lane), deadlineMs, { lease, settlement, retryAfterMs }),
    deadLetters: () =>
      inTransaction(pool, { begin: READ, deadlineMs }, (sql) => loadDeadLetters(sql, null)),
    countDead: () =>
      inTransaction(pool, { begin: READ, deadlineMs }, (sql) => countDeadLetters(sql, null)),
    pending: () => inTransaction(pool, { begin: READ, deadlineMs }, countPending),
    forget: () => inTransaction(pool, { begin: "begin", deadlineMs: deadlineMs * 10 }, forget),
  };
}

const Pending = z.object({ lane: LaneName, waiting: z.number(), oldestSeconds: z.number() });

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
