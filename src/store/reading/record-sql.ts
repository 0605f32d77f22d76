/** The one statement that loads a whole migration as JSON, in the shape of `MigrationRecord`. */
import { OPEN_BREAKS } from "../ledger/open-breaks.ts";

const by = (table: string) =>
  `json_build_object('personId', human_of(${table}.by_person), 'name', ${table}.by_name, 'email', ${table}.by_email)`;

const list = (value: string, order: string) =>
  `coalesce(json_agg(${value} order by ${order}), '[]'::json)`;

const ofItem = (table: string) =>
  `${table}.migration_id = item.migration_id and ${table}.requirement = item.requirement`;

const ANSWERS = `(
  select ${list(
    `json_build_object('question', a.question, 'value', a.value, 'by', ${by("a")}, 'at', instant(a.given_at))`,
    "a.id",
  )}
  from (
    select distinct on (question) * from answers r where ${ofItem("r")} order by question, id desc
  ) a where a.value is not null
)`;

const EVIDENCE = `(
  select ${list(
    `json_build_object('id', e.id, 'slot', e.slot, 'kind', e.kind, 'name', e.name, 'sha256', e.sha256,
      'bytes', e.bytes, 'link', e.link, 'heldOn', e.held_on, 'by', ${by("e")},
      'at', instant(e.given_at))`,
    "e.given_at, e.id",
  )}
  from evidence e where ${ofItem("e")} and e.removed_at is null
)`;

const ATTESTATIONS = `(
  select ${list(
    `json_build_object('id', t.id, 'role', t.role, 'form', t.form, 'statement', t.statement,
      'from', json_build_object('name', t.from_name, 'title', t.from_title,
        'organisation', t.from_organisation, 'email', t.from_email),
      'confirmedOn', t.confirmed_on,
      'document', json_build_object('name', t.document_name, 'sha256', t.document_sha256,
        'link', t.document_link, 'controlled', t.controlled),
      'receivedBy', ${by("t")}, 'receivedAt', instant(t.received_at))`,
    "t.received_at, t.id",
  )}
  from attestations t where ${ofItem("t")} and t.removed_at is null
)`;

const REQUESTS = `(
  select ${list(
    `json_build_object('id', q.id, 'meaning', q.meaning, 'contentHash', q.content_hash,
      'by', ${by("q")}, 'at', instant(q.requested_at), 'reason', q.reason,
      'expiresOn', q.expires_on, 'claim', q.claim, 'ended', q.ended)`,
    "q.requested_at, q.id",
  )}
  from sign_off_requests q where ${ofItem("q")}
)`;

const SIGN_OFFS = `(
  select ${list(
    `json_build_object('id', s.id, 'meaning', s.meaning, 'contentHash', s.content_hash,
      'definitionHash', s.definition_hash, 'requestId', s.request_id, 'role', s.role,
      'signer', json_build_object('personId', human_of(s.by_person), 'name', s.by_name, 'email', s.by_email,
        'surface', s.surface, 'workspaceRef', s.workspace_ref, 'userId', s.user_id,
        'timeZone', s.time_zone),
      'consent', s.consent, 'signedAt', instant(s.signed_at), 'reason', s.reason,
      'expiresOn', s.expires_on, 'revoked', s.revoked)`,
    "s.signed_at, s.id",
  )}
  from sign_offs s where ${ofItem("s")}
)`;

const ITEMS = `(
  select ${list(
    `json_build_object('requirement', item.requirement, 'version', item.version,
      'reopened', case when item.reopened_at is null then null else
        json_build_object('reason', item.reopened_reason, 'at', instant(item.reopened_at)) end,
      'answers', ${ANSWERS}, 'evidence', ${EVIDENCE}, 'attestations', ${ATTESTATIONS},
      'requests', ${REQUESTS}, 'signOffs', ${SIGN_OFFS})`,
    "item.requirement",
  )}
  from requirement_items item where item.migration_id = m.id
)`;

const CHANNELS = `(
  select ${list(
    `json_build_object('surface', w.surface, 'workspaceId', c.workspace_id,
      'channelId', c.channel_id)`,
    "c.linked_at, c.workspace_id, c.channel_id",
  )}
  from migration_channels c join workspaces w on w.id = c.workspace_id where c.migration_id = m.id
)`;

const CONTACTS = `(
  select ${list(
    `json_build_object('role', k.role, 'name', k.name, 'title', k.title,
      'organisation', k.organisation, 'email', k.email)`,
    "k.role",
  )}
  from contacts k where k.migration_id = m.id
)`;

/** $1 organisation, $2 migration. */
export const LOAD_MIGRATION = `
select json_build_object(
  'id', m.id, 'organisationId', m.organisation_id, 'customer', m.customer,
  'industry', m.industry, 'timeZone', m.time_zone, 'platform', m.platform,
  'proposalOn', m.proposal_on, 'goLiveOn', m.go_live_on, 'state', m.state,
  'openedBy', case when m.opened_by is null then null else json_build_object(
    'personId', human_of(m.opened_by), 'name', m.opened_by_name, 'email', m.opened_by_email) end,
  'openedAt', instant(m.opened_at), 'version', m.version, 'verticals', m.verticals,
  'verticalsConfirmed', case when m.confirmed_at is null then null else json_build_object(
    'by', json_build_object('personId', human_of(m.confirmed_by), 'name', m.confirmed_by_name,
      'email', m.confirmed_by_email),
    'at', instant(m.confirmed_at)) end,
  'detection', (select ${list("d.detected", "d.position")}
    from migration_detections d where d.migration_id = m.id),
  'flags', m.flags, 'gate3PassedAt', instant(m.gate3_passed_at),
  'ledgerDoubt', (select open.found ->> 'why' from (${OPEN_BREAKS("m.organisation_id")}) open limit 1),
  'channels', ${CHANNELS},
  'definitions', (select ${list("json_build_object('vertical', v.vertical, 'hash', v.hash)", "v.position")}
    from migration_definitions v where v.migration_id = m.id),
  'contacts', ${CONTACTS},
  'items', ${ITEMS}
) as record
from migrations m where m.organisation_id = $1 and m.id = $2`;
