/** Rows of installations as they come from the database. */
import { z } from "zod";
import type { Started } from "../../chat/slack/install/ports.ts";
import { Instant, Sha256 } from "../../domain/ids.ts";

export const StartedRow = z
  .object({ state_hash: Sha256, browser_hash: Sha256, expires_at: Instant })
  .transform(
    (row): Started => ({
      stateHash: row.state_hash,
      browserHash: row.browser_hash,
      expiresAt: row.expires_at,
    }),
  );

export const InstalledRow = z
  .object({
    app_id: z.string(),
    enterprise_id: z.string().nullable(),
    is_org_wide: z.boolean(),
    bot_user_id: z.string(),
    installed_at: Instant,
  })
  .transform((row) => ({
    appId: row.app_id,
    enterpriseId: row.enterprise_id,
    isOrgWide: row.is_org_wide,
    botUserId: row.bot_user_id,
    installedAt: row.installed_at,
  }));
