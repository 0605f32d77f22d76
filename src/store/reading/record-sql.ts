/**
 * The statements that load whole migrations, each record as one text of JSON. A table's rows come as one list a
 * column, which PostgreSQL writes and JavaScript reads in half the time of one object a row; `record-row.ts` puts
 * them together again.
 */
import { OPEN_BREAKS } from "../ledger/open-breaks.ts";

/** The columns of some rows as lists: `{"question": [...], "value": [...]}`. */
const columns = (fields: Readonly<Record<string, string>>, rows: string): string => {
  const lists = Object.entries(fields).map(
    ([name, value]) => `'${name}', coalesce(json_agg(${value}), '[]'::json)`,
  );
  return `(select json_build_object(${lists.join(", ")}) from ${rows})`;
};

/** Rows of a table that people wrote, each with the human being behind the account as it is linked today. */
const recorded = (rows: string): string =>
  `(select t.*, coalesce(linked.human_id, t.by_person) as human_id from ${rows}) r`;

const LINKED = "left join linked on linked.person_id = t.by_person";

const BY = { personId: "r.human_id", name: "r.by_name", email: "r.by_email" };

const ITEMS = columns(
  {
    requirement: "r.requirement",
    version: "r.version",
    reopenedReason: "r.reopened_reason",
    reopenedAt: "r.reopened_at",
  },
  "(select * from requirement_items where migration_id = m.id order by requirement) r",
);

const ANSWERS = columns(
  {
    requirement: "r.requirement",
    question: "r.question",
    value: "r.value",
    ...BY,
    at: "r.given_at",
  },
  recorded(`(
    select distinct on (requirement, question) * from answers
    where migration_id = m.id order by requirement, question, id desc
  ) t ${LINKED} where t.value is not null order by t.id`),
);

const EVIDENCE = columns(
  {
    requirement: "r.requirement",
    id: "r.id",
    slot: "r.slot",
    kind: "r.kind",
    fileName: "r.name",
    sha256: "r.sha256",
    bytes: "r.bytes",
    link: "r.link",
    heldOn: "r.held_on",
    ...BY,
    at: "r.given_at",
  },
  recorded(`evidence t ${LINKED}
    where t.migration_id = m.id and t.removed_at is null order by t.given_at, t.id`),
);

const ATTESTATIONS = columns(
  {
    requirement: "r.requirement",
    id: "r.id",
    role: "r.role",
    form: "r.form",
    statement: "r.statement",
    fromName: "r.from_name",
    fromTitle: "r.from_title",
    fromOrganisation: "r.from_organisation",
    fromEmail: "r.from_email",
    confirmedOn: "r.confirmed_on",
    documentName: "r.document_name",
    documentSha256: "r.document_sha256",
    documentLink: "r.document_link",
    controlled: "r.controlled",
    about: "r.about",
    aboutNamed: "r.about_named",
    checkedHow: "r.checked_how",
    checkedOn: "r.checked_on",
    ...BY,
    at: "r.received_at",
  },
  recorded(`attestations t ${LINKED}
    where t.migration_id = m.id and t.removed_at is null order by t.received_at, t.id`),
);

const REQUESTS = columns(
  {
    requirement: "r.requirement",
    id: "r.id",
    meaning: "r.meaning",
    contentHash: "r.content_hash",
    ...BY,
    at: "r.requested_at",
    reason: "r.reason",
    expiresOn: "r.expires_on",
    claim: "r.claim",
    ended: "r.ended",
  },
  recorded(`sign_off_requests t ${LINKED}
    where t.migration_id = m.id order by t.requested_at, t.id`),
);

const SIGN_OFFS = columns(
  {
    requirement: "r.requirement",
    id: "r.id",
    meaning: "r.meaning",
    contentHash: "r.content_hash",
    definitionHash: "r.definition_hash",
    requestId: "r.request_id",
    role: "r.role",
    ...BY,
    surface: "r.surface",
    workspaceRef: "r.workspace_ref",
    userId: "r.user_id",
    timeZone: "r.time_zone",
    consent: "r.consent",
    at: "r.signed_at",
    reason: "r.reason",
    expiresOn: "r.expires_on",
    revoked: "r.revoked",
  },
  recorded(`sign_offs t ${LINKED}
    where t.migration_id = m.id order by t.signed_at, t.id`),
);

const list = (value: string, order: string) =>
  `coalesce(json_agg(${value} order by ${order}), '[]'::json)`;

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

const DOUBT = `(select open.found ->> 'why' from (${OPEN_BREAKS("m.organisation_id")}) open limit 1)`;

