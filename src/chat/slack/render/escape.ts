/**
 * The last step before Slack: typed text becomes text nodes, so that nothing a person wrote can act as a mention, a
 * link or markup, and nothing invisible passes unseen.
 */
import type { types } from "@slack/bolt";
import type { Instant } from "../../../domain/ids.ts";
import {
  clip,
  flatten,
  looksLikeAddress,
  makeVisible,
  safeUrl,
  sayDay,
  sayTime,
} from "../../../messages/edge/plain-text.ts";
import type { Inline, Text } from "../../../messages/message.ts";
import { SECTION_TEXT } from "./limits.ts";

/** A text object that Slack shows to the letter; a blank one would be refused and becomes a dash. */
export function plain(text: string, max: number): types.PlainTextElement {
  const shown = clip(makeVisible(text), max);
  return { type: "plain_text", text: shown.trim() === "" ? "–" : shown, emoji: false };
}

/** `& < >` are the three characters that Slack asks to encode in any text that it may parse. */
export function escapeMarkup(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** The text as rich-text nodes: there is no markup in them that could be injected. */
export function toLeaves(text: Text): types.RichTextElement[] {
  const inlines = typeof text === "string" ? [text] : text;
  return inlines.flatMap(toLeaf);
}

/** One text node, or none for an empty text, which Slack would refuse. */
export function textLeaf(text: string, style?: types.RichTextText["style"]): types.RichTextText[] {
  const shown = clip(makeVisible(text), SECTION_TEXT);
  if (shown === "") return [];
  return [{ type: "text", text: shown, ...(style ? { style } : {}) }];
}

function toLeaf(inline: Inline): types.RichTextElement[] {
  if (typeof inline === "string") return textLeaf(inline);
  if ("strong" in inline) return textLeaf(inline.strong, { bold: true });
  if ("code" in inline) return textLeaf(inline.code, { code: true });
  if ("link" in inline) return linkLeaves(inline);
  if ("time" in inline) return [dateLeaf(inline)];
  return textLeaf(sayDay(inline.day));
}

function linkLeaves(inline: { readonly link: string; readonly text: string }) {
  const url = safeUrl(inline.link);
  if (url === null) return textLeaf(flatten([inline]));
  const text = clip(makeVisible(inline.text), SECTION_TEXT);
  if (text === "" || text === url) return [{ type: "link", url } as const];
  if (!looksLikeAddress(text)) return [{ type: "link", url, text } as const];
  return [...textLeaf(`${text} (`), { type: "link", url } as const, ...textLeaf(")")];
}

function dateLeaf({ time, as }: { readonly time: Instant; readonly as: "date_time" | "date" }) {
  return {
    type: "date",
    timestamp: toSeconds(time),
    format: as === "date" ? "{date_short}" : "{date_short} {time}",
    fallback: sayTime(time, as),
  } as const;
}

function toSeconds(time: Instant): number {
  return Math.floor(Date.parse(time) / 1000);
}

/**
 * The text as a text object. It is markup only when it has something to mark and nothing that a person wrote could
 * be taken for markup; else it is plain.
 */
export function toTextObject(text: Text, max: number): types.TextObject {
  if (typeof text === "string" || text.every((inline) => typeof inline === "string"))
    return plain(flatten(text), max);
  const inlines = text.filter((inline) => flatten([inline]) !== "");
  const parts = inlines.map(toMarkup);
  const markup = parts.join("");
  const isSound = parts.every((part) => part !== null) && inlines.every(standsAlone);
  const isRisky = RISKY.test(inlines.map(wordsOf).join(""));
  if (!isSound || isRisky || markup.length > max || markup.trim() === "")
    return plain(flatten(text), max);
  return { type: "mrkdwn", text: markup, verbatim: true };
}

/** Marks count only between other characters than letters and digits; inside a word they would be shown. */
function standsAlone(inline: Inline, index: number, text: readonly Inline[]): boolean {
  if (!isMarked(inline)) return true;
  if (isMarked(text[index - 1]) || isMarked(text[index + 1])) return false;
  const isWordBefore = /[\p{L}\p{N}\p{M}*_~`]$/u.test(flatten(text.slice(0, index)));
  const isWordAfter = /^[\p{L}\p{N}\p{M}*_~`]/u.test(flatten(text.slice(index + 1)));
  return !isWordBefore && !isWordAfter;
}

function isMarked(inline: Inline | undefined): boolean {
  return typeof inline === "object" && ("strong" in inline || "code" in inline);
}

/** A mark anywhere but inside a word, an emoji code, a quotation at the start of a line. */
const RISKY = /[*~`]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|:[\w+'-]+:|(^|\n)[^\S\n]*(>|&gt;)/u;

/** What of an inline stands as words in the text; an address behind a link does not. */
function wordsOf(inline: Inline): string {
  return typeof inline === "object" && "link" in inline ? inline.text : flatten([inline]);
}

function toMarkup(inline: Inline): string | null {
  if (typeof inline === "string") return toMarkedText(inline, "");
  if ("strong" in inline) return toMarkedText(inline.strong, "*");
  if ("code" in inline) return toMarkedText(inline.code, "`");
  if ("link" in inline) return toMarkedLink(inline);
  if ("day" in inline) return sayDay(inline.day);
  const { time, as } = inline;
  const format = as === "date" ? "{date_short}" : "{date_short} {time}";
  return `<!date^${toSeconds(time)}^${format}|${sayTime(time, as)}>`;
}

function toMarkedText(text: string, mark: string): string | null {
  const shown = makeVisible(text);
  if (mark !== "" && /\n|^\s|\s$/.test(shown)) return null;
  return shown === "" ? "" : `${mark}${escapeMarkup(shown)}${mark}`;
}

function toMarkedLink(inline: { readonly link: string; readonly text: string }): string | null {
  const url = safeUrl(inline.link);
  const text = toMarkedText(inline.text, "");
  if (url === null || text === null || /[<>|\n]/.test(`${url}${inline.text}`)) return null;
  if (looksLikeAddress(inline.text)) return null;
  return `<${escapeMarkup(url)}|${text}>`;
}
