/** Checks a bundle in one pass: each entry by itself, then against the checkpoints, the seal and what was kept. */
import { tampered, unchecked } from "../format/finding.ts";
import {
  type Ending,
  type FileLine,
  LINE_BYTES_MAX,
  type Line,
  readLines,
} from "../format/lines.ts";
import type { Keys } from "../format/note.ts";
import { readHeader } from "./header.ts";
import { compareKept, type Kept } from "./kept.ts";
import type { Onlooker } from "./onlooker.ts";
import { takeCheckpoint, takeSeal } from "./signed-line.ts";
import { badEntry, startWalk, takeEntry, type Walk } from "./walk.ts";

export interface BundleOptions {
  readonly keys: Keys;
  readonly kept: readonly Kept[];
  readonly onlooker: Onlooker | null;
  readonly onBytes?: (total: number) => void;
}

export interface BundleResult {
  readonly organisation: string;
  readonly exportedAt: string;
  readonly entries: number;
  /** Hex. */
  readonly root: string;
  readonly signer: string;
  readonly checkpoints: number;
  /** Keys of older checkpoints that were not given. Those prove nothing more: a newer one covers the same. */
  readonly foreign: readonly string[];
  readonly personal: { readonly given: number; readonly erased: number; readonly held: number };
  /** Entries that record that two people accepted a break of the ledger. */
  readonly breaks: readonly number[];
  /** The largest kept checkpoint that the bundle agrees with. */
  readonly keptUpTo: number | null;
}

export function verifyBundle(file: string, options: BundleOptions): BundleResult {
  let walk: Walk | null = null;
  let signer = "";
  const ending = readLines(
    file,
    (line) => {
      if (walk === null) walk = open(line, options);
      else signer = take(walk, line) ?? signer;
    },
    options.onBytes,
  );
  return finish(walk, ending, signer);
}

function open(first: Line, { keys, kept, onlooker }: BundleOptions): Walk {
  const header = readHeader(first);
  return startWalk(header, { keys, onlooker, kept: compareKept(kept, header.organisation) });
}

const CHECKPOINT = Buffer.from('{"checkpoint":');
const SEAL = Buffer.from('{"seal":');

/** Answers the signer when the line is the seal. */
function take(walk: Walk, line: FileLine): string | null {
  if (walk.sealed) throw tampered(`Line ${line.number}: something was added after the seal.`);
  if (beginsWith(line, CHECKPOINT)) takeCheckpoint(walk, line);
  else if (beginsWith(line, SEAL)) return takeSeal(walk, line);
  else takeEntry(walk, line);
  return null;
}

function beginsWith({ bytes, start, end }: Line, expected: Buffer): boolean {
  // Entries are by far the most lines, and differ in the third byte.
  if (bytes[start + 2] !== expected[2]) return false;
  return bytes.subarray(start, Math.min(end, start + expected.length)).equals(expected);
}

function finish(walk: Walk | null, ending: Ending, signer: string): BundleResult {
  if (walk === null) throw unchecked(whyNoBundle(ending));
  const entries = walk.tree.size();
  if (ending === "line_too_long") {
    throw badEntry(entries + 1, `its line is longer than ${LINE_BYTES_MAX / 1024} KiB`);
  }
  if (walk.sealed && ending === "cut_off") throw tampered("Something was added after the seal.");
  if (!walk.sealed) throw isCutOff(walk, ending);
  const keptUpTo = walk.kept.finish(entries, signer);
  const { organisation, exportedAt } = walk.header;
  return {
    organisation,
    exportedAt,
    entries,
    root: walk.tree.root().toString("hex"),
    signer,
    checkpoints: walk.checkpoints,
    foreign: [...walk.foreign],
    personal: walk.personal,
    breaks: walk.breaks,
    keptUpTo,
  };
}

function isCutOff(walk: Walk, ending: Ending): Error {
  const entries = walk.tree.size();
  const where = ending === "cut_off" ? "in the middle of the line" : "";
  const after = `${where} after entry ${entries}`.trim();
  if (entries >= walk.header.entries)
    return tampered(`The file ends ${after} without its seal: it was cut off.`);
  return tampered(
    `The file ends ${after}, and the header promises ${walk.header.entries}: it was cut off.`,
    { firstBad: entries + 1, lastSuspect: walk.header.entries },
  );
}

function whyNoBundle(ending: Ending): string {
  if (ending === "whole") return "The file is empty.";
  return "This is no bundle of Cleargate: its first line does not end.";
}
