/** The tenant as the stand-in remembers it: people, a team with its channels, chats, messages, toasts and files. */
import { createHash, randomUUID } from "node:crypto";
import type { Json } from "../slack/checks/parts.ts";

export const BOT_NAME = "Cleargate";

export interface TeamsUser {
  /** The `aadObjectId`, the same for every app. */
  readonly id: string;
  /** The `29:…` id, which is this app's own. */
  readonly mri: string;
  readonly name: string;
  email: string | null;
  timeZone: string;
  /** `stranger`: another company's, met in a shared channel. */
  kind: "member" | "guest" | "stranger";
  readonly tenantId: string;
  deactivated: boolean;
  /** A member of the team, and so of each of its standard channels. */
  inTeam: boolean;
}

export interface Conversation {
  /** Without `;messageid=…`. */
  readonly id: string;
  readonly kind: "personal" | "groupChat" | "channel";
  readonly name: string;
  /** Null: everybody of the team. */
  readonly members: Set<string> | null;
  /** Whether the app is installed here; `removed`: it was, or the person has blocked it. */
  bot: "there" | "removed" | "never";
}

export interface TeamsMessage {
  readonly id: string;
  /** The conversation's id without `;messageid=…`. */
  readonly conversation: string;
  /** The root post of a reply in a channel; null: it is one, or stands in a chat. */
  readonly threadOf: string | null;
  /** Null: the app's own. */
  readonly from: string | null;
  text: string;
  summary: string;
  card: Json | null;
  attachments: readonly Json[];
  /** Who alone can see it; null: everybody there. */
  readonly targetedTo: string | null;
  edits: number;
  deleted: boolean;
  shownAt: number;
  /** What one person sees in the card's place, after an action of theirs. */
  readonly views: Map<string, { readonly card: Json; readonly shownAt: number }>;
}

/** A line over the chat that only the person sees who has just pressed something. */
export interface Toast {
  readonly user: string;
  readonly text: string;
  readonly kind: "message" | "error";
  readonly shownAt: number;
}

export interface TeamsFile {
  readonly id: string;
  readonly name: string;
  readonly content: Uint8Array;
  readonly owner: string;
}

/** A place in somebody's storage that was offered for a file of the app's. */
export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  /** In which it was offered. */
  readonly messageId: string;
  content: Uint8Array | null;
}

export interface Team {
  /** The id of the general channel, as in Teams. */
  readonly id: string;
  readonly aadGroupId: string;
  readonly name: string;
}

export interface World {
  readonly tenantId: string;
  readonly appId: string;
  readonly team: Team;
  readonly users: Map<string, TeamsUser>;
  readonly conversations: Map<string, Conversation>;
  readonly messages: TeamsMessage[];
  readonly toasts: Toast[];
  readonly files: Map<string, TeamsFile>;
  readonly uploads: Map<string, Upload>;
  /** Tenants without targeted messages refuse them. */
  targeted: boolean;
  /** Seven calls a second in a thread, then 429. */
  rates: boolean;
  /** A number of thirteen digits, as messages have them. */
  nextId(): string;
  /** Counts everything that anybody is shown. */
  nextShown(): number;
  /** What was shown last. */
  lastShown(): number;
}

export interface WorldOptions {
  readonly tenantId?: string;
  readonly appId?: string;
  readonly targeted?: boolean;
  readonly rates?: boolean;
}

/** A tenant with one empty team, in which the app is installed. */
export function createWorld(options: WorldOptions = {}): World {
  let lastId = 0;
  let shown = 0;
  const team = {
    id: conversationId("team", "thread.tacv2"),
    aadGroupId: randomUUID(),
    name: "Deployments",
  };
  const world: World = {
    tenantId: options.tenantId ?? "5c2d1f30-8a44-4c55-9a0e-6b1f00000001",
    appId: options.appId ?? "0c1e4a6e-7f11-4d0f-8a31-c1ea59a7e001",
    team,
    users: new Map(),
    conversations: new Map(),
    messages: [],
    toasts: [],
    files: new Map(),
    uploads: new Map(),
    targeted: options.targeted ?? true,
    rates: options.rates ?? false,
    nextId() {
      lastId = Math.max(Date.now(), lastId + 1);
      return String(lastId);
    },
    nextShown: () => ++shown,
    lastShown: () => shown,
  };
  keep(world, { id: team.id, kind: "channel", name: "General", members: null, bot: "there" });
  return world;
}

