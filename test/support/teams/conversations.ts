/** Conversations of the Bot Connector: opening them, and who is in them. */
import { asList, asObject, type Json } from "../slack/checks/parts.ts";
import { type Posted, postMessage, refuseBot } from "./posts.ts";
import { badArgument, Refused } from "./refusal.ts";
import {
  type Conversation,
  findUser,
  isMember,
  personalChat,
  splitId,
  type TeamsUser,
  type World,
} from "./world.ts";

/** The conversation of a call, or the error for an id that Teams does not know. */
export function reachConversation(world: World, id: string): Conversation {
  const conversation = world.conversations.get(splitId(id).base);
  if (!conversation) throw new Refused(404, "ConversationNotFound", "Conversation not found.");
  return conversation;
}

/** The personal chat of one person, or a new post in a channel; nothing else can be opened. */
export function openConversation(given: Posted): Json {
  const { world, body } = given;
  const channelData = asObject(body.channelData);
  const channelId = asObject(channelData?.channel)?.id;
  if (typeof channelId === "string") {
    if (body.isGroup !== true) throw badArgument("A post in a channel is a group conversation.");
    const activity = asObject(body.activity);
    if (activity === null) throw badArgument("A new post needs an activity.");
    const conversation = reachConversation(world, channelId);
    const { id } = postMessage({ ...given, body: activity, conversation, threadOf: null });
    return { id: `${conversation.id};messageid=${id}`, activityId: id };
  }
  if (body.isGroup === true) throw badArgument("A bot cannot create a group chat.");
  return openPersonal(given);
}

function openPersonal(given: Posted): Json {
  const { world, body } = given;
  const tenant = body.tenantId ?? asObject(asObject(body.channelData)?.tenant)?.id;
  const members = asList(body.members) ?? [];
  if (members.length !== 1) throw badArgument("A personal chat has one member.");
  const user = findUser(world, String(asObject(members[0])?.id));
  if (!user || tenant !== user.tenantId)
    throw new Refused(400, "BadSyntax", "Invalid user identity in provided tenant");
  const isKnown = [...world.conversations.values()].some(
    (one) => one.kind === "personal" && one.members?.has(user.id),
  );
  if (!isKnown && !user.inTeam)
    throw new Refused(403, "ForbiddenOperationException", "The bot is not installed for the user.");
  const conversation = personalChat(world, user.id);
  refuseBot(conversation);
  const activity = asObject(body.activity);
  if (activity === null) return { id: conversation.id };
  const { id } = postMessage({ ...given, body: activity, conversation, threadOf: null });
  return { id: conversation.id, activityId: id };
}

/** Who somebody is, as far as they are in the conversation and their account is active. */
export function describeMember(world: World, conversation: Conversation, memberId: string): Json {
  refuseBot(conversation);
  const user = findUser(world, memberId);
  if (!user || user.deactivated || !isMember(world, conversation, user.id))
    throw new Refused(404, "MemberNotFoundInConversation", "Member not found in conversation.");
  return describe(world, user);
}

/** A page of the members, as many as asked for. */
export function listMembers(
  world: World,
  conversation: Conversation,
  query: URLSearchParams,
): Json {
  refuseBot(conversation);
  const all = [...world.users.values()].filter(
    (user) => !user.deactivated && isMember(world, conversation, user.id),
  );
  const from = readContinuation(query.get("continuationToken"));
  const size = Number(query.get("pageSize") ?? 200);
  if (!Number.isInteger(size) || size < 1) throw badArgument("pageSize must be a positive number.");
  const rest = from + size < all.length;
  return {
    members: all.slice(from, from + size).map((user) => describe(world, user)),
    ...(rest ? { continuationToken: writeContinuation(from + size) } : {}),
  };
}

function writeContinuation(from: number): string {
  return Buffer.from(`from ${from}`).toString("base64");
}

function readContinuation(token: string | null): number {
  if (token === null) return 0;
  const [, from] = /^from (\d+)$/.exec(Buffer.from(token, "base64").toString("utf8")) ?? [];
  if (from === undefined) throw badArgument("The continuation token is not valid.");
  return Number(from);
}

function describe(world: World, user: TeamsUser): Json {
  const [givenName = "", ...surname] = user.name.split(" ");
  return {
    id: user.mri,
    objectId: user.id,
    aadObjectId: user.id,
    name: user.name,
    givenName,
    surname: surname.join(" "),
    ...(user.email === null ? {} : { email: user.email }),
    userPrincipalName: principalName(world, user),
    tenantId: user.tenantId,
    userRole: user.kind === "guest" ? "guest" : "user",
  };
}

function principalName(world: World, { kind, email, id }: TeamsUser): string {
  const name = email ?? `${id}@cleargate.example`;
  if (kind !== "guest") return name;
  return `${name.replace("@", "_")}#EXT#@${world.tenantId}.onmicrosoft.example`;
}
