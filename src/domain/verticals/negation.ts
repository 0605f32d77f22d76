/** Finds the words of a text that stand under a "not", a "former" or the like. */
import type { Word } from "./words.ts";

/** Joined to a word, with or without a hyphen, they turn its meaning: nonmedical, anti-military, ex-federal. */
const PREFIXES = ["non", "anti", "ex", "pseudo", "quasi"];

const NEGATORS = new Set([
  ..."not no never without neither nor except excluding".split(" "),
  ..."isnt arent wasnt werent dont doesnt didnt wont cannot cant aint".split(" "),
  ..."former formerly previously closed defunct abandoned decommissioned".split(" "),
]);

/** After these the negator means something else: "not-for-profit", "no-fault insurance", "not only". */
const HARMLESS: Readonly<Record<string, ReadonlySet<string>>> = {
  not: new Set(["only", "just", "merely", "simply", "for"]),
  no: new Set(["fault", "fee", "fees", "cost", "interest", "contact", "code", "kill", "limit"]),
  without: new Set(["borders"]),
};

const TURNS = new Set([
  "but",
  "now",
  "however",
  "instead",
  "rather",
  "although",
  "though",
  "today",
]);
const ALTERNATIVES = new Set(["or", "nor"]);
const FARTHEST = 5;
const LONGEST_LIST = 30;

/** The word without a negating prefix, or null where it has none. */
export function dropNegatingPrefix(word: string): string | null {
  const prefix = PREFIXES.find((each) => word.startsWith(each) && word.length > each.length + 2);
  return prefix === undefined ? null : word.slice(prefix.length);
}

function isHarmless(words: readonly Word[], at: number): boolean {
  const next = words[at + 1]?.text ?? "";
  const numbered = words[at]?.text === "no" && /^[0-9]/.test(next);
  return numbered || (HARMLESS[words[at]?.text ?? ""]?.has(next) ?? false);
}

/** True where the words go on to an "or" before anything else begins: "no banking, insurance or lending". */
function leadsToOr(words: readonly Word[], at: number): boolean {
  for (const [index, { text, after }] of words.slice(at, at + FARTHEST).entries()) {
    if (TURNS.has(text) || (index > 0 && after === "stop")) return false;
    if (ALTERNATIVES.has(text)) return true;
  }
  return false;
}

/** What is negated ends at a stop, a turn, or a comma outside a list. */
function endsAt(words: readonly Word[], at: number): boolean {
  const word = words[at];
  if (word === undefined || word.after === "stop" || TURNS.has(word.text)) return true;
  return word.after === "comma" && !leadsToOr(words, at);
}

function reachOf(words: readonly Word[], at: number): readonly number[] {
  const reached: number[] = [];
  let last = at + FARTHEST;
  for (let next = at + 1; next <= last && !endsAt(words, next); next += 1) {
    if (ALTERNATIVES.has(words[next]?.text ?? ""))
      last = Math.min(next + FARTHEST, at + LONGEST_LIST);
    reached.push(next);
  }
  return reached;
}

/** The places of negated words, each with the word that negates it. `more` adds negating words. */
export function findNegated(
  words: readonly Word[],
  more: readonly string[],
): ReadonlyMap<number, string> {
  const negated = new Map<number, string>();
  for (const [at, { text }] of words.entries()) {
    const isPrefix = PREFIXES.includes(text) && words[at + 1]?.after === "space";
    const isNegator = (NEGATORS.has(text) || more.includes(text)) && !isHarmless(words, at);
    const reached = isPrefix ? [at + 1] : isNegator ? reachOf(words, at) : [];
    for (const place of reached) negated.set(place, text);
  }
  return negated;
}
