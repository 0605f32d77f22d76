/** Table changes of the facts about workspaces that install the app themselves. */
import type { InstallationFact } from "../../domain/facts.ts";
import type { Sql } from "../pool.ts";
import { changeRow, type FactOf, type Projectors, type Recorded } from "./projector.ts";

export const installationProjectors: Projectors<InstallationFact> = {
  WorkspaceInstalled: projectWorkspaceInstalled,
  WorkspaceUninstalled: projectWorkspaceUninstalled,
};

async function projectWorkspaceInstalled(
  sql: Sql,
  { organisationId, at, fact }: Recorded<FactOf<"WorkspaceInstalled">>,
): Promise<void> {
  await changeRow(
    sql,
    `insert into slack_installations as i (organisation_id, workspace_id, app_id, enterprise_id,
       is_org_wide, bot_user_id, scopes, installed_at, installed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (workspace_id) do update set app_id = excluded.app_id,
       enterprise_id = excluded.enterprise_id, is_org_wide = excluded.is_org_wide,
       bot_user_id = excluded.bot_user_id, scopes = excluded.scopes,
       installed_at = excluded.installed_at, installed_by = excluded.installed_by,
       removed_at = null
     where i.organisation_id = excluded.organisation_id`,
    [
      organisationId,
      fact.workspaceId,
      fact.appId,
      fact.enterpriseId,
      fact.isOrgWide,
      fact.botUserId,
      fact.scopes,
      at,
      fact.personal.userId,
    ],
  );
}

async function projectWorkspaceUninstalled(
  sql: Sql,
  { organisationId, at, fact }: Recorded<FactOf<"WorkspaceUninstalled">>,
): Promise<void> {
  await changeRow(
    sql,
    `update slack_installations set removed_at = $3
     where organisation_id = $1 and workspace_id = $2 and removed_at is null`,
    [organisationId, fact.workspaceId, at],
  );
}
