/** The activities that Teams sends to an app, built from what the stand-in knows. */
import { randomUUID } from "node:crypto";
import type { Json } from "../../slack/checks/parts.ts";
import type { TeamsStandIn } from "../stand-in.ts";
import { BOT_NAME, type Conversation, type TeamsUser } from "../world.ts";

/** Where somebody does something. */
export interface Scene {
  readonly teams: TeamsStandIn;
  readonly user: TeamsUser;
  readonly conversation: Conversation;
  /** The root post of the thread in a channel. */
  readonly thread: string | null;
}

function baseOf(scene: Scene, type: string, id: string): Json {
  const { teams, user } = scene;
  const now = new Date();
  return {
    type,
    id,
    timestamp: now.toISOString(),
    localTimestamp: now.toISOString(),
    localTimezone: user.timeZone,
    channelId: "msteams",
    serviceUrl: teams.serviceUrl,
    from: { id: user.mri, name: user.name, aadObjectId: user.id },
    conversation: describeConversation(scene),
    recipient: { id: botId(teams), name: BOT_NAME },
    channelData: describeChannel(scene),
    locale: "en-US",
  };
}

export function botId({ appId }: TeamsStandIn): string {
  return `28:${appId}`;
}

function clientInfo({ timeZone }: TeamsUser): Json {
  return {
    type: "clientInfo",
    locale: "en-US",
    country: "US",
    platform: "Windows",
    timezone: timeZone,
  };
}

function describeConversation({ teams, user, conversation, thread }: Scene): Json {
  const { id, kind, name } = conversation;
  const tenantId = kind === "personal" ? user.tenantId : teams.tenantId;
  return {
    id: thread === null ? id : `${id};messageid=${thread}`,
    conversationType: kind,
    tenantId,
    ...(kind === "personal" ? {} : { isGroup: true }),
    ...(kind === "groupChat" ? { name } : {}),
  };
}

function describeChannel({ teams, user, conversation }: Scene): Json {
  const { id, kind } = conversation;
  const tenant = { id: kind === "personal" ? user.tenantId : teams.tenantId };
  if (kind !== "channel") return { tenant };
  const { team } = teams.world;
  return {
    teamsChannelId: id,
    teamsTeamId: team.id,
    channel: { id },
    team: { id: team.id, aadGroupId: team.aadGroupId, name: team.name },
    tenant,
  };
}

export interface Said {
  readonly id: string;
  readonly text: string;
  /** Among others they have to be told that they are meant; `slash`: a private command. */
  readonly addressed: "mention" | "slash" | "no";
  readonly attachments?: readonly Json[];
}

/** What a person typed. Text comes as it was typed, and beside it once more as a page would show it. */
export function messageActivity(scene: Scene, said: Said): Json {
  const { teams, user } = scene;
  const isMention = said.addressed === "mention";
  const tag = `<at>${BOT_NAME}</at>`;
  const base = baseOf(scene, "message", said.id);
  const mentioned = { id: botId(teams), name: BOT_NAME };
  const mention = { type: "mention", text: tag, mentioned };
  const html = {
    contentType: "text/html",
    content: `<p>${isMention ? `${mentionMarkup()}&nbsp;` : ""}${escapeMarkup(said.text)}</p>`,
  };
  return {
    ...base,
    text: isMention ? `${tag} ${said.text}\n` : said.text,
    textFormat: "plain",
    attachments: [...(said.attachments ?? []), ...(isMention ? [html] : [])],
    entities: [...(isMention ? [mention] : []), clientInfo(user)],
    ...(said.addressed === "slash" ? { recipient: { ...mentioned, isTargeted: true } } : {}),
  };
}

function mentionMarkup(): string {
  return `<span itemscope="" itemtype="http://schema.skype.com/Mention" itemid="0">${BOT_NAME}</span>`;
}

function escapeMarkup(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** A button of a card was pressed; what was filled in stands among its data. */
export function executeActivity(
  scene: Scene,
  pressed: { readonly action: Json; readonly data: Json; readonly replyToId: string },
): Json {
  const { id, title, verb } = pressed.action;
  return {
    ...baseOf(scene, "invoke", `f:${randomUUID()}`),
    name: "adaptiveCard/action",
    replyToId: pressed.replyToId,
    value: {
      action: {
        type: "Action.Execute",
        ...(id === undefined ? {} : { id }),
        title,
        verb,
        data: pressed.data,
      },
      trigger: "manual",
    },
    entities: [clientInfo(scene.user)],
  };
}

/** The same with a client that knows no Action.Execute. */
export function submitActivity(
  scene: Scene,
  pressed: { readonly data: Json; readonly replyToId: string },
): Json {
  return {
    ...baseOf(scene, "message", `f:${randomUUID()}`),
    replyToId: pressed.replyToId,
    value: pressed.data,
    entities: [clientInfo(scene.user)],
  };
}

/** What a person decided about a file that the app offers. */
export function consentActivity(
  scene: Scene,
  consent: { readonly value: Json; readonly replyToId: string },
): Json {
  return {
    ...baseOf(scene, "invoke", `f:${randomUUID()}`),
    name: "fileConsent/invoke",
    replyToId: consent.replyToId,
    value: { type: "fileUpload", ...consent.value },
    entities: [clientInfo(scene.user)],
  };
}

/** The app came or went, in a team, a group chat or somebody's own list of apps. */
export function installationActivity(scene: Scene, action: "add" | "remove"): Json {
  return { ...baseOf(scene, "installationUpdate", `f:${randomUUID()}`), action };
}

const EVENTS = { added: "teamMemberAdded", removed: "teamMemberRemoved" } as const;

/** People or the app itself came or went. */
export function membershipActivity(
  scene: Scene,
  change: { readonly what: "added" | "removed"; readonly ids: readonly string[] },
): Json {
  const { teams, conversation } = scene;
  const base = baseOf(scene, "conversationUpdate", `f:${randomUUID()}`);
  const members = change.ids.map((id) => {
    const user = teams.world.users.get(id);
    return user ? { id: user.mri, aadObjectId: user.id } : { id };
  });
  return {
    ...base,
    [change.what === "added" ? "membersAdded" : "membersRemoved"]: members,
    ...(conversation.kind === "channel"
      ? { channelData: { ...describeChannel(scene), eventType: EVENTS[change.what] } }
      : {}),
  };
}
