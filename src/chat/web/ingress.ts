/** What a person does in the web chat, as one inbound request of the application, and its private answer. */
import type { Inbound, Log, Place, Reply } from "../../app/ports.ts";
import { linksIn, sortLinks } from "../../domain/evidence/links.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import { findSensitiveText } from "../../domain/sensitive-text/scan.ts";
import { linksOffer } from "../../messages/evidence/offer-links.ts";
import type { FormValues, Upload } from "../../messages/form.ts";
import {
  type Body,
  findFaults,
  readCommand,
  readEventId,
  readOptionalId,
  readPerson,
  readText,
  readValues,
  rejectSensitive,
} from "./body.ts";
import { Rejection } from "./guard.ts";
import { identifyWebPerson, type WebPerson } from "./people.ts";
import type { NewWebMessage, WebChannel, WebChatStore, WebMessage } from "./ports.ts";
import { BOT_NAME, directChannelOf, mayOpen } from "./rooms.ts";
import { toWire, type WireMessage } from "./wire.ts";

export interface IngressOptions {
  readonly converse: (inbound: Inbound) => Promise<Reply>;
  readonly chat: WebChatStore;
  readonly log: Log;
  readonly clock: () => Date;
  readonly newId: () => string;
  readonly workspaceId: WorkspaceId;
}

/** `show` is kept as a message that only this person sees; the other kinds are for the page alone. */
export type Answer =
  | { readonly kind: "posted"; readonly message: WireMessage }
  | { readonly kind: "show"; readonly message: WireMessage }
  | Exclude<Reply, { readonly kind: "show" }>;

export interface Ingress {
  /** Typed into the composer: a slash command, a word to the product in private, or just chat. */
  say(body: Body): Promise<Answer>;
  /** A button, a form, or the home. */
  act(body: Body): Promise<Answer>;
  /** Files, for a form or dropped into a channel. */
  bring(body: Body, uploads: Readonly<Record<string, readonly Upload[]>>): Promise<Answer>;
}

/** Who did something where; the channel is null on the home. */
interface Deed {
  readonly person: WebPerson;
  readonly channel: WebChannel | null;
  readonly threadRef: string | null;
  readonly eventId: string;
}

export function createIngress(options: IngressOptions): Ingress {
  const ask = createAsking(options);
  return {
    say: async (body) => {
      const deed = await readDeed(options.chat, body);
      const text = readText(body);
      const slash = /^\s*\/(\S*)\s*([\s\S]*)$/.exec(text);
      if (slash && slash[1]?.toLowerCase() !== "compliance") {
        throw new Rejection(400, `Only /compliance is known here, not /${slash[1]}.`);
      }
      if (!deed.channel) throw new Rejection(400, "A message needs a channel.");
      if (slash) return ask(deed, { type: "Text", text: slash[2] ?? "" }, {});
      if (deed.channel.kind !== "direct") {
        const posted = await post(options, deed, text);
        await offerLinks(options, deed, text);
        return posted;
      }
      // In private every word is for the product, which explains what it cannot keep.
      if (!findSensitiveText(text)) await post(options, deed, text);
      return ask(deed, { type: "Text", text }, {});
    },
    act: async (body) => {
      const deed = await readDeed(options.chat, body);
      const command = readCommand(body);
      const values = readValues(body);
      const fields = findFaults(values);
      return fields ? { kind: "errors", fields } : ask(deed, command, values);
    },
    bring: async (body, uploads) => {
      const deed = await readDeed(options.chat, body);
      const command = readCommand(body);
      const values = readValues(body);
      const fields = findFaults(values);
      return fields ? { kind: "errors", fields } : ask(deed, command, { ...values, ...uploads });
    },
  };
}

async function readDeed(chat: WebChatStore, body: Body): Promise<Deed> {
  const person = readPerson(body);
  const eventId = readEventId(body);
  const channelId = readOptionalId(body, "channel");
  if (channelId === null) return { person, eventId, channel: null, threadRef: null };
  const channel = await findChannel(chat, channelId, person.userId);
  const threadRef = readOptionalId(body, "thread");
  if (threadRef !== null)
    await findMessage(chat, { ref: threadRef, channelId, userId: person.userId });
  return { person, eventId, channel, threadRef };
}

/** The channel, when there is one that the person may open. */
export async function findChannel(
  chat: WebChatStore,
  channelId: string,
  userId: string,
): Promise<WebChannel> {
  const channel = await chat.channel(channelId);
  if (!channel || channel.kind === "home" || !mayOpen(channel, userId)) {
    throw new Rejection(404, "There is no such channel here.");
  }
  return channel;
}

/** The message of the channel, when there is one that the person may see. */
export async function findMessage(
  chat: WebChatStore,
  sought: { readonly ref: string; readonly channelId: string; readonly userId: string },
): Promise<WebMessage> {
  const message = await chat.message(sought.ref);
  const isTheirs = message?.onlyFor === null || message?.onlyFor === sought.userId;
  if (!message || message.channelId !== sought.channelId || !isTheirs) {
    throw new Rejection(404, "There is no such message here.");
  }
  return message;
}

