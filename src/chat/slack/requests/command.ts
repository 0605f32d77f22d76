/** A slash command: answered in the response itself, which works in every channel, or with a form. */

import { within } from "../../../app/conversation/within.ts";
import { mendFields, OUT_OF_DATE, TAKES_LONGER } from "../../../messages/edge/sentences.ts";
import type { Form } from "../../../messages/form.ts";
import type { Message } from "../../../messages/message.ts";
import type { Deed } from "../render/wire.ts";
import { renderForm } from "../render-form.ts";
import { homeAsMessage, renderMessage } from "../render-message.ts";
import { type Audience, handOver, tell } from "./answer.ts";
import { ANSWER_WITHIN_MS, type Asker, ask, type Desk, type Outcome, toEventKey } from "./desk.ts";
import { SlashCommand } from "./payloads.ts";
import { openAgain } from "./sentences.ts";
import { openView } from "./views.ts";

export type Ack = (answer?: object) => Promise<void>;

/** What may be kept in a button to do it again. */
const AGAIN_MAX = 1_000;

export async function onCommand(desk: Desk, body: unknown, ack: Ack): Promise<void> {
  const parsed = SlashCommand.safeParse(body);
  if (!parsed.success) {
    desk.log.warn("slack_payload_refused", { provider: "slack", what: "command" });
    return ack(toAnswer(OUT_OF_DATE));
  }
  const slash = parsed.data;
  const text = decodeEntities(slash.text);
  const deed: Deed = { type: "Text", text };
  const eventKey = toEventKey(slash.trigger_id, slash);
  const deadline = performance.now() + ANSWER_WITHIN_MS;
  const work = ask(desk, askerOf(slash), { command: deed, values: {}, eventKey });
  const outcome = await within(work, ANSWER_WITHIN_MS);
  const again = text.length <= AGAIN_MAX ? deed : null;
  if (outcome !== "late") return answerInTime(desk, { slash, outcome, again, deadline }, ack);
  await ack(toAnswer(TAKES_LONGER));
  await answerLate(desk, { slash, outcome: await work, again, deadline });
}

interface Answering {
  readonly slash: SlashCommand;
  readonly outcome: Outcome;
  readonly again: Deed | null;
  readonly deadline: number;
}

/** Opening the form has at least this long, even when the application used up the rest. */
const OPEN_AT_LEAST_MS = 200;

async function answerInTime(desk: Desk, answering: Answering, ack: Ack): Promise<void> {
  const { slash, outcome } = answering;
  const { reply } = outcome;
  if (reply.kind === "form") return openInTime(desk, answering, { form: reply.form, ack });
  const message = toMessage(reply);
  await ack(toAnswer(message));
  if (message.attachment) await handOver(desk, slash.user_id, message);
}

/** A form that is not open in time is waited for behind the answer; the person hears when it failed. */
async function openInTime(
  desk: Desk,
  answering: Answering,
  { form, ack }: { readonly form: Form; readonly ack: Ack },
): Promise<void> {
  const { slash, again, deadline } = answering;
  const view = renderForm(form, slash.channel_id ? { channel: slash.channel_id } : {});
  const opening = openView(desk, slash.trigger_id ?? null, view);
  const left = Math.max(OPEN_AT_LEAST_MS, deadline - performance.now());
  const opened = await within(opening, left);
  if (opened !== "late") return opened ? ack() : ack(toAnswer(openAgain(again), again));
  await ack();
  if (!(await opening)) await answerLate(desk, answering);
}

async function answerLate(desk: Desk, { slash, outcome, again }: Answering): Promise<void> {
  const { reply } = outcome;
  const audience: Audience = {
    userId: slash.user_id,
    channelId: slash.channel_id ?? null,
    threadTs: null,
    responseUrl: slash.response_url ?? null,
  };
  if (reply.kind !== "form") return tell(desk, audience, { message: toMessage(reply) });
  const button = again ? { label: "Open the form", deed: again } : undefined;
  await tell(desk, audience, { message: openAgain(again), again: button });
}

/** A reply that is no form, as a message. */
export function toMessage(reply: Exclude<Outcome["reply"], { kind: "form" }>): Message {
  if (reply.kind === "show") return reply.message;
  if (reply.kind === "home") return homeAsMessage(reply.home);
  return mendFields(reply.fields);
}

function toAnswer(message: Message, again: Deed | null = null): object {
  const button = again ? { label: "Open the form", deed: again } : undefined;
  return { response_type: "ephemeral", ...renderMessage(message, { again: button }) };
}

function askerOf(slash: SlashCommand): Asker {
  return {
    userId: slash.user_id,
    userTeamId: null,
    origin: { teamId: slash.team_id ?? null, enterpriseId: slash.enterprise_id ?? null },
    channelId: slash.channel_id ?? null,
  };
}

/** Slack encodes these three characters in what people type. */
function decodeEntities(text: string): string {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}
