/**
 * The front of the house: every signed request passes the same checks in the same order, and each sender is one row.
 * Size, source, signature, time, replay, and only then what it says. A refusal tells the sender nothing.
 */
import type { IncomingMessage } from "node:http";
import express, { type Response, type Router } from "express";
import { createBuckets } from "../app/buckets.ts";
import type {
  Answer,
  BearerScheme,
  Parsed,
  ReplayMemory,
  SharedScheme,
  Source,
} from "../app/front-ports.ts";
import type { Log } from "../app/ports.ts";
import { Bug } from "../domain/fault.ts";
import { addressOf, createAllowList } from "./address.ts";
import { type Admission, createAdmission } from "./admission.ts";
import { isAnnouncedTooLarge, readBody } from "./body.ts";
import { createRefusals, type Reason, type Refusal, type Refusals } from "./refusals.ts";
import { createReplays, type Replays } from "./replays.ts";
import { hashOf, readBearer, verifySignature } from "./signature.ts";

export interface FrontOptions {
  readonly seen: ReplayMemory;
  readonly log: Log;
  readonly clock: () => Date;
  readonly newId: () => string;
  /** How many of our own proxies stand in front. */
  readonly proxyHops?: number;
  /** How many verified requests may be under way at once, apart from the emergency lane's. */
  readonly placesMax?: number;
}

export interface Front {
  /** The route of a row. It reads the raw body itself, so it is mounted before any body parser. */
  open(source: Source): Router;
  readonly refusals: Pick<Refusals, "counts">;
  readonly replays: Pick<Replays, "counts">;
}

/** What is never slowed down or turned away for lack of room. */
export const NEVER_TURNED_AWAY: readonly Source["lane"][] = ["emergency"];

/** Ten connections to the database serve them; what waits behind is answered within a second. */
const PLACES_MAX = 64;
const KEYS_MAX = 2;

/** Never a hint: whoever cannot sign learns only that the request was refused. */
const STATUS: Readonly<Record<Reason, number>> = {
  too_large: 413,
  too_slow: 408,
  not_allowed_here: 401,
  repeated_header: 401,
  wrong_content_type: 415,
  encoded: 415,
  unsigned: 401,
  bad_signature: 401,
  wrong_time: 401,
  unreadable: 400,
  too_many: 429,
  no_room: 503,
};

const NO_ROOM: Refusal = { why: "no_room", retryAfter: 1 };

interface Desk {
  readonly options: FrontOptions;
  readonly refusals: Refusals;
  readonly admission: Admission;
  readonly replays: Replays;
}

export function createFront(options: FrontOptions): Front {
  const { log, clock, seen } = options;
  const desk: Desk = {
    options,
    refusals: createRefusals(log, clock),
    admission: createAdmission(options.placesMax ?? PLACES_MAX),
    replays: createReplays(seen, log, clock),
  };
  const { refusals, replays } = desk;
  return { open: (source) => openDoor(desk, source), refusals, replays };
}

function openDoor(desk: Desk, source: Source): Router {
  const isShared = source.scheme.kind !== "bearer";
  if (isShared ? !source.keys.length || source.keys.length > KEYS_MAX : source.keys.length)
    throw new Bug(`${source.name} has ${source.keys.length} keys instead of one or two`);
  const router = express.Router();
  const judge = createJudge(desk, source);
  router.post(source.path, async (request, response) => {
    const correlationId = correlationOf(desk, response);
    try {
      const outcome = await judge(request, correlationId);
      if (!("why" in outcome)) return send(response, outcome);
      desk.refusals.note({ source: source.name, why: outcome.why, correlationId });
      refuse(response, outcome);
    } catch (error) {
      desk.options.log.error("inbound_failed", { provider: source.name, correlationId, error });
      send(response, { status: 503, body: null });
    }
  });
  router.all(source.path, (_request, response) => {
    response.set("Allow", "POST");
    send(response, { status: 405, body: null });
  });
  return router;
}

function correlationOf({ options }: Desk, response: Response): string {
  const { correlationId } = response.locals;
  return typeof correlationId === "string" ? correlationId : options.newId();
}

function send(response: Response, { status, body }: Answer): void {
  if (response.headersSent) return;
  response.status(status).set("Cache-Control", "no-store");
  if (body === null) response.end();
  else response.json(body);
}

function refuse(response: Response, { why, retryAfter }: Refusal): void {
  if (retryAfter !== undefined) response.set("Retry-After", String(retryAfter));
  // Unread bytes of a refused body must not be taken for the next request.
  if (why === "too_large" || why === "too_slow") response.set("Connection", "close");
  send(response, { status: STATUS[why], body: null });
}

type Judge = (request: IncomingMessage, correlationId: string) => Promise<Answer | Refusal>;

/** The checks of one row, in their order. */
function createJudge(desk: Desk, source: Source): Judge {
  const { options, replays } = desk;
  const receive = createReceiver(options, source);
  const admit = createAdmitter(desk, source);
  return async (request, correlationId) => {
    // Nothing is read for somebody who would be turned away afterward.
    if (admit.isFull()) return NO_ROOM;
    const body = await receive(request);
    if (!Buffer.isBuffer(body)) return body;
    const examined = await examine(source, { request, body, now: options.clock() });
    if (!("key" in examined)) return examined;
    const { value, key } = examined;
    const header = (name: string): string | undefined => headerOf(request, name);
    const accept = () => source.accept({ value, correlationId, header });
    // Only the first of a key takes a place; its repeats wait for its outcome.
    const work = { source: source.name, key, correlationId, accept };
    return await replays.once(work, admit.through);
  };
}

