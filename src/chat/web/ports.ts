/** Where the web chat keeps its channels and messages; the store implements it on Postgres. */
import type { Message } from "../../messages/message.ts";

/** A channel is open to everybody; a direct one and a home belong to one person. */
export type WebChannelKind = "channel" | "direct" | "home";

export interface WebChannel {
  readonly channelId: string;
  readonly name: string;
  readonly kind: WebChannelKind;
  /** Whose direct messages or home it is; null for a channel. */
  readonly ownerId: string | null;
}

/** A channel as one person's list shows it. */
export interface ListedChannel extends WebChannel {
  readonly unread: number;
  /** The order of the last message that the person has read; 0 for none. */
  readonly readUpTo: number;
}

/** What somebody said: words that a person typed, or a message of the product. */
export type WebContent =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "message"; readonly message: Message };

export interface NewWebMessage {
  readonly ref: string;
  readonly channelId: string;
  /** The message whose thread it belongs to, or null at the top of the channel. */
  readonly threadRef: string | null;
  /** The user id of its author, or null for the product. */
  readonly authorId: string | null;
  /** The only person who sees it, or null. */
  readonly onlyFor: string | null;
  readonly content: WebContent;
  readonly sentAt: Date;
  /** Unique for what caused it: a second post with the same attempt posts nothing. */
  readonly attempt: string;
}

export interface WebMessage extends Omit<NewWebMessage, "attempt"> {
  /** Grows with every message; orders a channel. */
  readonly order: number;
  readonly editedAt: Date | null;
  readonly replies: number;
}

/** What changed, as every process hears of it. */
export type WebChange =
  | { readonly kind: "message"; readonly channelId: string; readonly ref: string }
  | { readonly kind: "channel"; readonly channelId: string };

export type Posted =
  | { readonly outcome: "posted" | "posted_before"; readonly ref: string }
  | { readonly outcome: "unknown_channel" | "unknown_thread" };

export interface WebChatStore {
  /** Adds the channels that are not there yet; answers with the ids that it added. */
  addChannels(channels: readonly WebChannel[], at: Date): Promise<readonly string[]>;
  channel(channelId: string): Promise<WebChannel | null>;
  /** What the person may open, by name, with what the person has not read. */
  channelsOf(userId: string): Promise<readonly ListedChannel[]>;
  /** Oldest first: the newest `limit` messages that the person may see, before `before` when given. */
  messages(page: {
    readonly channelId: string;
    readonly userId: string;
    readonly threadRef: string | null;
    readonly before: number | null;
    readonly limit: number;
  }): Promise<readonly WebMessage[]>;
  message(ref: string): Promise<WebMessage | null>;
  /** The message that an attempt posted before, or null. */
  messageOfAttempt(attempt: string): Promise<WebMessage | null>;
  post(message: NewWebMessage): Promise<Posted>;
  /** False when there is no such message. */
  edit(ref: string, content: WebContent, at: Date): Promise<boolean>;
  /** Takes away a message that only this person sees; false when there is none. */
  dismiss(ref: string, userId: string): Promise<boolean>;
  markRead(userId: string, channelId: string, upTo: number): Promise<void>;
  /** Calls back for every change of any process; `onLost` tells that some may have been missed. */
  listen(listener: {
    readonly onChange: (change: WebChange) => void;
    readonly onLost: () => void;
  }): Promise<() => Promise<void>>;
}
