/** What Slack tells of a workspace that has installed the app. */
import { randomBytes } from "node:crypto";
import type { NewInstallation } from "../../../src/chat/slack/install/ports.ts";
import { Instant } from "../../../src/domain/ids.ts";

/** An installation of 2026-03-02, in a workspace that nobody has seen before. */
export function anInstallation(given: Partial<NewInstallation> = {}): NewInstallation {
  return {
    workspaceRef: aWorkspaceRef(),
    enterpriseId: null,
    isOrgWide: false,
    appId: "A0CLEAR001",
    botUserId: "UBOT",
    installedAt: Instant.parse("2026-03-02T09:00:00.000Z"),
    botToken: `xoxb-${randomBytes(12).toString("hex")}`,
    scopes: ["chat:write", "commands"],
    installer: { userId: "U0OLGA", workspaceName: "Bravo" },
    ...given,
  };
}

export function aWorkspaceRef(): string {
  return `T${randomBytes(5).toString("hex").toUpperCase()}`;
}
