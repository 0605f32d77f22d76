/** The workspace as the stand-in remembers it: people, channels, messages, views, triggers and files. */
import type { Json } from "./checks/parts.ts";

export const BOT_USER = "UBOT00001";
export const BOT_ID = "BBOT00001";

export interface SlackUser {
  readonly id: string;
  readonly name: string;
  email: string | null;
  emailConfirmed: boolean;
  tz: string;
  isAdmin: boolean;
  /** `guest`: multi-channel; `stranger`: another company's, met through Slack Connect. */
  kind: "member" | "guest" | "stranger" | "bot";
  deleted: boolean;
  teamId: string;
}

export interface SlackChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: "public" | "private" | "im";
  readonly members: Set<string>;
  archived: boolean;
}

export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  text: string;
  blocks: readonly Json[];
  readonly threadTs: string | null;
  readonly metadata: Json | null;
  edits: number;
  readonly files: readonly string[];
}

/** Seen by one person only, and gone when the client restarts. */
export interface SlackEphemeral {
  readonly channel: string;
  readonly user: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly threadTs: string | null;
  readonly via: "command" | "method" | "response_url";
}

export interface SlackView {
  readonly id: string;
  readonly user: string;
  hash: string;
  view: Json;
  readonly rootId: string;
  readonly previousId: string | null;
}

export interface SlackFile {
  readonly id: string;
  readonly name: string;
  readonly mimeType: string;
  readonly content: Uint8Array;
  readonly user: string;
  readonly url: string;
  readonly sharedIn: string[];
}

export interface Trigger {
  readonly user: string;
  readonly issuedAt: number;
  used: boolean;
}

export interface ResponseUrl {
  readonly user: string;
  readonly channel: string;
  readonly issuedAt: number;
  readonly messageTs: string | null;
  uses: number;
}

export interface World {
  readonly teamId: string;
  readonly enterpriseId: string | null;
  readonly users: Map<string, SlackUser>;
  readonly channels: Map<string, SlackChannel>;
  readonly messages: SlackMessage[];
  readonly ephemerals: SlackEphemeral[];
  /** The open modals of each person, the topmost last. */
  readonly modals: Map<string, SlackView[]>;
  readonly homes: Map<string, SlackView>;
  readonly files: Map<string, SlackFile>;
  readonly uploads: Map<string, { name: string; content: Uint8Array | null }>;
  readonly triggers: Map<string, Trigger>;
  readonly responseUrls: Map<string, ResponseUrl>;
  /** Everything that the app showed somebody, in order. */
  readonly shown: (SlackMessage | SlackEphemeral)[];
  nextId(prefix: string): string;
  nextTs(): string;
}

export interface WorldOptions {
  readonly teamId?: string;
  readonly enterpriseId?: string | null;
}

/** An empty workspace with the bot in it. */
export function createWorld(options: WorldOptions = {}): World {
  let count = 0;
  const nextId = (prefix: string): string => `${prefix}${String(++count).padStart(8, "0")}`;
  return {
    teamId: options.teamId ?? "T0CLEAR01",
    enterpriseId: options.enterpriseId ?? null,
    users: new Map(),
    channels: new Map(),
    messages: [],
    ephemerals: [],
    modals: new Map(),
    homes: new Map(),
    files: new Map(),
    uploads: new Map(),
    triggers: new Map(),
    responseUrls: new Map(),
    shown: [],
    nextId,
    nextTs: () => `${Math.floor(Date.now() / 1000)}.${String(++count).padStart(6, "0")}`,
  };
}

/** A trigger that the client would send with the next click; good for one use within three seconds. */
export function issueTrigger(world: World, user: string): string {
  const id = `${world.nextId("13345")}.${world.nextId("738474920")}.8088930838d88f008e0`;
  world.triggers.set(id, { user, issuedAt: Date.now(), used: false });
  return id;
}

/** The direct channel between the bot and a person; opened on first use. */
export function openDirect(world: World, user: string): SlackChannel {
  for (const channel of world.channels.values())
    if (channel.kind === "im" && channel.members.has(user)) return channel;
  const channel: SlackChannel = {
    id: world.nextId("D"),
    name: "directmessage",
    kind: "im",
    members: new Set([user, BOT_USER]),
    archived: false,
  };
  world.channels.set(channel.id, channel);
  return channel;
}

export interface ChannelOptions {
  readonly kind?: "public" | "private";
  readonly members?: readonly string[];
  /** Absent: the bot is a member. */
  readonly withBot?: boolean;
}

/** A person of the workspace; a stranger belongs to another one. */
export function addUser(
  world: World,
  id: string,
  given: Partial<Omit<SlackUser, "id">>,
): SlackUser {
  const user: SlackUser = {
    id,
    name: id,
    email: `${id.toLowerCase()}@cleargate.example`,
    emailConfirmed: true,
    tz: "America/New_York",
    isAdmin: false,
    kind: "member",
    deleted: false,
    teamId: given.kind === "stranger" ? "T0OTHERCO" : world.teamId,
    ...given,
  };
  world.users.set(id, user);
  return user;
}

/** A channel, with the bot in it unless told otherwise. */
export function addChannel(world: World, name: string, given: ChannelOptions): SlackChannel {
  const channel: SlackChannel = {
    id: world.nextId("C"),
    name,
    kind: given.kind ?? "public",
    members: new Set([...(given.members ?? []), ...(given.withBot === false ? [] : [BOT_USER])]),
    archived: false,
  };
  world.channels.set(channel.id, channel);
  return channel;
}
