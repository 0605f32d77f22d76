/** Which state of the ledger a migration's report is bound to. */
import { z } from "zod";
import type { AuditReference } from "../../app/ledger-ports.ts";
import { type MigrationId, type OrganisationId, Sha256 } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";

const Reference = z.object({ size: z.coerce.number().int(), rootHash: Sha256 });

/**
 * The first checkpoint that covers the migration's last state-changing entry, so that it stays the same however the
 * ledger grows; null while such an entry waits to be sealed or signed. A ledger that no key ever signed has heads.
 */
export async function auditReferenceOf(
  sql: Sql,
  organisation: OrganisationId,
  migration: MigrationId,
): Promise<AuditReference | null> {
  const { rows } = await sql.query(
    `select signed.size, encode(signed.root, 'hex') as "rootHash"
     from (select max(sequence) as last from ledger_entries
       where organisation_id = $1 and migration_id = $2 and changes_state) entry
     cross join lateral (
       select era, c.size, c.root from generate_series(0, (select count(*)::int
         from ledger_break_acceptances where organisation_id = $1 and is_final)) era
       cross join lateral (select size, root from ledger_checkpoints
         where organisation_id = $1 and ledger_checkpoints.era = era and size >= entry.last
         order by size limit 1) c
       union all
       (select 0, size, root from ledger_heads
        where organisation_id = $1 and size >= entry.last
          and not exists (select from ledger_keys where organisation_id = $1)
        order by size limit 1)
       order by 1 limit 1
     ) signed
     where not exists (select 1 from ledger_staging
       where organisation_id = $1 and migration_id = $2 and changes_state)`,
    [organisation, migration],
  );
  return z.array(Reference).parse(rows)[0] ?? null;
}
