/** A message as Slack blocks, with a text that says everything for notifications and screen readers. */

import type { types } from "@slack/bolt";
import { makeVisible } from "../../messages/edge/plain-text.ts";
import { joinWithin, sayLines } from "../../messages/edge/say.ts";
import type { Home, Message, Tone } from "../../messages/message.ts";
import { startNumbering } from "./render/actions.ts";
import { escapeMarkup, plain } from "./render/escape.ts";
import {
  BUTTON_TEXT,
  HEADER_TEXT,
  MESSAGE_TEXT,
  SECTION_TEXT,
  type SlackSurface,
} from "./render/limits.ts";
import { fitBlocks, type Piece, renderFootnote, renderSections } from "./render/sections.ts";
import { type Deed, encodePressed } from "./render/wire.ts";

/** A sign before the headline; the headline itself says the same in words. */
const TONES: Readonly<Record<Tone, string>> = {
  neutral: "",
  good: "✅ ",
  attention: "⚠️ ",
  bad: "⛔ ",
};

export interface RenderedMessage {
  readonly text: string;
  readonly blocks: types.KnownBlock[];
}

export interface RenderOptions {
  readonly surface?: SlackSurface;
  /** Files dropped before; the buttons of the message carry them on. */
  readonly files?: readonly string[];
  /** A last button that does the same again. */
  readonly again?: { readonly label: string; readonly deed: Deed } | undefined;
}

export function renderMessage(message: Message, options: RenderOptions = {}): RenderedMessage {
  const { surface = "message", files = [] } = options;
  const sections = message.sections ?? [];
  const pieces = [
    renderHeadline(message, sections.length > 0),
    ...renderSections(sections, startNumbering(files)),
    ...(options.again ? [renderAgain(options.again, files)] : []),
    ...(message.attachment ? [renderFootnote(`📎 ${message.attachment.name}`)] : []),
    ...(message.footnote ? [renderFootnote(message.footnote)] : []),
  ];
  return { text: sayMessage(message), blocks: fitBlocks(pieces, surface) };
}

function renderHeadline({ headline, tone = "neutral" }: Message, isLong: boolean): Piece {
  const text = `${TONES[tone]}${headline}`;
  const fitsHeader = makeVisible(text).length <= HEADER_TEXT && !headline.includes("\n");
  const block: types.KnownBlock =
    isLong && fitsHeader
      ? { type: "header", text: plain(text, HEADER_TEXT) }
      : { type: "section", text: plain(text, SECTION_TEXT) };
  return { block, holds: 1, stays: true };
}

function renderAgain(again: NonNullable<RenderOptions["again"]>, files: readonly string[]): Piece {
  const button: types.Button = {
    type: "button",
    action_id: "again",
    style: "primary",
    text: plain(again.label, BUTTON_TEXT),
    value: encodePressed(again.deed, files),
  };
  return { block: { type: "actions", elements: [button] }, holds: 0, stays: true };
}

/** The whole message in words, within what an edit may carry; `& < >` encoded. */
export function sayMessage(message: Message): string {
  return joinWithin(sayLines(message), MESSAGE_TEXT, escapeMarkup);
}

/** A home page where a message is expected, such as the answer to a slash command. */
export function homeAsMessage(home: Home): Message {
  return { headline: home.headline, sections: home.sections };
}
