/**
 * Pauses that every process keeps: the pace of one target, and what a platform has limited. An emergency has pauses
 * of its own, so that nothing else holds it up.
 */
import { z } from "zod";
import type { Leased, Settlement } from "../../app/loop-ports.ts";
import type { Sql } from "../pool.ts";

/** Ordinary lanes share the pace of a target; what is sent there in an emergency waits only for its like. */
export function paceScope({ lane, target }: Pick<Leased, "lane" | "target">): string {
  return lane === "emergency" ? `emergency ${target}` : target;
}

/** One kind of call in one workspace, as one lane makes it; null when it has no limit of its own. */
function kindScope({ lane, route }: Leased): string | null {
  if (route.kind !== "send") return null;
  const { to } = route;
  const workspace = to.kind === "channel" ? to.channel.workspaceId : to.identity.workspaceId;
  if (route.edit === null && to.kind === "channel") return null;
  return `${lane} ${workspace} ${route.edit === null ? to.kind : "edit"}`;
}

const Scoped = z.object({ scope: z.string(), organisation: z.string() });
const Pause = Scoped.extend({ ms: z.number() });

/**
 * Gives each leased delivery its place in the pace of its target. What must wait after all, because another process
 * was quicker or because the platform limits this kind of call, is let go of and not answered.
 */
export async function keepPace(sql: Sql, leased: readonly Leased[]): Promise<readonly Leased[]> {
  const limited = await selectLimits(sql, leased);
  const paced = leased.filter((lease) => lease.paceMs > 0 && !limited.has(lease.id));
  const won = await takePlaces(sql, paced);
  const lost = paced.filter((lease) => !won.has(keyOf(lease)));
  const waits = [...limited.entries(), ...lost.map(({ id }) => [id, 0] as const)];
  if (waits.length === 0) return leased;
  await sql.query(
    `update outbox o set lease_until = null, attempts = o.attempts - 1,
       next_attempt_at = greatest(o.next_attempt_at, clock_timestamp() + given.ms * interval '1 ms')
     from unnest($1::bigint[], $2::float8[]) as given (id, ms) where o.id = given.id`,
    [waits.map(([id]) => id), waits.map(([, ms]) => ms)],
  );
  const waiting = new Set(waits.map(([id]) => id));
  return leased.filter(({ id }) => !waiting.has(id));
}

const keyOf = (lease: Leased) => `${lease.organisationId} ${paceScope(lease)}`;

/** How long each delivery of a limited kind has to wait, by its id. */
async function selectLimits(
  sql: Sql,
  leased: readonly Leased[],
): Promise<ReadonlyMap<string, number>> {
  const scopes = [...new Set(leased.flatMap((lease) => kindScope(lease) ?? []))];
  if (scopes.length === 0) return new Map();
  const { rows } = await sql.query(
    `select organisation_id as organisation, scope,
       (extract(epoch from free_at - clock_timestamp()) * 1000)::float8 as ms
     from delivery_pauses
     where organisation_id = any($1::uuid[]) and scope = any($2) and free_at > clock_timestamp()`,
    [[...new Set(leased.map(({ organisationId }) => organisationId))], scopes],
  );
  const pauses = z.array(Pause).parse(rows);
  const found = leased.flatMap((lease) => {
    const pause = pauses.find(
      ({ organisation, scope }) =>
        organisation === lease.organisationId && scope === kindScope(lease),
    );
    return pause ? [[lease.id, pause.ms] as const] : [];
  });
  return new Map(found);
}

/** Of two that ask at once the second waits for the first, and finds the place taken. */
async function takePlaces(sql: Sql, paced: readonly Leased[]): Promise<ReadonlySet<string>> {
  if (paced.length === 0) return new Set();
  const { rows } = await sql.query(
    `insert into delivery_pauses as pause (organisation_id, scope, free_at)
     select organisation_id, scope, clock_timestamp() + ms * interval '1 ms'
     from unnest($1::uuid[], $2::text[], $3::float8[]) as given (organisation_id, scope, ms)
     order by organisation_id, scope
     on conflict (organisation_id, scope) do update set free_at = excluded.free_at
       where pause.free_at <= clock_timestamp()
     returning organisation_id as organisation, scope`,
    [
      paced.map(({ organisationId }) => organisationId),
      paced.map(paceScope),
      paced.map(({ paceMs }) => paceMs),
    ],
  );
  return new Set(
    z
      .array(Scoped)
      .parse(rows)
      .map(({ organisation, scope }) => `${organisation} ${scope}`),
  );
}

export function needsPause(lease: Leased, settlement: Settlement): boolean {
  return pausesAfter(lease, settlement).size > 0;
}

/** After a send: the target's pace counts from now, and what the platform limits pauses for everybody. */
export async function pauseAfter(sql: Sql, lease: Leased, settlement: Settlement): Promise<void> {
  const pauses = pausesAfter(lease, settlement);
  if (pauses.size === 0) return;
  await sql.query(
    `insert into delivery_pauses as pause (organisation_id, scope, free_at)
     select $1, scope, clock_timestamp() + ms * interval '1 ms'
     from unnest($2::text[], $3::float8[]) as given (scope, ms) order by scope
     on conflict (organisation_id, scope) do update
       set free_at = greatest(pause.free_at, excluded.free_at)`,
    [lease.organisationId, [...pauses.keys()], [...pauses.values()]],
  );
}

function pausesAfter(lease: Leased, settlement: Settlement): ReadonlyMap<string, number> {
  const pauses = new Map<string, number>();
  if (lease.route.kind !== "send" || settlement.outcome === "dropped") return pauses;
  if (lease.paceMs > 0) {
    pauses.set(paceScope(lease), lease.paceMs);
    // The next ordinary message leaves the emergency its room.
    pauses.set(lease.target, lease.paceMs);
  }
  if (settlement.outcome !== "retry" || settlement.limits === undefined) return pauses;
  const ms = (settlement.afterSeconds ?? 1) * 1000;
  const scope = settlement.limits === "kind" ? kindScope(lease) : paceScope(lease);
  if (scope !== null) pauses.set(scope, Math.max(ms, pauses.get(scope) ?? 0));
  return pauses;
}
