/** The one route of Slack over HTTP: size, signature, time, replay, and only then what it says. */
import type { IncomingMessage } from "node:http";
import express, { type Response, type Router } from "express";
import type { Log } from "../../app/ports.ts";
import { within } from "./requests/desk.ts";
import type { Dispatch } from "./requests/dispatch.ts";
import { MAX_BODY_BYTES, parseBody, verifyRequest } from "./requests/verify.ts";

/**
 * Remembers what was received. It guards against exact replays; that a deed has one effect is guaranteed by the
 * application's own transaction.
 */
export interface ReplayMemory {
  /** True when the request was handled before; a key is kept for at least a day. */
  isKnown(key: string): Promise<boolean>;
  /** The request was handled. Noted afterwards: a process that dies in between leaves the repeat welcome. */
  remember(key: string): Promise<void>;
}

export interface IngressOptions {
  readonly signingSecret: string;
  readonly dispatch: Dispatch;
  readonly seen: ReplayMemory;
  readonly log: Log;
  readonly clock: () => Date;
}

interface Answer {
  readonly status: number;
  readonly body: object | null;
}

const OK: Answer = { status: 200, body: null };
const MEMORY_MS = 1_000;

export function createRouter(options: IngressOptions): Router {
  const router = express.Router();
  const running = new Map<string, Promise<Answer>>();
  router.post("/slack/events", async (request, response) => {
    try {
      send(response, await receive(options, running, request));
    } catch (error) {
      options.log.error("slack_ingress_failed", { provider: "slack", error });
      send(response, { status: 503, body: null });
    }
  });
  return router;
}

function send(response: Response, { status, body }: Answer): void {
  if (response.headersSent) return;
  response.status(status).set("cache-control", "no-store");
  // Unread bytes of a refused body must not be taken for the next request.
  if (status === 413) response.set("connection", "close");
  if (body === null) response.end();
  else response.json(body);
}

async function receive(
  options: IngressOptions,
  running: Map<string, Promise<Answer>>,
  request: IncomingMessage,
): Promise<Answer> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === null) return refuse(options, 413, "too_large");
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") return refuse(options, 415, "encoded");
  const contentType = request.headers["content-type"] ?? "";
  // Slack's certificate check is unsigned; it has no effect and learns nothing.
  if (isCertificateCheck(contentType, body)) return OK;
  const { signingSecret, clock } = options;
  const { headers } = request;
  const verdict = verifyRequest({ headers, body, signingSecret, now: clock() });
  if (!verdict.ok) return refuse(options, 401, verdict.why);
  const parsed = parseBody(contentType, body);
  if (parsed === null) return refuse(options, 400, "unreadable");
  if (parsed.type === "url_verification")
    return { status: 200, body: { challenge: String(parsed.challenge ?? "") } };
  const key = keyOf(parsed, verdict.signature);
  return once(options, running, { key, parsed, request });
}

/** Slack signs each retry of an event anew, but keeps its id. */
function keyOf({ type, event_id: eventId }: Record<string, unknown>, signature: string): string {
  return type === "event_callback" && typeof eventId === "string"
    ? `slack:event:${eventId}`
    : `slack:signature:${signature}`;
}

function refuse({ log }: IngressOptions, status: number, why: string): Answer {
  log.warn("slack_request_refused", { provider: "slack", why });
  return { status, body: null };
}

function isCertificateCheck(contentType: string, body: Buffer): boolean {
  if (body.byteLength > 1_000 || !contentType.startsWith("application/x-www-form-urlencoded"))
    return false;
  const fields = new URLSearchParams(body.toString("utf8"));
  return fields.get("ssl_check") === "1" && !fields.has("command") && !fields.has("payload");
}

interface Accepted {
  readonly key: string;
  readonly parsed: Record<string, unknown>;
  readonly request: IncomingMessage;
}

/** The same request again: while the first is under way they share its outcome, later they do nothing. */
async function once(
  options: IngressOptions,
  running: Map<string, Promise<Answer>>,
  accepted: Accepted,
): Promise<Answer> {
  const { key } = accepted;
  const first = running.get(key);
  if (first) {
    const { status } = await first;
    return { status, body: null };
  }
  const work = handle(options, accepted).finally(() => running.delete(key));
  running.set(key, work);
  return work;
}

async function handle(options: IngressOptions, accepted: Accepted): Promise<Answer> {
  const { key, parsed, request } = accepted;
  if (await isKnown(options, key)) {
    options.log.warn("slack_replay", { provider: "slack" });
    return OK;
  }
  const retry = Number(request.headers["x-slack-retry-num"]);
  const delivered = await options.dispatch.deliver({
    body: parsed,
    ...(Number.isInteger(retry) ? { retryNum: retry } : {}),
  });
  if (!delivered.ok) return { status: 503, body: null };
  await within(remember(options, key), MEMORY_MS);
  return { status: 200, body: delivered.answer };
}

/** Without its memory the door stays open: what a deed does is still guarded by the transaction. */
async function isKnown({ seen, log }: IngressOptions, key: string): Promise<boolean> {
  const asked = seen.isKnown(key).catch((error: unknown) => {
    log.warn("slack_replay_memory_failed", { provider: "slack", error });
    return false;
  });
  return (await within(asked, MEMORY_MS)) === true;
}

async function remember({ seen, log }: IngressOptions, key: string): Promise<void> {
  await seen.remember(key).catch((error: unknown) => {
    log.warn("slack_replay_memory_failed", { provider: "slack", error });
  });
}

/** The whole body, or null as soon as it is known to be too large; the connection stays good for an answer. */
function readBody(request: IncomingMessage, max: number): Promise<Buffer | null> {
  if (Number(request.headers["content-length"] ?? 0) > max) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const take = (part: Buffer): void => {
      size += part.length;
      parts.push(part);
      if (size <= max) return;
      request.off("data", take);
      request.pause();
      resolve(null);
    };
    request.on("data", take);
    request.once("end", () => resolve(Buffer.concat(parts)));
    request.once("error", reject);
    request.once("close", () => resolve(null));
  });
}
