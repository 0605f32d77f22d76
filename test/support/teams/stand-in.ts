/**
 * A local stand-in for Teams: a real HTTP server with the OpenID document and keys of the channel, the token
 * endpoint, the Bot Connector and the files of people. It checks tokens, membership, sizes and cards as Teams does,
 * remembers what everybody would see, fails on demand, and ends a test with an error when it was given something
 * that Teams would not show.
 *
 * ```ts
 * const teams = await startTeams();
 * teams.addUser("3f0c…", { name: "Dana Whitfield" });
 * const channel = teams.addChannel("northside-clinic");
 * // … start the app with teams.appId, teams.appPassword, teams.tenantId, teams.endpoints …
 * teams.misbehave("post", { kind: "rate_limited", retryAfterSeconds: 1 }, { conversation: channel.id });
 * await teams.close();
 * ```
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { asObject, type Json } from "../slack/checks/parts.ts";
import { type Answer, type Call, createRates, nameCall, runCall } from "./connector.ts";
import { addFile, type FileGiven, type FileRequest, serveFile, takeUpload } from "./files.ts";
import { answerInMood, type CallName, type Misbehaviour, type Mood, takeMood } from "./moods.ts";
import { Refused } from "./refusal.ts";
import {
  createTokens,
  openIdDocument,
  publishedKeys,
  signChannelToken,
  type TokenChanges,
  type Tokens,
} from "./tokens.ts";
import {
  addChannel,
  addGroupChat,
  addUser,
  type Conversation,
  type ConversationOptions,
  createWorld,
  personalChat,
  splitId,
  type TeamsFile,
  type TeamsUser,
  type UserOptions,
  type World,
  type WorldOptions,
} from "./world.ts";

export interface RecordedCall {
  readonly name: CallName;
  readonly method: string;
  readonly path: string;
  /** `;messageid=…` included. */
  readonly conversation: string | null;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Json;
  readonly at: number;
  /** Null: it was not answered. */
  readonly status: number | null;
}

export interface TeamsStandIn {
  readonly origin: string;
  /** Ends in a slash. */
  readonly serviceUrl: string;
  /** What the app needs to know of its addresses. */
  readonly endpoints: {
    readonly openIdMetadataUrl: string;
    readonly tokenUrl: string;
    readonly serviceUrls: readonly string[];
  };
  readonly appId: string;
  readonly appPassword: string;
  readonly tenantId: string;
  /** `targeted` and `rates` are switches. */
  readonly world: World;
  readonly tokens: Tokens;
  readonly calls: readonly RecordedCall[];
  callsOf(name: CallName): readonly RecordedCall[];
  /** A token as the channel sends it, or a bad one. */
  signToken(changes?: TokenChanges): string;
  addUser(id: string, user?: UserOptions): TeamsUser;
  addChannel(name: string, options?: ConversationOptions): Conversation;
  addGroupChat(name: string, options?: ConversationOptions): Conversation;
  personalChat(user: string): Conversation;
  addFile(file: FileGiven): TeamsFile;
  misbehave(call: CallName | "*", mood: Mood, options?: MisbehaveOptions): void;
  behave(): void;
  /** Something that no product should do: `close` throws when there is any left. */
  fault(says: string): void;
  /** The faults so far, which are forgotten then. */
  takeFaults(): readonly string[];
  close(): Promise<void>;
}

export interface MisbehaveOptions {
  /** Absent: once. */
  readonly times?: number;
  readonly conversation?: string;
}

export interface TeamsOptions extends WorldOptions {
  readonly appPassword?: string;
}

interface Running extends TeamsStandIn {
  readonly calls: RecordedCall[];
  readonly moods: Misbehaviour[];
  readonly refuseRate: (call: Call) => void;
}

