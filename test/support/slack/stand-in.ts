/**
 * A local stand-in for Slack: a real HTTP server with the Web API methods that Cleargate calls, private files,
 * response URLs and Socket Mode. It checks tokens, scopes, Block Kit limits, membership and triggers as Slack does,
 * remembers what everybody would see, and fails on demand.
 *
 * ```ts
 * const slack = await startSlack();
 * const channel = slack.addChannel("northside-clinic", { members: ["U0ENGINEER"] });
 * // … start the app with slack.apiUrl, slack.botToken, slack.signingSecret …
 * slack.misbehave("chat.postMessage", { kind: "rate_limited", retryAfterSeconds: 1 });
 * await slack.close();
 * ```
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { asObject, type Json } from "./checks/parts.ts";
import { type Method, Refused, requireContent } from "./method.ts";
import { METHODS } from "./methods.ts";
import { addFile } from "./methods-files.ts";
import { answerInMood, type Misbehaviour, type Mood, takeMood } from "./moods.ts";
import { openSocketServer, type SocketServer } from "./socket.ts";
import {
  APP,
  createOAuth,
  createTeam,
  judgeToken,
  newestToken,
  type OAuth,
  type Team,
  type TeamOptions,
} from "./teams.ts";
import {
  addChannel,
  addUser,
  type ChannelOptions,
  createWorld,
  type SlackChannel,
  type SlackFile,
  type SlackUser,
  type World,
  type WorldOptions,
} from "./world.ts";

/** What `manifest.yml` asks for; a test compares the two. */
export const ALL_SCOPES = [
  "commands",
  "chat:write",
  "chat:write.public",
  "im:write",
  "users:read",
  "users:read.email",
  "files:read",
  "files:write",
  "channels:history",
  "groups:history",
  "im:history",
];

export interface RecordedCall {
  readonly method: string;
  readonly args: Json;
  readonly token: string | null;
  readonly at: number;
  readonly answer: Json | null;
}

export interface SlackStandIn {
  readonly apiUrl: string;
  readonly origin: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly world: World;
  readonly oauth: OAuth;
  /** Another workspace of the same app: a stand-in that shares everything but people, channels and token. */
  addTeam(team: TeamOptions): SlackStandIn;
  /** Granted to the bot; take one away to see it refused. */
  readonly scopes: Set<string>;
  readonly calls: readonly RecordedCall[];
  readonly sockets: SocketServer;
  callsOf(method: string): readonly RecordedCall[];
  addUser(id: string, user?: Partial<Omit<SlackUser, "id">>): SlackUser;
  addChannel(name: string, options?: ChannelOptions): SlackChannel;
  addFile(file: { name: string; content: string | Uint8Array; user: string }): SlackFile;
  misbehave(method: string, mood: Mood, options?: MisbehaveOptions): void;
  behave(): void;
  close(): Promise<void>;
}

export interface MisbehaveOptions {
  readonly times?: number;
  readonly when?: (args: Json) => boolean;
}

interface Running extends SlackStandIn {
  readonly calls: RecordedCall[];
  readonly moods: Misbehaviour[];
  readonly teams: Map<World, Team>;
}

