/** Links in what a person said: which of them may be offered as evidence, and why the others may not. */
import { readLink } from "../people/link.ts";
import { findSensitiveText } from "../sensitive-text/scan.ts";

/** So many become evidence together; each is a piece of its own. */
export const MOST_LINKS = 10;
/** As JSON; a button's value, which carries them to the form, has room for little more. */
const ROOM = 1_700;

export interface SortedLinks {
  /** In their normal form, each once, in the order in which they were said. */
  readonly offered: readonly string[];
  /** For whom there is no room beside the others. */
  readonly more: number;
  readonly tooLong: number;
  readonly withPassword: number;
  readonly sensitive: number;
}

/** The https addresses in plain text; a point or bracket behind one belongs to the sentence. */
export function linksIn(text: string): readonly string[] {
  const found = text.match(/(?<![\p{L}\p{N}_])https:\/\/[^\s<>"`]+/giu) ?? [];
  return found.map(withoutSentence);
}

function withoutSentence(link: string): string {
  let end = link.length;
  while (end > 0 && isSentence(link, end)) end -= 1;
  return link.slice(0, end);
}

/** A closing bracket belongs to the link when it was opened there. */
function isSentence(link: string, end: number): boolean {
  const last = link.charAt(end - 1);
  if (/[.,;:!?'*_~»”’]/u.test(last)) return true;
  const opening = { ")": "(", "]": "[", "}": "{" }[last];
  return opening !== undefined && !link.slice(0, end - 1).includes(opening);
}

/** What the evidence form would take is offered, as far as there is room; what is no https link is passed over. */
export function sortLinks(said: readonly string[]): SortedLinks {
  const good = new Set<string>();
  const bad = { tooLong: 0, withPassword: 0, sensitive: 0 };
  for (const text of new Set(said)) {
    const read = judge(text);
    if (typeof read === "object") good.add(read.link);
    else if (read !== "no_link") bad[read] += 1;
  }
  const offered: string[] = [];
  for (const link of good) {
    const isFull = offered.length === MOST_LINKS || sizeOf([...offered, link]) > ROOM;
    if (isFull) break;
    offered.push(link);
  }
  return { offered, more: good.size - offered.length, ...bad };
}

function judge(
  text: string,
): { readonly link: string } | "no_link" | "tooLong" | "withPassword" | "sensitive" {
  if (!URL.canParse(text)) return "no_link";
  const { protocol, username, password } = new URL(text);
  if (protocol !== "https:") return "no_link";
  if (username !== "" || password !== "") return "withPassword";
  const { link } = readLink(text);
  if (findSensitiveText(text) ?? (link && findSensitiveText(link))) return "sensitive";
  if (sizeOf([text]) > ROOM || (link !== null && sizeOf([link]) > ROOM)) return "tooLong";
  return link === null ? "no_link" : { link };
}

function sizeOf(links: readonly string[]): number {
  return JSON.stringify(links).length;
}

/** The host that a link leads to, as the browser reads it: letters that only look alike show as `xn--`. */
export function hostOf(link: string): string {
  return URL.canParse(link) ? new URL(link).hostname : "";
}
