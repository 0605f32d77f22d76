/** Table changes of the facts about a migration itself. */
import type { Note } from "../../domain/audit/notes.ts";
import type { MigrationFact } from "../../domain/facts.ts";
import type { Sql } from "../pool.ts";
import { reopenItems } from "./items.ts";
import {
  actorOf,
  changeRow,
  type FactOf,
  insertRow,
  type Projectors,
  type Recorded,
} from "./projector.ts";

export const migrationProjectors: Projectors<MigrationFact> = {
  MigrationOpened: projectMigrationOpened,
  VerticalsProposed: projectVerticalsProposed,
  VerticalsConfirmed: projectVerticalsConfirmed,
  DatesChanged: projectDatesChanged,
  TimeZoneCorrected: projectTimeZoneCorrected,
  PlatformChosen: projectPlatformChosen,
  ContactRecorded: projectContactRecorded,
  ChannelLinked: projectChannelLinked,
  WorkflowAdopted: projectWorkflowAdopted,
  MigrationClosed: (sql, recorded) => endMigration(sql, recorded, "closed"),
  MigrationCancelled: (sql, recorded) => endMigration(sql, recorded, "cancelled"),
};

export const noteProjectors: Projectors<Note> = {
  GateChecked: projectGateChecked,
  ReportExported: async () => undefined,
  AuditExported: async () => undefined,
  CommandRefused: async () => undefined,
};

async function projectMigrationOpened(
  sql: Sql,
  recorded: Recorded<FactOf<"MigrationOpened">>,
): Promise<void> {
  const { organisationId, at, fact } = recorded;
  const { actor } = recorded;
  await insertRow(sql, "migrations", {
    id: fact.migrationId,
    organisation_id: organisationId,
    customer: fact.personal.customer,
    industry: fact.industry,
    time_zone: fact.timeZone,
    platform: fact.platform,
    proposal_on: fact.proposalOn,
    go_live_on: fact.goLiveOn,
    opened_by: actor?.personId ?? null,
    opened_by_name: actor?.name ?? null,
    opened_by_email: actor?.email ?? null,
    opened_at: at,
  });
  const { migrationId, channel } = fact;
  if (channel === null) return;
  const linked = { type: "ChannelLinked", migrationId, channel } as const;
  await projectChannelLinked(sql, { ...recorded, fact: linked });
}

async function projectChannelLinked(
  sql: Sql,
  { organisationId, at, fact }: Recorded<FactOf<"ChannelLinked">>,
): Promise<void> {
  await sql.query(
    `insert into migration_channels
       (organisation_id, migration_id, workspace_id, channel_id, linked_at)
     values ($1, $2, $3, $4, $5)
     on conflict (migration_id, workspace_id, channel_id) do nothing`,
    [organisationId, fact.migrationId, fact.channel.workspaceId, fact.channel.channelId, at],
  );
}

async function projectVerticalsProposed(
  sql: Sql,
  { organisationId, fact }: Recorded<FactOf<"VerticalsProposed">>,
): Promise<void> {
  await changeRow(
    sql,
    "update migrations set industry = $3, flags = $4 where organisation_id = $1 and id = $2",
    [organisationId, fact.migrationId, fact.industry, fact.flags],
  );
  await sql.query("delete from migration_detections where migration_id = $1", [fact.migrationId]);
  await sql.query(
    `insert into migration_detections (organisation_id, migration_id, position, detected)
     select $1, $2, position, detected
     from jsonb_array_elements($3::jsonb) with ordinality as given (detected, position)`,
    [organisationId, fact.migrationId, JSON.stringify(fact.detection)],
  );
}

