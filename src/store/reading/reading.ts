/** Reads of one organisation, over whatever connection they are given. */

import { z } from "zod";
import type { Reading } from "../../app/ports.ts";
import { sha256 } from "../../domain/audit/canonical.ts";
import {
  Day,
  Instant,
  MigrationId,
  type OrganisationId,
  PersonId,
  Sha256,
} from "../../domain/ids.ts";
import { MEANINGS, type MigrationRecord } from "../../domain/migrations/record.ts";
import type { Situation } from "../../domain/migrations/situation.ts";
import { MEMBER_ROLES } from "../../domain/people/person.ts";
import type { SigningToken } from "../../domain/sign-offs/signing-token.ts";
import { type Definition, Workflow } from "../../domain/workflows/definition.ts";
import { newestCheckpoint } from "../ledger/checkpoints.ts";
import { countDeadLetters, loadDeadLetters } from "../outbox/dead-letters.ts";
import type { Sql } from "../pool.ts";
import { loadLedgerState } from "./ledger.ts";
import { loadLinkCode, loadOrganisationOfLinkCode } from "./linking.ts";
import { hasWorkspace, loadHolders, loadPeople, loadPerson, loadPersonOf } from "./people.ts";
import { recall } from "./recall.ts";

import {
  LOAD_MIGRATION,
  LOAD_MIGRATIONS,
  LOOK_AT_MIGRATION,
  LOOK_AT_MIGRATIONS,
} from "./record-sql.ts";
import { parseLook, parseSituation } from "./situation-row.ts";

export function createReading(sql: Sql, organisation: OrganisationId): Reading {
  return {
    migration: async (id) => (await loadSituation(sql, organisation, { id }))?.record ?? null,
    situation: (id) => loadSituation(sql, organisation, { id }),
    situations: (state) => loadSituations(sql, organisation, state),
    migrationOfChannel: (channel) => loadMigrationOfChannel(sql, organisation, channel),
    migrations: (filter) => loadMigrations(sql, organisation, filter.state ?? null),
    definitions: (hashes) => loadDefinitions(sql, hashes),
    person: (id) => loadPerson(sql, organisation, id),
    personOf: (identity) => loadPersonOf(sql, organisation, identity),
    hasWorkspace: (id) => hasWorkspace(sql, organisation, id),
    holders: (roles) => loadHolders(sql, organisation, roles),
    people: () => loadPeople(sql, organisation),
    signingToken: (tokenHash) => loadSigningToken(sql, organisation, tokenHash),
    linkCode: (codeHash) => loadLinkCode(sql, organisation, codeHash),
    organisationOfLinkCode: (codeHash) => loadOrganisationOfLinkCode(sql, codeHash),
    ledger: () => loadLedgerState(sql, organisation),
    sealedEntries: async () => (await newestCheckpoint(sql, organisation))?.size ?? 0,
    livingMessage: (key) => loadLivingMessage(sql, organisation, key),
    deadLetters: () => loadDeadLetters(sql, organisation),
    countDeadLetters: () => countDeadLetters(sql, organisation),
  };
}

/** The migration with all that belongs to it: what is known of it is only looked at, and loaded if it has changed. */
export async function loadSituation(
  sql: Sql,
  organisation: OrganisationId,
  of: { readonly id: MigrationId; readonly person?: PersonId | null },
): Promise<Situation | null> {
  const values = [organisation, of.id, MEMBER_ROLES, of.person ?? null];
  const known = recall(of.id);
  if (known) {
    const { rows } = await sql.query(LOOK_AT_MIGRATION, values);
    const [look] = rows.map(parseLook);
    if (!look) return null;
    if (look.stamp === known.stamp) return look.situationOf(known.record);
  }
  const { rows } = await sql.query(LOAD_MIGRATION, values);
  return rows.map(parseSituation)[0] ?? null;
}

/** So many are loaded at once: whoever ran out of time goes on from there, and others have their turns in between. */
const PORTION = 50;

async function loadSituations(
  sql: Sql,
  organisation: OrganisationId,
  state: MigrationRecord["state"],
): Promise<readonly Situation[]> {
  const whose = [MEMBER_ROLES, null];
  const { rows } = await sql.query(LOOK_AT_MIGRATIONS, [organisation, state, ...whose]);
  const looks = rows.map(parseLook).map((look) => {
    const known = recall(look.id);
    return { look, record: known?.stamp === look.stamp ? known.record : null };
  });
  const changed = looks.filter(({ record }) => record === null).map(({ look }) => look.id);
  const loaded = new Map<MigrationId, Situation>();
  for (let start = 0; start < changed.length; start += PORTION) {
    const portion = changed.slice(start, start + PORTION);
    const answer = await sql.query(LOAD_MIGRATIONS, [organisation, portion, ...whose]);
    for (const situation of answer.rows.map(parseSituation)) {
      loaded.set(situation.record.id, situation);
    }
  }
  return looks.flatMap(({ look, record }) => {
    const situation = record ? look.situationOf(record) : loaded.get(look.id);
    return situation ? [situation] : [];
  });
}

