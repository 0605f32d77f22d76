/** The payloads that Slack sends, built from what the stand-in knows. */
import { asList, asObject, type Json } from "../checks/parts.ts";
import type { SlackStandIn } from "../stand-in.ts";
import { BOT_ID, BOT_USER, issueTrigger, type SlackMessage, type SlackView } from "../world.ts";
import { type Control, withBlockIds } from "./reading.ts";

const APP_ID = "A0CLEAR001";

interface Envelope {
  readonly slack: SlackStandIn;
  readonly userId: string;
}

function teamOf({ slack, userId }: Envelope): Json {
  const { world } = slack;
  const user = world.users.get(userId);
  const isOrgInstall = world.enterpriseId !== null;
  return {
    team: isOrgInstall ? null : { id: world.teamId, domain: "cleargate-test" },
    enterprise: isOrgInstall ? { id: world.enterpriseId, name: "Cleargate" } : null,
    is_enterprise_install: isOrgInstall,
    user: { id: userId, username: userId.toLowerCase(), team_id: user?.teamId ?? world.teamId },
    api_app_id: APP_ID,
    token: "unused",
  };
}

/** An address that takes five answers within half an hour. */
export function issueResponseUrl(
  slack: SlackStandIn,
  given: { user: string; channel: string; messageTs: string | null },
): string {
  const id = slack.world.nextId("R");
  slack.world.responseUrls.set(id, { ...given, issuedAt: Date.now(), uses: 0 });
  return `${slack.origin}/response/${id}`;
}

/** A slash command; Slack sends booleans as words. */
export function commandForm(
  { slack, userId }: Envelope,
  given: { command: string; text: string; channel: string },
): Record<string, string> {
  const { world } = slack;
  const channel = world.channels.get(given.channel);
  return {
    token: "unused",
    team_id: world.teamId,
    team_domain: "cleargate-test",
    ...(world.enterpriseId ? { enterprise_id: world.enterpriseId } : {}),
    is_enterprise_install: String(world.enterpriseId !== null),
    channel_id: given.channel,
    channel_name: channel?.name ?? "privategroup",
    user_id: userId,
    user_name: userId.toLowerCase(),
    command: given.command,
    text: encodeEntities(given.text),
    api_app_id: APP_ID,
    response_url: issueResponseUrl(slack, {
      user: userId,
      channel: given.channel,
      messageTs: null,
    }),
    trigger_id: issueTrigger(world, userId),
  };
}

function encodeEntities(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Where a control was pressed. */
export type Pressed =
  | {
      readonly on: "message";
      readonly message: Pick<SlackMessage, "channel" | "ts" | "text" | "blocks" | "threadTs">;
      readonly isEphemeral: boolean;
    }
  | { readonly on: "view"; readonly view: SlackView; readonly values: Json };

export function blockActions(envelope: Envelope, pressed: Pressed, control: Control): Json {
  const { slack, userId } = envelope;
  return {
    type: "block_actions",
    ...teamOf(envelope),
    trigger_id: issueTrigger(slack.world, userId),
    ...(pressed.on === "message" ? onMessage(envelope, pressed) : onView(pressed)),
    actions: [actionOf(control)],
  };
}

function actionOf({ element, option, blockId }: Control): Json {
  const base = {
    type: element.type,
    action_id: element.action_id ?? "auto",
    block_id: blockId,
    action_ts: `${Date.now() / 1000}`,
  };
  if (option) return { ...base, selected_option: option };
  const { text, value, url, style } = element;
  return {
    ...base,
    text,
    ...(value === undefined ? {} : { value }),
    ...(url === undefined ? {} : { url }),
    ...(style === undefined ? {} : { style }),
  };
}

function onMessage(
  { slack, userId }: Envelope,
  { message, isEphemeral }: Extract<Pressed, { on: "message" }>,
): Json {
  const { channel, ts, text, threadTs } = message;
  const name = slack.world.channels.get(channel)?.name ?? "unknown";
  return {
    container: {
      type: "message",
      message_ts: ts,
      channel_id: channel,
      is_ephemeral: isEphemeral,
      ...(threadTs ? { thread_ts: threadTs } : {}),
    },
    channel: { id: channel, name },
    response_url: issueResponseUrl(slack, { user: userId, channel, messageTs: ts }),
    ...(isEphemeral
      ? {}
      : {
          message: {
            type: "message",
            user: BOT_USER,
            bot_id: BOT_ID,
            ts,
            text,
            ...(threadTs ? { thread_ts: threadTs } : {}),
            blocks: withBlockIds(message.blocks),
          },
        }),
  };
}

function onView({ view, values }: Extract<Pressed, { on: "view" }>): Json {
  return {
    container: { type: "view", view_id: view.id },
    view: describeView(view, values),
  };
}

/** A view as payloads carry it. */
export function describeView(open: SlackView, values: Json): Json {
  const blocks = (asList(open.view.blocks) ?? []).map((block) => asObject(block) ?? {});
  return {
    private_metadata: "",
    callback_id: "",
    ...open.view,
    id: open.id,
    blocks: withBlockIds(blocks),
    state: { values },
    hash: open.hash,
    root_view_id: open.rootId,
    previous_view_id: open.previousId,
    app_id: APP_ID,
    bot_id: BOT_ID,
  };
}

export function viewSubmission(envelope: Envelope, open: SlackView, values: Json): Json {
  return {
    type: "view_submission",
    ...teamOf(envelope),
    trigger_id: issueTrigger(envelope.slack.world, envelope.userId),
    view: describeView(open, values),
    response_urls: [],
  };
}

export function viewClosed(envelope: Envelope, open: SlackView): Json {
  return {
    type: "view_closed",
    ...teamOf(envelope),
    view: describeView(open, {}),
    is_cleared: false,
  };
}

/** An Events API callback around an event. */
export function eventCallback({ slack }: Envelope, event: Json): Json {
  const { world } = slack;
  return {
    token: "unused",
    type: "event_callback",
    event_id: world.nextId("Ev"),
    event_time: Math.floor(Date.now() / 1000),
    team_id: world.teamId,
    api_app_id: APP_ID,
    authorizations: [
      {
        enterprise_id: world.enterpriseId,
        team_id: world.enterpriseId ? null : world.teamId,
        user_id: BOT_USER,
        is_bot: true,
        is_enterprise_install: world.enterpriseId !== null,
      },
    ],
    event,
  };
}
