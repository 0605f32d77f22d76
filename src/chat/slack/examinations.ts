/** What `doctor` checks about Slack: the token, the scopes, Socket Mode, and what Slack has refused so far. */
import { webApi } from "@slack/bolt";
import { z } from "zod";
import type { Finding } from "../../app/ports.ts";
import { toTrouble } from "./api/clients.ts";
import { explain, type Troubles } from "./api/troubles.ts";
import type { Connection } from "./install/connections.ts";

/** What manifest.yml asks for; a test compares the two. */
export const REQUIRED_SCOPES = [
  "channels:history",
  "chat:write",
  "chat:write.public",
  "commands",
  "files:read",
  "files:write",
  "groups:history",
  "im:history",
  "im:write",
  "users:read",
  "users:read.email",
] as const;

export interface ExaminationOptions {
  /** Of the configured token; null without one. */
  readonly own: Connection | null;
  readonly troubles: Troubles;
  readonly apiUrl: string;
  readonly signingSecret: string | null;
  readonly appToken: string | null;
}

type Examination = () => Promise<readonly Finding[]>;

export function createExaminations(options: ExaminationOptions): readonly Examination[] {
  return [
    () => examineToken(options),
    async () => examineSecrets(options),
    () => examineSocket(options),
    async () => options.troubles.findings(),
  ];
}

const Answer = z.object({
  team: z.string().optional(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});

async function examineToken({ own }: ExaminationOptions): Promise<readonly Finding[]> {
  if (!own) return [];
  try {
    const answer = Answer.parse(await own.clients.directory.auth.test());
    const granted = new Set(answer.response_metadata?.scopes ?? []);
    const missing = REQUIRED_SCOPES.filter((scope) => !granted.has(scope));
    const connected: Finding = {
      check: "slack_token",
      ok: true,
      says: `Slack accepts the bot token (${answer.team ?? "an unnamed workspace"}).`,
    };
    return [connected, scopeFinding(missing)];
  } catch (error) {
    const trouble = toTrouble(error);
    const code = trouble.kind === "refused" ? trouble.code : trouble.kind;
    const fix =
      trouble.kind === "refused"
        ? "Set SLACK_BOT_TOKEN to the Bot User OAuth Token of the installed app."
        : "Check that this machine can reach Slack, and SLACK_API_URL.";
    return [{ check: "slack_token", ok: false, says: explain("auth.test", code), fix }];
  }
}

function scopeFinding(missing: readonly string[]): Finding {
  if (missing.length === 0)
    return { check: "slack_scopes", ok: true, says: "The app has every scope it needs." };
  return {
    check: "slack_scopes",
    ok: false,
    says: `The app lacks ${missing.join(", ")}.`,
    fix: "Add them under OAuth & Permissions as in manifest.yml and reinstall the app.",
  };
}

function examineSecrets(options: ExaminationOptions): readonly Finding[] {
  const { own, signingSecret, appToken } = options;
  const check = "slack_secrets";
  const wrong: Finding[] = [];
  const say = (says: string, fix: string): number => wrong.push({ check, ok: false, says, fix });
  if (own && !own.botToken.startsWith("xoxb-"))
    say("The bot token does not begin with xoxb-.", "Set SLACK_BOT_TOKEN to the bot token.");
  if (signingSecret !== null && /^x(ox|app)/.test(signingSecret))
    say("The signing secret holds a token.", "Swap SLACK_SIGNING_SECRET and the token.");
  if (appToken !== null && !appToken.startsWith("xapp-"))
    say("The app-level token does not begin with xapp-.", "Set SLACK_APP_TOKEN to such a token.");
  if (wrong.length > 0) return wrong;
  return [{ check, ok: true, says: "The tokens and the secret have their usual form." }];
}

async function examineSocket(options: ExaminationOptions): Promise<readonly Finding[]> {
  const { appToken, apiUrl } = options;
  if (appToken === null) return [];
  const check = "slack_socket_mode";
  const client = new webApi.WebClient(appToken, {
    slackApiUrl: apiUrl,
    timeout: 2_000,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
  });
  try {
    await client.apps.connections.open({});
    return [{ check, ok: true, says: "Slack offers a Socket Mode connection." }];
  } catch (error) {
    const trouble = toTrouble(error);
    const code = trouble.kind === "refused" ? trouble.code : trouble.kind;
    const fix = "Give the app-level token the scope connections:write and turn Socket Mode on.";
    return [{ check, ok: false, says: explain("apps.connections.open", code), fix }];
  }
}
