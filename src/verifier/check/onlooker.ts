/** Somebody who looks on while the entries of a bundle pass, such as the check of a report. */
import type { EntryLine } from "../format/entry-line.ts";

export interface Onlooker {
  /** The size of the tree at which it wants to know the root. */
  readonly size: number;
  root(root: Buffer): void;
  entry(line: EntryLine): void;
}
