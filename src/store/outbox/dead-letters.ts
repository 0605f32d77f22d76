/** Deliveries that were given up: told, and sent again when somebody asks for it. */
import { z } from "zod";
import type { DeadLetter } from "../../app/ports.ts";
import { Instant, OrganisationId } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";

const DeadRow = z.object({
  id: z.string(),
  organisationId: OrganisationId,
  lane: z.enum(["emergency", "interactive", "bulk"]),
  target: z.string(),
  headline: z.string(),
  why: z.string(),
  attempts: z.number(),
  at: Instant,
});

const COLUMNS = `id, organisation_id as "organisationId", lane, target,
  message::json ->> 'headline' as headline, coalesce(last_error, '') as why, attempts,
  instant(settled_at) as at`;

/** The newest hundred, of one organisation or of all that the connection may see. */
export async function loadDeadLetters(
  sql: Sql,
  organisation: OrganisationId | null,
): Promise<readonly DeadLetter[]> {
  const { rows } = await sql.query(
    `select ${COLUMNS} from outbox
     where state = 'dead' and ($1::uuid is null or organisation_id = $1)
     order by outbox.id desc limit 100`,
    [organisation],
  );
  return z.array(DeadRow).parse(rows);
}

export async function countDeadLetters(
  sql: Sql,
  organisation: OrganisationId | null,
): Promise<number> {
  const { rows } = await sql.query(
    `select count(*)::int as count from outbox
     where state = 'dead' and ($1::uuid is null or organisation_id = $1)`,
    [organisation],
  );
  return z.array(z.object({ count: z.number() })).parse(rows)[0]?.count ?? 0;
}

/** It waits again as if it were new, but keeps that an earlier attempt may have arrived. */
export async function replayDeadLetter(
  sql: Sql,
  organisation: OrganisationId,
  id: string,
): Promise<DeadLetter | null> {
  if (!/^\d{1,18}$/.test(id)) return null;
  const { rows } = await sql.query(
    `select ${COLUMNS} from outbox
     where id = $2 and organisation_id = $1 and state = 'dead' for update`,
    [organisation, id],
  );
  const [letter] = z.array(DeadRow).parse(rows);
  if (!letter) return null;
  await sql.query(
    `with again as (
       update outbox set state = 'waiting', attempts = 0, settled_at = null, last_error = null,
         lease_until = null, next_attempt_at = clock_timestamp()
       where id = $2 and organisation_id = $1 returning 1
     )
     select pg_notify('cleargate_outbox', '') from again`,
    [organisation, id],
  );
  return letter;
}
