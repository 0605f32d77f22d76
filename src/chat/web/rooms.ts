/** The channels that are there from the start: two for everybody, and for each person a direct one and a home. */
import { WEB_PEOPLE } from "./people.ts";
import type { WebChannel, WebChatStore } from "./ports.ts";

export const BOT_NAME = "Cleargate";

export function directChannelOf(userId: string): string {
  return `direct-${userId}`;
}

export function homeChannelOf(userId: string): string {
  return `home-${userId}`;
}

const FIRST_CHANNELS: readonly WebChannel[] = [
  { channelId: "general", name: "general", kind: "channel", ownerId: null },
  { channelId: "compliance", name: "compliance", kind: "channel", ownerId: null },
  ...WEB_PEOPLE.flatMap(({ userId }): WebChannel[] => [
    { channelId: directChannelOf(userId), name: BOT_NAME, kind: "direct", ownerId: userId },
    { channelId: homeChannelOf(userId), name: "Home", kind: "home", ownerId: userId },
  ]),
];

/** Answers when the first channels are there; a failed try is tried again by the next who asks. */
export function openRooms(chat: WebChatStore, clock: () => Date): () => Promise<unknown> {
  let opened: Promise<unknown> | null = null;
  return () => {
    opened ??= chat.addChannels(FIRST_CHANNELS, clock()).catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
}

export function mayOpen(channel: WebChannel, userId: string): boolean {
  return channel.ownerId === null || channel.ownerId === userId;
}

/** A new channel's id and name: lower-case words joined by hyphens; null when nothing is left of the name. */
export function nameChannel(typed: string): string | null {
  const name = typed
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/^#/, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  const isTaken = name.startsWith("direct-") || name.startsWith("home-");
  return name === "" || isTaken ? null : name;
}
