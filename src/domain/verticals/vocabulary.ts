/** A vertical's words as its workflow file lists them, ready for looking up. */
import type { Detect } from "../workflows/detect.ts";
import { compilePatterns, type PatternSet } from "./pattern.ts";
import { SHORTEST_KEYWORD } from "./typo.ts";

export type Answer = "yes" | "no";

/** What a rule decides about the words that it covers. */
export type Verdict =
  | { readonly decision: "auto"; readonly why: string }
  | { readonly decision: "ask"; readonly default: Answer; readonly why: string }
  | { readonly decision: "ignore"; readonly why: string };

export type KeywordRule = Detect["keywords"][number];

export interface ContextRule {
  readonly words: PatternSet<true>;
  readonly only: PatternSet<true> | null;
  readonly unless: PatternSet<true> | null;
  readonly reach: "text" | "part";
  readonly verdict: Verdict;
}

export interface Vocabulary {
  readonly phrases: PatternSet<Verdict>;
  readonly keywords: PatternSet<KeywordRule>;
  readonly synonyms: PatternSet<Verdict>;
  readonly contexts: readonly ContextRule[];
  readonly flags: readonly { readonly flag: string; readonly words: PatternSet<true> }[];
  /** The keywords that may stand inside longer words. */
  readonly insideWords: readonly string[];
  /** Longest first, so that "accredited" is taken off before "credit" is looked for. */
  readonly lookAlikes: readonly string[];
  readonly insideDefault: Answer;
  readonly negatedDefault: Answer;
  readonly negatingWords: readonly string[];
  /** Long keywords with their one-word forms, by which wrong typing is recognized. */
  readonly spellings: readonly string[];
}

function each<T>(words: readonly string[], meaning: T): { pattern: string; meaning: T }[] {
  return words.map((pattern) => ({ pattern, meaning }));
}

function spellingsOf({ word, forms }: KeywordRule): string[] {
  const single = forms.filter((form) => !form.includes(" ") && !form.includes("*"));
  return [word, ...single.flatMap((form) => form.split("/"))];
}

function compileAny(words: readonly string[] | undefined): PatternSet<true> | null {
  return words === undefined ? null : compilePatterns(each(words, true as const));
}

function compileContexts(detect: Detect): readonly ContextRule[] {
  return detect.contexts.map((context) => ({
    words: compilePatterns(each(context.words, true as const)),
    only: compileAny(context.only),
    unless: compileAny(context.unless),
    reach: context.reach,
    verdict: context,
  }));
}

function compileVocabulary(detect: Detect): Vocabulary {
  return {
    phrases: compilePatterns(
      detect.phrases.flatMap((phrase) => each<Verdict>(phrase.words, phrase)),
    ),
    keywords: compilePatterns(
      detect.keywords.flatMap((keyword) => each([keyword.word, ...keyword.forms], keyword)),
    ),
    synonyms: compilePatterns(
      detect.synonyms.flatMap(({ words, ...rest }) =>
        each<Verdict>(words, { decision: "ask", ...rest }),
      ),
    ),
    contexts: compileContexts(detect),
    flags: detect.flags.map(({ flag, words }) => ({
      flag,
      words: compilePatterns(each(words, true as const)),
    })),
    insideWords: detect.keywords.map(({ word }) => word),
    lookAlikes: detect.look_alikes.toSorted((a, b) => b.length - a.length),
    insideDefault: detect.inside.default,
    negatedDefault: detect.negated.default,
    negatingWords: detect.negated.words,
    spellings: detect.keywords
      .filter(({ word }) => word.length >= SHORTEST_KEYWORD)
      .flatMap(spellingsOf),
  };
}

const compiled = new WeakMap<Detect, Vocabulary>();

/** The words of a workflow file, compiled once for each file. */
export function vocabularyOf(detect: Detect): Vocabulary {
  const known = compiled.get(detect);
  if (known !== undefined) return known;
  const vocabulary = compileVocabulary(detect);
  compiled.set(detect, vocabulary);
  return vocabulary;
}
