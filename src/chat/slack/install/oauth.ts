/** Slack's side of an installation (OAuth v2): where the browser is sent, and what its code is exchanged for. */
import { webApi } from "@slack/bolt";
import { z } from "zod";
import type { Log } from "../../../app/ports.ts";
import { type Instant, instantOf } from "../../../domain/ids.ts";
import { createClients, quietLogger, type Trouble, toTrouble } from "../api/clients.ts";
import { REQUIRED_SCOPES } from "../examinations.ts";
import type { NewInstallation } from "./ports.ts";

export interface OAuthOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Without a slash at its end. */
  readonly publicUrl: string;
  readonly apiUrl: string;
  readonly log: Log;
}

export function redirectUri({ publicUrl }: Pick<OAuthOptions, "publicUrl">): string {
  return `${publicUrl}/slack/oauth/callback`;
}

/** The page at Slack where somebody chooses the workspace and allows the app. */
export function authorizeUrl(options: OAuthOptions, state: string): string {
  const url = new URL("/oauth/v2/authorize", options.apiUrl);
  url.searchParams.set("client_id", options.clientId);
  url.searchParams.set("scope", REQUIRED_SCOPES.join(","));
  url.searchParams.set("redirect_uri", redirectUri(options));
  url.searchParams.set("state", state);
  return url.href;
}

export type InstallProblem =
  /** Slack does not answer; nothing is wrong with the request. */
  | { readonly why: "unreachable" }
  | { readonly why: "refused"; readonly code: string }
  | { readonly why: "not_a_bot" }
  | { readonly why: "token_rotation" }
  | { readonly why: "other_app" }
  | { readonly why: "other_workspace" }
  | { readonly why: "missing_scopes"; readonly scopes: readonly string[] };

const named = z.object({ id: z.string().regex(/^[A-Z0-9]{2,50}$/), name: z.string().nullish() });

const Access = z.object({
  access_token: z.string().regex(/^xoxb-[A-Za-z0-9-]{5,500}$/),
  token_type: z.literal("bot"),
  scope: z.string(),
  bot_user_id: z.string().min(1).max(50),
  app_id: z.string().regex(/^[A-Z0-9]{2,50}$/),
  team: named.nullish(),
  enterprise: named.nullish(),
  is_enterprise_install: z.boolean().nullish(),
  authed_user: z.object({ id: z.string().min(1).max(50) }),
  refresh_token: z.string().nullish(),
  expires_in: z.number().nullish(),
});
type Access = z.infer<typeof Access>;

/** The installation that the code stands for, checked with its own token; or why there is none. */
export async function exchangeCode(
  options: OAuthOptions,
  code: string,
  known: { readonly appIds: readonly string[]; readonly now: Date },
): Promise<NewInstallation | InstallProblem> {
  try {
    const access = Access.safeParse(await requestAccess(options, code));
    if (!access.success) return { why: "not_a_bot" };
    const problem = findProblem(access.data, known.appIds);
    if (problem) return problem;
    const installation = toInstallation(access.data, instantOf(known.now));
    if (!installation) return { why: "other_workspace" };
    return (await isTokenOf(options, installation)) ? installation : { why: "other_workspace" };
  } catch (error) {
    return toProblem(toTrouble(error));
  }
}

function requestAccess(options: OAuthOptions, code: string): Promise<unknown> {
  const client = new webApi.WebClient(undefined, {
    slackApiUrl: options.apiUrl,
    timeout: 5_000,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: quietLogger(options.log),
  });
  return client.oauth.v2.access({
    client_id: options.clientId,
    client_secret: options.clientSecret,
    redirect_uri: redirectUri(options),
    code,
  });
}

function findProblem(access: Access, appIds: readonly string[]): InstallProblem | null {
  if (access.refresh_token || access.expires_in) return { why: "token_rotation" };
  if (appIds.length > 0 && !appIds.includes(access.app_id)) return { why: "other_app" };
  const granted = access.scope.split(",");
  const scopes = REQUIRED_SCOPES.filter((scope) => !granted.includes(scope));
  return scopes.length > 0 ? { why: "missing_scopes", scopes } : null;
}

/** Null when Slack's answer names no workspace that fits. */
function toInstallation(access: Access, installedAt: Instant): NewInstallation | null {
  const isOrgWide = access.is_enterprise_install === true;
  const home = isOrgWide ? access.enterprise : access.team;
  if (!home) return null;
  return {
    workspaceRef: home.id,
    enterpriseId: access.enterprise?.id ?? null,
    isOrgWide,
    appId: access.app_id,
    botUserId: access.bot_user_id,
    installedAt,
    botToken: access.access_token,
    scopes: access.scope.split(",").sort(),
    installer: {
      userId: access.authed_user.id,
      workspaceName: (home.name || home.id).slice(0, 200),
    },
  };
}

const AuthTest = z.object({
  team_id: z.string(),
  user_id: z.string(),
  enterprise_id: z.string().nullish(),
});

/** Asks Slack with the new token itself where it works. */
async function isTokenOf(options: OAuthOptions, installation: NewInstallation): Promise<boolean> {
  const { botToken, workspaceRef, isOrgWide, botUserId } = installation;
  const { directory } = createClients({ botToken, apiUrl: options.apiUrl, log: options.log });
  const answer = AuthTest.parse(await directory.auth.test());
  const where = isOrgWide ? answer.enterprise_id : answer.team_id;
  return where === workspaceRef && answer.user_id === botUserId;
}

function toProblem(trouble: Trouble): InstallProblem {
  return trouble.kind === "refused"
    ? { why: "refused", code: /^[a-z_]{1,60}$/.test(trouble.code) ? trouble.code : "unknown" }
    : { why: "unreachable" };
}
