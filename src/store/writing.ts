/** One writing transaction of one organisation: reads under lock, facts, deliveries, definitions. */
import type { Writing } from "../app/ports.ts";
import { canonicalJson, type Json } from "../domain/audit/canonical.ts";
import type { MigrationId, OrganisationId, PersonId } from "../domain/ids.ts";
import type { ChannelRef } from "../domain/migrations/record.ts";
import type { Situation } from "../domain/migrations/situation.ts";
import type { Definition } from "../domain/workflows/definition.ts";
import { replayDeadLetter } from "./outbox/dead-letters.ts";
import { deliver } from "./outbox/deliver.ts";
import type { Sql } from "./pool.ts";
import { holdRoles } from "./projectors/people.ts";
import { recordAndLook, recordFacts } from "./projectors/project.ts";
import { lockLedgerState } from "./reading/ledger.ts";
import { holdLinkTries } from "./reading/linking.ts";
import { loadRoles } from "./reading/people.ts";
import { createReading, loadMigrationOfChannel, loadSituation } from "./reading/reading.ts";
import { rewindCursor } from "./splunk/cursor.ts";

export interface WritingContext {
  readonly organisationId: OrganisationId;
  readonly clock: () => Date;
  /** Absent: the transaction is somebody else's to end. */
  readonly close?: () => void;
}

export function createWriting(sql: Sql, context: WritingContext): Writing {
  const { organisationId } = context;
  const grown = new Set<MigrationId>();
  const reading = createReading(sql, organisationId);
  return {
    ...reading,
    lockSituation: (id, person) => lockSituation(sql, organisationId, { migration: id, person }),
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
    recordAndLook: (facts, look) =>
      recordAndLook(sql, { organisationId, grown }, { facts, look: () => look(reading) }),
    deliver: (deliveries) => deliver(sql, organisationId, { deliveries }),
    deliverLast: (deliveries) =>
      deliver(sql, organisationId, {
        deliveries,
        ...(context.close ? { whenSent: context.close } : {}),
      }),
    replayDeadLetter: (id) => replayDeadLetter(sql, organisationId, id),
    resendEvents: (from) => rewindCursor(sql, organisationId, from),
    keepDefinitions: (definitions) => keepDefinitions(sql, definitions, context.clock()),
  };
}

/** The migration is held before the person: everybody takes them in this order. */
const HOLD = `
  with migration as (
    select id from migrations where organisation_id = $1 and id = $2 for no key update
  ), person as (
    select id from people where id = $3 and (select count(*) from migration) >= 0 for share
  )
  select (select count(*) from migration) + (select count(*) from person)`;

async function lockSituation(
  sql: Sql,
  organisation: OrganisationId,
  held: { readonly migration: MigrationId; readonly person: PersonId | null },
): Promise<Situation | null> {
  const { migration, person } = held;
  // Two statements that travel together: the second sees what the transaction that we waited for has written.
  const [, situation] = await Promise.all([
    sql.query(HOLD, [organisation, migration, person]),
    loadSituation(sql, organisation, { id: migration, person }),
  ]);
  return situation;
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