/** Starts the stand-in on a free loopback port. */
export async function startTeams(options: TeamsOptions = {}): Promise<TeamsStandIn> {
  let running: Running | null = null;
  const server = createServer((request, response) => {
    if (running) route(running, request, response).catch((error) => failed(response, error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const standIn = buildStandIn(`http://127.0.0.1:${port}`, options);
  running = standIn;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const faults = standIn.takeFaults();
    if (faults.length > 0)
      throw new Error(`Teams was given what it cannot show:\n${faults.join("\n")}`);
  };
  return Object.assign(standIn, { close });
}

function failed(response: ServerResponse, error: unknown): void {
  if (!response.headersSent) response.writeHead(500);
  response.end(String(error));
}

function buildStandIn(origin: string, options: TeamsOptions): Running {
  const world = createWorld(options);
  const { appId, tenantId } = world;
  const appPassword = options.appPassword ?? "stand-in~secret-of-the-app";
  const serviceUrl = `${origin}/teams/`;
  const calls: RecordedCall[] = [];
  const moods: Misbehaviour[] = [];
  const faults: string[] = [];
  return {
    origin,
    serviceUrl,
    endpoints: {
      openIdMetadataUrl: `${origin}/openid`,
      tokenUrl: `${origin}/token`,
      serviceUrls: [serviceUrl],
    },
    appId,
    appPassword,
    tenantId,
    world,
    tokens: createTokens({ appId, appPassword }),
    calls,
    moods,
    refuseRate: createRates(world),
    callsOf: (name) => calls.filter((call) => call.name === name),
    signToken: (changes) => signChannelToken({ appId, serviceUrl }, changes),
    addUser: (id, user = {}) => addUser(world, id, user),
    addChannel: (name, given = {}) => addChannel(world, name, given),
    addGroupChat: (name, given = {}) => addGroupChat(world, name, given),
    personalChat: (user) => personalChat(world, user),
    addFile: (file) => addFile(world, file),
    misbehave(call, mood, { times = 1, conversation } = {}) {
      moods.push({
        ...{ call, mood, times },
        conversation: conversation === undefined ? null : splitId(conversation).base,
      });
    },
    behave: () => void moods.splice(0),
    fault: (says) => void faults.push(says),
    takeFaults: () => faults.splice(0),
    close: () => Promise.resolve(),
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly body: Buffer;
}

async function route(
  teams: Running,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", teams.origin);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const exchange: Exchange = { request, response, url, body: Buffer.concat(chunks) };
  const call = callOf(exchange);
  const conversation = call.conversation === null ? null : splitId(call.conversation).base;
  const mood = takeMood(teams.moods, call.name, conversation);
  if (mood?.kind === "slow") await wait(mood.ms);
  if (mood && answerInMood(mood, response)) {
    const isAnswered = mood.kind !== "hang" && mood.kind !== "reset";
    return record(teams, call, exchange, isAnswered ? response.statusCode : null);
  }
  const answer = answerCall(teams, call, exchange);
  record(teams, call, exchange, answer.status);
  if (mood?.kind === "lose_reply") return void response.socket?.destroy();
  if (mood?.kind === "slow_reply") await wait(mood.ms);
  send(response, answer);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const FIXED: Readonly<Record<string, CallName>> = {
  "GET /openid": "openid",
  "GET /keys": "keys",
  "POST /token": "token",
};

function callOf({ request, url }: Exchange): Call {
  const method = request.method ?? "GET";
  const { pathname } = url;
  const fixed = FIXED[`${method} ${pathname}`];
  if (fixed) return { name: fixed, conversation: null, id: null };
  const [, room, id] = /^\/(files|uploads)\/([^/]+)$/.exec(pathname) ?? [];
  if (id !== undefined && method === "GET" && room === "files")
    return { name: "download", conversation: null, id };
  if (id !== undefined && method === "PUT" && room === "uploads")
    return { name: "upload", conversation: null, id };
  if (pathname.startsWith("/teams/")) return nameCall(method, pathname.slice("/teams/".length));
  return { name: "unknown", conversation: null, id: null };
}

function record(
  teams: Running,
  call: Call,
  { request, url, body }: Exchange,
  status: number | null,
): void {
  teams.calls.push({
    name: call.name,
    conversation: call.conversation,
    method: request.method ?? "GET",
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    body: call.name === "upload" ? {} : readJson(body),
    at: Date.now(),
    status,
  });
}

function readJson(body: Buffer): Json {
  try {
    return asObject(JSON.parse(body.toString("utf8"))) ?? {};
  } catch {
    return {};
  }
}

interface Reply extends Answer {
  readonly headers?: Readonly<Record<string, string>>;
  readonly bytes?: Uint8Array;
}

function answerCall(teams: Running, call: Call, exchange: Exchange): Reply {
  try {
    return answerPlain(teams, call, exchange) ?? answerConnector(teams, call, exchange);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { status, body, headers } = error;
    return { status, body, headers };
  }
}

/** Everything beside the connector: keys, tokens and files. */
function answerPlain(teams: Running, { name, id }: Call, exchange: Exchange): Reply | null {
  const { request, body } = exchange;
  const file = (): FileRequest => ({
    world: teams.world,
    id: id ?? "",
    body,
    headers: request.headers,
    fault: teams.fault,
  });
  switch (name) {
    case "openid":
      return { status: 200, body: openIdDocument(teams.origin) };
    case "keys":
      return { status: 200, body: publishedKeys() };
    case "token":
      return {
        status: 200,
        body: teams.tokens.issue(new URLSearchParams(body.toString("utf8"))),
      };
    case "download":
      return { status: 200, body: null, bytes: serveFile(file()) };
    case "upload":
      return { status: 201, body: takeUpload(file()) };
    default:
      return null;
  }
}

function answerConnector(teams: Running, call: Call, { request, url, body }: Exchange): Reply {
  if (call.name === "unknown") {
    teams.fault(`Teams has no ${request.method} ${url.pathname}`);
    throw new Refused(404, "NotFound", "There is no such address.");
  }
  const [, token = null] = /^Bearer (.+)$/.exec(request.headers.authorization ?? "") ?? [];
  if (!teams.tokens.isGood(token))
    throw new Refused(401, "Unauthorized", "Authorization has been denied for this request.");
  teams.refuseRate(call);
  const { world, fault } = teams;
  return runCall(call, { world, body: readJson(body), query: url.searchParams, fault });
}

function send(response: ServerResponse, { status, body, headers, bytes }: Reply): void {
  const type = bytes ? "application/octet-stream" : "application/json";
  response.writeHead(status, { "content-type": type, ...headers });
  response.end(bytes ?? (body === null ? "" : JSON.stringify(body)));
}