function keep(world: World, conversation: Conversation): Conversation {
  world.conversations.set(conversation.id, conversation);
  return conversation;
}

function conversationId(name: string, domain: string): string {
  const hash = createHash("sha256").update(`${name} ${randomUUID()}`).digest("hex").slice(0, 32);
  return `19:${hash}@${domain}`;
}

export interface UserOptions {
  readonly name?: string;
  readonly email?: string | null;
  readonly kind?: TeamsUser["kind"];
  readonly timeZone?: string;
  readonly deactivated?: boolean;
  readonly inTeam?: boolean;
}

/** Adds a person by their `aadObjectId`, as a member of the team unless told otherwise. */
export function addUser(world: World, id: string, given: UserOptions = {}): TeamsUser {
  const kind = given.kind ?? "member";
  const name = given.name ?? id;
  const mailbox = name.toLowerCase().replace(/[^a-z0-9]+/g, ".");
  const user: TeamsUser = {
    id,
    mri: `29:1${createHash("sha256").update(`${world.appId} ${id}`).digest("base64url")}`,
    name,
    email: given.email === undefined ? `${mailbox}@cleargate.example` : given.email,
    timeZone: given.timeZone ?? "America/New_York",
    kind,
    tenantId: kind === "stranger" ? "77777777-0000-4000-8000-00000000beef" : world.tenantId,
    deactivated: given.deactivated ?? false,
    inTeam: given.inTeam ?? true,
  };
  world.users.set(id, user);
  return user;
}

export interface ConversationOptions {
  /** By `aadObjectId`; absent in a channel: everybody of the team, in a group chat: everybody known. */
  readonly members?: readonly string[];
  readonly bot?: Conversation["bot"];
}

/** A channel of the team, with the app in it. */
export function addChannel(world: World, name: string, given: ConversationOptions): Conversation {
  return keep(world, {
    id: conversationId(name, "thread.tacv2"),
    kind: "channel",
    name,
    members: given.members ? new Set(given.members) : null,
    bot: given.bot ?? "there",
  });
}

export function addGroupChat(world: World, name: string, given: ConversationOptions): Conversation {
  return keep(world, {
    id: conversationId(name, "thread.v2"),
    kind: "groupChat",
    name,
    members: new Set(given.members ?? world.users.keys()),
    bot: given.bot ?? "there",
  });
}

/** The chat between the app and a person; opened on first use. */
export function personalChat(world: World, user: string): Conversation {
  for (const conversation of world.conversations.values())
    if (conversation.kind === "personal" && conversation.members?.has(user)) return conversation;
  const hash = createHash("sha256").update(`${world.appId} chat ${user}`).digest("base64url");
  return keep(world, {
    id: `a:1${hash}`,
    kind: "personal",
    name: "",
    members: new Set([user]),
    bot: "there",
  });
}

/** Somebody by either of their ids. */
export function findUser(world: World, id: string): TeamsUser | null {
  const byObject = world.users.get(id);
  if (byObject) return byObject;
  return [...world.users.values()].find(({ mri }) => mri === id) ?? null;
}

/** Whether somebody takes part in a conversation; who is deactivated keeps their seat. */
export function isMember(world: World, { members }: Conversation, user: string): boolean {
  return members === null ? (world.users.get(user)?.inTeam ?? false) : members.has(user);
}

/** The parts of a conversation's id as calls and activities carry it. */
export function splitId(id: string): { readonly base: string; readonly thread: string | null } {
  const [base = "", thread] = id.split(";messageid=");
  return { base, thread: thread ?? null };
}
