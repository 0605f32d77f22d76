/** Finds the words of a text that stand under a "not", a "former" or the like. */
import { compilePatterns, findPatterns } from "./pattern.ts";
import type { Word } from "./words.ts";

/** Joined to a word, with or without a hyphen, they turn its meaning: nonmedical, anti-military, ex-federal. */
const PREFIXES = ["non", "anti", "ex", "pseudo", "quasi"];

const NEGATORS = new Set([
  ..."not no never without neither nor except excluding".split(" "),
  ..."isnt arent wasnt werent dont doesnt didnt wont cannot cant aint".split(" "),
  ..."former formerly previously closed defunct abandoned decommissioned".split(" "),
]);

/** Several words that negate what follows: "used to be a bank", "anything but healthcare". */
const NEGATING_PHRASES = compilePatterns(
  [
    "used to be/own/run/have/serve",
    "other/rather/apart/aside than/from",
    "instead of",
    "anything/everything/everyone/anyone/all but",
  ].map((pattern) => ({ pattern, meaning: pattern })),
);

/** At the end of a text they negate what stands before: "school (closed)". */
const ENDINGS = new Set(["closed", "defunct", "abandoned", "decommissioned", "shuttered"]);

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

/** Where one word negates what follows. */
function reachOfWord(
  words: readonly Word[],
  at: number,
  more: readonly string[],
): readonly number[] {
  const text = words[at]?.text ?? "";
  if (PREFIXES.includes(text) && words[at + 1]?.after === "space") return [at + 1];
  if (!NEGATORS.has(text) && !more.includes(text)) return [];
  return isHarmless(words, at) ? [] : reachOf(words, at);
}

/** The last words before an ending, as far as they belong together: not the hospital in "hospital, school closed". */
function reachOfEnding(words: readonly Word[]): readonly number[] {
  const last = words.length - 1;
  if (!ENDINGS.has(words[last]?.text ?? "")) return [];
  const part = words[last - 1]?.part;
  const places = words.map((_, at) => at).slice(Math.max(0, last - FARTHEST), last);
  return places.filter((at) => words[at]?.part === part);
}

/** The places of negated words, each with a sentence that says why. `more` adds negating words. */
export function findNegated(
  words: readonly Word[],
  more: readonly string[],
): ReadonlyMap<number, string> {
  const texts = words.map(({ text }) => text);
  const phrases = findPatterns(NEGATING_PHRASES, texts).map(({ from, to }) => ({
    by: texts.slice(from, to).join(" "),
    reached: reachOf(words, to - 1),
  }));
  const single = texts.map((by, at) => ({ by, reached: reachOfWord(words, at, more) }));
  const ending = reachOfEnding(words).map(
    (at) => [at, `Stands before “${texts.at(-1)}”.`] as const,
  );
  const following = [...single, ...phrases].flatMap(({ by, reached }) =>
    reached.map((at) => [at, `Stands after “${by}”.`] as const),
  );
  return new Map([...ending, ...following]);
}
