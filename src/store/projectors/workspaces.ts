/** Table changes of the facts about workspaces that went from one organisation to another. */
import type { WorkspaceFact } from "../../domain/organisations/workspace-facts.ts";
import type { Sql } from "../pool.ts";
import type { FactOf, Projectors, Recorded } from "./projector.ts";

export const workspaceProjectors: Projectors<WorkspaceFact> = {
  WorkspaceLeft: projectWorkspaceLeft,
  WorkspaceJoined: projectWorkspaceJoined,
};

/** Nobody is reached there as a person of this organisation any more; who they were stays. */
async function projectWorkspaceLeft(
  sql: Sql,
  { organisationId, fact }: Recorded<FactOf<"WorkspaceLeft">>,
): Promise<void> {
  for (const table of ["link_codes", "identities", "slack_installations"]) {
    await sql.query(`delete from ${table} where organisation_id = $1 and workspace_id = $2`, [
      organisationId,
      fact.workspaceId,
    ]);
  }
}

async function projectWorkspaceJoined(
  sql: Sql,
  { organisationId, at, fact }: Recorded<FactOf<"WorkspaceJoined">>,
): Promise<void> {
  const { codeHash, installation, personal, workspaceId } = fact;
  await sql.query("update link_codes set spent_at = $2 where code_hash = $1", [codeHash, at]);
  if (!installation) return;
  await sql.query(
    `insert into slack_installations (organisation_id, workspace_id, app_id, enterprise_id,
       is_org_wide, bot_user_id, scopes, installed_at, removed_at, installed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      organisationId,
      workspaceId,
      installation.appId,
      installation.enterpriseId,
      installation.isOrgWide,
      installation.botUserId,
      installation.scopes,
      installation.installedAt,
      installation.removedAt,
      personal.installer,
    ],
  );
}
