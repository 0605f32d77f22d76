/** Finds what in a text speaks for one vertical: whole words, phrases, words inside words, wrong typing. */
import { dropNegatingPrefix, findNegated } from "./negation.ts";
import { findPatterns } from "./pattern.ts";
import { isTypo } from "./typo.ts";
import type { ContextRule, KeywordRule, Verdict, Vocabulary } from "./vocabulary.ts";
import type { Word } from "./words.ts";

export interface Hit {
  readonly from: number;
  readonly to: number;
  readonly verdict: Verdict;
  /** Settled hits mean what they say whatever stands around them. */
  readonly settled: boolean;
}

const ARTICLES = new Set(["the", "a", "an"]);

function judgeKeyword(keyword: KeywordRule, isAlone: boolean): Verdict {
  if (keyword.unless_alone !== undefined && !isAlone)
    return { decision: "ask", ...keyword.unless_alone };
  return { decision: "auto", why: `The compliance guide names “${keyword.word}”.` };
}

/** True for a keyword that its own word denies, as in "nonmedical". */
function denies({ insideWords }: Vocabulary, word: string): boolean {
  const rest = dropNegatingPrefix(word);
  return rest !== null && insideWords.some((keyword) => rest.startsWith(keyword));
}

/** A keyword inside a longer word: an accident that is listed, else worth a question. */
function judgeInside(vocabulary: Vocabulary, word: string): Verdict | null {
  const contained = vocabulary.insideWords.find((keyword) => word.includes(keyword));
  if (contained === undefined) return null;
  let rest = word;
  for (const lookAlike of vocabulary.lookAlikes) rest = rest.replaceAll(lookAlike, " ");
  const keyword = vocabulary.insideWords.find((each) => rest.includes(each));
  if (keyword === undefined)
    return { decision: "ignore", why: `Only contains “${contained}” by accident.` };
  const isNegated = denies(vocabulary, word);
  return {
    decision: "ask",
    default: isNegated ? vocabulary.negatedDefault : vocabulary.insideDefault,
    why: isNegated ? `Says that it is not “${keyword}”.` : `Contains “${keyword}”.`,
  };
}

function judgeTypo(vocabulary: Vocabulary, word: string): Verdict | null {
  const meant = vocabulary.spellings.find((spelling) => isTypo(word, spelling));
  if (meant === undefined) return null;
  return { decision: "ask", default: "yes", why: `May be “${meant}”, typed wrong.` };
}

/** Phrases decide first, then whole keywords, then synonyms, then single words by their letters. */
function findSpoken(vocabulary: Vocabulary, texts: readonly string[]): readonly Hit[] {
  const said = texts.filter((text) => !ARTICLES.has(text)).length;
  const taken = new Set<number>();
  const hits: Hit[] = [];
  function take(hit: Hit): void {
    hits.push(hit);
    for (let at = hit.from; at < hit.to; at += 1) taken.add(at);
  }
  for (const { from, to, meaning } of findPatterns(vocabulary.phrases, texts))
    take({ from, to, verdict: meaning, settled: meaning.decision !== "auto" });
  for (const { from, to, meaning } of findPatterns(vocabulary.keywords, texts, taken))
    take({ from, to, verdict: judgeKeyword(meaning, to - from === said), settled: false });
  for (const { from, to, meaning } of findPatterns(vocabulary.synonyms, texts, taken))
    take({ from, to, verdict: meaning, settled: false });
  texts.forEach((text, at) => {
    if (taken.has(at)) return;
    const verdict = judgeInside(vocabulary, text) ?? judgeTypo(vocabulary, text);
    if (verdict !== null)
      take({
        from: at,
        to: at + 1,
        verdict,
        settled: verdict.decision === "ignore" || denies(vocabulary, text),
      });
  });
  return hits.sort((a, b) => a.from - b.from);
}

/** A context that stands in the text, and the parts in which it stands. */
interface Standing {
  readonly context: ContextRule;
  readonly parts: ReadonlySet<number>;
}

function findContexts(vocabulary: Vocabulary, words: readonly Word[]): readonly Standing[] {
  const texts = words.map(({ text }) => text);
  return vocabulary.contexts
    .filter(({ unless }) => unless === null || findPatterns(unless, texts).length === 0)
    .map((context) => {
      const parts = findPatterns(context.words, texts).map(({ from }) => words[from]?.part ?? 0);
      return { context, parts: new Set(parts) };
    })
    .filter(({ parts }) => parts.size > 0);
}

function concerns({ context, parts }: Standing, hit: Hit, words: readonly Word[]): boolean {
  if (context.reach === "part" && !parts.has(words[hit.from]?.part ?? 0)) return false;
  if (context.only === null) return true;
  const own = words.slice(hit.from, hit.to).map(({ text }) => text);
  return findPatterns(context.only, own).length > 0;
}

function applyContexts(standing: readonly Standing[], hit: Hit, words: readonly Word[]): Hit {
  if (hit.settled) return hit;
  const verdict = standing.find((each) => concerns(each, hit, words))?.context.verdict;
  return verdict === undefined ? hit : { ...hit, verdict };
}

function applyNegation(
  vocabulary: Vocabulary,
  hit: Hit,
  negated: ReadonlyMap<number, string>,
): Hit {
  const why = negated.get(hit.from);
  if (why === undefined || hit.verdict.decision === "ignore") return hit;
  return { ...hit, verdict: { decision: "ask", default: vocabulary.negatedDefault, why } };
}

/** The flags whose words stand in the text and are not denied there: "not a school district" is no K-12. */
export function findFlags(vocabulary: Vocabulary, words: readonly Word[]): readonly string[] {
  const negated = findNegated(words, vocabulary.negatingWords);
  const texts = words.map(({ text }) => text);
  return vocabulary.flags
    .filter((rule) => findPatterns(rule.words, texts).some(({ from }) => !negated.has(from)))
    .map(({ flag }) => flag);
}

/** Everything in the text that speaks for the vertical, in the order of the text. */
export function findHits(vocabulary: Vocabulary, words: readonly Word[]): readonly Hit[] {
  const negated = findNegated(words, vocabulary.negatingWords);
  const standing = findContexts(vocabulary, words);
  return findSpoken(
    vocabulary,
    words.map(({ text }) => text),
  )
    .map((hit) => applyContexts(standing, hit, words))
    .map((hit) => applyNegation(vocabulary, hit, negated));
}
