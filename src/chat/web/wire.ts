/** What a page receives: a stored message without what it need not know. */
import type { WebMessage } from "./ports.ts";

export interface WireMessage {
  readonly ref: string;
  readonly channel: string;
  readonly thread: string | null;
  /** A user id, or null for the product. */
  readonly author: string | null;
  readonly onlyForYou: boolean;
  readonly order: number;
  readonly sentAt: string;
  readonly editedAt: string | null;
  readonly replies: number;
  readonly content: WebMessage["content"];
}

export function toWire(message: WebMessage): WireMessage {
  return {
    ref: message.ref,
    channel: message.channelId,
    thread: message.threadRef,
    author: message.authorId,
    onlyForYou: message.onlyFor !== null,
    order: message.order,
    sentAt: message.sentAt.toISOString(),
    editedAt: message.editedAt?.toISOString() ?? null,
    replies: message.replies,
    content: message.content,
  };
}
