/** One post or edit in one conversation, with a way out for everything that Slack refuses for its looks. */
import { type types, webApi } from "@slack/bolt";
import { z } from "zod";
import type { Sent } from "../../../app/ports.ts";
import type { Message } from "../../../messages/message.ts";
import { renderMessage } from "../render-message.ts";
import { type Trouble, toTrouble } from "./clients.ts";
import { explain, type Troubles } from "./troubles.ts";

/** Where a message stands: a reference is its channel and its timestamp. */
export interface Standing {
  readonly channel: string;
  readonly ts: string;
}

export function toRef({ channel, ts }: Standing): string {
  return `${channel}/${ts}`;
}

export function fromRef(ref: string | null): Standing | null {
  const [, channel, ts] = /^([A-Z0-9]+)\/(\d+\.\d+)$/.exec(ref ?? "") ?? [];
  return channel !== undefined && ts !== undefined ? { channel, ts } : null;
}

export interface Conversation {
  readonly channel: string;
  readonly threadTs: string | null;
}

export interface PostOptions {
  readonly client: webApi.WebClient;
  readonly troubles: Troubles;
}

export type Posted = Standing | { readonly trouble: Trouble };

const METADATA_EVENT = "cleargate_delivery";

interface Draft {
  readonly text: string;
  readonly blocks: types.KnownBlock[];
  readonly metadata: boolean;
  readonly threaded: boolean;
}

/** What to leave out when Slack refuses the whole; null when nothing helps. */
function simplify(draft: Draft, code: string, message: Message): Draft | null {
  if (/^(invalid_blocks|invalid_blocks_format|msg_blocks_too_long|invalid_arguments)$/.test(code))
    return draft.blocks.length > 0 ? { ...draft, blocks: [] } : null;
  if (/metadata/.test(code)) return draft.metadata ? { ...draft, metadata: false } : null;
  if (code === "thread_not_found") return draft.threaded ? { ...draft, threaded: false } : null;
  if (code !== "msg_too_long") return null;
  const text = renderMessage({ headline: message.headline.slice(0, 500) }).text;
  return draft.text.length > text.length ? { ...draft, blocks: [], text } : null;
}

async function trySimpler(
  message: Message,
  options: PostOptions & { readonly method: string },
  call: (draft: Draft) => Promise<Standing>,
): Promise<Posted> {
  const { text, blocks } = renderMessage(message);
  let draft: Draft | null = { text, blocks, metadata: true, threaded: true };
  let trouble: Trouble = { kind: "unknown", why: "nothing was tried" };
  while (draft !== null) {
    try {
      return await call(draft);
    } catch (error) {
      trouble = toTrouble(error);
      if (trouble.kind !== "refused") break;
      options.troubles.note(options.method, trouble.code);
      draft = simplify(draft, trouble.code, message);
    }
  }
  return { trouble };
}

/** Posts, simpler when it has to be. `attempt` goes along, so that a lost answer can be looked up. */
export function postMessage(
  options: PostOptions,
  where: Conversation,
  post: { readonly message: Message; readonly attempt: string },
): Promise<Posted> {
  const method = "chat.postMessage";
  return trySimpler(post.message, { ...options, method }, async (draft) => {
    const { text, blocks } = draft;
    const payload = { event_type: METADATA_EVENT, event_payload: { attempt: post.attempt } };
    const answer = await options.client.chat.postMessage({
      channel: where.channel,
      text,
      blocks,
      unfurl_links: false,
      unfurl_media: false,
      mrkdwn: blocks.length > 0,
      ...(where.threadTs !== null && draft.threaded ? { thread_ts: where.threadTs } : {}),
      ...(draft.metadata ? { metadata: payload } : {}),
    });
    return standingOf(answer);
  });
}

export function editMessage(
  options: PostOptions,
  where: Standing,
  message: Message,
): Promise<Posted> {
  return trySimpler(message, { ...options, method: "chat.update" }, async ({ text, blocks }) => {
    const { channel, ts } = where;
    await options.client.chat.update({ channel, ts, text, blocks, parse: "none" });
    return where;
  });
}

function standingOf(answer: { readonly channel?: string; readonly ts?: string }): Standing {
  return { channel: answer.channel ?? "", ts: answer.ts ?? "" };
}

const History = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      metadata: z
        .object({ event_payload: z.object({ attempt: z.unknown() }).nullish() })
        .nullish()
        .catch(null),
    }),
  ),
});
const LOOK_BACK = 100;

/** The message that this attempt posted before; null when there is none, `trouble` when nobody can say. */
export async function findAttempt(
  options: PostOptions,
  where: Conversation,
  attempt: string,
): Promise<Standing | null | { readonly trouble: Trouble }> {
  const { channel, threadTs } = where;
  const query = { channel, limit: LOOK_BACK, include_all_metadata: true };
  const method = threadTs === null ? "conversations.history" : "conversations.replies";
  try {
    const { conversations } = options.client;
    const answer =
      threadTs === null
        ? await conversations.history(query)
        : await conversations.replies({ ...query, ts: threadTs });
    const found = History.parse(answer).messages.find(
      ({ metadata }) => metadata?.event_payload?.attempt === attempt,
    );
    return found ? { channel, ts: found.ts } : null;
  } catch (error) {
    if (!(error instanceof webApi.SlackError)) throw error;
    const trouble = toTrouble(error);
    if (trouble.kind === "refused") options.troubles.note(method, trouble.code);
    return { trouble };
  }
}

/** What the outbox does next about a call that failed. `repeatable`: doing it twice harms nobody. */
export function toSent(method: string, trouble: Trouble, repeatable: boolean): Sent {
  switch (trouble.kind) {
    case "rate_limited":
      return {
        outcome: "retry",
        why: `${method}: rate limited`,
        afterSeconds: trouble.afterSeconds,
        // Slack limits posting by channel; every other method by workspace.
        limits: method === "chat.postMessage" ? "target" : "kind",
        isPassing: true,
      };
    case "unreachable":
      return { outcome: "retry", why: `${method}: Slack cannot be reached`, isPassing: true };
    case "unknown":
      return { outcome: repeatable ? "retry" : "uncertain", why: `${method}: ${trouble.why}` };
    case "refused":
      return { outcome: "failed", why: explain(method, trouble.code) };
  }
}
