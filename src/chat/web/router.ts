/** The web chat's HTTP side: the page, what it reads, what it changes, and how errors are told. */
import path from "node:path";
import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Router,
} from "express";
import type { Log } from "../../app/ports.ts";
import { Unavailable } from "../../domain/fault.ts";
import {
  type Body,
  readBody,
  readId,
  readOptionalId,
  readPerson,
  rejectSensitive,
} from "./body.ts";
import { guard, isOfType, Rejection, sendError } from "./guard.ts";
import { findChannel, findMessage, type Ingress } from "./ingress.ts";
import type { Live } from "./live.ts";
import { WEB_PEOPLE, WEB_WORKSPACE } from "./people.ts";
import type { WebChatStore } from "./ports.ts";
import { BOT_NAME, nameChannel } from "./rooms.ts";
import { MAX_UPLOAD_BYTES, MAX_UPLOAD_MEGABYTES, receiveParcel, UPLOAD_TYPE } from "./uploads.ts";
import { toWire } from "./wire.ts";

const PAGE = path.join(import.meta.dirname, "page");
const STYLE = path.join(import.meta.dirname, "style");
const MAX_BODY = "256kb";
const PAGE_OF_MESSAGES = 50;

export interface RouterOptions {
  readonly chat: WebChatStore;
  readonly ingress: Ingress;
  readonly live: Live;
  readonly log: Log;
  readonly clock: () => Date;
  readonly newId: () => string;
  readonly ready: () => Promise<unknown>;
}

export function createRouter(options: RouterOptions): Router {
  const router = express.Router();
  router.use(guard);
  router.get("/", (_request, response) => {
    response.setHeader("Cache-Control", "no-cache");
    response.sendFile("index.html", { root: PAGE, cacheControl: false });
  });
  router.use("/style", serveFolder(STYLE));
  router.use(serveFolder(PAGE));
  router.use("/api", createApi(options));
  router.use(() => {
    throw new Rejection(404, "There is no such page in the web chat.");
  });
  router.use(createErrorTeller(options));
  return router;
}

function serveFolder(folder: string): RequestHandler {
  return express.static(folder, {
    index: false,
    redirect: false,
    cacheControl: false,
    setHeaders: (response) => response.setHeader("Cache-Control", "no-cache"),
  });
}

function createApi(options: RouterOptions): Router {
  const api = express.Router();
  api.use(async (_request, _response, next) => {
    await options.ready();
    next();
  });
  addReads(api, options);
  addUpload(api, options.ingress);
  api.post("/{*rest}", requireJson, express.json({ limit: MAX_BODY, inflate: false }));
  addChanges(api, options);
  return api;
}

function addReads(api: Router, { chat, live }: RouterOptions): void {
  api.get("/session", (_request, response) => {
    const people = WEB_PEOPLE.map(({ userId, title, profile }) => {
      const { name, email, timeZone, kind } = profile;
      return { userId, title, name, email, timeZone, kind };
    });
    response.json({
      workspace: WEB_WORKSPACE,
      bot: BOT_NAME,
      people,
      maxUploadMegabytes: MAX_UPLOAD_MEGABYTES,
    });
  });
  api.get("/channels", async (request, response) => {
    const { userId } = readPerson(request.query);
    const channels = await chat.channelsOf(userId);
    response.json({ channels: channels.filter(({ kind }) => kind !== "home") });
  });
  api.get("/messages", async (request, response) => {
    const { userId } = readPerson(request.query);
    const channel = await findChannel(chat, readId(request.query, "channel"), userId);
    const { channelId } = channel;
    const threadRef = readOptionalId(request.query, "thread");
    const root = threadRef && (await findMessage(chat, { ref: threadRef, channelId, userId }));
    const messages = await chat.messages({
      channelId,
      userId,
      threadRef,
      before: readOrder(request.query.before),
      limit: PAGE_OF_MESSAGES + 1,
    });
    const shown = messages.slice(-PAGE_OF_MESSAGES);
    response.json({
      // What the thread is about.
      root: root ? toWire(root) : null,
      messages: shown.map(toWire),
      hasMore: messages.length > shown.length,
    });
  });
  api.get("/live", (request, response) => live.attach(readPerson(request.query).userId, response));
}

