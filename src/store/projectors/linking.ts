/** Table changes of the facts about linked accounts. */
import type { PeopleFact } from "../../domain/facts.ts";
import type { PersonId } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";
import { changeRow, type FactOf, type Projectors, type Recorded } from "./projector.ts";

export type LinkingFact = Extract<
  PeopleFact,
  { type: "LinkCodeIssued" | "LinkCodeMistyped" | "IdentityLinked" | "IdentityUnlinked" }
>;

export const linkingProjectors: Projectors<LinkingFact> = {
  LinkCodeIssued: projectLinkCodeIssued,
  LinkCodeMistyped: projectLinkCodeMistyped,
  IdentityLinked: projectIdentityLinked,
  IdentityUnlinked: projectIdentityUnlinked,
};

async function projectLinkCodeIssued(
  sql: Sql,
  { organisationId, at, fact }: Recorded<FactOf<"LinkCodeIssued">>,
): Promise<void> {
  const { identity, personId, codeHash, expiresAt, purpose = "link" } = fact;
  await sql.query(
    `insert into link_codes
       (code_hash, organisation_id, workspace_id, user_id, person_id, issued_at, expires_at, purpose)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (workspace_id, user_id) do update set code_hash = excluded.code_hash,
       person_id = excluded.person_id, issued_at = excluded.issued_at,
       expires_at = excluded.expires_at, purpose = excluded.purpose, spent_at = null`,
    [
      codeHash,
      organisationId,
      identity.workspaceId,
      identity.userId,
      personId,
      at,
      expiresAt,
      purpose,
    ],
  );
}

/** What is older than a day counts no more. */
async function projectLinkCodeMistyped(
  sql: Sql,
  { organisationId, at, fact }: Recorded<FactOf<"LinkCodeMistyped">>,
): Promise<void> {
  await sql.query(
    "delete from link_tries where person_id = $1 and tried_at < $2::timestamptz - interval '1 day'",
    [fact.personId, at],
  );
  await sql.query(
    "insert into link_tries (organisation_id, person_id, tried_at) values ($1, $2, $3)",
    [organisationId, fact.personId, at],
  );
}

async function projectIdentityLinked(
  sql: Sql,
  { organisationId, at, fact }: Recorded<FactOf<"IdentityLinked">>,
): Promise<void> {
  const { personId, joinedId, identity, codeHash } = fact;
  await holdPeople(sql, [personId, joinedId]);
  await changeRow(
    sql,
    `update identities set person_id = $3, first_person_id = coalesce(first_person_id, person_id)
     where workspace_id = $1 and user_id = $2 and person_id = $4`,
    [identity.workspaceId, identity.userId, personId, joinedId],
  );
  await sql.query("update link_codes set spent_at = $2 where code_hash = $1", [codeHash, at]);
  await sql.query(
    `with two as materialized (select
       coalesce((select human_id from same_humans where person_id = $2), $2::uuid) as stays,
       coalesce((select human_id from same_humans where person_id = $3), $3::uuid) as joins),
     moved as (
       update same_humans s set human_id = two.stays from two
       where s.human_id = two.joins and two.stays <> two.joins and s.person_id <> two.stays)
     insert into same_humans (organisation_id, person_id, human_id)
     select $1, two.joins, two.stays from two where two.stays <> two.joins`,
    [organisationId, personId, joinedId],
  );
}

/** The two stay one human being for two pairs of eyes. */
async function projectIdentityUnlinked(
  sql: Sql,
  { fact }: Recorded<FactOf<"IdentityUnlinked">>,
): Promise<void> {
  const { personId, backTo, identity } = fact;
  await holdPeople(sql, [personId, backTo]);
  await changeRow(
    sql,
    `update identities set person_id = $4
     where workspace_id = $1 and user_id = $2 and person_id = $3 and first_person_id = $4`,
    [identity.workspaceId, identity.userId, personId, backTo],
  );
}

/** Until the transaction ends no signature of either passes; in one order, so that two links never wait in a ring. */
async function holdPeople(sql: Sql, people: readonly PersonId[]): Promise<void> {
  await sql.query("select 1 from people where id = any($1::uuid[]) order by id for update", [
    [...people],
  ]);
}