const MIGRATION = `json_build_object(
  'id', m.id, 'organisationId', m.organisation_id, 'customer', m.customer,
  'industry', m.industry, 'timeZone', m.time_zone, 'platform', m.platform,
  'proposalOn', m.proposal_on, 'goLiveOn', m.go_live_on, 'state', m.state,
  'openedBy', case when m.opened_by is null then null else json_build_object(
    'personId', human_of(m.opened_by), 'name', m.opened_by_name, 'email', m.opened_by_email) end,
  'openedAt', m.opened_at, 'version', m.version, 'verticals', m.verticals,
  'verticalsConfirmed', case when m.confirmed_at is null then null else json_build_object(
    'by', json_build_object('personId', human_of(m.confirmed_by), 'name', m.confirmed_by_name,
      'email', m.confirmed_by_email),
    'at', m.confirmed_at) end,
  'detection', (select ${list("d.detected", "d.position")}
    from migration_detections d where d.migration_id = m.id),
  'flags', m.flags, 'gate3PassedAt', m.gate3_passed_at,
  'ledgerDoubt', ${DOUBT},
  'channels', ${CHANNELS},
  'definitions', (select ${list("json_build_object('vertical', v.vertical, 'hash', v.hash)", "v.position")}
    from migration_definitions v where v.migration_id = m.id),
  'contacts', ${CONTACTS}
)`;

/** Roles, of those in $3, that at least one member holds now. */
const HELD_ROLES = `array(
  select asked.role from unnest($3::text[]) as asked (role)
  where exists (select from role_grants g join people p on p.id = g.person_id
    where g.organisation_id = $1 and g.role = asked.role and g.withdrawn_at is null
      and p.kind = 'member'))`;

/** Roles that one person holds now. */
const ROLES = `array(
  select g.role from role_grants g
  where g.organisation_id = $1 and g.person_id = $4::uuid and g.withdrawn_at is null
  order by g.role)`;

/** Everything that a record is made of, apart from the migration's own row and the doubt about the ledger. */
const OF_MIGRATION = [
  "requirement_items",
  "answers",
  "evidence",
  "attestations",
  "sign_off_requests",
  "sign_offs",
  "contacts",
  "migration_detections",
  "migration_definitions",
].map((table) => ({ versions: "t.ctid, t.xmin", rows: `${table} t where t.migration_id = m.id` }));
const PARTS = [
  ...OF_MIGRATION,
  {
    versions: "c.ctid, c.xmin, w.ctid, w.xmin",
    rows: `migration_channels c join workspaces w on w.id = c.workspace_id
      where c.migration_id = m.id`,
  },
  { versions: "h.ctid, h.xmin", rows: "same_humans h where h.organisation_id = $1" },
];

/**
 * A short text that is another one after any change of what the record is made of. No row is ever written in its
 * place: a change makes a new version of it, at another place, by another transaction.
 */
const STAMP = `md5(concat_ws(':', pg_postmaster_start_time(), m.xmin, m.ctid, (
  select bit_xor(part.hash) from (
    ${PARTS.map(
      ({ versions, rows }, table) =>
        `select hash_record_extended(row(${versions}), ${table}) as hash from ${rows}`,
    ).join("\n    union all ")}
  ) part
), ${DOUBT}))`;

const FOUND = `
  ${HELD_ROLES} as "heldRoles", ${ROLES} as roles
from migrations m where m.organisation_id = $1`;

const LOOK = `select m.id, ${STAMP} as stamp, ${FOUND}`;

const LOAD = `
with linked as materialized (
  select person_id, human_id from same_humans where organisation_id = $1
)
select m.id, ${STAMP} as stamp, json_build_object('migration', ${MIGRATION}, 'items', ${ITEMS},
    'answers', ${ANSWERS}, 'evidence', ${EVIDENCE}, 'attestations', ${ATTESTATIONS},
    'requests', ${REQUESTS}, 'signOffs', ${SIGN_OFFS})::text as record, ${FOUND}`;

/** $1 organisation, $2 migration, $3 roles to look for, $4 a person or null. */
export const LOAD_MIGRATION = `${LOAD} and m.id = $2`;

/** All but the record itself, of which only the stamp comes. The same values. */
export const LOOK_AT_MIGRATION = `${LOOK} and m.id = $2`;

/** $1 organisation, $2 migrations, $3 roles to look for, $4 a person or null. */
export const LOAD_MIGRATIONS = `${LOAD} and m.id = any($2::uuid[])`;

/** $1 organisation, $2 state, $3 roles to look for, $4 a person or null. Newest first. */
export const LOOK_AT_MIGRATIONS = `${LOOK} and m.state = $2 order by m.opened_at desc, m.id`;
