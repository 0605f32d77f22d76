/** One page of an organisation's ledger, as it is shipped: in order, with who signed where somebody did. */
import { z } from "zod";
import type { Shipment } from "../../app/shipping-ports.ts";
import type { Sql } from "../pool.ts";
import type { Claimed } from "./cursor.ts";

const ENTRIES = 500;
const CHECKPOINTS = 100;

const EntryRow = z.object({
  sequence: z.coerce.number().int(),
  entry: z.string(),
  leafHash: z.string(),
  personal: z.string().nullable(),
});
const CheckpointRow = z.object({
  id: z.coerce.number().int(),
  era: z.number(),
  size: z.coerce.number().int(),
  note: z.string(),
});

/** Of the personal parts only those of sign-offs are read; what was erased is null. */
const PAGE = `
select e.sequence, e.entry, encode(e.leaf_hash, 'hex') as "leafHash", p.body as personal
from ledger_entries e left join ledger_personal p on p.organisation_id = e.organisation_id
  and e.entry::json ->> 'type' = 'SignOffRecorded'
  and p.commitment = decode(e.entry::json ->> 'personal', 'hex')
where e.organisation_id = $1 and e.sequence > $2 order by e.sequence limit ${ENTRIES}`;

export async function loadPage(sql: Sql, claimed: Claimed): Promise<Shipment> {
  const { organisationId, fence, entriesThrough, checkpointsThrough } = claimed;
  const page = await sql.query(PAGE, [organisationId, entriesThrough]);
  const entries = z.array(EntryRow).parse(page.rows);
  const kept = await sql.query(
    `select id, era, size, note from ledger_checkpoints
     where organisation_id = $1 and id > $2 order by id limit ${CHECKPOINTS}`,
    [organisationId, checkpointsThrough],
  );
  const refused = await sql.query(
    "select 1 from splunk_refusals where organisation_id = $1 and sequence = $2",
    [organisationId, entriesThrough + 1],
  );
  return {
    organisationId,
    fence,
    entries,
    checkpoints: z.array(CheckpointRow).parse(kept.rows),
    isSuspect: refused.rows.length > 0,
  };
}
