/** Delivers the outbox into Slack: channels, threads, direct messages, home tabs; edits in place; nothing is lost silently. */
import { z } from "zod";
import type { Log, Sender, Sent } from "../../app/ports.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import type { ChannelRef } from "../../domain/migrations/record.ts";
import type { Identity } from "../../domain/people/person.ts";
import type { Message } from "../../messages/message.ts";
import { attachFile } from "./api/attach.ts";
import { type Trouble, toTrouble } from "./api/clients.ts";
import {
  type Conversation,
  editMessage,
  findAttempt,
  fromRef,
  type Posted,
  type PostOptions,
  postMessage,
  type Standing,
  toRef,
  toSent,
} from "./api/post.ts";
import { explain } from "./api/troubles.ts";
import type { Connection, Connections } from "./install/connections.ts";
import { renderHome } from "./render-home.ts";

type Post = Parameters<Sender["send"]>[0];

export interface SenderOptions {
  readonly connections: Connections;
  readonly apiUrl: string;
  readonly log: Log;
  /** Whom to tell when a channel cannot be reached. */
  readonly peopleOf: (channel: ChannelRef) => Promise<readonly Identity[]>;
}

interface Sending extends SenderOptions, PostOptions {
  readonly workspaceId: WorkspaceId;
  /** The direct channel of each person of each workspace. */
  readonly direct: Map<string, string>;
}

const REMOVED =
  "Cleargate is not installed in this Slack workspace any more. " +
  "Install it there again, then replay the message.";

export function createSender(options: SenderOptions): Sender {
  const direct = new Map<string, string>();
  return {
    surface: "slack",
    async send(post) {
      const { to, lane } = post;
      const { workspaceId } = to.kind === "channel" ? to.channel : to.identity;
      const connection = await findConnection(options, workspaceId);
      if ("outcome" in connection) return connection;
      const { clients, troubles } = connection;
      const client = clients.lanes[lane];
      try {
        return await deliver({ ...options, client, troubles, workspaceId, direct }, post);
      } catch (error) {
        options.log.error("slack_send_failed", { provider: "slack", error });
        return { outcome: "uncertain", why: "sending to Slack failed on our side" };
      }
    },
  };
}

/** Nothing has left yet: whatever fails here is tried again, unless the app was taken away. */
async function findConnection(
  { connections, log }: SenderOptions,
  workspaceId: WorkspaceId,
): Promise<Connection | Sent> {
  try {
    const connection = await connections.ofWorkspace(workspaceId);
    return connection ?? { outcome: "failed", why: REMOVED };
  } catch (error) {
    log.error("slack_workspace_not_found", { provider: "slack", error });
    return { outcome: "retry", why: "the workspace's token cannot be read now" };
  }
}

async function deliver(sending: Sending, post: Post): Promise<Sent> {
  if (post.to.kind === "home") return publish(sending, post.to.identity, post.message);
  const standing = fromRef(post.edit);
  if (post.edit !== null) {
    if (!standing) return { outcome: "failed", why: "the reference is not one of Slack's" };
    const edited = await editMessage(sending, standing, post.message);
    if ("trouble" in edited) return toSent("chat.update", edited.trouble, true);
    return { outcome: "sent", ref: toRef(edited) };
  }
  const where = await findConversation(sending, post);
  if ("trouble" in where) return toSent("conversations.open", where.trouble, true);
  if (!post.uncertain) return postAnew(sending, where, post);
  return postUnlessThere(sending, where, post);
}

/** A thread belongs to the conversation in which its first message stands, wherever that had to be. */
async function findConversation(
  sending: Sending,
  { to }: Post,
): Promise<Conversation | { readonly trouble: Trouble }> {
  if (to.kind === "channel") {
    const thread = fromRef(to.threadRef);
    const channel = thread?.channel ?? to.channel.channelId;
    return { channel, threadTs: thread?.ts ?? null };
  }
  return openDirect(sending, to.identity.userId);
}

const MAX_DIRECT = 10_000;
const Opened = z.object({ channel: z.object({ id: z.string() }) });

