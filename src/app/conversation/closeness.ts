/** How near two words are: typos are forgiven, other words are not. */

/** The number of edits (insert, delete, replace, swap of neighbors) between two words. */
export function editsBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      current.push(cheapest({ a, b, row, column, current, last, beforeLast }));
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

interface Cell {
  readonly a: string;
  readonly b: string;
  readonly row: number;
  readonly column: number;
  readonly current: readonly number[];
  readonly last: readonly number[];
  readonly beforeLast: readonly number[];
}

function cheapest({ a, b, row, column, current, last, beforeLast }: Cell): number {
  const same = a[row - 1] === b[column - 1];
  const options = [
    (current[column - 1] ?? 0) + 1,
    (last[column] ?? 0) + 1,
    (last[column - 1] ?? 0) + (same ? 0 : 1),
  ];
  const swapped =
    row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
  if (swapped) options.push((beforeLast[column - 2] ?? 0) + 1);
  return Math.min(...options);
}

/** How many edits a word of this length forgives: none up to 3 letters, one up to 6, then two. */
export function forgivenEdits(word: string): number {
  if (word.length <= 3) return 0;
  return word.length <= 6 ? 1 : 2;
}
