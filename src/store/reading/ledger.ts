/** What an organisation can know of its own ledger without reading the entries. */
import { z } from "zod";
import type { LedgerState } from "../../app/ledger-ports.ts";
import type { OrganisationId } from "../../domain/ids.ts";
import { WorkspaceId } from "../../domain/ids.ts";
import { Surface } from "../../domain/people/person.ts";
import { loadOpenBreaks } from "../ledger/breaks.ts";
import { newestCheckpoint } from "../ledger/checkpoints.ts";
import type { Sql } from "../pool.ts";

const Settings = z.object({
  channel: z
    .object({ surface: Surface, workspaceId: WorkspaceId, channelId: z.string() })
    .nullable(),
  configuration: z.record(z.string(), z.string()).nullable(),
});

export async function loadLedgerState(
  sql: Sql,
  organisation: OrganisationId,
): Promise<LedgerState> {
  const newest = (kind: string) =>
    `(select nullif(value, 'null') from ledger_settings
      where organisation_id = $1 and kind = '${kind}' order by id desc limit 1)`;
  const { rows } = await sql.query(
    `select ${newest("audit_channel")} as channel, ${newest("configuration")} as configuration`,
    [organisation],
  );
  return {
    ...Settings.parse(rows[0]),
    checkpoint: await newestCheckpoint(sql, organisation),
    breaks: await loadOpenBreaks(sql, organisation),
  };
}

/** One at a time: of two people who accept a break at once, one is the second. */
export async function lockLedgerState(
  sql: Sql,
  organisation: OrganisationId,
): Promise<LedgerState> {
  await sql.query("select pg_advisory_xact_lock(hashtextextended($1, 10))", [organisation]);
  return await loadLedgerState(sql, organisation);
}
