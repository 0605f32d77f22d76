/**
 * Signed notes (C2SP signed-note) with Ed25519, and the two texts that are signed so: checkpoints of the ledger
 * (C2SP tlog-checkpoint) and the seal of a bundle.
 */
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";

const KEY_NAME = "cleargate-ledger";
const ED25519 = 0x01;
/** The DER frame of a raw Ed25519 key: RFC 8410 §4. */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** Public keys by their id of 8 hex digits. */
export type Keys = ReadonlyMap<string, KeyObject>;

/** The keys of a key file, one a line; or what is wrong with it. */
export function readKeys(text: string): Keys | { readonly problem: string } {
  const keys = new Map<string, KeyObject>();
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  for (const [place, line] of lines.entries()) {
    if (line === "" || line.startsWith("#")) continue;
    const key = readKey(line);
    if (key === null) return { problem: `line ${place + 1} is not a key of Cleargate's ledger` };
    keys.set(key.id, key.key);
  }
  return keys.size > 0 ? keys : { problem: "it holds no key" };
}

/** `cleargate-ledger+<id>+<base64 of 0x01 ‖ key>`; the id must be the one that the key has. */
function readKey(line: string): { readonly id: string; readonly key: KeyObject } | null {
  const [, id = "", base64 = ""] = /^cleargate-ledger\+([0-9a-f]{8})\+(\S+)$/.exec(line) ?? [];
  const bytes = decodeBase64(base64);
  if (bytes?.length !== 33 || bytes[0] !== ED25519 || idOf(bytes) !== id) return null;
  const der = Buffer.concat([SPKI, bytes.subarray(1)]);
  return { id, key: createPublicKey({ key: der, format: "der", type: "spki" }) };
}

/** The first four bytes of SHA-256(name ‖ line break ‖ kind ‖ key). */
function idOf(kindAndKey: Uint8Array): string {
  const digest = createHash("sha256").update(`${KEY_NAME}\n`).update(kindAndKey).digest("hex");
  return digest.slice(0, 8);
}

/** Base64 in its one standard spelling, or null. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}

export interface Note {
  /** What is signed, with its last line break. */
  readonly text: string;
  readonly signatures: readonly { readonly keyId: string; readonly signature: Buffer }[];
}

/** A text, a blank line, and lines of signatures. Those of other names, such as witnesses, are passed over. */
export function readNote(note: string): Note | null {
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n")) return null;
  const signatures: { keyId: string; signature: Buffer }[] = [];
  for (const line of note.slice(split + 2, -1).split("\n")) {
    const [, name, base64 = ""] = /^— ([^\s+]+) (\S+)$/u.exec(line) ?? [];
    const bytes = decodeBase64(base64);
    if (name === undefined || bytes === null || bytes.length < 5) return null;
    if (name !== KEY_NAME) continue;
    if (bytes.length !== 68) return null;
    signatures.push({
      keyId: bytes.subarray(0, 4).toString("hex"),
      signature: bytes.subarray(4),
    });
  }
  return { text: note.slice(0, split + 1), signatures };
}

export type Signed =
  | { readonly by: string }
  /** By none of the keys given; the ids of those that did. */
  | { readonly foreign: readonly string[] }
  | { readonly forged: string };

/** Who signed the note: one of the keys, somebody else, or nobody who can be proved. */
export function checkNote(note: Note, keys: Keys): Signed {
  let by: string | null = null;
  for (const { keyId, signature } of note.signatures) {
    const key = keys.get(keyId);
    if (key === undefined) continue;
    if (!verify(null, Buffer.from(note.text, "utf8"), key, signature)) return { forged: keyId };
    by ??= keyId;
  }
  return by === null ? { foreign: note.signatures.map(({ keyId }) => keyId) } : { by };
}

export interface Checkpoint {
  readonly organisation: string;
  readonly size: number;
  readonly root: Buffer;
}

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const CHECKPOINT = new RegExp(`^cleargate/ledger/(${UUID})\\n(0|[1-9][0-9]{0,15})\\n(\\S+)\\n$`);
const SEAL = new RegExp(`^cleargate/bundle/(${UUID})\\n(0|[1-9][0-9]{0,15})\\n(\\S+)\\n$`);

export function readCheckpoint(text: string): Checkpoint | null {
  return readSigned(text, CHECKPOINT);
}

/** A bundle's seal: how many entries, and SHA-256 of every byte before it. */
export function readSeal(text: string): Checkpoint | null {
  return readSigned(text, SEAL);
}

function readSigned(text: string, shape: RegExp): Checkpoint | null {
  const [, organisation = "", digits = "", base64 = ""] = shape.exec(text) ?? [];
  const root = decodeBase64(base64);
  const size = Number(digits);
  if (root?.length !== 32 || !Number.isSafeInteger(size)) return null;
  return { organisation, size, root };
}
