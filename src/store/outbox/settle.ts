/** Writes down what became of a lease, unless the lease had passed to another. */
import type pg from "pg";
import type { Leased, Outbox, Settlement } from "../../app/loop-ports.ts";
import type { Sql } from "../pool.ts";
import { inTransaction, withoutTransaction } from "../transaction.ts";
import { needsPause, pauseAfter } from "./pauses.ts";

interface Settled {
  readonly lease: Leased;
  readonly settlement: Settlement;
  /** Null: no further attempt. */
  readonly retryAfterMs: number | null;
}

export async function settleLease(
  pool: pg.Pool,
  deadlineMs: number,
  settled: Settled,
): ReturnType<Outbox["settle"]> {
  if (isOneStatement(settled)) return await close(withoutTransaction(pool), settled);
  const { lease, settlement } = settled;
  return await inTransaction(pool, { begin: "begin", deadlineMs }, async (sql) => {
    const [became] = await Promise.all([close(sql, settled), pauseAfter(sql, lease, settlement)]);
    if (became !== "lost" && settlement.outcome === "repost") await forgetLiving(sql, lease);
    return became;
  });
}

function isOneStatement({ lease, settlement }: Settled): boolean {
  const isSimple = settlement.outcome === "sent" || settlement.outcome === "dropped";
  return isSimple && !needsPause(lease, settlement);
}

/** Settles the row, and with it where a living message stands and what it says now. */
const CLOSE = `
  with settled as (
    update outbox set state = $3, lease_until = null, last_error = $4,
      next_attempt_at = clock_timestamp() + $5 * interval '1 millisecond',
      settled_at = case when $3 = 'waiting' then null else clock_timestamp() end,
      uncertain = uncertain or $6, repost = repost or $7
    where id = $1 and fence = $2 and state = 'waiting' returning organisation_id, key, digest
  ), living as (
    insert into living_messages
      (organisation_id, key, surface, workspace_id, place, is_direct, ref, digest)
    select organisation_id, key, $8, $9, $10, $11, $12, digest from settled
    where key is not null and $12::text is not null
    on conflict (organisation_id, key) do update set surface = excluded.surface,
      workspace_id = excluded.workspace_id, place = excluded.place,
      is_direct = excluded.is_direct, ref = excluded.ref, digest = excluded.digest,
      changed_at = now()
  )
  select 1 from settled`;

async function close(sql: Sql, settled: Settled): ReturnType<Outbox["settle"]> {
  const { lease, settlement } = settled;
  const isOver = mayEnd(settlement) && (await doOthersPass(sql, lease));
  const retryAfterMs = isOver ? null : settled.retryAfterMs;
  const state = stateOf(settlement, retryAfterMs);
  const why = "why" in settlement ? settlement.why.slice(0, 500) : null;
  const { rows } = await sql.query(CLOSE, [
    lease.id,
    lease.fence,
    state,
    why,
    retryAfterMs ?? 0,
    settlement.outcome === "uncertain",
    settlement.outcome === "repost",
    ...standsAt(lease, settlement),
  ]);
  if (rows.length === 0) return "lost";
  return state === "waiting" ? "waiting" : "over";
}

const mayEnd = (settlement: Settlement) =>
  "endsIfOthersPass" in settlement && settlement.endsIfOthersPass === true;

/** A platform that takes other messages is not away: then the fault is this message's own. */
async function doOthersPass(sql: Sql, lease: Leased): Promise<boolean> {
  const { rows } = await sql.query(
    `select 1 from outbox where organisation_id = $1 and state = 'sent'
       and settled_at > clock_timestamp() - interval '5 minutes' and target <> $2 limit 1`,
    [lease.organisationId, lease.target],
  );
  return rows.length > 0;
}

function stateOf(settlement: Settlement, retryAfterMs: number | null): string {
  if (settlement.outcome === "sent") return "sent";
  if (settlement.outcome === "dropped") return "dropped";
  return retryAfterMs === null ? "dead" : "waiting";
}

/** Surface, workspace, place, whether it is direct, and reference of what was sent; a home stands nowhere. */
function standsAt({ route }: Leased, settlement: Settlement): readonly unknown[] {
  if (settlement.outcome !== "sent" || route.kind !== "send" || route.to.kind === "home") {
    return [null, null, null, null, null];
  }
  const { to, surface } = route;
  const { ref } = settlement;
  return to.kind === "person"
    ? [surface, to.identity.workspaceId, to.identity.userId, true, ref]
    : [surface, to.channel.workspaceId, to.channel.channelId, false, ref];
}

async function forgetLiving(sql: Sql, lease: Leased): Promise<void> {
  await sql.query(
    `delete from living_messages l using outbox o
     where o.id = $1 and l.organisation_id = o.organisation_id and l.key = o.key`,
    [lease.id],
  );
}
