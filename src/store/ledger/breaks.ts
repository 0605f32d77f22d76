/** Breaks of a ledger: found once, open until two people have accepted them. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { AcceptedBreak, FoundBreak, LedgerBreak } from "../../domain/audit/ledger-break.ts";
import { Instant, instantOf, type OrganisationId, PersonId, Sha256 } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";
import { recordFacts } from "../projectors/project.ts";
import { OPEN_BREAKS } from "./open-breaks.ts";

const Head = z.object({ size: z.number(), root: Sha256.nullable() });
const Found = z.object({
  kind: z.enum(["rolled_back", "forked", "tampered", "key_changed"]),
  why: z.string(),
  kept: Head.nullable(),
  live: Head,
  newKey: z.object({ keyId: z.string(), publicKey: z.string() }).nullable(),
});
const Open = z.object({
  id: z.string(),
  found: Found,
  foundAt: Instant,
  acceptedBy: z
    .object({ personId: PersonId, name: z.string(), email: z.string().nullable() })
    .nullable(),
});

/** What is found wrong and not accepted yet, oldest first. */
export async function loadOpenBreaks(
  sql: Sql,
  organisation: OrganisationId,
): Promise<readonly LedgerBreak[]> {
  const { rows } = await sql.query(
    `select open.id, open.found, instant(open.found_at) as "foundAt",
       (select json_build_object('personId', human_of(p.id), 'name', p.name, 'email', p.email)
        from ledger_break_acceptances a join people p on p.id = a.by_person
        where a.break_id = open.id and not a.is_final) as "acceptedBy"
     from (${OPEN_BREAKS("$1")}) open`,
    [organisation],
  );
  return z
    .array(Open)
    .parse(rows)
    .map(({ id, found, foundAt, acceptedBy }) => ({ id, ...found, foundAt, acceptedBy }));
}

/** Breaks that two people have accepted, oldest first. */
export async function loadAcceptedBreaks(
  sql: Sql,
  organisation: OrganisationId,
): Promise<readonly AcceptedBreak[]> {
  const { rows } = await sql.query(
    `select b.id, b.found from ledger_breaks b
     join ledger_break_acceptances a on a.break_id = b.id and a.is_final
     where b.organisation_id = $1 order by a.accepted_at, b.id`,
    [organisation],
  );
  return z
    .array(z.object({ id: z.string(), found: Found }))
    .parse(rows)
    .map(({ id, found: { kept, live } }) => ({ id, kept, live }));
}

/** Records a break, unless the same was found before and is open or accepted; answers whether it is new. */
export async function recordBreak(
  sql: Sql,
  organisation: OrganisationId,
  found: FoundBreak,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql.query(
    `select 1 from ledger_breaks b
     where organisation_id = $1 and found ->> 'kind' = $2 and found ->> 'why' = $3
       and found -> 'newKey' is not distinct from $4::jsonb
       and (id in (select id from (${OPEN_BREAKS("$1")}) open) or $2 = 'tampered')`,
    [organisation, found.kind, found.why, JSON.stringify(found.newKey)],
  );
  if (rows.length > 0) return false;
  const fact = { type: "LedgerBreakFound", breakId: randomUUID(), ...found } as const;
  const at = instantOf(now);
  await recordFacts(sql, { organisationId: organisation, grown: new Set() }, [
    { organisationId: organisation, actor: null, at, fact },
  ]);
  return true;
}
