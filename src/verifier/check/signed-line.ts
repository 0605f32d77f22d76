/** The two lines of a bundle that hold a signature: a checkpoint after its last entry, and the seal at the end. */
import { tampered, unchecked } from "../format/finding.ts";
import { digestBefore, type FileLine, type Line } from "../format/lines.ts";
import {
  type Checkpoint,
  checkNote,
  readCheckpoint,
  readNote,
  readSeal,
  type Signed,
} from "../format/note.ts";
import { isSignedAnew } from "./kept.ts";
import { nameSuspects, suspects, textOf, type Walk } from "./walk.ts";

interface SignedLine {
  readonly said: Checkpoint;
  readonly signed: Signed;
}

function readSignedLine(
  walk: Walk,
  line: Line,
  kind: {
    readonly member: "checkpoint" | "seal";
    readonly read: (text: string) => Checkpoint | null;
  },
): SignedLine | null {
  const prefix = `{"${kind.member}":`;
  const note = line.isUtf8 ? noteIn(textOf(line), prefix) : null;
  const parsed = note === null ? null : readNote(note);
  const said = parsed && kind.read(parsed.text);
  return said && { said, signed: checkNote(parsed, walk.keys) };
}

function noteIn(text: string, prefix: string): string | null {
  try {
    const note: unknown = JSON.parse(text.slice(prefix.length, -1));
    if (typeof note !== "string") return null;
    // One spelling only: what is not written as it would be written again is not ours.
    return `${prefix}${JSON.stringify(note)}}` === text ? note : null;
  } catch {
    return null;
  }
}

export function takeCheckpoint(walk: Walk, line: Line): void {
  const size = walk.tree.size();
  const found = readSignedLine(walk, line, { member: "checkpoint", read: readCheckpoint });
  if (!found)
    throw bad(walk, size, `The checkpoint after entry ${size} is not a signed checkpoint`);
  const { said, signed } = found;
  if (said.organisation !== walk.header.organisation)
    throw bad(walk, size, `The checkpoint after entry ${size} is of another organization`);
  if (said.size !== size) throw misplaced(walk, said.size);
  if (walk.checkpoints > 0 && walk.covered === size)
    throw bad(walk, size, `Entry ${size} is followed by two checkpoints`);
  if ("forged" in signed)
    throw bad(walk, size, `The signature of the checkpoint after entry ${size} is not right`);
  if (!said.root.equals(walk.tree.root())) throw isOtherRoot(walk);
  walk.newest = meetSigner(walk, signed, size);
  walk.covered = size;
  walk.checkpoints += 1;
}

/** A foreign signature is weighed at the end: the seal tells whether the key or the file is the wrong one. */
function meetSigner(walk: Walk, signed: Signed, size: number): Walk["newest"] {
  if ("by" in signed) {
    walk.kept.meetKey(signed.by);
    return { keyId: signed.by, isKnown: true };
  }
  const keyId = "foreign" in signed ? signed.foreign[0] : undefined;
  if (keyId === undefined)
    throw bad(walk, size, `The checkpoint after entry ${size} is not signed`);
  walk.kept.meetKey(keyId);
  walk.foreign.add(keyId);
  return { keyId, isKnown: false };
}

function bad(walk: Walk, last: number, what: string): Error {
  const place = suspects(walk, last);
  return tampered(`${what}: nothing proves ${nameSuspects(place)}.`, place);
}

function misplaced(walk: Walk, signedOver: number): Error {
  const size = walk.tree.size();
  const place = suspects(walk, Math.max(size, signedOver));
  const what =
    signedOver > size ? "entries are missing before it" : "entries were put in before it";
  return tampered(
    `The checkpoint after entry ${size} was signed over ${signedOver} entries: ${what}, or it was ` +
      `moved. The first bad one is ${nameSuspects(place)}.`,
    place,
  );
}

function isOtherRoot(walk: Walk): Error {
  const place = suspects(walk, walk.tree.size());
  const before = walk.covered === 0 ? "" : ` The entries up to ${walk.covered} are whole.`;
  return tampered(
    `${capital(nameSuspects(place))} is not what the checkpoint after entry ${walk.tree.size()} was ` +
      `signed over: it was changed, put in, removed or moved.${before}`,
    place,
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The last line. Answers the key that sealed the bundle. */
export function takeSeal(walk: Walk, line: FileLine): string {
  const size = walk.tree.size();
  const found = readSignedLine(walk, line, { member: "seal", read: readSeal });
  if (!found) throw tampered("The last line is not the seal of a bundle.");
  const { said, signed } = found;
  if ("forged" in signed) throw tampered("The signature of the seal is not right.");
  if (said.organisation !== walk.header.organisation)
    throw tampered("The seal is of another organization's bundle.");
  requireWhole(walk, said.size);
  const signer = requireKnown(walk, signed);
  if (!said.root.equals(digestBefore(line))) throw isUnsealed(walk);
  requirePromised(walk, size);
  walk.sealed = true;
  return signer;
}

/** Nothing is left out at the end, and the newest checkpoint covers everything. */
function requireWhole(walk: Walk, sealedEntries: number): void {
  const size = walk.tree.size();
  const promised = Math.max(sealedEntries, walk.header.entries);
  if (size < promised) {
    throw tampered(`Entry ${size + 1} is missing: there were ${promised} when this was exported.`, {
      firstBad: size + 1,
      lastSuspect: promised,
    });
  }
  if (size > sealedEntries) {
    throw tampered(`Entry ${sealedEntries + 1} was added after the bundle was sealed.`, {
      firstBad: sealedEntries + 1,
      lastSuspect: size,
    });
  }
  if (size === 0) throw tampered("The bundle holds no entry; Cleargate never writes such a one.");
  if (walk.covered < size)
    throw bad(walk, size, `No checkpoint stands after the last entry ${size}`);
}

/** When nothing at all is by a key that was given, the key may be the wrong one. */
function requireKnown(walk: Walk, signed: Signed): string {
  const { newest } = walk;
  const given = [...walk.keys.keys()].join(", ");
  const foreign = "foreign" in signed ? (signed.foreign[0] ?? "none") : null;
  if (foreign !== null && newest?.isKnown !== true) {
    if (walk.kept.knownKey !== null) throw isSignedAnew(walk.kept.knownKey, foreign);
    throw unchecked(
      `This file is signed with key ${foreign}, and you gave key ${given}: either the key is the wrong ` +
        "one, or somebody else signed this file. Get the key from the organization in another way.",
    );
  }
  if (foreign !== null)
    throw tampered(`The seal is signed with key ${foreign}, the checkpoints with another one.`);
  if (newest?.isKnown !== true) {
    throw bad(
      walk,
      walk.tree.size(),
      `The newest checkpoint is signed with key ${newest?.keyId}, not yours`,
    );
  }
  return "by" in signed ? signed.by : "";
}

function isUnsealed(walk: Walk): Error {
  const { erased, held } = walk.personal;
  const beside =
    erased + held > 0
      ? ", a checkpoint line, or what stands for personal data"
      : " or a checkpoint line";
  return tampered(
    "Every entry is the one that was signed, but the file is not the one that was sealed: " +
      `its header${beside} was changed.`,
  );
}

function requirePromised(walk: Walk, size: number): void {
  const { entries, checkpoints } = walk.header;
  if (size !== entries || walk.checkpoints !== checkpoints)
    throw tampered(
      `The header promises ${entries} entries and ${checkpoints} checkpoints; there are ${size} and ` +
        `${walk.checkpoints}.`,
    );
}
