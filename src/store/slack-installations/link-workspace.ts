/**
 * Finds or makes the organisation of a Slack workspace that installs the app. Each workspace is an organisation of
 * its own, unless Slack says which enterprise it belongs to: the workspaces of one enterprise are one organisation.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { OrganisationId, WorkspaceId } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";

const Linked = z.object({ organisationId: OrganisationId, workspaceId: WorkspaceId });
export type Linked = z.infer<typeof Linked>;

/** From here on the transaction sees and writes rows of this organisation only. */
export async function enterOrganisation(sql: Sql, id: OrganisationId): Promise<void> {
  await sql.query("select set_config('cleargate.organisation', $1, true)", [id]);
}

/** What is there already stays where it is; the transaction has entered the organisation afterwards. */
export async function linkWorkspace(
  sql: Sql,
  workspace: { readonly ref: string; readonly enterpriseId: string | null },
  now: Date,
): Promise<Linked> {
  const { ref } = workspace;
  const enterprise = workspace.enterpriseId ?? ref;
  // One at a time, and always in this order: two first installations make one organisation.
  await hold(sql, enterprise);
  if (enterprise !== ref) await hold(sql, ref);
  const [known, ofEnterprise] = [await find(sql, ref), await find(sql, enterprise)];
  const found = known ?? ofEnterprise;
  const organisationId = found?.organisationId ?? (await makeOrganisation(sql, enterprise, now));
  await enterOrganisation(sql, organisationId);
  if (!ofEnterprise && enterprise !== ref) await makeWorkspace(sql, organisationId, enterprise);
  const workspaceId = known?.workspaceId ?? (await makeWorkspace(sql, organisationId, ref));
  return { organisationId, workspaceId };
}

/** The workspace's ids, whatever organisation the transaction is in. */
export async function find(sql: Sql, ref: string): Promise<Linked | null> {
  const { rows } = await sql.query(
    `select organisation_id as "organisationId", workspace_id as "workspaceId"
     from organisation_of_workspace('slack', $1)`,
    [ref],
  );
  return z.array(Linked).parse(rows)[0] ?? null;
}

/** Until the transaction ends nobody else installs the app there. */
export async function hold(sql: Sql, ref: string): Promise<void> {
  await sql.query("select pg_advisory_xact_lock(hashtextextended($1, 8))", [ref]);
}

async function makeOrganisation(sql: Sql, name: string, now: Date): Promise<OrganisationId> {
  const id = OrganisationId.parse(randomUUID());
  await enterOrganisation(sql, id);
  await sql.query("insert into organisations (id, name, created_at) values ($1, $2, $3)", [
    id,
    name,
    now.toISOString(),
  ]);
  return id;
}

async function makeWorkspace(
  sql: Sql,
  organisationId: OrganisationId,
  ref: string,
): Promise<WorkspaceId> {
  const id = WorkspaceId.parse(randomUUID());
  await sql.query(
    "insert into workspaces (id, organisation_id, surface, ref) values ($1, $2, 'slack', $3)",
    [id, organisationId, ref],
  );
  return id;
}
