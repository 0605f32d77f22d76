/**
 * The last step before Teams: typed text becomes text runs, which know no markup, so that nothing a person wrote can
 * act as a mention, a link, a date or markup, and nothing invisible passes unseen.
 */
import type { Instant } from "../../../domain/ids.ts";
import {
  clip,
  flatten,
  looksLikeAddress,
  makeVisible,
  safeUrl,
  sayDay,
} from "../../../messages/edge/plain-text.ts";
import type { Inline, Text } from "../../../messages/message.ts";
import type { RichTextBlock, Spacing, TextRun } from "./cards.ts";
import { LINE_TEXT } from "./limits.ts";

/** How a run looks, apart from what it says. */
export type Look = Omit<TextRun, "type" | "text">;

export const STRONG: Look = { weight: "Bolder" };
export const SUBTLE: Look = { isSubtle: true };

/** Titles, labels and choices; a blank one becomes a dash, because Teams would draw nothing or a type's name. */
export function plain(text: string, max: number): string {
  const shown = clip(breakMacros(makeVisible(text)), max);
  return shown.trim() === "" ? "–" : shown;
}

/** Teams turns `{{DATE(…)}}` and `{{TIME(…)}}` into dates in any text; what a person typed stays as it was. */
function breakMacros(text: string): string {
  return text.replace(/\{(?=\{)/g, "{ ");
}

/** A text that an old client may read as Markdown: no date and no named link comes of it. */
export function disarm(text: string): string {
  return breakMacros(text).replace(/\](?=\()/g, "] ");
}

/** One paragraph, or none for an empty text. */
export function paragraph(
  text: Text,
  options: { readonly look?: Look; readonly spacing?: Spacing } = {},
): RichTextBlock | null {
  const inlines = toRuns(text, options.look);
  if (inlines.length === 0) return null;
  return {
    type: "RichTextBlock",
    inlines,
    ...(options.spacing ? { spacing: options.spacing } : {}),
  };
}

/** The text as runs: there is no markup in them that could be injected. */
export function toRuns(text: Text, look: Look = {}): TextRun[] {
  const inlines = typeof text === "string" ? [text] : text;
  return inlines.flatMap((inline) => toRun(inline, look));
}

/** One run, or none for an empty text. */
export function textRun(text: string, look: Look = {}): TextRun[] {
  return visibleRun(makeVisible(text), look);
}

function visibleRun(visible: string, look: Look): TextRun[] {
  const shown = clip(breakMacros(visible), LINE_TEXT);
  return shown === "" ? [] : [{ type: "TextRun", text: shown, ...look }];
}

function toRun(inline: Inline, look: Look): TextRun[] {
  if (typeof inline === "string") return textRun(inline, look);
  if ("strong" in inline) return textRun(inline.strong, { ...look, ...STRONG });
  if ("code" in inline) return textRun(inline.code, { ...look, fontType: "Monospace" });
  if ("link" in inline) return linkRuns(inline, look);
  if ("time" in inline) return [timeRun(inline, look)];
  return textRun(sayDay(inline.day), look);
}

function linkRuns(inline: { readonly link: string; readonly text: string }, look: Look): TextRun[] {
  const url = safeUrl(inline.link);
  if (url === null) return visibleRun(flatten([inline]), look);
  const words = makeVisible(inline.text);
  const isBare = words.trim() === "" || words === url || words === inline.link;
  const linkLook: Look = {
    ...look,
    color: "Accent",
    underline: true,
    selectAction: { type: "Action.OpenUrl", url },
  };
  if (isBare) return visibleRun(url, linkLook);
  if (!looksLikeAddress(words)) return visibleRun(words, linkLook);
  return [
    ...visibleRun(`${words} (`, look),
    ...visibleRun(url, linkLook),
    ...visibleRun(")", look),
  ];
}

/** Teams fills in the reader's own time; it knows no parts of a second. */
function timeRun(
  { time, as }: { readonly time: Instant; readonly as: "date_time" | "date" },
  look: Look,
): TextRun {
  const at = new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
  const day = `{{DATE(${at},SHORT)}}`;
  return { type: "TextRun", text: as === "date" ? day : `${day} {{TIME(${at})}}`, ...look };
}

/** A choice that stands beside a button of its own is drawn as Markdown: may this be read as such? */
export function looksLikeMarkup(text: string): boolean {
  return MARKUP.test(makeVisible(text));
}

/** Links, emphasis, code, HTML, entities, and the marks that open a line. */
const MARKUP =
  /[[\]*`~\\<]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|&[#\w]+;|\n|^\s*([-+>#]|\d+[.)]\s)|:\/\/|\bwww\./u;
