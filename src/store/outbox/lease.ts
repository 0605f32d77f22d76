/** Takes the deliveries that are due, and works out where each goes now. */
import type pg from "pg";
import { z } from "zod";
import type { Leased, Paces, Route } from "../../app/loop-ports.ts";
import type { Lane, Recipient } from "../../app/ports.ts";
import { OrganisationId, PersonId, WorkspaceId } from "../../domain/ids.ts";
import { type Identity, Surface } from "../../domain/people/person.ts";
import type { Message } from "../../messages/message.ts";
import { inTransaction, withoutTransaction } from "../transaction.ts";
import { keepPace } from "./pauses.ts";

/** An emergency is tried again soon after the process that sent it died. */
export const LEASE_MS: Readonly<Record<Lane, number>> = {
  emergency: 2000,
  interactive: 10_000,
  bulk: 10_000,
};

const RecipientRow: z.ZodType<Recipient> = z.union([
  z.object({
    kind: z.literal("channel"),
    channel: z.object({ surface: Surface, workspaceId: WorkspaceId, channelId: z.string() }),
    threadOf: z.string().exactOptional(),
  }),
  z.object({ kind: z.literal("person"), personId: PersonId }),
  z.object({ kind: z.literal("home"), personId: PersonId }),
]);

const Living = z.object({
  surface: Surface,
  workspaceId: WorkspaceId,
  workspaceRef: z.string(),
  place: z.string(),
  isDirect: z.boolean(),
  ref: z.string(),
  digest: z.string(),
});

const IdentityRow: z.ZodType<Identity> = z.object({
  surface: Surface,
  workspaceId: WorkspaceId,
  workspaceRef: z.string(),
  userId: z.string(),
});

const Row = z.object({
  id: z.string(),
  fence: z.string(),
  organisation_id: OrganisationId,
  lane: z.enum(["emergency", "interactive", "bulk"]),
  recipient: RecipientRow,
  target: z.string(),
  message: z.string(),
  edit_only: z.boolean(),
  digest: z.string(),
  attempts: z.number(),
  uncertain: z.boolean(),
  repost: z.boolean(),
  living: Living.nullable(),
  thread: z.string().nullable(),
  identities: z.array(IdentityRow).nullable(),
});
type Row = z.infer<typeof Row>;

const living = (key: string) => `(
  select json_build_object('surface', w.surface, 'workspaceId', w.id, 'workspaceRef', w.ref,
    'place', l.place, 'isDirect', l.is_direct, 'ref', l.ref, 'digest', l.digest)
  from living_messages l join workspaces w on w.id = l.workspace_id
  where l.organisation_id = taken.organisation_id and l.key = ${key})`;

/** Where a person can be reached, last seen first. The loops may not see who that person is. */
const IDENTITIES = `(
  select json_agg(json_build_object('surface', w.surface, 'workspaceId', w.id,
    'workspaceRef', w.ref, 'userId', i.user_id) order by i.last_seen_at desc, i.user_id)
  from identities i join workspaces w on w.id = i.workspace_id
  where i.organisation_id = taken.organisation_id
    and i.person_id = (taken.recipient ->> 'personId')::uuid)`;

/**
 * A lease that ended without a word leaves open whether its post arrived. However much waits, each target costs one
 * step along the index. A channel's room goes to what somebody waits for before it goes to the rest.
 */
const TAKE = `
with recursive head as (
  (select id, target from outbox where lane = $1 and state = 'waiting'
   order by target, id limit 1)
  union all
  select next.id, next.target from head cross join lateral (
    select id, target from outbox
    where lane = $1 and state = 'waiting' and target > head.target
    order by target, id limit 1) next
), due as (
  select o.id from outbox o
  where o.id = any(array(select id from head)) and o.state = 'waiting' and o.next_attempt_at <= clock_timestamp()
    and (o.lease_until is null or o.lease_until <= clock_timestamp())
    and not o.target = any($3::text[])
    and not exists (select 1 from delivery_pauses p
      where p.organisation_id = o.organisation_id and p.free_at > clock_timestamp()
        and p.scope = case o.lane when 'emergency' then 'emergency ' else '' end || o.target)
    and not (o.lane = 'bulk' and exists (select 1 from outbox i
      where i.lane = 'interactive' and i.target = o.target and i.state = 'waiting'
        and i.next_attempt_at <= clock_timestamp()))
  order by o.id limit $2 for update of o skip locked
), taken as (
  update outbox o set uncertain = o.uncertain or o.lease_until is not null,
    lease_until = clock_timestamp() + $4 * interval '1 millisecond',
    fence = o.fence + 1, attempts = o.attempts + 1
  from due where o.id = due.id returning o.*
)
select id, fence, organisation_id, lane, recipient, target, message, edit_only, digest, attempts,
  uncertain, repost, ${living("taken.key")} as living,
  (select ref from living_messages where organisation_id = taken.organisation_id
    and key = taken.recipient ->> 'threadOf') as thread,
  ${IDENTITIES} as identities
from taken order by id`;