/** Old readers find one vertical in `metadata`: the first by the workflows' order, which the definitions have. */
async function projectVerticalsConfirmed(
  sql: Sql,
  recorded: Recorded<FactOf<"VerticalsConfirmed">>,
): Promise<void> {
  const { organisationId, at, fact } = recorded;
  const actor = actorOf(recorded);
  const first = fact.definitions.find(({ vertical }) => fact.verticals.includes(vertical));
  const compliance = {
    vertical: first?.vertical ?? fact.verticals[0] ?? null,
    verticals: fact.verticals,
  };
  await changeRow(
    sql,
    `update migrations set verticals = $3, confirmed_by = $4, confirmed_by_name = $5,
       confirmed_by_email = $6, confirmed_at = $7,
       metadata = jsonb_set(metadata, '{compliance}', $8::jsonb)
     where organisation_id = $1 and id = $2`,
    [
      organisationId,
      fact.migrationId,
      fact.verticals,
      actor.personId,
      actor.name,
      actor.email,
      at,
      JSON.stringify(compliance),
    ],
  );
  await sql.query("delete from migration_definitions where migration_id = $1", [fact.migrationId]);
  await sql.query(
    `insert into migration_definitions (organisation_id, migration_id, vertical, hash, position)
     select $1, $2, given.vertical, given.hash, given.position
     from unnest($3::text[], $4::text[]) with ordinality as given (vertical, hash, position)`,
    [
      organisationId,
      fact.migrationId,
      fact.definitions.map(({ vertical }) => vertical),
      fact.definitions.map(({ hash }) => hash),
    ],
  );
}

async function projectDatesChanged(
  sql: Sql,
  { organisationId, fact }: Recorded<FactOf<"DatesChanged">>,
): Promise<void> {
  await changeRow(
    sql,
    `update migrations set proposal_on = $3, go_live_on = $4
     where organisation_id = $1 and id = $2`,
    [organisationId, fact.migrationId, fact.proposalOn, fact.goLiveOn],
  );
}

async function projectTimeZoneCorrected(
  sql: Sql,
  { organisationId, fact }: Recorded<FactOf<"TimeZoneCorrected">>,
): Promise<void> {
  await changeRow(
    sql,
    "update migrations set time_zone = $3 where organisation_id = $1 and id = $2",
    [organisationId, fact.migrationId, fact.to],
  );
}

async function projectPlatformChosen(
  sql: Sql,
  { organisationId, fact }: Recorded<FactOf<"PlatformChosen">>,
): Promise<void> {
  await changeRow(
    sql,
    "update migrations set platform = $3 where organisation_id = $1 and id = $2",
    [organisationId, fact.migrationId, fact.platform],
  );
}

async function projectContactRecorded(
  sql: Sql,
  { organisationId, at, fact }: Recorded<FactOf<"ContactRecorded">>,
): Promise<void> {
  const { name, title, organisation, email } = fact.personal;
  await sql.query(
    `insert into contacts
       (organisation_id, migration_id, role, name, title, organisation, email, recorded_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (migration_id, role) do update set name = excluded.name, title = excluded.title,
       organisation = excluded.organisation, email = excluded.email,
       recorded_at = excluded.recorded_at`,
    [organisationId, fact.migrationId, fact.role, name, title, organisation, email, at],
  );
}

async function projectWorkflowAdopted(
  sql: Sql,
  recorded: Recorded<FactOf<"WorkflowAdopted">>,
): Promise<void> {
  const { organisationId, fact } = recorded;
  await changeRow(
    sql,
    `update migration_definitions set hash = $5
     where organisation_id = $1 and migration_id = $2 and vertical = $3 and hash = $4`,
    [organisationId, fact.migrationId, fact.vertical, fact.from, fact.to],
  );
  const reason = "The workflow changed: a newer version was adopted.";
  await reopenItems(sql, recorded, { requirements: fact.reopened, reason });
}

async function endMigration(
  sql: Sql,
  { organisationId, at, fact }: Recorded<FactOf<"MigrationClosed" | "MigrationCancelled">>,
  state: "closed" | "cancelled",
): Promise<void> {
  const reason = fact.type === "MigrationCancelled" ? fact.reason : null;
  await changeRow(
    sql,
    `update migrations set state = $3, cancelled_because = $4
     where organisation_id = $1 and id = $2 and state = 'open'`,
    [organisationId, fact.migrationId, state, reason],
  );
  await sql.query(
    `update migration_channels set released_at = $2
     where migration_id = $1 and released_at is null`,
    [fact.migrationId, at],
  );
}

async function projectGateChecked(
  sql: Sql,
  { organisationId, at, fact }: Recorded<FactOf<"GateChecked">>,
): Promise<void> {
  if (fact.stage !== 3 || fact.verdict !== "pass") return;
  await sql.query(
    `update migrations set gate3_passed_at = $3
     where organisation_id = $1 and id = $2 and gate3_passed_at is null`,
    [organisationId, fact.migrationId, at],
  );
}