interface Admitter {
  isFull(): boolean;
  /** Does the work in a place, or says that there is none. */
  through(work: () => Promise<Answer>): Promise<Answer | Refusal>;
}

/** Whoever proved where it comes from gets a place, at the rate of its source; the emergency lane always. */
function createAdmitter({ options, admission }: Desk, { name, lane, rate }: Source): Admitter {
  if (NEVER_TURNED_AWAY.includes(lane)) return { isFull: () => false, through: (work) => work() };
  const bucket = rate && createBuckets(rate, options.clock);
  return {
    isFull: admission.isFull,
    async through(work) {
      const wait = bucket?.take(name) ?? 0;
      if (wait > 0) return { why: "too_many", retryAfter: wait };
      const leave = admission.enter();
      return leave ? await work().finally(leave) : NO_ROOM;
    },
  };
}

/** Size and source, then the bytes. */
function createReceiver(
  { proxyHops = 0 }: FrontOptions,
  { maxBytes, readWithinMs: withinMs, networks }: Source,
): (request: IncomingMessage) => Promise<Buffer | Refusal> {
  const isAllowed = createAllowList(networks);
  return async (request) => {
    if (isAnnouncedTooLarge(request, maxBytes)) return { why: "too_large" };
    if (!isAllowed(addressOf(request, proxyHops))) return { why: "not_allowed_here" };
    const body = await readBody(request, { maxBytes, withinMs });
    return typeof body === "string" ? { why: body } : body;
  };
}

interface Accepted {
  readonly value: Parsed;
  readonly key: string | null;
}

const PROBED: Answer = { status: 200, body: null };

interface Sent {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly now: Date;
}

async function examine(source: Source, sent: Sent): Promise<Accepted | Answer | Refusal> {
  const { request, body } = sent;
  if (hasRepeated(request)) return { why: "repeated_header" };
  const mediaType = mediaTypeOf(request);
  if ((request.headers["content-encoding"] ?? "identity") !== "identity") return { why: "encoded" };
  if (mediaType !== null && source.isProbe?.(mediaType, body)) return PROBED;
  const { scheme } = source;
  return scheme.kind === "bearer"
    ? examineBearer(source, scheme, { ...sent, mediaType })
    : examineShared(source, scheme, { ...sent, mediaType });
}

type Typed = Sent & { readonly mediaType: string | null };

/** Nothing is read before the bytes are known to be the sender's. */
function examineShared(source: Source, scheme: SharedScheme, sent: Typed): Accepted | Refusal {
  const { request, body, now } = sent;
  const header = (name: string): string | undefined => headerOf(request, name);
  const verdict = verifySignature(scheme, source.keys, { header, body, now });
  if (!verdict.ok) return { why: verdict.why };
  const value = readValue(source, sent);
  return "why" in value ? value : accepted(source, value.read, verdict);
}

/** The token has to fit what the body says, so the body is read first: as large as its row allows, and by nobody else. */
async function examineBearer(
  source: Source,
  scheme: BearerScheme,
  sent: Typed,
): Promise<Accepted | Refusal> {
  const value = readValue(source, sent);
  if ("why" in value) return value;
  const token = readBearer(headerOf(sent.request, "authorization"));
  const verdict = await scheme.verify(token, value.read);
  if (verdict !== "fits") return { why: verdict };
  return accepted(source, value.read, { id: null, signature: hashOf(sent.body) });
}

function readValue(
  source: Source,
  { mediaType, body }: Typed,
): { readonly read: Parsed } | Refusal {
  if (mediaType === null || !source.mediaTypes.includes(mediaType))
    return { why: "wrong_content_type" };
  const read = source.read(mediaType, body);
  return read === null ? { why: "unreadable" } : { read };
}

function accepted(
  source: Source,
  value: Parsed,
  proof: { readonly id: string | null; readonly signature: string },
): Accepted {
  return { value, key: source.replayKey(value, proof) };
}

/** A header that says how to read the request, or proves it, and stands there twice, is no proof of anything. */
function hasRepeated(request: IncomingMessage): boolean {
  return Object.entries(request.headersDistinct).some(
    ([name, texts]) => (texts?.length ?? 0) > 1 && !REPEATABLE.has(name),
  );
}

/** Headers that proxies on the way add to, each one its own line. */
const REPEATABLE: ReadonlySet<string> = new Set([
  "via",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "forwarded",
  "accept",
  "accept-encoding",
  "cache-control",
]);

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const texts = request.headersDistinct[name];
  return texts?.length === 1 ? texts[0] : undefined;
}

/** The media type as it was sent; null with any other parameter than `charset=utf-8`. */
function mediaTypeOf(request: IncomingMessage): string | null {
  const [type = "", ...parameters] = (headerOf(request, "content-type") ?? "")
    .toLowerCase()
    .split(";")
    .map((part) => part.trim());
  return parameters.every((parameter) => /^charset="?utf-8"?$/.test(parameter)) &&
    parameters.length <= 1
    ? type
    : null;
}