export async function leaseDue(
  pool: pg.Pool,
  deadlineMs: number,
  asked: {
    readonly lane: Lane;
    readonly limit: number;
    readonly except: readonly string[];
    readonly paceMs?: Paces;
  },
): Promise<readonly Leased[]> {
  const { lane, limit, except } = asked;
  const taking = [lane, limit, except, LEASE_MS[lane]];
  const { rows } = await withoutTransaction(pool).query(TAKE, taking);
  const paces = asked.paceMs ?? {};
  const leased = z
    .array(Row)
    .parse(rows)
    .map((row) => leaseOf(row, paces));
  if (!leased.some(({ route }) => isPaced(route, paces))) return leased;
  return await inTransaction(pool, { begin: "begin", deadlineMs }, (sql) => keepPace(sql, leased));
}

/** Some surfaces have neither a pace nor limits. */
const isPaced = (route: Route, paces: Paces): boolean =>
  route.kind === "send" && paces[route.surface] !== undefined;

function leaseOf(row: Row, paces: Paces): Leased {
  const route = routeOf(row);
  // It was stored by `deliver` from a `Message`, in a table of ours.
  const message: Message = JSON.parse(row.message);
  return {
    id: row.id,
    fence: row.fence,
    organisationId: row.organisation_id,
    lane: row.lane,
    target: row.target,
    message,
    attempts: row.attempts,
    uncertain: row.uncertain,
    editOnly: row.edit_only,
    leaseMs: LEASE_MS[row.lane],
    paceMs: route.kind === "send" ? (paces[route.surface] ?? 0) : 0,
    route,
  };
}

function routeOf(row: Row): Route {
  const { recipient } = row;
  const identities = row.identities ?? [];
  if (recipient.kind === "home") return routeHome(row.target, identities);
  if (row.living && !row.repost) return routeEdit(row, row.living);
  if (row.edit_only) return { kind: "drop", why: "nothing stands there to edit" };
  if (recipient.kind === "channel") {
    const { channel } = recipient;
    const to = { kind: "channel", channel, threadRef: row.thread } as const;
    return { kind: "send", surface: channel.surface, to, edit: null };
  }
  const [identity] = identities;
  if (!identity) return { kind: "nowhere", why: "the person has no identity" };
  return { kind: "send", surface: identity.surface, to: { kind: "person", identity }, edit: null };
}

/** A living message is edited where it stands, even when the person has used another surface since. */
function routeEdit(row: Row, living: z.infer<typeof Living>): Route {
  if (living.digest === row.digest) return { kind: "drop", why: "it says so already" };
  const { surface, workspaceId, workspaceRef, place, ref } = living;
  if (living.isDirect) {
    const identity: Identity = { surface, workspaceId, workspaceRef, userId: place };
    return { kind: "send", surface, to: { kind: "person", identity }, edit: ref };
  }
  const channel = { surface, workspaceId, channelId: place };
  return {
    kind: "send",
    surface,
    to: { kind: "channel", channel, threadRef: row.thread },
    edit: ref,
  };
}

function routeHome(target: string, identities: readonly Identity[]): Route {
  const identity = identities.find(
    ({ workspaceId, userId }) => target === `home:${workspaceId}:${userId}`,
  );
  if (!identity) return { kind: "drop", why: "the identity is gone" };
  return { kind: "send", surface: identity.surface, to: { kind: "home", identity }, edit: null };
}
