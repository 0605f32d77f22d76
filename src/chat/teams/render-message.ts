/** A message as an Adaptive Card, with a text that says everything for those who see no card. */
import { clip, makeVisible } from "../../messages/edge/plain-text.ts";
import { joinWithin, sayLines } from "../../messages/edge/say.ts";
import type { Home, Message, Tone } from "../../messages/message.ts";
import { counted } from "../../messages/wording.ts";
import { countCarriers, execute, startNumbering } from "./render/actions.ts";
import type { AdaptiveCard, Badge, Color, Element } from "./render/cards.ts";
import { CARD_CHARACTERS, FALLBACK_TEXT, REFRESH_USERS, SUMMARY } from "./render/limits.ts";
import { fitBlocks, type Piece, renderFootnote, renderSections, weigh } from "./render/sections.ts";
import { disarm, paragraph, toRuns } from "./render/text.ts";
import { type Deed, encodePressed, type FileRef, fitFiles, VIEW_VERB } from "./render/wire.ts";

export interface RenderedMessage {
  /** The headline, for the notification. */
  readonly summary: string;
  readonly card: AdaptiveCard;
}

export interface RenderOptions {
  /** The conversation in which it began; the buttons of the message carry it on. */
  readonly place?: string | undefined;
  /** Files sent before; the buttons carry them on, too. */
  readonly files?: readonly FileRef[] | undefined;
  /** A last button that does the same again. */
  readonly again?: { readonly label: string; readonly deed: Deed } | undefined;
  /** Those who see their own version, and what their clients ask for to get it. */
  readonly refresh?: { readonly deed: Deed; readonly userIds: readonly string[] } | undefined;
}

interface ToneLook {
  /** A sign and a word; colour is never the only sign. */
  readonly words: string;
  readonly style: Badge["style"];
  readonly color: Color;
}

const TONES: Readonly<Record<Tone, ToneLook | null>> = {
  neutral: null,
  good: { words: "✅ Good", style: "Good", color: "Good" },
  attention: { words: "⚠️ Attention", style: "Warning", color: "Warning" },
  bad: { words: "⛔ Problem", style: "Attention", color: "Attention" },
};

export function renderMessage(message: Message, options: RenderOptions = {}): RenderedMessage {
  const { place, again, refresh, files = [] } = options;
  const sections = message.sections ?? [];
  const buttons = countCarriers(sections) + (again ? 1 : 0);
  const carried = fitFiles(files, buttons);
  const beside = { place, files: carried };
  const pieces = [
    ...renderHeadline(message.headline),
    ...renderTone(message.tone ?? "neutral"),
    ...renderSections(sections, startNumbering(beside)),
    ...(again ? [renderAgain(again.label, encodePressed(again.deed, beside))] : []),
    ...(buttons > 0 ? renderLeftFiles(files.length - carried.length) : []),
    ...(message.attachment ? renderFootnote(`📎 ${message.attachment.name}`) : []),
    ...(message.footnote ? renderFootnote(message.footnote) : []),
  ];
  return {
    summary: clip(makeVisible(message.headline), SUMMARY),
    card: toCard(pieces, { says: sayMessage(message), place, refresh }),
  };
}

/** The card of these pieces; what it ends with stands in any case. */
export function toCard(
  pieces: readonly Piece[],
  card: Pick<RenderOptions, "place" | "refresh"> & {
    readonly says: string;
    readonly end?: readonly Element[];
  },
): AdaptiveCard {
  const { says, place, refresh, end = [] } = card;
  const around: AdaptiveCard = {
    type: "AdaptiveCard",
    version: "1.5",
    body: end,
    fallbackText: says,
    ...(refresh ? { refresh: renderRefresh(refresh, place) } : {}),
  };
  return { ...around, body: [...fitBlocks(pieces, CARD_CHARACTERS - weigh(around)), ...end] };
}

function renderRefresh(
  { deed, userIds }: NonNullable<RenderOptions["refresh"]>,
  place: string | undefined,
): NonNullable<AdaptiveCard["refresh"]> {
  const action = execute({
    ...{ title: "Refresh", verb: VIEW_VERB },
    data: encodePressed(deed, { place }),
  });
  return { action, userIds: userIds.slice(0, REFRESH_USERS) };
}

export function renderHeadline(headline: string): Piece[] {
  const element = paragraph(headline, { look: { size: "Large", weight: "Bolder" } });
  return element === null ? [] : [{ element, holds: 1, stays: true }];
}

function renderTone(tone: Tone): Piece[] {
  const look = TONES[tone];
  if (look === null) return [];
  const { words, style, color } = look;
  const fallback = {
    type: "RichTextBlock",
    inlines: toRuns(words, { color, weight: "Bolder" }),
  } as const;
  const badge: Badge = { type: "Badge", text: words, style, appearance: "Tint", fallback };
  return [{ element: { ...badge, spacing: "Small" }, holds: 1, stays: true }];
}

function renderAgain(title: string, data: object): Piece {
  const action = execute({ title, data, style: "positive" });
  return { element: { type: "ActionSet", actions: [action] }, holds: 0, stays: true };
}

/** Files that no button could carry are not forgotten in silence. */
export function renderLeftFiles(count: number): Piece[] {
  if (count === 0) return [];
  const more = counted(count, "file has", "files have");
  return renderFootnote(
    `${more} no room here. Send ${count === 1 ? "it" : "them"} again when the others are in.`,
  );
}

/** The whole message in words. */
export function sayMessage(message: Message): string {
  return joinWithin(sayLines(message), FALLBACK_TEXT, disarm);
}

/** A home page where a message is expected. */
export function homeAsMessage(home: Home): Message {
  return { headline: home.headline, sections: home.sections };
}
