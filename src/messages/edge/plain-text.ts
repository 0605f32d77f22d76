/**
 * Typed text as plain text that any surface may show: nothing invisible passes unseen, what is cut is counted, and
 * only a sound address becomes a link.
 */
import type { Day, Instant } from "../../domain/ids.ts";
import type { Inline, Text } from "../message.ts";

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
export function sayTime(time: Instant, as: "date_time" | "date"): string {
  const iso = new Date(time).toISOString();
  return as === "date" ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

const DAY_FORMAT = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeZone: "UTC" });

/** A day, the same for every reader. */
export function sayDay(day: Day): string {
  return DAY_FORMAT.format(new Date(`${day}T00:00:00Z`));
}

/** A web or mail address that may be opened; null for anything else, which stays text. */
export function safeUrl(link: string): string | null {
  if (!URL.canParse(link)) return null;
  const url = new URL(link);
  const isKnown = ["https:", "http:", "mailto:"].includes(url.protocol);
  const hasSecret = url.username !== "" || url.password !== "";
  return isKnown && !hasSecret && url.href.length <= 3_000 ? url.href : null;
}

/** A link whose text names an address might name another one than it opens. */
export function looksLikeAddress(text: string): boolean {
  return /:\/\/|\bwww\.|\.(com|org|net|gov|edu|io|mil|us|co|app|dev|health)\b/i.test(text);
}
