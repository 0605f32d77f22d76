/** From a verified activity to its handler: who asks is noted, a stranger is turned away, and what follows goes on behind. */
import { randomUUID } from "node:crypto";
import type { Answer } from "../../../app/front-ports.ts";
import { didNotWork, OTHER_WORKSPACE, OUT_OF_DATE } from "../../../messages/edge/sentences.ts";
import type { Message } from "../../../messages/message.ts";
import { post } from "../api/speech.ts";
import { createSightings, type Sightings } from "../conversations/sightings.ts";
import { kindOf, type Origin, originOf } from "../identity.ts";
import { VIEW_VERB } from "../render/wire.ts";
import { renderMessage } from "../render-message.ts";
import { onAction, onSubmit, toInvokeAnswer } from "./action.ts";
import { onConsent } from "./consent.ts";
import type { Asker, Desk } from "./desk.ts";
import { onMembership } from "./membership.ts";
import { type Follow, onMessage } from "./message.ts";
import { Activity, CardAction } from "./payloads.ts";
import { NOT_A_PERSON } from "./sentences.ts";

export interface Dispatch {
  deliver(body: unknown): Promise<Answer>;
  /** Waits for everything that is still going on. */
  settle(): Promise<void>;
}

const DONE: Answer = { status: 200, body: null };

export function createDispatch(desk: Desk): Dispatch {
  const running = new Set<Promise<unknown>>();
  const sightings = createSightings(desk);
  const behind = (work: Promise<unknown>): void => {
    const finished = work.catch((error: unknown) => {
      desk.log.error("teams_handler_failed", { provider: "teams", error });
    });
    running.add(finished);
    void finished.then(() => running.delete(finished));
  };
  return {
    async deliver(body) {
      const parsed = Activity.safeParse(body);
      if (!parsed.success) {
        desk.log.warn("teams_payload_refused", { provider: "teams", what: "activity" });
        return { status: 400, body: null };
      }
      const activity = parsed.data;
      try {
        if (activity.type === "invoke")
          return await answerInvoke({ desk, sightings, behind }, activity);
        // Acknowledged only when the application has decided; what is said about it goes on behind.
        const follow = await handle(desk, sightings, activity);
        behind(follow());
        return DONE;
      } catch (error) {
        const correlationId = randomUUID();
        desk.log.error("teams_request_failed", { provider: "teams", correlationId, error });
        const failed = didNotWork(correlationId);
        if (activity.type === "invoke") return inWords(failed);
        behind(tellFailed(desk, activity, failed));
        return DONE;
      }
    },
    async settle() {
      while (running.size > 0) await Promise.allSettled([...running]);
    },
  };
}

async function handle(desk: Desk, sightings: Sightings, activity: Activity): Promise<Follow> {
  if (!HANDLED.includes(activity.type)) return async () => undefined;
  const origin = originOf(activity);
  if (!origin) return () => turnAway(desk, activity, NOT_A_PERSON);
  if (isForeign(desk, origin)) return () => turnAway(desk, activity, OTHER_WORKSPACE);
  const asker = await recognise(desk, sightings, origin);
  if (activity.type !== "message") return onMembership(desk, activity, asker);
  const { value } = activity;
  return isCardData(value)
    ? onSubmit(desk, activity, { asker, data: value })
    : onMessage(desk, activity, asker);
}

const HANDLED = ["message", "conversationUpdate", "installationUpdate"];

/** A button whose client knows no other way sends what it carries as a message. */
function isCardData(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isForeign({ tenantId }: Desk, origin: Origin): boolean {
  return tenantId !== null && origin.tenantId !== tenantId;
}

async function recognise(desk: Desk, sightings: Sightings, origin: Origin): Promise<Asker> {
  const workspaceId = await desk.workspaceOf(origin.tenantId);
  await sightings.note(workspaceId, origin);
  return { origin, workspaceId, about: origin };
}

/** Only what people say is answered; a bot that is added somewhere foreign keeps still. */
async function turnAway(desk: Desk, activity: Activity, message: Message): Promise<void> {
  desk.log.warn("teams_other_workspace", { provider: "teams" });
  if (activity.type !== "message") return;
  const { serviceUrl, conversation, channelData } = activity;
  const tenantId = channelData?.tenant?.id ?? conversation.tenantId ?? "";
  const where = { serviceUrl, conversationId: conversation.id, tenantId };
  await post(desk, where, renderMessage(message));
}

/** Nothing is known of the person when the database does not answer: what failed is said where they are. */
async function tellFailed(desk: Desk, activity: Activity, message: Message): Promise<void> {
  if (activity.type !== "message") return;
  const { serviceUrl, conversation, channelData, from } = activity;
  const tenantId = channelData?.tenant?.id ?? conversation.tenantId ?? "";
  const where = { serviceUrl, conversationId: conversation.id, tenantId };
  const rendered = renderMessage(message);
  const isShared = kindOf(activity) !== "personal";
  const told = await post(desk, isShared ? { ...where, onlyFor: from.id } : where, rendered);
  if ("trouble" in told && isShared) await post(desk, where, rendered);
}

function inWords({ headline }: Message): Answer {
  return { status: 200, body: toInvokeAnswer({ kind: "words", text: headline }) };
}

interface Invoking {
  readonly desk: Desk;
  readonly sightings: Sightings;
  readonly behind: (work: Promise<unknown>) => void;
}

async function answerInvoke(
  { desk, sightings, behind }: Invoking,
  activity: Activity,
): Promise<Answer> {
  const origin = originOf(activity);
  if (!origin) return inWords(NOT_A_PERSON);
  if (isForeign(desk, origin)) {
    desk.log.warn("teams_other_workspace", { provider: "teams" });
    return inWords(OTHER_WORKSPACE);
  }
  const asker = await recognise(desk, sightings, origin);
  if (activity.name === "adaptiveCard/action") {
    const card = CardAction.safeParse(activity.value);
    if (!card.success) return inWords(OUT_OF_DATE);
    const { data, verb } = card.data.action;
    const isView = verb === VIEW_VERB;
    const shown = await onAction(desk, activity, { asker, data, isView, keep: behind });
    return { status: 200, body: toInvokeAnswer(shown) };
  }
  if (activity.name === "fileConsent/invoke") {
    await onConsent(desk, activity, asker);
    return DONE;
  }
  desk.log.warn("teams_payload_unknown", { provider: "teams" });
  return { status: 501, body: null };
}
