/** One writing transaction of one organisation: reads under lock, facts, deliveries, definitions. */
import type { Delivery, Writing } from "../app/ports.ts";
import { canonicalJson, type Json } from "../domain/audit/canonical.ts";
import type { MigrationId, OrganisationId } from "../domain/ids.ts";
import type { ChannelRef } from "../domain/migrations/record.ts";
import type { Definition } from "../domain/workflows/definition.ts";
import { replayDeadLetter } from "./outbox/dead-letters.ts";
import { deliver } from "./outbox/deliver.ts";
import type { Sql } from "./pool.ts";
import { holdRoles } from "./projectors/people.ts";
import { recordFacts } from "./projectors/project.ts";
import { holdLinkTries } from "./reading/linking.ts";
import { lockLedgerState } from "./reading/ledger.ts";
import { loadRoles } from "./reading/people.ts";
import { createReading, loadMigration, loadMigrationOfChannel } from "./reading/reading.ts";
import { rewindCursor } from "./splunk/cursor.ts";

export interface WritingContext {
  readonly organisationId: OrganisationId;
  readonly clock: () => Date;
}

export function createWriting(sql: Sql, context: WritingContext): Writing {
  const { organisationId } = context;
  const grown = new Set<MigrationId>();
  return {
    ...createReading(sql, organisationId),
    async lockMigration(id) {
      await sql.query(
        "select 1 from migrations where organisation_id = $1 and id = $2 for no key update",
        [organisationId, id],
      );
      // A second statement: it sees what the transaction that we waited for has written.
      return await loadMigration(sql, organisationId, id);
    },
    async lockRoles(id) {
      await holdRoles(sql, id, "share");
      return await loadRoles(sql, organisationId, id);
    },
    holdLinkTries: (tried) => holdLinkTries(sql, tried),
    lockLedger: () => lockLedgerState(sql, organisationId),
    async lockChannel(channel) {
      await holdChannel(sql, channel);
      return await loadMigrationOfChannel(sql, organisationId, channel);
    },
    record: (facts) => recordFacts(sql, { organisationId, grown }, facts),
    deliver: (deliveries: readonly Delivery[]) => deliver(sql, organisationId, deliveries),
    replayDeadLetter: (id) => replayDeadLetter(sql, organisationId, id),
    resendEvents: (from) => rewindCursor(sql, organisationId, from),
    keepDefinitions: (definitions) => keepDefinitions(sql, definitions, context.clock()),
  };
}

async function holdChannel(sql: Sql, channel: ChannelRef): Promise<void> {
  await sql.query("select pg_advisory_xact_lock(hashtextextended($1, 7))", [
    `${channel.workspaceId}:${channel.channelId}`,
  ]);
}

async function keepDefinitions(
  sql: Sql,
  definitions: readonly Definition[],
  now: Date,
): Promise<void> {
  for (const { hash, file, workflow } of definitions) {
    const body: Json = JSON.parse(JSON.stringify(workflow));
    await sql.query(
      `insert into workflow_definitions (hash, file, vertical, version, place, body, kept_at)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict (hash) do nothing`,
      [
        hash,
        file,
        workflow.vertical,
        workflow.version,
        workflow.order,
        canonicalJson(body),
        now.toISOString(),
      ],
    );
  }
}