function readOrder(value: unknown): number | null {
  if (value === undefined) return null;
  const order = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(order)) throw new Rejection(400, '"before" must be the order of a message.');
  return order;
}

/** Files come on their own route, because they are not JSON and are not read before they are wanted. */
function addUpload(api: Router, ingress: Ingress): void {
  api.post("/bring", async (request, response) => {
    if (!isOfType(request, UPLOAD_TYPE)) throw new Rejection(415, `Files come as ${UPLOAD_TYPE}.`);
    const length = Number(request.headers["content-length"] ?? 0);
    if (length > MAX_UPLOAD_BYTES * 1.02) {
      throw new Rejection(413, `Files may have ${MAX_UPLOAD_MEGABYTES} MB together.`);
    }
    const pieces = request.iterator({ destroyOnReturn: false });
    try {
      const { body, uploads } = await receiveParcel(pieces);
      response.json(await ingress.bring(body, uploads));
    } finally {
      // What nobody read must still leave the connection, which the next request uses.
      pieces.return?.().then(
        () => request.resume(),
        () => request.resume(),
      );
    }
  });
}

const requireJson: RequestHandler = (request, _response, next) => {
  const isJson = isOfType(request, "application/json");
  next(isJson ? undefined : new Rejection(415, "A change comes as application/json."));
};

function addChanges(api: Router, options: RouterOptions): void {
  const { chat, ingress } = options;
  api.post("/say", async (request, response) => {
    response.json(await ingress.say(bodyOf(request)));
  });
  api.post("/act", async (request, response) => {
    response.json(await ingress.act(bodyOf(request)));
  });
  api.post("/channels", async (request, response) => {
    const body = bodyOf(request);
    readPerson(body);
    response.json({ channel: await addChannel(options, body) });
  });
  api.post("/read", async (request, response) => {
    const body = bodyOf(request);
    const { userId } = readPerson(body);
    const { channelId } = await findChannel(chat, readId(body, "channel"), userId);
    await chat.markRead(userId, channelId, readOrder(String(body.upTo)) ?? 0);
    response.json({ ok: true });
  });
  api.post("/dismiss", async (request, response) => {
    const body = bodyOf(request);
    const isGone = await chat.dismiss(readId(body, "ref"), readPerson(body).userId);
    if (!isGone) throw new Rejection(404, "There is no such message here.");
    response.json({ ok: true });
  });
}

function bodyOf(request: Request): Body {
  return readBody(request.body);
}

async function addChannel({ chat, clock }: RouterOptions, body: Body): Promise<string> {
  const typed = typeof body.name === "string" ? body.name : "";
  rejectSensitive(typed, "name of the channel");
  const name = nameChannel(typed);
  if (name === null || name.length > 60) {
    throw new Rejection(400, "A channel's name has 1 to 60 letters, digits or hyphens.");
  }
  const channel = { channelId: name, name, kind: "channel", ownerId: null } as const;
  const added = await chat.addChannels([channel], clock());
  if (added.length === 0) throw new Rejection(409, `#${name} is there already.`);
  return name;
}

/** Every error is JSON with a sentence; what a person can do nothing about is logged under its number. */
function createErrorTeller({ log, newId }: RouterOptions): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const told = tellError(error);
    if (told) return sendError(response, told.status, told.sentence);
    const correlationId = newId();
    log.error("web_chat_failed", { provider: "web", correlationId, error });
    if (error instanceof Unavailable && !response.headersSent) {
      response.setHeader("Retry-After", String(error.retryAfterSeconds));
      return sendError(response, 503, "Something we need did not answer. Please try again soon.");
    }
    sendError(response, 500, `That did not work. It is recorded as ${correlationId}.`);
  };
}

function tellError(error: unknown): { readonly status: number; readonly sentence: string } | null {
  if (error instanceof Rejection) return { status: error.status, sentence: error.message };
  const status = statusOf(error);
  if (status === 413) return { status, sentence: "This is larger than the web chat accepts." };
  if (status === 415) return { status, sentence: "A change comes as application/json in UTF-8." };
  if (status === 404) return { status, sentence: "There is no such page in the web chat." };
  return status === null ? null : { status, sentence: "This request could not be understood." };
}

/** The status of an error of express or its parsers about what was sent. */
function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !("status" in error)) return null;
  const { status } = error;
  return typeof status === "number" && status >= 400 && status < 500 ? status : null;
}
