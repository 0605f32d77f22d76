/** Delivers the outbox into Teams: channels, threads, groups, personal chats; edits in place; nothing is lost silently. */
import type { Log, Sender, Sent } from "../../app/ports.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import type { ChannelRef } from "../../domain/migrations/record.ts";
import type { Identity } from "../../domain/people/person.ts";
import type { Message } from "../../messages/message.ts";
import type { Where } from "./api/bot.ts";
import {
  edit,
  fromRef,
  openThread,
  post,
  type Speaking,
  type Spoken,
  toRef,
} from "./api/speech.ts";
import { explain, toSent } from "./api/troubles.ts";
import { findPersonal } from "./conversations/personal.ts";
import { baseOf } from "./identity.ts";
import type { TeamsMemory } from "./ports.ts";
import { REFRESH_USERS } from "./render/limits.ts";
import { type RenderedMessage, type RenderOptions, renderMessage } from "./render-message.ts";

type Post = Parameters<Sender["send"]>[0];

export interface SenderOptions extends Speaking {
  readonly memory: TeamsMemory;
  readonly log: Log;
  /** Where Teams is spoken to when no conversation has told another address. */
  readonly serviceUrl: string;
  /** Whom to tell when a channel cannot be reached. */
  readonly peopleOf: (channel: ChannelRef) => Promise<readonly Identity[]>;
}

interface Sending extends SenderOptions {
  readonly workspaceId: WorkspaceId;
  readonly tenantId: string;
}

export function createSender(options: SenderOptions): Sender {
  return {
    surface: "teams",
    async send(message) {
      const { to } = message;
      const { workspaceId } = to.kind === "channel" ? to.channel : to.identity;
      try {
        const tenantId = await options.memory.tenantOf(workspaceId);
        if (tenantId === null) return { outcome: "failed", why: "nobody's workspace" };
        return await deliver({ ...options, workspaceId, tenantId }, message);
      } catch (error) {
        // Nothing has left yet, or the client would have said what became of it.
        options.log.error("teams_send_failed", { provider: "teams", error });
        return { outcome: "retry", why: "sending to Teams failed on our side" };
      }
    },
  };
}

async function deliver(sending: Sending, message: Post): Promise<Sent> {
  const said = message.uncertain ? markRepeat(message.message) : message.message;
  const rendered = renderMessage(said, { refresh: await ownViews(sending, message) });
  if (message.edit !== null) return editStanding(sending, message.edit, rendered);
  if (message.to.kind !== "channel")
    return sayDirectly(sending, message.to.identity, rendered).then(toOutcome("post"));
  return sayInChannel(sending, { channel: message.to.channel, message, rendered });
}

/**
 * Where a signature is asked for, each person's client shows the requirement as that person has it: with the buttons
 * that are theirs. Everybody else, and clients that know no such thing, see the request.
 */
async function ownViews(
  { memory, workspaceId }: Sending,
  { to, message }: Post,
): Promise<RenderOptions["refresh"]> {
  if (to.kind !== "channel") return undefined;
  const asked = (message.sections ?? [])
    .flatMap(({ actions = [] }) => actions)
    .flatMap((action) => ("command" in action ? [action.command] : []))
    .find((command) => command.type === "ReviewSignOff");
  if (asked?.type !== "ReviewSignOff") return undefined;
  const { migration, requirement } = asked;
  const seen = await memory.accounts(workspaceId, REFRESH_USERS);
  const userIds = seen.map(({ accountId }) => accountId);
  return { deed: { type: "ShowRequirement", migration, requirement }, userIds };
}

/** Bots cannot read what stands in a conversation, so a repeat says that it may be one. */
const REPEAT =
  "Sent again: Teams did not confirm the first delivery, so you may see this message twice.";

function markRepeat(message: Message): Message {
  return { ...message, sections: [...(message.sections ?? []), { lines: [REPEAT] }] };
}

function toOutcome(call: string): (spoken: Spoken) => Sent {
  return (spoken) =>
    "trouble" in spoken
      ? toSent(call, spoken.trouble, false)
      : { outcome: "sent", ref: toRef(spoken) };
}

async function editStanding(
  sending: Sending,
  ref: string,
  rendered: RenderedMessage,
): Promise<Sent> {
  const standing = fromRef(ref);
  if (!standing) return { outcome: "failed", why: "the reference is not one of Teams'" };
  const { conversationId, messageId } = standing;
  const where = await whereIs(sending, conversationId);
  const edited = await edit(sending, where, { messageId, rendered });
  if ("trouble" in edited) return toSent("edit", edited.trouble, true);
  return { outcome: "sent", ref };
}

/** By the address that the conversation was last seen at. */
async function whereIs(
  { memory, workspaceId, tenantId, serviceUrl }: Sending,
  conversationId: string,
): Promise<Where> {
  const known = await memory.conversation(workspaceId, baseOf(conversationId));
  return { serviceUrl: known?.serviceUrl ?? serviceUrl, conversationId, tenantId };
}

async function sayInChannel(
  sending: Sending,
  said: {
    readonly channel: ChannelRef;
    readonly message: Post;
    readonly rendered: RenderedMessage;
  },
): Promise<Sent> {
  const { channel, message, rendered } = said;
  const known = await sending.memory.conversation(sending.workspaceId, channel.channelId);
  const root = message.to.kind === "channel" ? fromRef(message.to.threadRef) : null;
  const { serviceUrl, tenantId } = sending;
  const at = { serviceUrl: known?.serviceUrl ?? serviceUrl, tenantId };
  // A thread belongs to the conversation in which its first message stands, wherever that had to be.
  const conversationId = root?.conversationId ?? channel.channelId;
  const where = { ...at, conversationId };
  const isFirst = known?.kind === "channel" && root === null;
  const spoken = isFirst
    ? await openThread(sending, where, rendered)
    : await post(sending, where, rendered);
  if (!("trouble" in spoken)) return { outcome: "sent", ref: toRef(spoken) };
  const { trouble } = spoken;
  if (trouble.kind !== "refused") return toSent("post", trouble, false);
  return tellPeople(sending, { channel, message: message.message, code: trouble.code });
}

async function sayDirectly(
  sending: Sending,
  { userId }: Pick<Identity, "userId">,
  rendered: RenderedMessage,
): Promise<Spoken> {
  const where = await findPersonal(sending, userId);
  return "trouble" in where ? where : post(sending, where, rendered);
}

/** The conversation refuses: those whom it concerns get the message themselves, with the reason and the remedy. */
async function tellPeople(
  sending: Sending,
  refused: { readonly channel: ChannelRef; readonly message: Message; readonly code: string },
): Promise<Sent> {
  const { channel, message, code } = refused;
  const rendered = renderMessage(explainFallback(message, code));
  const people = await sending.peopleOf(channel);
  const told = await Promise.all(people.map((person) => sayDirectly(sending, person, rendered)));
  const spoken = told.find((answer) => "messageId" in answer);
  if (spoken && "messageId" in spoken) return { outcome: "sent", ref: toRef(spoken) };
  const passing = told.find((answer) => "trouble" in answer && answer.trouble.kind !== "refused");
  if (passing && "trouble" in passing) return toSent("post", passing.trouble, false);
  return { outcome: "failed", why: explain("post", code) };
}

function explainFallback(message: Message, code: string): Message {
  const line =
    "You get this as a personal message because it could not be posted in the channel or chat. " +
    `${explain("Teams", code)} To change that, add Cleargate to the team or chat again.`;
  return { ...message, sections: [{ lines: [line] }, ...(message.sections ?? [])] };
}
