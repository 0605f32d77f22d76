/** A pressed button or a chosen option, in a message, on the home tab or in a modal. */

import { within } from "../../../app/conversation/within.ts";
import type { Reply } from "../../../app/ports.ts";
import { OUT_OF_DATE, TAKES_LONGER } from "../../../messages/edge/sentences.ts";
import type { Message } from "../../../messages/message.ts";
import { lookUpFiles } from "../files.ts";
import { type Deed, decodeMenu, decodeOpened, decodePressed, type Opened } from "../render/wire.ts";
import { renderForm, renderNotice } from "../render-form.ts";
import { type Audience, handOver, tell } from "./answer.ts";
import { type Ack, toMessage } from "./command.ts";
import { ANSWER_WITHIN_MS, type Asker, ask, type Desk, type Outcome, toEventKey } from "./desk.ts";
import { type Action, Click } from "./payloads.ts";
import { openAgain } from "./sentences.ts";
import { openView, publishHome, stackView } from "./views.ts";

/** Where the click happened, and every way back to the person. */
interface Scene {
  readonly click: Click;
  readonly audience: Audience;
  readonly opened: Opened;
  readonly again: Deed | null;
}

export async function onClick(desk: Desk, body: unknown, ack: Ack): Promise<void> {
  const parsed = Click.safeParse(body);
  if (!parsed.success) {
    desk.log.warn("slack_payload_refused", { provider: "slack", what: "click" });
    return ack();
  }
  const click = parsed.data;
  const [action] = click.actions ?? [];
  if (action?.url) return ack();
  const pressed = action ? decode(action) : null;
  const scene = setScene(click, pressed);
  if (pressed === null) {
    desk.log.warn("slack_payload_refused", { provider: "slack", what: "action" });
    await ack();
    return say(desk, scene, OUT_OF_DATE);
  }
  const eventKey = toEventKey(click.trigger_id, body);
  const work = press(desk, scene, { command: pressed.deed, eventKey });
  const outcome = await within(work, ANSWER_WITHIN_MS);
  await ack();
  if (outcome !== "late") return respond(desk, scene, outcome.reply);
  await tell(desk, scene.audience, { message: TAKES_LONGER });
  await respond(desk, { ...scene, click: { ...click, trigger_id: null } }, (await work).reply);
}

async function press(
  desk: Desk,
  scene: Scene,
  request: { readonly command: Deed; readonly eventKey: string },
): Promise<Outcome> {
  const { files = [] } = scene.opened;
  const values = files.length === 0 ? {} : { files: await lookUpFiles(desk, files) };
  return ask(desk, askerOf(scene), { ...request, values });
}

function decode(action: Action) {
  const { action_id: actionId, selected_option: option, value } = action;
  return option ? decodeMenu(actionId, option.value) : decodePressed(value);
}

function setScene(click: Click, pressed: ReturnType<typeof decodePressed>): Scene {
  const inView = decodeOpened(click.view?.private_metadata ?? "{}");
  const channel = click.channel?.id ?? inView.channel;
  const threadTs =
    click.message?.thread_ts ?? click.container?.thread_ts ?? inView.threadTs ?? undefined;
  const files = pressed && pressed.files.length > 0 ? pressed.files : inView.files;
  return {
    click,
    again: pressed?.deed ?? null,
    opened: {
      ...(channel === undefined ? {} : { channel }),
      ...(threadTs === undefined ? {} : { threadTs }),
      ...(files === undefined ? {} : { files }),
    },
    audience: {
      userId: click.user.id,
      channelId: channel ?? null,
      threadTs: threadTs ?? null,
      responseUrl: click.response_url ?? null,
    },
  };
}

function askerOf({ click, audience }: Scene): Asker {
  return {
    userId: click.user.id,
    userTeamId: click.user.team_id ?? null,
    origin: {
      teamId: click.team?.id ?? null,
      enterpriseId: click.enterprise?.id ?? null,
    },
    channelId: audience.channelId,
  };
}

async function respond(desk: Desk, scene: Scene, reply: Reply): Promise<void> {
  if (reply.kind === "form") return showForm(desk, scene, renderForm(reply.form, scene.opened));
  const isOnHome = scene.click.view?.type === "home";
  if (reply.kind === "home" && isOnHome) {
    if (await publishHome(desk, scene.audience.userId, reply.home)) return;
  }
  await say(desk, scene, toMessage(reply));
}

async function showForm(
  desk: Desk,
  scene: Scene,
  form: ReturnType<typeof renderForm>,
): Promise<void> {
  if (await showView(desk, scene, form)) return;
  const { again, opened } = scene;
  const button = again ? { label: "Open the form", deed: again } : undefined;
  const files = opened.files ?? [];
  await tell(desk, scene.audience, { message: openAgain(again), files, again: button });
}

/** In a modal on top of it; on the home tab, which has no private messages, as a modal; else beside the message. */
async function say(desk: Desk, scene: Scene, message: Message): Promise<void> {
  if (scene.click.view && (await showView(desk, scene, renderNotice(message, scene.opened)))) {
    if (message.attachment) await handOver(desk, scene.audience.userId, message);
    return;
  }
  await tell(desk, scene.audience, { message, files: scene.opened.files ?? [] });
}

async function showView(
  desk: Desk,
  { click }: Scene,
  view: ReturnType<typeof renderForm>,
): Promise<boolean> {
  const triggerId = click.trigger_id ?? null;
  if (click.view?.type !== "modal") return openView(desk, triggerId, view);
  const { id, root_view_id: rootId, previous_view_id: previousId } = click.view;
  const on = { id, rootId: rootId ?? null, previousId: previousId ?? null };
  return stackView(desk, { view: on, triggerId }, view);
}
