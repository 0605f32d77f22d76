/** Delivers the outbox into the web chat: each attempt posts once, however often it is repeated. */
import type { Log, Sender, Sent } from "../../app/ports.ts";
import type { Message } from "../../messages/message.ts";
import { findWebPerson } from "./people.ts";
import type { WebChatStore } from "./ports.ts";
import { directChannelOf, homeChannelOf } from "./rooms.ts";

type Post = Parameters<Sender["send"]>[0];

export interface SenderOptions {
  readonly chat: WebChatStore;
  readonly log: Log;
  readonly clock: () => Date;
  readonly newId: () => string;
  readonly ready: () => Promise<unknown>;
}

export function createWebSender(options: SenderOptions): Sender {
  return {
    surface: "web",
    send: async (post) => {
      try {
        await options.ready();
        return await deliver(options, post);
      } catch (error) {
        options.log.warn("web_chat_send_failed", { provider: "web", error });
        return { outcome: "uncertain", why: "the web chat's database did not answer" };
      }
    },
  };
}

async function deliver(options: SenderOptions, post: Post): Promise<Sent> {
  const channelId = findChannel(post);
  if (channelId === null) return { outcome: "failed", why: "nobody of that name in the web chat" };
  if (post.edit !== null) return edit(options, post.edit, post.message);
  if (post.to.kind === "home") return replaceHome(options, { channelId, post });
  const threadRef = post.to.kind === "channel" ? post.to.threadRef : null;
  return say(options, { channelId, threadRef, post });
}

function findChannel({ to }: Post): string | null {
  if (to.kind === "channel") return to.channel.channelId;
  const person = findWebPerson(to.identity.userId);
  if (!person) return null;
  return to.kind === "home" ? homeChannelOf(person.userId) : directChannelOf(person.userId);
}

async function edit(options: SenderOptions, ref: string, message: Message): Promise<Sent> {
  const isThere = await options.chat.edit(ref, { kind: "message", message }, options.clock());
  return isThere ? { outcome: "sent", ref } : { outcome: "failed", why: "message_not_found" };
}

/** A home holds one message, the newest. */
async function replaceHome(
  options: SenderOptions,
  home: { readonly channelId: string; readonly post: Post },
): Promise<Sent> {
  const { channelId } = home;
  const content = { kind: "message", message: home.post.message } as const;
  const posted = await options.chat.post({
    ref: options.newId(),
    channelId,
    threadRef: null,
    authorId: null,
    onlyFor: null,
    content,
    sentAt: options.clock(),
    attempt: `home:${channelId}`,
  });
  if (!("ref" in posted)) return { outcome: "failed", why: posted.outcome };
  if (posted.outcome === "posted_before") {
    await options.chat.edit(posted.ref, content, options.clock());
  }
  return { outcome: "sent", ref: posted.ref };
}

async function say(
  options: SenderOptions,
  said: { readonly channelId: string; readonly threadRef: string | null; readonly post: Post },
): Promise<Sent> {
  const posted = await options.chat.post({
    ref: options.newId(),
    channelId: said.channelId,
    threadRef: said.threadRef,
    authorId: null,
    onlyFor: null,
    content: { kind: "message", message: said.post.message },
    sentAt: options.clock(),
    attempt: `outbox:${said.post.attempt}`,
  });
  return "ref" in posted
    ? { outcome: "sent", ref: posted.ref }
    : { outcome: "failed", why: posted.outcome };
}
