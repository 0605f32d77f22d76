/** What was kept outside the database, met in the order in which the ledger grew. */
import { readCheckpoint } from "../../domain/audit/checkpoint.ts";

export interface KeptWalk {
  /** The roots that were kept for a ledger of this size; sizes are asked for in rising order. */
  rootsAt(size: number): readonly string[];
  /** What has not been met yet. */
  nextSize(): number | null;
}

/** Of two processes that wrote at once the later one may stand first; what was passed by then is not met. */
export function createKeptWalk(notes: Iterable<string>): KeptWalk {
  const source = notes[Symbol.iterator]();
  let next = read(source);
  function skipTo(size: number): void {
    while (next && next.size < size) next = read(source);
  }
  return {
    rootsAt(size) {
      skipTo(size);
      const roots: string[] = [];
      while (next?.size === size) {
        roots.push(next.root);
        next = read(source);
      }
      return roots;
    },
    nextSize: () => next?.size ?? null,
  };
}

function read(source: Iterator<string>): { readonly size: number; readonly root: string } | null {
  for (;;) {
    const { value, done } = source.next();
    if (done) return null;
    const found = readCheckpoint(value);
    if (found) return found.checkpoint;
  }
}
