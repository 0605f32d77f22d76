/** What a Web API method is, how it refuses, and which channels the bot can reach. */
import { checkBlocks } from "./checks/blocks.ts";
import { asList, asObject, type Json } from "./checks/parts.ts";
import { BOT_USER, openDirect, type SlackChannel, type World } from "./world.ts";

export interface MethodCall {
  readonly world: World;
  readonly args: Json;
  readonly scopes: ReadonlySet<string>;
  readonly apiUrl: string;
}

export interface Method {
  /** One of these is enough; an empty list: none is needed. */
  readonly scopes: readonly string[];
  readonly token: "bot" | "app";
  readonly run: (call: MethodCall) => Json;
}

/** What Slack answers as `ok: false`. */
export class Refused extends Error {
  readonly code: string;
  readonly messages: readonly string[];

  constructor(code: string, messages: readonly string[] = []) {
    super([code, ...messages].join("; "));
    this.code = code;
    this.messages = messages;
  }
}

/** The channel as the bot may see it, or the error that Slack gives for it. */
export function reachChannel(call: MethodCall, mayBeOutside: boolean): SlackChannel {
  const { world, args, scopes } = call;
  const id = String(args.channel ?? "");
  const channel = world.channels.get(id) ?? (world.users.has(id) ? openDirect(world, id) : null);
  if (channel === null) throw new Refused("channel_not_found");
  if (channel.archived) throw new Refused("is_archived");
  if (channel.members.has(BOT_USER)) return channel;
  if (channel.kind === "private") throw new Refused("channel_not_found");
  if (!(mayBeOutside && scopes.has("chat:write.public"))) throw new Refused("not_in_channel");
  return channel;
}

/** Refuses blocks, texts and metadata that Slack would refuse. */
export function requireContent(args: Json, maxText: number): { text: string; blocks: Json[] } {
  const text = typeof args.text === "string" ? args.text : "";
  const blocks = args.blocks === undefined ? [] : asList(args.blocks);
  if (blocks === null) throw new Refused("invalid_blocks_format");
  if (blocks.length > 0) {
    const problems = checkBlocks(blocks, "message");
    if (problems.length > 0) throw new Refused("invalid_blocks", problems);
    if (JSON.stringify(blocks).length > 60_000) throw new Refused("msg_blocks_too_long");
  }
  if (text === "" && blocks.length === 0) throw new Refused("no_text");
  if (text.length > maxText) throw new Refused("msg_too_long");
  return { text, blocks: blocks.map((block) => asObject(block) ?? {}) };
}
