/** Decides whether a word is a keyword typed wrong. */

/** Shorter words have too many true neighbors: rental and dental, baking and banking. */
export const SHORTEST_KEYWORD = 8;

/** True for one letter more, less or other, or two neighbors swapped; never in the first letter. */
export function isTypo(word: string, keyword: string): boolean {
  if (word === keyword || word[0] !== keyword[0]) return false;
  const difference = word.length - keyword.length;
  if (Math.abs(difference) > 1) return false;
  let at = 0;
  while (at < word.length && word[at] === keyword[at]) at += 1;
  const rest = word.slice(at);
  const right = keyword.slice(at);
  if (difference === 1) return rest.slice(1) === right;
  if (difference === -1) return rest === right.slice(1);
  if (rest.slice(1) === right.slice(1)) return true;
  const swapped = `${rest[1] ?? ""}${rest[0] ?? ""}${rest.slice(2)}`;
  return swapped === right;
}
