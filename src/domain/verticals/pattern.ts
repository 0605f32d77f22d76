/** Finds the word patterns of a workflow file in a list of words, without regular expressions. */

interface Place {
  readonly exact: ReadonlySet<string>;
  readonly beginnings: readonly string[];
  readonly endings: readonly string[];
}

interface Compiled<T> {
  readonly places: readonly Place[];
  readonly meaning: T;
}

/** Patterns ready for looking up: by first word, and those whose first word is open. */
export interface PatternSet<T> {
  readonly byFirstWord: ReadonlyMap<string, readonly Compiled<T>[]>;
  readonly open: readonly Compiled<T>[];
}

/** Words `from` (included) to `to` (excluded), and what the pattern means. */
export interface Found<T> {
  readonly from: number;
  readonly to: number;
  readonly meaning: T;
}

function compilePlace(text: string): Place {
  const words = text.split("/");
  return {
    exact: new Set(words.filter((word) => !word.includes("*"))),
    beginnings: words.filter((word) => word.endsWith("*")).map((word) => word.slice(0, -1)),
    endings: words.filter((word) => word.startsWith("*")).map((word) => word.slice(1)),
  };
}

/** The patterns with their meanings, compiled. Where two are equally long, the earlier wins. */
export function compilePatterns<T>(
  entries: Iterable<{ readonly pattern: string; readonly meaning: T }>,
): PatternSet<T> {
  const byFirstWord = new Map<string, Compiled<T>[]>();
  const open: Compiled<T>[] = [];
  for (const { pattern, meaning } of entries) {
    const places = pattern.split(" ").map(compilePlace);
    const compiled = { places, meaning };
    const first = places[0];
    if (first === undefined) continue;
    if (first.beginnings.length + first.endings.length > 0) open.push(compiled);
    for (const word of first.exact) {
      const listed = byFirstWord.get(word);
      if (listed === undefined) byFirstWord.set(word, [compiled]);
      else listed.push(compiled);
    }
  }
  return { byFirstWord, open };
}

function fits(place: Place, word: string): boolean {
  return (
    place.exact.has(word) ||
    place.beginnings.some((beginning) => word.startsWith(beginning)) ||
    place.endings.some((ending) => word.endsWith(ending))
  );
}

function allAt<T>(set: PatternSet<T>, words: readonly string[], at: number): readonly Found<T>[] {
  const candidates = [...(set.byFirstWord.get(words[at] ?? "") ?? []), ...set.open];
  return candidates
    .filter(({ places }) =>
      places.every((place, offset) => {
        const word = words[at + offset];
        return word !== undefined && fits(place, word);
      }),
    )
    .map(({ places, meaning }) => ({ from: at, to: at + places.length, meaning }));
}

/** Every place where a pattern stands, the longest first, none overlapping another or a taken word. */
export function findPatterns<T>(
  set: PatternSet<T>,
  words: readonly string[],
  taken: ReadonlySet<number> = new Set(),
): readonly Found<T>[] {
  const all = words
    .flatMap((_, at) => allAt(set, words, at))
    .sort((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from);
  const used = new Set(taken);
  const chosen: Found<T>[] = [];
  for (const found of all) {
    const places = Array.from({ length: found.to - found.from }, (_, index) => found.from + index);
    if (places.some((place) => used.has(place))) continue;
    for (const place of places) used.add(place);
    chosen.push(found);
  }
  return chosen.sort((a, b) => a.from - b.from);
}
