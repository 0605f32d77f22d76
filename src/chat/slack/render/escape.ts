/**
 * The last step before Slack: typed text becomes text nodes, so that nothing a person wrote can act as a mention, a
 * link or markup, and nothing invisible passes unseen.
 */
import type { types } from "@slack/bolt";
import type { Day, Instant } from "../../../domain/ids.ts";
import type { Inline, Text } from "../../../messages/message.ts";
import { SECTION_TEXT } from "./limits.ts";

/** Controls, formatting characters that reorder or hide text, and letters that are drawn as nothing. */
const HIDDEN = /[\p{Cc}\p{Cf}\u115F\u1160\u3164\uFFA0]/gu;
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const ISOLATE = ["\u2068", "\u2069"] as const;

/** The text as a person may safely see it: nothing hidden, nothing that turns its neighbours around. */
export function makeVisible(text: string): string {
  const shown = text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(HIDDEN, (character, at: number, whole: string) =>
      isHarmless(character, whole.charCodeAt(at - 1)) ? character : codePoint(character),
    );
  return RIGHT_TO_LEFT.test(shown) ? isolate(shown) : shown;
}

/** Joiners belong into words of some scripts and into emoji; after ASCII they only hide. */
function isHarmless(character: string, before: number): boolean {
  if (character === "\n") return true;
  return (character === "\u200C" || character === "\u200D") && before > 0x7f;
}

/** Words that run from right to left are isolated line by line, so that they move nothing around them. */
function isolate(text: string): string {
  const [open, close] = ISOLATE;
  return text
    .split("\n")
    .map((line) => (RIGHT_TO_LEFT.test(line) ? `${open}${line}${close}` : line))
    .join("\n");
}

function codePoint(character: string): string {
  const number = character.codePointAt(0) ?? 0;
  return `[U+${number.toString(16).toUpperCase().padStart(4, "0")}]`;
}

/** The text within `max` characters; what is cut off is counted where there is room to say so. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  if (max < 200) return `${cutAt(text, max - 1)}…`;
  const head = cutAt(text, max - 40);
  return `${head} … (and ${text.length - head.length} more characters)`;
}

/** Never between the halves of a surrogate pair. */
function cutAt(text: string, length: number): string {
  const head = text.slice(0, length);
  return head.isWellFormed() ? head : head.slice(0, -1);
}

/** A text object that Slack shows to the letter; a blank one would be refused and becomes a dash. */
export function plain(text: string, max: number): types.PlainTextElement {
  const shown = clip(makeVisible(text), max);
  return { type: "plain_text", text: shown.trim() === "" ? "–" : shown, emoji: false };
}

/** `& < >` are the three characters that Slack asks to encode in any text that it may parse. */
export function escapeMarkup(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** The words alone, as a screen reader says them. */
export function flatten(text: Text): string {
  if (typeof text === "string") return makeVisible(text);
  return text.map(flattenInline).join("");
}

function flattenInline(inline: Inline): string {
  if (typeof inline === "string") return makeVisible(inline);
  if ("strong" in inline) return makeVisible(inline.strong);
  if ("code" in inline) return makeVisible(inline.code);
  if ("link" in inline) return flattenLink(inline);
  if ("time" in inline) return sayTime(inline.time, inline.as);
  return sayDay(inline.day);
}

function flattenLink({ link, text }: { readonly link: string; readonly text: string }): string {
  const words = makeVisible(text);
  return words === link ? words : `${words} (${makeVisible(link)})`;
}

/** An instant for those who see no date in their own zone. */
function sayTime(time: Instant, as: "date_time" | "date"): string {
  const iso = new Date(time).toISOString();
  return as === "date" ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

const DAY_FORMAT = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeZone: "UTC" });

function sayDay(day: Day): string {
  return DAY_FORMAT.format(new Date(`${day}T00:00:00Z`));
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
  if (url === null) return textLeaf(flattenLink(inline));
  const text = clip(makeVisible(inline.text), SECTION_TEXT);
  if (text === "" || text === url) return [{ type: "link", url } as const];
  if (!looksLikeAddress(text)) return [{ type: "link", url, text } as const];
  return [...textLeaf(`${text} (`), { type: "link", url } as const, ...textLeaf(")")];
}

/** A web or mail address as Slack takes it; null for anything else, which stays text. */
export function safeUrl(link: string): string | null {
  if (!URL.canParse(link)) return null;
  const url = new URL(link);
  const isKnown = ["https:", "http:", "mailto:"].includes(url.protocol);
  const hasSecret = url.username !== "" || url.password !== "";
  return isKnown && !hasSecret && url.href.length <= 3_000 ? url.href : null;
}

/** A link whose text names an address might name another one than it opens. */
function looksLikeAddress(text: string): boolean {
  return /:\/\/|\bwww\.|\.(com|org|net|gov|edu|io|mil|us|co|app|dev|health)\b/i.test(text);
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