async function post(options: IngressOptions, deed: Deed, text: string): Promise<Answer> {
  if (deed.person.profile.kind === "deactivated") {
    const { name } = deed.person.profile;
    throw new Rejection(403, `${name}'s account is deactivated: it can read, and post nothing.`);
  }
  rejectSensitive(text, "message");
  const message = await keep(options, deed, {
    authorId: deed.person.userId,
    onlyFor: null,
    content: { kind: "text", text },
    attempt: `say:${deed.person.userId}:${deed.eventId}`,
  });
  return { kind: "posted", message };
}

/**
 * Links said in a thread of ours, or to the product by name, may be evidence: only who said them is asked. A repeat
 * finds the offer that the first one left.
 */
async function offerLinks(options: IngressOptions, deed: Deed, text: string): Promise<void> {
  const said = linksIn(text);
  if (said.length === 0 || !(await isToUs(options.chat, deed, text))) return;
  const links = sortLinks(said);
  const attempt = `links:${deed.person.userId}:${deed.eventId}`;
  const reply = await options.converse({
    identity: identifyWebPerson(deed.person.userId, options.workspaceId),
    place: placeOf(options.workspaceId, deed.channel),
    command: { type: "OfferLinks" },
    values: { links: links.offered },
    eventKey: `web:${attempt}`,
    correlationId: options.newId(),
  });
  if (reply.kind !== "form" || reply.form.command.type !== "AttachLinks") return;
  const message = linksOffer(links, reply.form.command.migration);
  if (message === null) return;
  const { userId } = deed.person;
  await keep(options, deed, {
    authorId: null,
    onlyFor: userId,
    content: { kind: "message", message },
    attempt,
  });
}

const BY_NAME = new RegExp(`@${BOT_NAME}\\b`, "iu");

async function isToUs(chat: WebChatStore, { threadRef }: Deed, text: string): Promise<boolean> {
  const root = threadRef === null ? null : await chat.message(threadRef);
  return root?.authorId === null || BY_NAME.test(text);
}

type Asking = (deed: Deed, command: Inbound["command"], values: FormValues) => Promise<Answer>;

/** Asks the application once for each event: a repeat waits for the first, or gets the answer it left. */
function createAsking(options: IngressOptions): Asking {
  const underWay = new Map<string, Promise<Answer>>();
  return (deed, command, values) => {
    const key = `${deed.person.userId}:${deed.eventId}`;
    const first = underWay.get(key);
    if (first) return first;
    const answer = askOnce(options, deed, { command, values, key }).finally(() => {
      underWay.delete(key);
    });
    underWay.set(key, answer);
    return answer;
  };
}

async function askOnce(
  options: IngressOptions,
  deed: Deed,
  asked: {
    readonly command: Inbound["command"];
    readonly values: FormValues;
    readonly key: string;
  },
): Promise<Answer> {
  const attempt = `reply:${asked.key}`;
  const before = await options.chat.messageOfAttempt(attempt);
  if (before) return { kind: "show", message: toWire(before) };
  const reply = await options.converse({
    identity: identifyWebPerson(deed.person.userId, options.workspaceId),
    place: placeOf(options.workspaceId, deed.channel),
    command: asked.command,
    values: asked.values,
    eventKey: `web:${asked.key}`,
    correlationId: options.newId(),
  });
  if (reply.kind !== "show") return reply;
  const isDirect = deed.channel === null || deed.channel.kind === "direct";
  const message = await keep(options, deed, {
    authorId: null,
    onlyFor: isDirect ? null : deed.person.userId,
    content: { kind: "message", message: reply.message },
    attempt,
  });
  return { kind: "show", message };
}

function placeOf(workspaceId: WorkspaceId, channel: WebChannel | null): Place {
  if (!channel) return { kind: "home", channel: null };
  return {
    kind: channel.kind === "direct" ? "direct" : "channel",
    channel: { surface: "web", workspaceId, channelId: channel.channelId },
  };
}

/** Posts where the person is; what is said on a home stands in the person's direct messages. */
async function keep(
  options: IngressOptions,
  deed: Deed,
  message: Pick<NewWebMessage, "authorId" | "onlyFor" | "content" | "attempt">,
): Promise<WireMessage> {
  const posted = await options.chat.post({
    ...message,
    ref: options.newId(),
    channelId: deed.channel?.channelId ?? directChannelOf(deed.person.userId),
    threadRef: deed.threadRef,
    sentAt: options.clock(),
  });
  const kept = "ref" in posted ? await options.chat.message(posted.ref) : null;
  if (!kept) throw new Rejection(404, "There is no such channel or thread here.");
  return toWire(kept);
}