/** Starts the stand-in on a free loopback port. */
export async function startSlack(options: WorldOptions = {}): Promise<SlackStandIn> {
  const world = createWorld(options);
  let running: Running | null = null;
  const server = createServer((request, response) => {
    if (running) route(running, request, response).catch((error) => failed(response, error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const sockets = openSocketServer(server);
  running = buildStandIn(world, origin, sockets);
  const close = async (): Promise<void> => {
    sockets.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(running, { close });
}

function failed(response: ServerResponse, error: unknown): void {
  if (!response.headersSent) response.writeHead(500);
  response.end(String(error));
}

function buildStandIn(world: World, origin: string, sockets: SocketServer): Running {
  const calls: RecordedCall[] = [];
  const moods: Misbehaviour[] = [];
  const teams = new Map<World, Team>();
  const standIn: Running = {
    teams,
    oauth: createOAuth(teams),
    addTeam: (options) => addTeam(standIn, options),
    apiUrl: `${origin}/api/`,
    origin,
    botToken: "xoxb-1234567890-standin",
    appToken: `xapp-1-${APP.id}-standin`,
    signingSecret: "8f742231b10e4c88abcd99e5d07f85a5",
    world,
    scopes: new Set(ALL_SCOPES),
    calls,
    moods,
    sockets,
    callsOf: (method) => calls.filter((call) => call.method === method),
    ...fillWorld(world, origin),
    misbehave(method, mood, { times = 1, when = () => true } = {}) {
      moods.push({ method, mood, times, when });
    },
    behave: () => void moods.splice(0),
    close: () => Promise.resolve(),
  };
  return standIn;
}

function fillWorld(
  world: World,
  origin: string,
): Pick<SlackStandIn, "addUser" | "addChannel" | "addFile"> {
  return {
    addUser: (id, user = {}) => addUser(world, id, user),
    addChannel: (name, given = {}) => addChannel(world, name, given),
    addFile: ({ name, content, user }) =>
      addFile(world, {
        name,
        user,
        origin,
        mimeType: "application/pdf",
        content: typeof content === "string" ? new TextEncoder().encode(content) : content,
      }),
  };
}

/** Its addresses begin with its id, so that ids of files and answers may be the same elsewhere. */
function addTeam(slack: Running, options: TeamOptions): SlackStandIn {
  const team = createTeam(options);
  slack.teams.set(team.world, team);
  const origin = `${slack.origin}/team/${team.id}`;
  return {
    ...slack,
    ...fillWorld(team.world, origin),
    world: team.world,
    origin,
    get botToken() {
      return newestToken(team) ?? "xoxb-nowhere-installed";
    },
  };
}

async function route(
  slack: Running,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", slack.origin);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (pathname.startsWith("/api/"))
    return answerMethod(slack, pathname.slice("/api/".length), { request, response, body });
  const [, teamId, rest] = /^\/team\/([A-Z0-9]+)(\/.*)$/.exec(pathname) ?? [];
  const team = [...slack.teams.values()].find(({ id }) => id === teamId);
  return routeAddress(team ? inTeam(slack, team) : slack, rest ?? pathname, {
    request,
    response,
    body,
  });
}

/** The stand-in as one workspace sees it. */
function inTeam(slack: Running, team: Team): Running {
  return { ...slack, world: team.world, botToken: newestToken(team) ?? "" };
}

async function routeAddress(slack: Running, pathname: string, exchange: Exchange): Promise<void> {
  const { request, response, body } = exchange;
  const [, kind, id = ""] = pathname.split("/");
  if (kind === "files-pri") return serveFile(slack, id, { request, response });
  if (kind === "upload") return takeUpload(slack, id, { body, response });
  if (kind === "response") return takeResponse(slack, id, { body, response });
  response.writeHead(404).end();
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
}

async function answerMethod(slack: Running, name: string, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const args = parseArgs(exchange);
  const token = tokenOf(args, request);
  const mood = takeMood(slack.moods, name, args);
  if (mood?.kind === "slow") await new Promise((resolve) => setTimeout(resolve, mood.ms));
  if (mood && answerInMood(mood, response)) {
    slack.calls.push({ method: name, args, token, at: Date.now(), answer: null });
    return;
  }
  const answer = runMethod(slack, name, { args, token });
  slack.calls.push({ method: name, args, token, at: Date.now(), answer });
  if (mood?.kind === "lose_reply") return void response.socket?.destroy();
  if (mood?.kind === "slow_reply") await new Promise((resolve) => setTimeout(resolve, mood.ms));
  response.setHeader("content-type", "application/json");
  response.setHeader("x-oauth-scopes", [...slack.scopes].join(","));
  response.end(JSON.stringify(answer));
}

function parseArgs({ request, body }: Exchange): Json {
  const text = body.toString("utf8");
  if (/^application\/json/.test(request.headers["content-type"] ?? ""))
    return asObject(JSON.parse(text)) ?? {};
  const plain = [...new URLSearchParams(text)].map(([key, value]) => [key, parseArgument(value)]);
  return Object.fromEntries(plain);
}

/** Web API clients send objects, lists and booleans as JSON inside the form. */
function parseArgument(value: string): unknown {
  if (!/^[[{]|^(true|false)$/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function runMethod(
  slack: Running,
  name: string,
  { args, token }: { args: Json; token: string | null },
): Json {
  if (name === "oauth.v2.access") return slack.oauth.exchange(args);
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (!method) return { ok: false, error: "unknown_method", req_method: name };
  const team = judgeToken(slack.teams.values(), token);
  if (team?.error) return { ok: false, error: team.error };
  const home = team ? inTeam(slack, team.team) : slack;
  const against = refuseToken(home, method, token) ?? refuseScope(slack, method);
  if (against) return { ok: false, ...against };
  try {
    const { world, scopes, apiUrl } = home;
    return { ok: true, ...method.run({ world, args, scopes, apiUrl }) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const messages = error.messages.map((message) => `[ERROR] ${message}`);
    return { ok: false, error: error.code, response_metadata: { messages } };
  }
}

function tokenOf(args: Json, request: IncomingMessage): string | null {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? args.token;
  return typeof given === "string" ? given : null;
}

function refuseToken(slack: Running, method: Method, token: string | null): Json | null {
  if (token === null) return { error: "not_authed" };
  if (method.token === "bot" && slack.teams.get(slack.world)?.tokens.get(token) === "good")
    return null;
  if (token === (method.token === "app" ? slack.appToken : slack.botToken)) return null;
  const isOther = token === slack.appToken || token === slack.botToken;
  return { error: isOther ? "not_allowed_token_type" : "invalid_auth" };
}

function refuseScope(slack: Running, method: Method): Json | null {
  if (method.token === "app") return null;
  if (method.scopes.every((scope) => slack.scopes.has(scope))) return null;
  const provided = [...slack.scopes].join(",");
  return { error: "missing_scope", needed: method.scopes.join(","), provided };
}

function serveFile(
  slack: Running,
  id: string,
  { request, response }: Pick<Exchange, "request" | "response">,
): void {
  const file = slack.world.files.get(id);
  const mayRead =
    request.headers.authorization === `Bearer ${slack.botToken}` && slack.scopes.has("files:read");
  if (!mayRead) return void response.writeHead(302, { location: "/login" }).end();
  if (!file) return void response.writeHead(404).end();
  response.writeHead(200, { "content-type": file.mimeType }).end(file.content);
}

function takeUpload(
  slack: Running,
  id: string,
  { body, response }: Pick<Exchange, "body" | "response">,
): void {
  const upload = slack.world.uploads.get(id);
  if (!upload) return void response.writeHead(404).end();
  upload.content = body;
  response.end("OK");
}

const RESPONSE_URL_USES = 5;
const RESPONSE_URL_MS = 30 * 60_000;

function takeResponse(
  slack: Running,
  id: string,
  { body, response }: Pick<Exchange, "body" | "response">,
): void {
  const url = slack.world.responseUrls.get(id);
  const spent =
    !url || url.uses >= RESPONSE_URL_USES || Date.now() - url.issuedAt > RESPONSE_URL_MS;
  if (spent) return void response.writeHead(404).end("expired_url");
  url.uses += 1;
  try {
    const args = asObject(JSON.parse(body.toString("utf8"))) ?? {};
    const content = requireContent(args, 40_000);
    const { user, channel } = url;
    const threadTs = typeof args.thread_ts === "string" ? args.thread_ts : null;
    const ts = slack.world.nextTs();
    const shown = { channel, user, ts, ...content, threadTs, via: "response_url" } as const;
    slack.world.ephemerals.push(shown);
    slack.world.shown.push(shown);
    response.end("ok");
  } catch (error) {
    response.writeHead(400).end(error instanceof Refused ? error.message : "invalid_payload");
  }
}
