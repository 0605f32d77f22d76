/**
 * Several workspaces behind one stand-in: each with people, channels and tokens of its own, and the OAuth side of an
 * installation. Ids may be the same in two of them, as a reminder that they mean nothing elsewhere.
 *
 * ```ts
 * const bravo = slack.addTeam({ id: "T0BRAVO01", name: "Bravo" });
 * const back = slack.oauth.allow(href, { team: bravo, by: "U0OLGA" });   // the address Slack leads the browser to
 * slack.oauth.uninstall(bravo);                                          // its tokens are dead from now on
 * ```
 */
import { randomBytes } from "node:crypto";
import { asObject, type Json } from "./checks/parts.ts";
import type { SlackStandIn } from "./stand-in.ts";
import { BOT_USER, createWorld, type World } from "./world.ts";

export interface TeamOptions {
  readonly id: string;
  readonly name: string;
  /** The organisation that it belongs to. */
  readonly enterpriseId?: string;
  /** Installed for the whole organisation: its people and requests name no team. */
  readonly isOrgWide?: boolean;
}

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly enterpriseId: string | null;
  readonly isOrgWide: boolean;
  readonly world: World;
  /** Every token that was given out, and whether it works. */
  readonly tokens: Map<string, "good" | "revoked">;
}

interface Grant {
  readonly team: Team;
  readonly by: string;
  readonly redirectUri: string;
  readonly scopes: string;
  used: boolean;
}

/** What the app's page at Slack shows under Basic Information. */
export const APP = {
  id: "A0CLEAR001",
  clientId: "1234567890.9876543210",
  clientSecret: "5f2b8c1de9a04737b6d1c2e8f9a0b1c2",
} as const;

export interface OAuth {
  /** As a person presses Allow: the address that the browser goes back to. */
  allow(href: string, given: { readonly team: SlackStandIn; readonly by: string }): string;
  deny(href: string): string;
  /** Takes the app away: its tokens are refused from now on. */
  uninstall(team: SlackStandIn): void;
  /** What the next exchange answers besides or instead, such as another app's id. */
  answer(also: Json): void;
  /** `oauth.v2.access`. */
  exchange(args: Json): Json;
}

export function createOAuth(teams: ReadonlyMap<World, Team>): OAuth {
  const grants = new Map<string, Grant>();
  let also: Json = {};
  const teamOf = (slack: SlackStandIn): Team => {
    const team = teams.get(slack.world);
    if (!team) throw new Error("this workspace was not added with addTeam");
    return team;
  };
  return {
    allow(href, { team, by }) {
      const asked = readAuthorize(href);
      const code = `${randomBytes(8).toString("hex")}.${randomBytes(16).toString("hex")}`;
      const { redirectUri, scopes } = asked;
      grants.set(code, { team: teamOf(team), by, redirectUri, scopes, used: false });
      return back(asked, { code });
    },
    deny: (href) => back(readAuthorize(href), { error: "access_denied" }),
    uninstall(slack) {
      const { tokens } = teamOf(slack);
      for (const token of tokens.keys()) tokens.set(token, "revoked");
    },
    answer(next) {
      also = next;
    },
    exchange(args) {
      const answer = exchange(grants, args);
      return answer.ok ? { ...answer, ...also } : answer;
    },
  };
}

interface Authorize {
  readonly redirectUri: string;
  readonly state: string;
  readonly scopes: string;
}

/** Slack shows its page only for an address that is whole. */
function readAuthorize(href: string): Authorize {
  const url = new URL(href);
  if (!url.pathname.endsWith("/oauth/v2/authorize")) throw new Error(`not Slack's page: ${href}`);
  const asked = Object.fromEntries(url.searchParams);
  const { client_id: id, scope, redirect_uri: redirectUri, state } = asked;
  if (id !== APP.clientId) throw new Error("Slack knows no such client");
  if (!scope || !redirectUri || !state) throw new Error(`something is missing in ${href}`);
  return { redirectUri, state, scopes: scope };
}

function back({ redirectUri, state }: Authorize, given: Record<string, string>): string {
  return `${redirectUri}?${new URLSearchParams({ ...given, state })}`;
}

let minted = 0;

function exchange(grants: Map<string, Grant>, args: Json): Json {
  if (args.client_id !== APP.clientId) return { ok: false, error: "invalid_client_id" };
  if (args.client_secret !== APP.clientSecret) return { ok: false, error: "bad_client_secret" };
  const grant = grants.get(String(args.code));
  if (!grant) return { ok: false, error: "invalid_code" };
  if (args.redirect_uri !== grant.redirectUri) return { ok: false, error: "bad_redirect_uri" };
  if (grant.used) return { ok: false, error: "code_already_used" };
  grant.used = true;
  const { team, by, scopes } = grant;
  const token = `xoxb-${++minted}-${randomBytes(12).toString("hex")}`;
  team.tokens.set(token, "good");
  const { id, name, enterpriseId, isOrgWide } = team;
  return {
    ok: true,
    app_id: APP.id,
    authed_user: { id: by },
    scope: scopes,
    token_type: "bot",
    access_token: token,
    bot_user_id: BOT_USER,
    team: isOrgWide ? null : { id, name },
    enterprise: enterpriseId === null ? null : { id: enterpriseId, name: `${name} Holding` },
    is_enterprise_install: isOrgWide,
  };
}

export function createTeam({ id, name, enterpriseId, isOrgWide = false }: TeamOptions): Team {
  const enterprise = enterpriseId ?? null;
  // A world with an enterprise is one whose requests name no team.
  const world = createWorld({ teamId: id, enterpriseId: isOrgWide ? enterprise : null });
  return { id, name, enterpriseId: enterprise, isOrgWide, world, tokens: new Map() };
}

/** The newest token that works; the stand-in's own while there is none. */
export function newestToken(team: Team): string | null {
  return [...team.tokens].findLast(([, state]) => state === "good")?.[0] ?? null;
}

/** What Slack says about a call with the token of a workspace; null when it is none of theirs. */
export function judgeToken(
  teams: Iterable<Team>,
  token: unknown,
): { readonly team: Team; readonly error: string | null } | null {
  for (const team of teams) {
    const state = team.tokens.get(String(token));
    if (state) return { team, error: state === "good" ? null : "account_inactive" };
  }
  return null;
}

/** An event about the app itself, as Slack sends it to all of them. */
export function removalEvent(
  team: SlackStandIn,
  event: Json,
  given: { readonly at?: Date } = {},
): Json {
  const { world } = team;
  return {
    token: "unused",
    type: "event_callback",
    event_id: `${world.nextId("Ev")}${randomBytes(3).toString("hex")}`,
    event_time: Math.floor((given.at ?? new Date()).getTime() / 1000),
    team_id: world.enterpriseId ?? world.teamId,
    ...(world.enterpriseId ? { enterprise_id: world.enterpriseId } : {}),
    is_enterprise_install: world.enterpriseId !== null,
    api_app_id: APP.id,
    event: asObject(event) ?? {},
  };
}
