/** The Web API methods that the stand-in knows, with the scopes that Slack asks for; any other is unknown. */
import { asObject, type Json } from "./checks/parts.ts";
import { type Method, type MethodCall, Refused, reachChannel, requireContent } from "./method.ts";
import { fileMethods } from "./methods-files.ts";
import { viewMethods } from "./methods-views.ts";
import {
  BOT_ID,
  BOT_USER,
  openDirect,
  type SlackMessage,
  type SlackUser,
  type World,
} from "./world.ts";

export const METHODS: Readonly<Record<string, Method>> = {
  "auth.test": { scopes: [], token: "bot", run: authTest },
  "apps.connections.open": {
    scopes: ["connections:write"],
    token: "app",
    run: ({ apiUrl }) => ({ url: `${apiUrl.replace("http", "ws").replace("/api/", "/socket")}` }),
  },
  "chat.postMessage": { scopes: ["chat:write"], token: "bot", run: postMessage },
  "chat.postEphemeral": { scopes: ["chat:write"], token: "bot", run: postEphemeral },
  "chat.update": { scopes: ["chat:write"], token: "bot", run: updateMessage },
  "conversations.open": { scopes: ["im:write"], token: "bot", run: openConversation },
  "conversations.history": { scopes: [], token: "bot", run: readHistory },
  "conversations.replies": { scopes: [], token: "bot", run: readHistory },
  "users.info": { scopes: ["users:read"], token: "bot", run: userInfo },
  ...viewMethods,
  ...fileMethods,
};

function authTest({ world, apiUrl }: MethodCall): Json {
  return {
    url: apiUrl,
    team: "Cleargate test",
    user: "cleargate",
    team_id: world.teamId,
    user_id: BOT_USER,
    bot_id: BOT_ID,
    ...(world.enterpriseId
      ? { enterprise_id: world.enterpriseId, is_enterprise_install: true }
      : { is_enterprise_install: false }),
  };
}

function postMessage(call: MethodCall): Json {
  const channel = reachChannel(call, true);
  const { world, args } = call;
  const content = requireContent(args, 40_000);
  const metadata = args.metadata === undefined ? null : asObject(args.metadata);
  if (args.metadata !== undefined && typeof metadata?.event_type !== "string")
    throw new Refused("invalid_metadata_format");
  const threadTs = typeof args.thread_ts === "string" ? args.thread_ts : null;
  if (threadTs && !world.messages.some((m) => m.channel === channel.id && m.ts === threadTs))
    throw new Refused("thread_not_found");
  const message: SlackMessage = {
    channel: channel.id,
    ts: world.nextTs(),
    user: BOT_USER,
    ...content,
    threadTs,
    metadata,
    edits: 0,
    files: [],
  };
  world.messages.push(message);
  world.shown.push(message);
  return { channel: channel.id, ts: message.ts, message: { text: message.text, ts: message.ts } };
}

function postEphemeral(call: MethodCall): Json {
  const channel = reachChannel(call, false);
  const { world, args } = call;
  const user = String(args.user ?? "");
  if (!channel.members.has(user)) throw new Refused("user_not_in_channel");
  const content = requireContent(args, 40_000);
  const threadTs = typeof args.thread_ts === "string" ? args.thread_ts : null;
  const ts = world.nextTs();
  const shown = { channel: channel.id, user, ts, ...content, threadTs, via: "method" } as const;
  world.ephemerals.push(shown);
  world.shown.push(shown);
  return { message_ts: ts };
}

function updateMessage(call: MethodCall): Json {
  const channel = reachChannel(call, true);
  const { world, args } = call;
  const ts = String(args.ts ?? "");
  const message = world.messages.find((m) => m.channel === channel.id && m.ts === ts);
  if (!message) throw new Refused("message_not_found");
  if (message.user !== BOT_USER) throw new Refused("cant_update_message");
  const content = requireContent(args, 4_000);
  message.text = content.text;
  message.blocks = content.blocks;
  message.edits += 1;
  return { channel: channel.id, ts, text: content.text };
}

function openConversation({ world, args }: MethodCall): Json {
  const user = world.users.get(String(args.users ?? ""));
  if (!user) throw new Refused("user_not_found");
  if (user.deleted) throw new Refused("user_disabled");
  if (user.kind === "bot") throw new Refused("cannot_dm_bot");
  return { channel: { id: openDirect(world, user.id).id } };
}

/** Each kind of channel has its own scope. */
const HISTORY = { public: "channels:history", private: "groups:history", im: "im:history" };

function readHistory(call: MethodCall): Json {
  const channel = reachChannel(call, false);
  if (!call.scopes.has(HISTORY[channel.kind])) throw new Refused("missing_scope");
  const { world, args } = call;
  const thread = typeof args.ts === "string" ? args.ts : null;
  const wanted = world.messages.filter(
    (m) =>
      m.channel === channel.id &&
      (thread ? m.threadTs === thread || m.ts === thread : m.threadTs === null),
  );
  const newest = (thread ? wanted : wanted.toReversed()).slice(0, Number(args.limit ?? 100));
  return {
    messages: newest.map((m) => ({
      ts: m.ts,
      user: m.user,
      text: m.text,
      ...(m.user === BOT_USER ? { bot_id: BOT_ID } : {}),
      ...(args.include_all_metadata && m.metadata ? { metadata: m.metadata } : {}),
    })),
    has_more: false,
  };
}

function userInfo({ world, args, scopes }: MethodCall): Json {
  const user = world.users.get(String(args.user ?? ""));
  if (!user) throw new Refused("user_not_found");
  return { user: describeUser(user, world, scopes.has("users:read.email")) };
}

function describeUser(user: SlackUser, world: World, withEmail: boolean): Json {
  return {
    id: user.id,
    team_id: user.teamId,
    name: user.name.toLowerCase().replace(/\W+/g, "."),
    deleted: user.deleted,
    real_name: user.name,
    tz: user.tz,
    profile: { real_name: user.name, ...(withEmail && user.email ? { email: user.email } : {}) },
    is_admin: user.isAdmin,
    is_owner: false,
    is_restricted: user.kind === "guest",
    is_ultra_restricted: false,
    is_stranger: user.kind === "stranger",
    is_bot: user.kind === "bot",
    is_email_confirmed: user.emailConfirmed,
    ...(world.enterpriseId && user.teamId === world.teamId
      ? { enterprise_user: { id: user.id, enterprise_id: world.enterpriseId } }
      : {}),
  };
}