const MigrationRow = z.object({ id: MigrationId });

/** The open migration of a channel. */
export async function loadMigrationOfChannel(
  sql: Sql,
  organisation: OrganisationId,
  channel: { readonly workspaceId: string; readonly channelId: string },
): Promise<MigrationId | null> {
  const { rows } = await sql.query(
    `select migration_id as id from migration_channels
     where organisation_id = $1 and workspace_id = $2 and channel_id = $3 and released_at is null`,
    [organisation, channel.workspaceId, channel.channelId],
  );
  return z.array(MigrationRow).parse(rows)[0]?.id ?? null;
}

const Summary = z.object({
  id: MigrationId,
  customer: z.string(),
  state: z.enum(["open", "closed", "cancelled"]),
  openedBy: PersonId.nullable(),
  goLiveOn: Day.nullable(),
});

async function loadMigrations(
  sql: Sql,
  organisation: OrganisationId,
  state: MigrationRecord["state"] | null,
) {
  const { rows } = await sql.query(
    `select id, customer, state, human_of(opened_by) as "openedBy", to_char(go_live_on, 'YYYY-MM-DD') as "goLiveOn"
     from migrations where organisation_id = $1 and ($2::text is null or state = $2)
     order by opened_at desc, id`,
    [organisation, state],
  );
  return z.array(Summary).parse(rows);
}

const DefinitionRow = z.object({ hash: z.string(), file: z.string(), body: z.string() });

/** What was changed or cannot be read any more is left out: the gates of its migrations stay closed. */
async function loadDefinitions(
  sql: Sql,
  hashes: readonly string[],
): Promise<readonly Definition[]> {
  const { rows } = await sql.query(
    "select hash, file, body from workflow_definitions where hash = any($1::text[])",
    [hashes],
  );
  return z
    .array(DefinitionRow)
    .parse(rows)
    .flatMap(({ hash, file, body }) => {
      if (sha256(body) !== hash) return [];
      const workflow = Workflow.safeParse(JSON.parse(body));
      return workflow.success ? [{ hash, file, workflow: workflow.data }] : [];
    });
}

const Token = z.object({
  tokenHash: Sha256,
  personId: PersonId,
  migrationId: MigrationId,
  requirement: z.string(),
  meaning: z.enum(MEANINGS),
  contentHash: Sha256,
  expiresAt: Instant,
});

/** A token that was not spent, with the identity that its owner used last. */
async function loadSigningToken(
  sql: Sql,
  organisation: OrganisationId,
  tokenHash: Sha256,
): Promise<SigningToken | null> {
  const { rows } = await sql.query(
    `select token_hash as "tokenHash", person_id as "personId", migration_id as "migrationId",
       requirement, meaning, content_hash as "contentHash", instant(expires_at) as "expiresAt"
     from signing_tokens where organisation_id = $1 and token_hash = $2 and spent_at is null`,
    [organisation, tokenHash],
  );
  const token = z.array(Token).parse(rows)[0];
  if (!token) return null;
  const person = await loadPerson(sql, organisation, token.personId);
  const identity = person?.identities[0];
  return identity ? { ...token, identity } : null;
}

const LivingRow = z.object({ posted: z.boolean(), digest: z.string() });

/** What a living message says, or will say when the newest waiting delivery has left. */
async function loadLivingMessage(
  sql: Sql,
  organisation: OrganisationId,
  key: string,
): Promise<{ readonly posted: boolean; readonly digest: string } | null> {
  const { rows } = await sql.query(
    `select living.digest is not null as posted, coalesce(waiting.digest, living.digest) as digest
     from (select $1::uuid as organisation_id, $2::text as key) asked
     left join living_messages living using (organisation_id, key)
     left join lateral (select digest from outbox
       where organisation_id = asked.organisation_id and key = asked.key and state = 'waiting'
         and not (edit_only and living.digest is null)
       order by id desc limit 1) waiting on true
     where coalesce(waiting.digest, living.digest) is not null`,
    [organisation, key],
  );
  return z.array(LivingRow).parse(rows)[0] ?? null;
}
