/** Table changes of the facts about people and roles. */
import type { PeopleFact } from "../../domain/facts.ts";
import type { PersonId } from "../../domain/ids.ts";
import { Collision } from "../faults.ts";
import type { Sql } from "../pool.ts";
import { linkingProjectors } from "./linking.ts";
import { changeRow, type FactOf, type Projectors, type Recorded } from "./projector.ts";

export const peopleProjectors: Projectors<PeopleFact> = {
  PersonRecognised: projectPersonRecognised,
  RoleGranted: projectRoleGranted,
  RoleWithdrawn: projectRoleWithdrawn,
  ...linkingProjectors,
};

async function projectPersonRecognised(
  sql: Sql,
  { organisationId, at, fact }: Recorded<FactOf<"PersonRecognised">>,
): Promise<void> {
  const { personal, identity } = fact;
  await sql.query(
    `insert into people (id, organisation_id, name, email, email_confirmed, time_zone, kind,
       is_administrator, last_seen_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (id) do update set name = excluded.name, email = excluded.email,
       email_confirmed = excluded.email_confirmed, time_zone = excluded.time_zone,
       kind = excluded.kind, is_administrator = excluded.is_administrator,
       last_seen_at = greatest(people.last_seen_at, excluded.last_seen_at)
     where people.organisation_id = excluded.organisation_id`,
    [
      fact.personId,
      organisationId,
      personal.name,
      personal.email,
      personal.emailConfirmed,
      personal.timeZone,
      personal.kind,
      personal.isAdministrator,
      at,
    ],
  );
  const { rows } = await sql.query(
    `insert into identities (organisation_id, workspace_id, user_id, person_id, last_seen_at)
     values ($1, $2, $3, $4, $5)
     on conflict (workspace_id, user_id) do update
       set last_seen_at = greatest(identities.last_seen_at, excluded.last_seen_at)
       where identities.person_id = excluded.person_id
     returning 1`,
    [organisationId, identity.workspaceId, identity.userId, fact.personId, at],
  );
  if (rows.length === 0) throw new Collision("the identity was recognised a moment ago");
}

/** Held until the transaction ends, so that a signature and a withdrawn role cannot pass each other. */
export async function holdRoles(
  sql: Sql,
  person: PersonId,
  how: "share" | "update",
): Promise<void> {
  await sql.query(`select 1 from people where id = $1 for ${how}`, [person]);
}

async function projectRoleGranted(
  sql: Sql,
  { organisationId, actor, at, fact }: Recorded<FactOf<"RoleGranted">>,
): Promise<void> {
  await holdRoles(sql, fact.personId, "update");
  await sql.query(
    `insert into role_grants (organisation_id, person_id, role, granted_by, granted_at)
     values ($1, $2, $3, $4, $5)
     on conflict (organisation_id, role, person_id) where withdrawn_at is null do nothing`,
    [organisationId, fact.personId, fact.role, actor?.personId ?? null, at],
  );
}

async function projectRoleWithdrawn(
  sql: Sql,
  { organisationId, actor, at, fact }: Recorded<FactOf<"RoleWithdrawn">>,
): Promise<void> {
  await holdRoles(sql, fact.personId, "update");
  await changeRow(
    sql,
    `update role_grants set withdrawn_by = $4, withdrawn_at = $5
     where organisation_id = $1 and person_id = $2 and role = $3 and withdrawn_at is null`,
    [organisationId, fact.personId, fact.role, actor?.personId ?? null, at],
  );
}
