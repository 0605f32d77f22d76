/** Slack tells that the app was taken away: its token is deleted at once, the workspace's record stays. */
import { z } from "zod";
import type { Log } from "../../../app/ports.ts";
import { instantOf } from "../../../domain/ids.ts";
import type { Connections } from "./connections.ts";
import { installedRefOf } from "./origin.ts";
import type { SlackInstallations } from "./ports.ts";

export interface RemovalOptions {
  readonly installations: SlackInstallations | null;
  readonly connections: Pick<Connections, "forget">;
  readonly log: Log;
}

const Removed = z.looseObject({
  event_time: z.number().int().positive().max(9_999_999_999),
  event: z.union([
    z.looseObject({ type: z.literal("app_uninstalled") }),
    z.looseObject({
      type: z.literal("tokens_revoked"),
      tokens: z.object({ bot: z.array(z.string()).nullish() }),
    }),
  ]),
});

/** Throws when the store does not answer, so that Slack delivers the event again. */
export async function onRemoved(options: RemovalOptions, body: unknown): Promise<void> {
  const parsed = Removed.safeParse(body);
  const workspaceRef = installedRefOf(body);
  if (!parsed.success || workspaceRef === null) {
    options.log.warn("slack_payload_refused", { provider: "slack", what: "removal" });
    return;
  }
  const { event, event_time: seconds } = parsed.data;
  // People may have tokens of their own; ours is the bot's.
  if (event.type === "tokens_revoked" && (event.tokens.bot ?? []).length === 0) return;
  options.connections.forget(workspaceRef);
  // Slack counts whole seconds. What was installed later belongs to a new installation, and the event came late.
  const notAfter = instantOf(new Date((seconds + 1) * 1_000));
  const removed = await options.installations?.remove({ workspaceRef, why: event.type, notAfter });
  options.connections.forget(workspaceRef);
  options.log.warn("slack_app_removed", { provider: "slack", removed: removed === true });
}
