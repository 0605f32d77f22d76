/** Reads of people, with the roles they hold and the identities they have. */
import { z } from "zod";
import { Instant, type OrganisationId, PersonId, WorkspaceId } from "../../domain/ids.ts";
import {
  type Identity,
  MemberRole,
  PersonKind,
  type PersonSummary,
  Surface,
} from "../../domain/people/person.ts";
import type { Sql } from "../pool.ts";

const COLUMNS = `
  select p.id, human_of(p.id) as "humanId", p.name, p.email, p.kind, instant(p.last_seen_at) as "lastSeenAt",
    json_build_object('name', p.name, 'email', p.email, 'emailConfirmed', p.email_confirmed,
      'timeZone', p.time_zone, 'kind', p.kind, 'isAdministrator', p.is_administrator) as profile,
    array(select g.role from role_grants g
      where g.person_id = p.id and g.withdrawn_at is null order by g.role) as roles,
    (select coalesce(json_agg(json_build_object('surface', w.surface,
        'workspaceId', w.id, 'workspaceRef', w.ref, 'userId', i.user_id,
        'linkedFrom', i.first_person_id)
        order by i.last_seen_at desc, i.user_id), '[]'::json)
      from identities i join workspaces w on w.id = i.workspace_id
      where i.person_id = p.id) as identities
  from people p`;
const SELECT = `${COLUMNS} where p.organisation_id = $1`;

const PersonRow = z.object({
  id: PersonId,
  humanId: PersonId,
  name: z.string(),
  email: z.string().nullable(),
  kind: PersonKind,
  lastSeenAt: Instant,
  profile: z.object({
    name: z.string(),
    email: z.string().nullable(),
    emailConfirmed: z.boolean(),
    timeZone: z.string(),
    kind: PersonKind,
    isAdministrator: z.boolean(),
  }),
  roles: z.array(MemberRole),
  identities: z.array(
    z.object({
      surface: Surface,
      workspaceId: WorkspaceId,
      workspaceRef: z.string(),
      userId: z.string(),
      linkedFrom: PersonId.nullable(),
    }),
  ),
});

async function select(
  sql: Sql,
  condition: string,
  values: readonly unknown[],
): Promise<readonly PersonSummary[]> {
  const { rows } = await sql.query(`${SELECT} ${condition} order by p.name, p.id`, values);
  return z.array(PersonRow).parse(rows);
}

export async function loadPerson(
  sql: Sql,
  organisation: OrganisationId,
  id: PersonId,
): Promise<PersonSummary | null> {
  return (await select(sql, "and p.id = $2", [organisation, id]))[0] ?? null;
}

export async function loadPersonOf(
  sql: Sql,
  organisation: OrganisationId,
  identity: Identity,
): Promise<PersonSummary | null> {
  const found = await select(
    sql,
    `and p.id = (select i.person_id from identities i
       where i.workspace_id = $2 and i.user_id = $3)`,
    [organisation, identity.workspaceId, identity.userId],
  );
  return found[0] ?? null;
}

export async function hasWorkspace(
  sql: Sql,
  organisation: OrganisationId,
  id: WorkspaceId,
): Promise<boolean> {
  const { rows } = await sql.query(
    "select 1 from workspaces where organisation_id = $1 and id = $2",
    [organisation, id],
  );
  return rows.length > 0;
}

/** Of the organisation whose rows the transaction sees. */
export async function loadPersonWhoEnters(
  sql: Sql,
  identity: Identity,
): Promise<PersonSummary | null> {
  const { rows } = await sql.query(
    `${COLUMNS} where p.id = (select i.person_id from identities i
       where i.workspace_id = $1 and i.user_id = $2)`,
    [identity.workspaceId, identity.userId],
  );
  return z.array(PersonRow).parse(rows)[0] ?? null;
}

/** Everybody who has an account; who was linked to another person shows as that one. */
export async function loadPeople(
  sql: Sql,
  organisation: OrganisationId,
): Promise<readonly PersonSummary[]> {
  const isReached = "and exists (select 1 from identities i where i.person_id = p.id)";
  return await select(sql, isReached, [organisation]);
}

/** Members who hold one of the roles now. */
export async function loadHolders(
  sql: Sql,
  organisation: OrganisationId,
  roles: readonly MemberRole[],
): Promise<readonly PersonSummary[]> {
  return await select(
    sql,
    `and p.kind = 'member' and exists (select 1 from role_grants g
       where g.person_id = p.id and g.withdrawn_at is null and g.role = any($2::text[]))`,
    [organisation, roles],
  );
}

const RoleRow = z.object({ role: MemberRole });

export async function loadRoles(
  sql: Sql,
  organisation: OrganisationId,
  id: PersonId,
): Promise<readonly MemberRole[]> {
  const { rows } = await sql.query(
    `select role from role_grants
     where organisation_id = $1 and person_id = $2 and withdrawn_at is null order by role`,
    [organisation, id],
  );
  return z
    .array(RoleRow)
    .parse(rows)
    .map(({ role }) => role);
}
