/**
 * How far each organisation's ledger was shipped to Splunk. The cursor moves over what was taken and over what was
 * left out, never over a gap; a lease keeps two processes from shipping the same at once.
 */
import type pg from "pg";
import { z } from "zod";
import type { Shipment, Shipped, Shipping, ShippingLag } from "../../app/shipping-ports.ts";
import { OrganisationId } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";
import { inTransaction } from "../transaction.ts";
import { loadPage } from "./page.ts";

const LEASE_MS = 10_000;
/** An entry that was refused this often, while others were taken, is left out. */
const ATTEMPTS = 3;
const READ = "begin isolation level repeatable read read only";

export interface ShippingOptions {
  /** Works across organisations. */
  readonly loops: pg.Pool;
  /** Reads the rows of one organisation. */
  readonly pages: pg.Pool;
  readonly deadlineMs: number;
  readonly leaseMs?: number;
}

export function createShipping(options: ShippingOptions): Shipping {
  const { loops, pages, deadlineMs, leaseMs = LEASE_MS } = options;
  const writing = { begin: "begin", deadlineMs } as const;
  return {
    async claim(except) {
      const claimed = await inTransaction(loops, writing, (sql) => claim(sql, except, leaseMs));
      if (!claimed) return null;
      const organisation = claimed.organisationId;
      return await inTransaction(pages, { begin: READ, deadlineMs, organisation }, (sql) =>
        loadPage(sql, claimed),
      );
    },
    hold: ({ organisationId, fence }) =>
      inTransaction(loops, writing, async (sql) => {
        const { rows } = await sql.query(
          `update splunk_cursors set lease_until = clock_timestamp() + $3 * interval '1 ms'
           where organisation_id = $1 and fence = $2 returning 1`,
          [organisationId, fence, leaseMs],
        );
        return rows.length > 0;
      }),
    settle: (shipment, shipped) =>
      inTransaction(loops, writing, (sql) => settle(sql, shipment, shipped)),
  };
}

const Claimed = z.object({
  organisationId: OrganisationId,
  fence: z.string(),
  entriesThrough: z.coerce.number().int(),
  checkpointsThrough: z.coerce.number().int(),
});
export type Claimed = z.infer<typeof Claimed>;

/** Whoever was claimed least often comes first, so that one long backlog keeps nobody waiting. */
const CLAIM = `
insert into splunk_cursors as cursor (organisation_id, fence, lease_until)
select o.id, 1, clock_timestamp() + $2 * interval '1 ms'
from organisations o left join splunk_cursors c on c.organisation_id = o.id
where not o.id = any($1::uuid[])
  and (c.lease_until is null or c.lease_until <= clock_timestamp())
  and (exists (select 1 from ledger_entries e
      where e.organisation_id = o.id and e.sequence > coalesce(c.entries_through, 0))
    or exists (select 1 from ledger_checkpoints k
      where k.organisation_id = o.id and k.id > coalesce(c.checkpoints_through, 0)))
order by coalesce(c.fence, 0), o.id limit 1
on conflict (organisation_id) do update
  set fence = cursor.fence + 1, lease_until = excluded.lease_until
  where cursor.lease_until is null or cursor.lease_until <= clock_timestamp()
returning organisation_id as "organisationId", fence, entries_through as "entriesThrough",
  checkpoints_through as "checkpointsThrough"`;

async function claim(
  sql: Sql,
  except: readonly OrganisationId[],
  leaseMs: number,
): Promise<Claimed | null> {
  const { rows } = await sql.query(CLAIM, [except, leaseMs]);
  return z.array(Claimed).parse(rows)[0] ?? null;
}

async function settle(sql: Sql, shipment: Shipment, shipped: Shipped): Promise<readonly number[]> {
  const { organisationId, fence, entries } = shipment;
  const { rows } = await sql.query(
    "select 1 from splunk_cursors where organisation_id = $1 and fence = $2 for update",
    [organisationId, fence],
  );
  if (rows.length === 0) return [];
  const leftOut = await noteRefusals(sql, organisationId, shipped);
  const done = new Set([...shipped.taken, ...leftOut]);
  const gap = entries.find(({ sequence }) => !done.has(sequence));
  const through = gap ? gap.sequence - 1 : entries.at(-1)?.sequence;
  await sql.query(
    `update splunk_cursors set lease_until = null,
       entries_through = coalesce($3, entries_through),
       checkpoints_through = greatest(checkpoints_through, $4)
     where organisation_id = $1 and fence = $2`,
    [organisationId, fence, through ?? null, shipped.checkpointsThrough],
  );
  return leftOut;
}

/** Only while Splunk takes others is an entry itself at fault: a Splunk that refuses everything loses nothing. */
async function noteRefusals(
  sql: Sql,
  organisation: OrganisationId,
  { refused, taken }: Shipped,
): Promise<readonly number[]> {
  if (refused.length === 0) return [];
  const { rows } = await sql.query(
    `insert into splunk_refusals as refusal (organisation_id, sequence, attempts, why)
     select $1, sequence, 1, why from unnest($2::bigint[], $3::text[]) as given (sequence, why)
     on conflict (organisation_id, sequence) do update set attempts = refusal.attempts + 1,
       why = excluded.why, left_out_at = case
         when $4 and refusal.attempts + 1 >= $5 then clock_timestamp() else refusal.left_out_at end
     returning sequence::int, left_out_at is not null as "isLeftOut"`,
    [
      organisation,
      refused.map(({ sequence }) => sequence),
      refused.map(({ why }) => why),
      taken.length > 0,
      ATTEMPTS,
    ],
  );
  return z
    .array(z.object({ sequence: z.number(), isLeftOut: z.boolean() }))
    .parse(rows)
    .flatMap(({ sequence, isLeftOut }) => (isLeftOut ? [sequence] : []));
}

const Lag = z.object({ entries: z.number(), seconds: z.number(), leftOut: z.number() });

export async function measureLag(sql: Sql): Promise<ShippingLag> {
  const { rows } = await sql.query(
    `select coalesce(sum(greatest(newest.size - behind.through, 0)), 0)::float8 as entries,
       coalesce(max(greatest(extract(epoch from clock_timestamp() - first.sealed_at), 0)), 0)::float8
         as seconds,
       (select count(*) from splunk_refusals where left_out_at is not null)::int as "leftOut"
     from organisations o
     cross join lateral (select coalesce((select entries_through from splunk_cursors c
       where c.organisation_id = o.id), 0) as through) behind
     cross join lateral (select size from ledger_heads h where h.organisation_id = o.id
       order by size desc limit 1) newest
     left join lateral (select sealed_at from ledger_heads h where h.organisation_id = o.id
       and h.size > behind.through order by size limit 1) first on true`,
  );
  return Lag.parse(rows[0]);
}

/** Puts the cursor back, so that everything from this entry on is sent again; false before the first shipment. */
export async function rewindCursor(
  sql: Sql,
  organisation: OrganisationId,
  from: number,
): Promise<boolean> {
  const { rows } = await sql.query(
    `update splunk_cursors set entries_through = least(entries_through, $2::bigint - 1),
       checkpoints_through = least(checkpoints_through, coalesce((select min(id) - 1
         from ledger_checkpoints where organisation_id = $1 and size >= $2), checkpoints_through)),
       fence = fence + 1,
       lease_until = null
     where organisation_id = $1 returning 1`,
    [organisation, from],
  );
  if (rows.length === 0) return false;
  await sql.query("delete from splunk_refusals where organisation_id = $1 and sequence >= $2", [
    organisation,
    from,
  ]);
  return true;
}
