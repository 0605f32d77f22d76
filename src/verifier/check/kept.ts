/** The checkpoints that an auditor kept: what the ledger said of itself on an earlier day. */
import { tampered, unchecked } from "../format/finding.ts";
import {
  type Checkpoint,
  checkNote,
  type Keys,
  type Note,
  readCheckpoint,
  readNote,
} from "../format/note.ts";

export interface Kept extends Checkpoint {
  readonly keyId: string;
  /** Signed with one of the keys given. */
  readonly isKnown: boolean;
}

/** Every signed note of the text, smallest first. Between notes there may be blank lines and lines with `#`. */
export function readKept(text: string, keys: Keys): readonly Kept[] {
  const notes = splitNotes(text);
  if (notes.length === 0)
    throw unchecked("The kept checkpoint: the file holds no signed checkpoint.");
  return notes.map((note, place) => readOne(note, place + 1, keys)).sort((a, b) => a.size - b.size);
}

function splitNotes(text: string): readonly string[] {
  const notes: string[] = [];
  let lines: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const isSigned = lines.at(-1)?.startsWith("— ") === true;
    if (isSigned && !line.startsWith("— ")) {
      notes.push(`${lines.join("\n")}\n`);
      lines = [];
    }
    if (lines.length > 0 || (line !== "" && !line.startsWith("#"))) lines.push(line);
  }
  return lines.length === 0 ? notes : [...notes, `${lines.join("\n")}\n`];
}

function readOne(text: string, place: number, keys: Keys): Kept {
  const note = readNote(text);
  const checkpoint = note && readCheckpoint(note.text);
  if (!note || !checkpoint)
    throw unchecked(`The kept checkpoint: note ${place} is not a checkpoint.`);
  return { ...checkpoint, ...signerOf(note, place, keys) };
}

function signerOf(
  note: Note,
  place: number,
  keys: Keys,
): { readonly keyId: string; readonly isKnown: boolean } {
  const signed = checkNote(note, keys);
  if ("by" in signed) return { keyId: signed.by, isKnown: true };
  if ("forged" in signed)
    throw unchecked(`The kept checkpoint: the signature of note ${place} is not right.`);
  const [keyId] = signed.foreign;
  if (keyId === undefined) throw unchecked(`The kept checkpoint: note ${place} is not signed.`);
  return { keyId, isKnown: false };
}

export interface KeptComparison {
  /** The size to compare next; infinite after the last. */
  next(): number;
  /** Compares the root over the entries so far with every kept checkpoint of this size. */
  compare(root: Buffer): void;
  /** To be told each key in the order of the sizes that it signed. */
  meetKey(keyId: string): void;
  /** The key of the largest kept checkpoint that is signed with a key given; null when there is none. */
  readonly knownKey: string | null;
  /** After the last entry: nothing that was kept may be missing. Answers the largest size kept. */
  finish(entries: number, signer: string): number | null;
}

export function compareKept(kept: readonly Kept[], organisation: string): KeptComparison {
  const own = kept.filter((one) => one.organisation === organisation);
  if (kept.length > 0 && own.length === 0)
    throw unchecked("The kept checkpoint is of another organization's ledger.");
  const replaced = new Set<string>();
  let keyId: string | null = null;
  let place = 0;
  let agreed = 0;

  function meetKey(met: string): void {
    if (replaced.has(met)) {
      throw tampered(
        `Key ${met} signed again after it had been replaced: the ledger was signed anew.`,
        { firstBad: agreed + 1 },
      );
    }
    if (keyId !== null && keyId !== met) replaced.add(keyId);
    keyId = met;
  }

  return {
    next: () => own[place]?.size ?? Number.POSITIVE_INFINITY,
    meetKey,
    knownKey: own.findLast(({ isKnown }) => isKnown)?.keyId ?? null,
    compare(root) {
      const size = own[place]?.size;
      for (; own[place]?.size === size && own[place]; place++) {
        const one = own[place];
        if (one?.root.equals(root)) meetKey(one.keyId);
        else throw isForked(agreed + 1, one?.size ?? agreed + 1);
      }
      agreed = size ?? agreed;
    },
    finish(entries, signer) {
      const last = own.at(-1);
      if (last === undefined) return null;
      if (last.size > entries) {
        throw tampered(
          `The kept checkpoint covers ${last.size} entries and this file ends with entry ${entries}: ` +
            "later entries were withheld, others taken out, or the ledger was rolled back.",
          { firstBad: entries + 1, lastSuspect: last.size },
        );
      }
      if (!last.isKnown) throw isSignedAnew(last.keyId, signer);
      return last.size;
    },
  };
}

function isForked(firstBad: number, lastSuspect: number): Error {
  return tampered(
    `Entries ${firstBad} to ${lastSuspect} are not the ones that the kept checkpoint was signed over: the ` +
      "ledger was rewritten, or rolled back and continued.",
    { firstBad, lastSuspect },
  );
}

export function isSignedAnew(kept: string, signer: string): Error {
  return tampered(
    `The kept checkpoint is signed with key ${kept}, this file with key ${signer}: the ledger was signed anew. ` +
      "If the key was replaced with your knowledge, add the older key to the key file.",
  );
}
