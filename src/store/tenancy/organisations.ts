/** Finds whose request it is, before anything can be read as that organisation. */
import { randomUUID } from "node:crypto";
import type pg from "pg";
import { z } from "zod";
import { Bug } from "../../domain/fault.ts";
import { type MigrationId, OrganisationId, WorkspaceId } from "../../domain/ids.ts";
import type { Identity, PersonSummary } from "../../domain/people/person.ts";
import { type Sql, TENANT } from "../pool.ts";
import { loadPersonWhoEnters } from "../reading/people.ts";
import { inTransaction, withoutTransaction } from "../transaction.ts";

const Found = z.object({ organisationId: OrganisationId, workspaceId: WorkspaceId });
type Found = z.infer<typeof Found>;
type Workspace = Pick<Identity, "surface" | "workspaceRef">;

/** Every organisation, for the loops. */
export async function listOrganisations(sql: Sql): Promise<readonly OrganisationId[]> {
  const { rows } = await sql.query("select id from organisations order by created_at, id");
  return z.array(z.object({ id: OrganisationId }).transform(({ id }) => id)).parse(rows);
}

/** Needs no organisation: the function it asks passes row level security, and answers the id alone. */
export async function organisationOfMigration(
  sql: Sql,
  migration: MigrationId,
): Promise<OrganisationId | null> {
  const { rows } = await sql.query("select organisation_of_migration($1) as id", [migration]);
  return z.array(z.object({ id: OrganisationId.nullable() })).parse(rows)[0]?.id ?? null;
}

/** The organisation of a workspace; both are made on first sight. */
export async function findOrganisation(
  pool: pg.Pool,
  options: { readonly deadlineMs: number; readonly clock: () => Date },
  workspace: Workspace,
): Promise<Found> {
  const { deadlineMs, clock } = options;
  const known = await selectWorkspace(withoutTransaction(pool), workspace);
  if (known) return known;
  const organisation = OrganisationId.parse(randomUUID());
  return await inTransaction(pool, { begin: "begin", deadlineMs, organisation }, async (sql) => {
    // One at a time: two first requests of a workspace make one organisation.
    await sql.query("select pg_advisory_xact_lock(hashtextextended($1, 8))", [
      workspace.workspaceRef,
    ]);
    const late = await selectWorkspace(sql, workspace);
    if (late) return late;
    await makeOrganisation(sql, { organisation, workspace, at: clock() });
    const made = await selectWorkspace(sql, workspace);
    if (!made) throw new Bug("a workspace was not kept");
    return made;
  });
}

/** Whose request it is and who asks, in one round trip; null before the workspace was seen. */
export async function enter(
  pool: pg.Pool,
  deadlineMs: number,
  identity: Identity,
): Promise<{
  readonly organisationId: OrganisationId;
  readonly known: PersonSummary | null;
} | null> {
  const begin = "begin isolation level repeatable read read only";
  return await inTransaction(pool, { begin, deadlineMs, sends: 2 }, async (sql) => {
    // The first makes the organisation's rows visible to the second.
    const [found, known] = await Promise.all([
      sql.query(
        `select organisation_id as "organisationId", workspace_id as "workspaceId",
           set_config('${TENANT}', organisation_id::text, true)
         from organisation_of_workspace($1, $2)`,
        [identity.surface, identity.workspaceRef],
      ),
      loadPersonWhoEnters(sql, identity),
    ]);
    const organisationId = z.array(Found).parse(found.rows)[0]?.organisationId;
    return organisationId ? { organisationId, known } : null;
  });
}

async function makeOrganisation(
  sql: Sql,
  made: { readonly organisation: OrganisationId; readonly workspace: Workspace; readonly at: Date },
): Promise<void> {
  const { surface, workspaceRef } = made.workspace;
  await sql.query("insert into organisations (id, name, created_at) values ($1, $2, $3)", [
    made.organisation,
    workspaceRef,
    made.at.toISOString(),
  ]);
  await sql.query(
    "insert into workspaces (id, organisation_id, surface, ref) values ($1, $2, $3, $4)",
    [randomUUID(), made.organisation, surface, workspaceRef],
  );
}

async function selectWorkspace(sql: Sql, { surface, workspaceRef }: Workspace) {
  const { rows } = await sql.query(
    `select organisation_id as "organisationId", workspace_id as "workspaceId"
     from organisation_of_workspace($1, $2)`,
    [surface, workspaceRef],
  );
  return z.array(Found).parse(rows)[0] ?? null;
}
