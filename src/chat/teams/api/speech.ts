/** One post or edit in one conversation, simpler when Teams takes the whole for too large. */
import type { AdaptiveCard } from "../render/cards.ts";
import type { RenderedMessage } from "../render-message.ts";
import type { Bot, Draft, Where } from "./bot.ts";
import { type Trouble, toTrouble } from "./trouble.ts";
import type { Troubles } from "./troubles.ts";

/** Where a message stands: its conversation and its id. */
export interface Standing {
  readonly conversationId: string;
  readonly messageId: string;
}

export function toRef({ conversationId, messageId }: Standing): string {
  return `${conversationId}/${messageId}`;
}

export function fromRef(ref: string | null): Standing | null {
  const [, conversationId, messageId] = /^([^/\s]+)\/([^/\s]+)$/.exec(ref ?? "") ?? [];
  return conversationId && messageId ? { conversationId, messageId } : null;
}

export type Spoken = Standing | { readonly trouble: Trouble };

export interface Speaking {
  readonly bot: Bot;
  readonly troubles: Troubles;
}

export function toDraft({ summary, card }: RenderedMessage): Draft {
  return { type: "message", summary, attachments: [toAttachment(card)] };
}

const CARD = "application/vnd.microsoft.card.adaptive";

function toAttachment(card: AdaptiveCard): { contentType: string; content: AdaptiveCard } {
  return { contentType: CARD, content: card };
}

/** The words alone, for when the card is not taken. */
function toWords({ summary, card }: RenderedMessage): Draft {
  const text = card.fallbackText.slice(0, 3_500);
  return { type: "message", summary, textFormat: "plain", text };
}

async function trySimpler(
  speaking: Speaking,
  said: { readonly call: string; readonly rendered: RenderedMessage },
  call: (draft: Draft) => Promise<Standing>,
): Promise<Spoken> {
  const { call: name, rendered } = said;
  try {
    return await call(toDraft(rendered));
  } catch (error) {
    const trouble = toTrouble(error);
    if (trouble.kind !== "unreachable") speaking.troubles.note(name, trouble);
    const isTooLarge = trouble.kind === "refused" && TOO_LARGE.test(trouble.code);
    if (!isTooLarge) return { trouble };
  }
  try {
    return await call(toWords(rendered));
  } catch (error) {
    return { trouble: toTrouble(error) };
  }
}

const TOO_LARGE = /^(MessageSizeTooBig|HTTP413|RequestEntityTooLarge)$/;

/** Into the conversation as it is named: a thread, a group or a personal chat. */
export function post(speaking: Speaking, where: Where, rendered: RenderedMessage): Promise<Spoken> {
  return trySimpler(speaking, { call: "post", rendered }, async (draft) => ({
    conversationId: where.conversationId,
    messageId: await speaking.bot.post(where, draft),
  }));
}

/** A first message in a channel, which begins a thread. */
export function openThread(
  speaking: Speaking,
  channel: Where,
  rendered: RenderedMessage,
): Promise<Spoken> {
  return trySimpler(speaking, { call: "open", rendered }, (draft) =>
    speaking.bot.openThread(channel, draft),
  );
}

export function edit(
  speaking: Speaking,
  where: Where,
  said: { readonly messageId: string; readonly rendered: RenderedMessage },
): Promise<Spoken> {
  const { messageId, rendered } = said;
  return trySimpler(speaking, { call: "edit", rendered }, async (draft) => {
    await speaking.bot.edit(where, messageId, draft);
    return { conversationId: where.conversationId, messageId };
  });
}
