/** Where a check of a bundle stands, and what it does with an entry. */
import {
  createEntryReader,
  type EntryReader,
  readEntryLine,
  whyNoEntry,
} from "../format/entry-line.ts";
import { type Place, tampered } from "../format/finding.ts";
import type { Line } from "../format/lines.ts";
import type { Keys } from "../format/note.ts";
import { type GrowingTree, growTree, hashLeaf } from "../format/tree.ts";
import { checkEntry, isBreak, ownerOf } from "./entry.ts";
import type { Header } from "./header.ts";
import type { KeptComparison } from "./kept.ts";
import type { Onlooker } from "./onlooker.ts";

export interface Walk {
  readonly header: Header;
  readonly keys: Keys;
  readonly kept: KeptComparison;
  readonly onlooker: Onlooker | null;
  readonly tree: GrowingTree;
  readonly entryReader: EntryReader;
  /** The organization that every entry must name. */
  readonly owner: Uint8Array;
  /** Up to here a checkpoint agreed. */
  covered: number;
  /** Who signed the newest checkpoint: one of the keys given, or a foreign one. */
  newest: { readonly keyId: string; readonly isKnown: boolean } | null;
  checkpoints: number;
  readonly foreign: Set<string>;
  readonly personal: { none: number; given: number; erased: number; held: number };
  /** Entries after which the ledger does not go on as it was signed before. */
  readonly breaks: number[];
  sealed: boolean;
}

export function startWalk(header: Header, options: Pick<Walk, "keys" | "kept" | "onlooker">): Walk {
  return {
    header,
    ...options,
    tree: growTree(),
    entryReader: createEntryReader(),
    owner: ownerOf(header.organisation),
    covered: 0,
    newest: null,
    checkpoints: 0,
    foreign: new Set(),
    personal: { none: 0, given: 0, erased: 0, held: 0 },
    breaks: [],
    sealed: false,
  };
}

export function takeEntry(walk: Walk, line: Line): void {
  const { tree, header } = walk;
  const expected = tree.size() + 1;
  if (!line.isUtf8) throw badEntry(expected, "its line is not UTF-8 text");
  const read = readEntryLine(walk.entryReader, line);
  if (!read) throw badEntry(expected, walk.entryReader.problem ?? whyNoEntry(textOf(line)));
  if (read.sequence !== expected) throw misnumbered(expected, read.sequence);
  if (expected > header.entries)
    throw badEntry(expected, `the header promises ${header.entries} entries only`);
  const problem = checkEntry(walk.entryReader, walk.owner);
  if (problem) throw badEntry(expected, problem);
  tree.append(hashLeaf(read.leaf));
  walk.personal[read.personal] += 1;
  if (isBreak(walk.entryReader)) walk.breaks.push(expected);
  if (walk.kept.next() === expected) walk.kept.compare(tree.root());
  walk.onlooker?.entry(read);
  if (walk.onlooker?.size === expected) walk.onlooker.root(tree.root());
}

export function textOf({ bytes, start, end }: Line): string {
  return bytes.toString("utf8", start, end);
}

export function badEntry(entry: number, why: string): Error {
  return tampered(`Entry ${entry}: ${why}.`, { firstBad: entry });
}

function misnumbered(expected: number, given: number): Error {
  const what = given > expected ? "missing or moved" : "one that was put in or moved";
  return tampered(`Entry ${expected} is ${what}: the line in its place is numbered ${given}.`, {
    firstBad: expected,
  });
}

/** The entries that no agreeing checkpoint covers yet: one of them is the first bad one. */
export function suspects(walk: Walk, last: number): Required<Place> {
  const firstBad = walk.covered + 1;
  return { firstBad, lastSuspect: Math.max(firstBad, last) };
}

export function nameSuspects({ firstBad, lastSuspect }: Required<Place>): string {
  return firstBad === lastSuspect
    ? `entry ${firstBad}`
    : `one of the entries ${firstBad} to ${lastSuspect}`;
}
