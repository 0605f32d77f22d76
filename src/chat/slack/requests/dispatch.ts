/** Bolt between the doors (HTTP, Socket Mode) and our handlers: one generic listener for each kind of payload. */
import { randomUUID } from "node:crypto";
import { App, type Receiver, type ReceiverEvent } from "@slack/bolt";
import { z } from "zod";
import { didNotWork } from "../../../messages/edge/sentences.ts";
import { quietLogger } from "../api/clients.ts";
import { turnAway } from "../install/not-installed.ts";
import { originOf } from "../install/origin.ts";
import { onClick } from "./click.ts";
import { type Ack, onCommand } from "./command.ts";
import type { Desk, Desks } from "./desk.ts";
import { onHomeOpened, onMessage } from "./events.ts";
import { onSubmission } from "./submission.ts";

export type Delivered =
  | { readonly ok: true; readonly answer: object | null }
  /** Slack should deliver it again. */
  | { readonly ok: false };

export interface Dispatch {
  readonly app: App;
  /** Answers when there is something to say to Slack; what follows an answer goes on behind it. */
  deliver(event: Pick<ReceiverEvent, "body" | "retryNum" | "retryReason">): Promise<Delivered>;
  /** Waits for everything that is still going on. */
  settle(): Promise<void>;
}

/** Bolt is fed by us; it opens no door of its own. */
const NO_RECEIVER: Receiver = {
  init: () => undefined,
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
};

export function createDispatch(desks: Desks): Dispatch {
  const app = new App({
    receiver: NO_RECEIVER,
    // The handlers bring the client of their workspace; Bolt's own has no token.
    authorize: async () => ({}),
    convoStore: false,
    ignoreSelf: false,
    logger: quietLogger(desks.log),
    clientOptions: { slackApiUrl: desks.apiUrl, allowAbsoluteUrls: false },
  });
  const failed = new WeakSet<object>();
  listen(app, desks, failed);
  const running = new Set<Promise<unknown>>();
  return {
    app,
    deliver: (event) => deliver({ app, desks, running, failed }, event),
    async settle() {
      while (running.size > 0) await Promise.allSettled([...running]);
    },
  };
}

const ANYTHING = /[\s\S]*/;

function listen(app: App, desks: Desks, failed: WeakSet<object>): void {
  const handling = async (body: object, work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      failed.add(body);
      throw error;
    }
  };
  const event = (body: object, handle: (desk: Desk, body: unknown) => Promise<void>) =>
    handling(body, handleEvent(desks, body, handle));
  const wrap = (ack: (answer: never) => Promise<void>): Ack => toAck(ack);
  app.command(ANYTHING, ({ body, ack }) => handle(desks, onCommand, { body, ack: wrap(ack) }));
  app.action(ANYTHING, ({ body, ack }) => handle(desks, onClick, { body, ack: wrap(ack) }));
  app.view({ type: "view_submission" }, ({ body, ack }) =>
    handle(desks, onSubmission, { body, ack: wrap(ack) }),
  );
  app.view({ type: "view_closed" }, ({ ack }) => ack());
  app.event("app_home_opened", ({ body }) => event(body, onHomeOpened));
  app.event("message", ({ body }) => event(body, onMessage));
  app.event("app_uninstalled", ({ body }) => handling(body, desks.removed(body)));
  app.event("tokens_revoked", ({ body }) => handling(body, desks.removed(body)));
  app.error(async (error) => {
    throw error;
  });
}

interface Asked {
  readonly body: unknown;
  readonly ack: Ack;
}

/** The handler at the desk of the request's workspace; without one, a word to the person. */
async function handle(
  desks: Desks,
  handler: (desk: Desk, body: unknown, ack: Ack) => Promise<void>,
  { body, ack }: Asked,
): Promise<void> {
  const correlationId = randomUUID();
  const desk = await findDesk(desks, body, correlationId);
  if (desk === "unknown") return turnAway(desks, { body, message: didNotWork(correlationId) }, ack);
  if (desk === null) return turnAway(desks, { body, message: desks.elsewhere }, ack);
  return handler(desk, body, ack);
}

async function handleEvent(
  desks: Desks,
  body: unknown,
  handler: (desk: Desk, body: unknown) => Promise<void>,
): Promise<void> {
  const desk = await desks.of(originOf(body));
  if (desk) await handler(desk, body);
}

async function findDesk(
  desks: Desks,
  body: unknown,
  correlationId: string,
): Promise<Desk | null | "unknown"> {
  try {
    return await desks.of(originOf(body));
  } catch (error) {
    desks.log.error("slack_workspace_not_found", { provider: "slack", correlationId, error });
    return "unknown";
  }
}

function toAck(ack: (answer: never) => Promise<void>): Ack {
  return (answer) => Reflect.apply(ack, undefined, answer === undefined ? [] : [answer]);
}

interface Delivering {
  readonly app: App;
  readonly desks: Desks;
  readonly running: Set<Promise<unknown>>;
  /** Events that our own handler could not handle; what Bolt cannot read is not worth a repeat. */
  readonly failed: WeakSet<object>;
}

function deliver(
  { app, desks, running, failed }: Delivering,
  event: Pick<ReceiverEvent, "body" | "retryNum" | "retryReason">,
): Promise<Delivered> {
  const { body } = event;
  const isEvent = body.type === "event_callback";
  const answered = new Promise<Delivered>((resolve) => {
    // Bolt acknowledges an event before it is handled; ours is acknowledged by the end of the handling.
    const ack = async (answer?: unknown): Promise<void> => {
      if (!isEvent) resolve({ ok: true, answer: toObject(answer) });
    };
    const handled = isRoutable(body)
      ? app.processEvent({ ...event, ack })
      : handleOdd(desks, body, ack);
    const finished = handled.then(
      () => resolve({ ok: true, answer: null }),
      (error: unknown) => {
        desks.log.error("slack_handler_failed", { provider: "slack", error });
        resolve(failed.has(body) ? { ok: false } : { ok: true, answer: null });
      },
    );
    running.add(finished);
    void finished.then(() => running.delete(finished));
  });
  return answered;
}

function toObject(answer: unknown): object | null {
  if (typeof answer === "string" && answer !== "") return { text: answer };
  return typeof answer === "object" && answer !== null ? answer : null;
}

const textOrObject = z.union([z.string(), z.looseObject({})]);
/** The parts that Bolt reads without looking whether they are there. */
const Routable = z.union([
  z.looseObject({ command: z.string() }),
  z.looseObject({
    type: z.literal("block_actions"),
    user: z.looseObject({}),
    actions: z.tuple([z.looseObject({ action_id: z.string() })]),
  }),
  z.looseObject({
    type: z.enum(["view_submission", "view_closed"]),
    user: z.looseObject({}),
    view: z.looseObject({}),
  }),
  z.looseObject({
    type: z.literal("event_callback"),
    event: z.looseObject({
      type: z.string(),
      channel: textOrObject.optional(),
      user: textOrObject.optional(),
      subteam: z.looseObject({}).optional(),
      item: z.looseObject({}).optional(),
    }),
  }),
]);

function isRoutable(body: unknown): boolean {
  return Routable.safeParse(body).success;
}

/** What Bolt would stumble over gets our own refusal, or a quiet acknowledgement. */
async function handleOdd(desks: Desks, body: { readonly type?: unknown }, ack: Ack): Promise<void> {
  if (body.type === "block_actions") return handle(desks, onClick, { body, ack });
  if (body.type === "view_submission") return handle(desks, onSubmission, { body, ack });
  desks.log.warn("slack_payload_unknown", { provider: "slack" });
  return ack();
}
