/** From a verified activity to its handler: who asks is noted, a stranger is turned away, and what follows goes on behind. */
import type { Answer } from "../../../app/front-ports.ts";
import { OTHER_WORKSPACE, OUT_OF_DATE } from "../../../messages/edge/sentences.ts";
import type { Message } from "../../../messages/message.ts";
import { post } from "../api/speech.ts";
import { createSightings, type Sightings } from "../conversations/sightings.ts";
import { type Origin, originOf } from "../identity.ts";
import { renderMessage } from "../render-message.ts";
import { onAction, toInvokeAnswer } from "./action.ts";
import { onConsent } from "./consent.ts";
import type { Asker, Desk } from "./desk.ts";
import { onMembership } from "./membership.ts";
import { onMessage } from "./message.ts";
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
  const behind = (work: Promise<unknown>): Answer => {
    const finished = work.catch((error: unknown) => {
      desk.log.error("teams_handler_failed", { provider: "teams", error });
    });
    running.add(finished);
    void finished.then(() => running.delete(finished));
    return DONE;
  };
  return {
    async deliver(body) {
      const parsed = Activity.safeParse(body);
      if (!parsed.success) {
        desk.log.warn("teams_payload_refused", { provider: "teams", what: "activity" });
        return { status: 400, body: null };
      }
      const activity = parsed.data;
      if (activity.type === "invoke") return answerInvoke(desk, sightings, activity);
      return behind(handle(desk, sightings, activity));
    },
    async settle() {
      while (running.size > 0) await Promise.allSettled([...running]);
    },
  };
}

async function handle(desk: Desk, sightings: Sightings, activity: Activity): Promise<void> {
  if (!HANDLED.includes(activity.type)) return;
  const origin = originOf(activity);
  if (!origin) return turnAway(desk, activity, NOT_A_PERSON);
  if (isForeign(desk, origin)) return turnAway(desk, activity, OTHER_WORKSPACE);
  const asker = await recognise(desk, sightings, origin);
  if (activity.type !== "message") return onMembership(desk, activity, asker);
  if (isCardData(activity.value)) {
    await onAction(desk, activity, { asker, data: activity.value });
    return;
  }
  await onMessage(desk, activity, asker);
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

async function answerInvoke(desk: Desk, sightings: Sightings, activity: Activity): Promise<Answer> {
  const say = ({ headline }: Message): Answer => ({
    status: 200,
    body: toInvokeAnswer({ kind: "words", text: headline }),
  });
  const origin = originOf(activity);
  if (!origin) return say(NOT_A_PERSON);
  if (isForeign(desk, origin)) {
    desk.log.warn("teams_other_workspace", { provider: "teams" });
    return say(OTHER_WORKSPACE);
  }
  const asker = await recognise(desk, sightings, origin);
  if (activity.name === "adaptiveCard/action") {
    const card = CardAction.safeParse(activity.value);
    if (!card.success) return say(OUT_OF_DATE);
    const { data } = card.data.action;
    return { status: 200, body: toInvokeAnswer(await onAction(desk, activity, { asker, data })) };
  }
  if (activity.name === "fileConsent/invoke") {
    await onConsent(desk, activity, asker);
    return DONE;
  }
  desk.log.warn("teams_payload_unknown", { provider: "teams" });
  return { status: 501, body: null };
}