async function openDirect(
  sending: Pick<Sending, "client" | "direct" | "troubles" | "workspaceId">,
  userId: string,
): Promise<Conversation | { readonly trouble: Trouble }> {
  const { client, direct, troubles, workspaceId } = sending;
  const key = `${workspaceId}/${userId}`;
  const known = direct.get(key);
  if (known !== undefined) return { channel: known, threadTs: null };
  try {
    const { channel } = Opened.parse(await client.conversations.open({ users: userId }));
    if (direct.size >= MAX_DIRECT) direct.clear();
    direct.set(key, channel.id);
    return { channel: channel.id, threadTs: null };
  } catch (error) {
    const trouble = toTrouble(error);
    if (trouble.kind === "refused") troubles.note("conversations.open", trouble.code);
    return { trouble };
  }
}

/** An earlier attempt may have arrived: Slack is asked before anything is repeated. */
async function postUnlessThere(sending: Sending, where: Conversation, post: Post): Promise<Sent> {
  const found = await findAttempt(sending, where, post.attempt);
  if (found === null) return postAnew(sending, where, post);
  if (!("trouble" in found)) return { outcome: "sent", ref: toRef(found) };
  if (found.trouble.kind !== "refused")
    return { outcome: "uncertain", why: "Slack does not say whether the message arrived" };
  return postAnew(sending, where, { ...post, message: markRepeat(post.message) });
}

const REPEAT =
  "Sent again: Slack did not confirm the first delivery, so you may see this message twice.";

function markRepeat(message: Message): Message {
  return { ...message, sections: [...(message.sections ?? []), { lines: [REPEAT] }] };
}

async function postAnew(sending: Sending, where: Conversation, post: Post): Promise<Sent> {
  const posted = await postMessage(sending, where, post);
  if (!("trouble" in posted)) return finish(sending, { posted, where, message: post.message });
  const { trouble } = posted;
  if (trouble.kind === "refused" && post.to.kind === "channel")
    return tellPeople(sending, post, { channel: post.to.channel, code: trouble.code });
  return toSent("chat.postMessage", trouble, false);
}

async function finish(
  sending: Sending,
  done: { readonly posted: Standing; readonly where: Conversation; readonly message: Message },
): Promise<Sent> {
  const { posted, where, message } = done;
  if (message.attachment)
    await attachFile(sending, {
      channel: posted.channel,
      threadTs: where.threadTs ?? posted.ts,
      attachment: message.attachment,
    });
  return { outcome: "sent", ref: toRef(posted) };
}

/** The channel refuses: those whom it concerns get the message themselves, with the reason and the remedy. */
async function tellPeople(
  sending: Sending,
  post: Post,
  refused: { readonly channel: ChannelRef; readonly code: string },
): Promise<Sent> {
  const why = explain("chat.postMessage", refused.code);
  const message = explainFallback(post.message, refused.code);
  const people = await sending.peopleOf(refused.channel);
  const told = await Promise.all(
    people.map(({ userId }) => tellPerson(sending, userId, { message, attempt: post.attempt })),
  );
  const posted = told.find((answer) => "ts" in answer);
  if (posted) return { outcome: "sent", ref: toRef(posted) };
  const passing = told.find((answer) => "trouble" in answer && answer.trouble.kind !== "refused");
  if (passing && "trouble" in passing) return toSent("chat.postMessage", passing.trouble, false);
  return { outcome: "failed", why };
}

async function tellPerson(
  sending: Sending,
  userId: string,
  post: { readonly message: Message; readonly attempt: string },
): Promise<Posted> {
  const where = await openDirect(sending, userId);
  if ("trouble" in where) return where;
  const posted = await postMessage(sending, where, post);
  if (!("trouble" in posted)) await finish(sending, { posted, where, message: post.message });
  return posted;
}

function explainFallback(message: Message, code: string): Message {
  const line =
    `You get this as a direct message because it could not be posted in the channel. ` +
    `${explain("Slack", code)} To change that: /invite @Cleargate in the channel.`;
  return { ...message, sections: [{ lines: [line] }, ...(message.sections ?? [])] };
}

async function publish(
  { client, troubles }: Sending,
  identity: Identity,
  message: Message,
): Promise<Sent> {
  const view = renderHome({ headline: message.headline, sections: message.sections ?? [] });
  try {
    await client.views.publish({ user_id: identity.userId, view });
    return { outcome: "sent", ref: `home/${identity.userId}` };
  } catch (error) {
    const trouble = toTrouble(error);
    if (trouble.kind === "refused") troubles.note("views.publish", trouble.code);
    return toSent("views.publish", trouble, true);
  }
}
