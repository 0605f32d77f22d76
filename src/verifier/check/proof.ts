/** Checks the proof of one sign-off: the entry, its personal part, and the path from it to a signed checkpoint. */
import { createEntryReader, readEntryLine } from "../format/entry-line.ts";
import { tampered, unchecked } from "../format/finding.ts";
import { type Checkpoint, checkNote, type Keys, readCheckpoint, readNote } from "../format/note.ts";
import { hashLeaf, rootOfPath } from "../format/tree.ts";
import { checkEntry as checkOne, NOTES, ownerOf } from "./entry.ts";
import { isSignedAnew, type Kept } from "./kept.ts";
import { type Members, membersOf, textIn } from "./report-claim.ts";

export interface ProofResult {
  readonly organisation: string;
  readonly entry: number;
  /** How many entries the checkpoint covers. */
  readonly size: number;
  readonly root: string;
  readonly signer: string;
  readonly signOff: Members;
  /** Name and address of the signer; null when they were erased. */
  readonly personal: Members | null;
  /** A kept checkpoint of the same size agrees; null when none has this size. */
  readonly keptUpTo: number | null;
}

interface Proof {
  readonly n: number;
  readonly entry: string;
  readonly personal: unknown;
  readonly path: readonly string[];
  readonly note: string;
}

const PATH_MAX = 54;

export function verifyProof(
  bytes: Buffer,
  { keys, kept }: { readonly keys: Keys; readonly kept: readonly Kept[] },
): ProofResult {
  const proof = readProof(bytes);
  const checkpoint = readCheckpoint(readNote(proof.note)?.text ?? "");
  if (!checkpoint) throw tampered("The checkpoint in the proof is not a signed checkpoint.");
  const members = checkEntry(proof, checkpoint);
  requireInTree(proof, checkpoint);
  const signer = requireSigner(proof.note, keys, kept);
  return {
    organisation: checkpoint.organisation,
    entry: proof.n,
    size: checkpoint.size,
    root: checkpoint.root.toString("hex"),
    signer,
    signOff: members,
    personal: bodyOf(proof.personal),
    keptUpTo: compareOne(kept, checkpoint),
  };
}

/** One spelling only: what is not written as it would be written again is not ours. */
function readProof(bytes: Buffer): Proof {
  const text = bytes.toString("utf8");
  const given = parse(text.trimEnd());
  const { format, n, entry, personal, proof, checkpoint } = given;
  const again = JSON.stringify({ format, n, entry, personal, proof, checkpoint });
  const isWhole = `${again}\n` === text && Buffer.from(text, "utf8").equals(bytes);
  if (!isWhole) throw tampered("The proof is not written in the one form of a proof.");
  if (typeof n !== "number" || !Number.isSafeInteger(n) || n < 1)
    throw tampered("The proof has no number of an entry.");
  if (typeof entry !== "string" || typeof checkpoint !== "string" || !isPath(proof))
    throw tampered("The proof lacks an entry, a path or a checkpoint.");
  return { n, entry, personal, path: proof, note: checkpoint };
}

function parse(text: string): Members {
  try {
    return membersOf(JSON.parse(text));
  } catch {
    throw unchecked("The proof is cut off, or is not JSON.");
  }
}

function isPath(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length <= PATH_MAX &&
    value.every((hash) => typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash))
  );
}

/** The proof has nothing beside the entry: what would stand there in a bundle follows from the entry. */
function checkEntry({ n, entry, personal }: Proof, { organisation }: Checkpoint): Members {
  const members = membersOf(parseEntry(n, entry));
  const type = textIn(members, "type");
  const migration = members.migrationId ?? null;
  const line = { n, migration, state: !NOTES.includes(type), entry, personal };
  const bytes = Buffer.from(JSON.stringify(line), "utf8");
  const reader = createEntryReader();
  const about = { bytes, start: 0, end: bytes.length, number: 1, isUtf8: true };
  const problem = readEntryLine(reader, about)
    ? checkOne(reader, ownerOf(organisation))
    : (reader.problem ?? "its personal part is malformed");
  if (problem) throw tampered(`Entry ${n}: ${problem}.`, { firstBad: n });
  if (type !== "SignOffRecorded") throw tampered(`Entry ${n} is no sign-off.`, { firstBad: n });
  return members;
}

function parseEntry(n: number, entry: string): unknown {
  try {
    return JSON.parse(entry);
  } catch {
    throw tampered(`Entry ${n}: it is not JSON.`, { firstBad: n });
  }
}

function bodyOf(personal: unknown): Members | null {
  const body = textIn(membersOf(personal), "body");
  return body === "" ? null : membersOf(JSON.parse(body));
}

function requireInTree({ n, entry, path }: Proof, { size, root }: Checkpoint): void {
  const leaf = hashLeaf(Buffer.concat([Uint8Array.of(0), Buffer.from(entry, "utf8")]));
  const hashes = path.map((hash) => Buffer.from(hash, "hex").toString("latin1"));
  const reached = rootOfPath(leaf, { index: n - 1, size }, hashes);
  if (reached?.equals(root)) return;
  throw tampered(
    `Entry ${n} is not in the ledger that the checkpoint was signed over: it, its place or its path was changed.`,
    { firstBad: n },
  );
}

function requireSigner(text: string, keys: Keys, kept: readonly Kept[]): string {
  const note = readNote(text);
  const signed = note ? checkNote(note, keys) : { foreign: [] };
  if ("by" in signed) return signed.by;
  if ("forged" in signed) throw tampered("The signature of the checkpoint is not right.");
  const [foreign] = signed.foreign;
  if (foreign === undefined) throw tampered("The checkpoint in the proof is not signed.");
  const known = kept.findLast(({ isKnown }) => isKnown);
  if (known) throw isSignedAnew(known.keyId, foreign);
  throw unchecked(
    `This proof is signed with key ${foreign}, and you gave key ${[...keys.keys()].join(", ")}: either the ` +
      "key is the wrong one, or somebody else signed this proof.",
  );
}

/** Two sizes cannot be compared without the entries between them: the bundle can. */
function compareOne(kept: readonly Kept[], checkpoint: Checkpoint): number | null {
  const own = kept.filter(({ organisation }) => organisation === checkpoint.organisation);
  if (kept.length > 0 && own.length === 0)
    throw unchecked("The kept checkpoint is of another organization's ledger.");
  const same = own.filter(({ size }) => size === checkpoint.size);
  if (same.length === 0) return null;
  if (same.every(({ root }) => root.equals(checkpoint.root))) return checkpoint.size;
  throw tampered("The checkpoint in the proof and the kept one differ: the ledger was forked.");
}
