/** Reads of codes that link two accounts. */
import { z } from "zod";
import { Instant, type OrganisationId, PersonId, Sha256, WorkspaceId } from "../../domain/ids.ts";
import type { LinkCode } from "../../domain/people/linking.ts";
import { Surface } from "../../domain/people/person.ts";
import type { Sql } from "../pool.ts";

const LinkCodeRow = z.object({
  codeHash: Sha256,
  personId: PersonId,
  identity: z.object({
    surface: Surface,
    workspaceId: WorkspaceId,
    workspaceRef: z.string(),
    userId: z.string(),
  }),
  expiresAt: Instant,
  isSpent: z.boolean(),
  purpose: z.enum(["link", "join"]),
});

export async function loadLinkCode(
  sql: Sql,
  organisation: OrganisationId,
  codeHash: Sha256,
): Promise<LinkCode | null> {
  const { rows } = await sql.query(
    `select c.code_hash as "codeHash", i.person_id as "personId",
       json_build_object('surface', w.surface, 'workspaceId', w.id, 'workspaceRef', w.ref,
         'userId', c.user_id) as identity,
       instant(c.expires_at) as "expiresAt", c.spent_at is not null as "isSpent", c.purpose
     from link_codes c
       join workspaces w on w.id = c.workspace_id
       join identities i on i.workspace_id = c.workspace_id and i.user_id = c.user_id
     where c.organisation_id = $1 and c.code_hash = $2`,
    [organisation, codeHash],
  );
  return z.array(LinkCodeRow).parse(rows)[0] ?? null;
}

/** The organisation that a code belongs to, whichever it is. */
export async function loadOrganisationOfLinkCode(
  sql: Sql,
  codeHash: Sha256,
): Promise<string | null> {
  const { rows } = await sql.query("select organisation_of_link_code($1) as id", [codeHash]);
  return z.array(z.object({ id: z.string().nullable() })).parse(rows)[0]?.id ?? null;
}

/** When a person typed a code that did not fit, oldest first; held so that many at once count one by one. */
export async function holdLinkTries(
  sql: Sql,
  tried: { readonly person: PersonId; readonly since: Instant },
): Promise<readonly Instant[]> {
  await sql.query("select pg_advisory_xact_lock(hashtextextended($1, 9))", [tried.person]);
  const { rows } = await sql.query(
    `select instant(tried_at) as at from link_tries
     where person_id = $1 and tried_at > $2 order by tried_at`,
    [tried.person, tried.since],
  );
  return z.array(z.object({ at: Instant }).transform(({ at }) => at)).parse(rows);
}
