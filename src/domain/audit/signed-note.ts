/** Texts under an Ed25519 signature, as C2SP signed-note has them, and the keys that sign and check them. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { sha256 } from "./canonical.ts";

/** The name that stands in every signature line and every public key line of ours. */
export const KEY_NAME = "cleargate-ledger";
/** C2SP signed-note: the algorithm byte of Ed25519. */
const ED25519 = 1;
const SIGNATURE_LINE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/;

export interface PublicKey {
  /** First 4 bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key), 8 hex digits. */
  readonly keyId: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

export interface SigningKey extends PublicKey {
  readonly sign: (text: string) => Uint8Array;
}

export interface SignedNote {
  /** What is signed: ends with a newline. */
  readonly text: string;
  readonly signatures: readonly { readonly keyId: string; readonly bytes: Uint8Array }[];
}

/** The public key of 32 bytes. */
export function publicKeyOf(bytes: Uint8Array): PublicKey {
  const named = Buffer.concat([Buffer.from(`${KEY_NAME}\n`), Uint8Array.of(ED25519), bytes]);
  return { keyId: sha256(named).slice(0, 8), bytes };
}

/** The signing key of a PKCS#8 PEM text, also in one line, or of base64; null when it is no Ed25519 private key. */
export function readSigningKey(text: string): SigningKey | null {
  try {
    const key = readPrivateKey(text);
    if (key.asymmetricKeyType !== "ed25519") return null;
    const publicKey = publicKeyOf(rawBytes(createPublicKey(key)));
    return { ...publicKey, sign: (signed) => sign(null, Buffer.from(signed, "utf8"), key) };
  } catch {
    return null;
  }
}

function readPrivateKey(text: string): KeyObject {
  if (text.includes("-----BEGIN")) return createPrivateKey(text.replaceAll("\\n", "\n"));
  const bytes = Buffer.from(text, "base64");
  const isPem = bytes.includes("-----BEGIN");
  return isPem
    ? createPrivateKey(bytes.toString("utf8"))
    : createPrivateKey({ key: bytes, format: "der", type: "pkcs8" });
}

function rawBytes(key: KeyObject): Uint8Array {
  return Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url");
}

/** C2SP signed-note: the text, a blank line, and one signature line. The text ends with a newline. */
export function signNote(text: string, key: SigningKey): string {
  const signature = Buffer.concat([Buffer.from(key.keyId, "hex"), key.sign(text)]);
  return `${text}\n— ${KEY_NAME} ${signature.toString("base64")}\n`;
}

/** A note's text and our signatures under it; null when it is not a signed note. */
export function parseNote(note: string): SignedNote | null {
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n")) return null;
  const lines = note.slice(split + 2, -1).split("\n");
  const signatures: SignedNote["signatures"][number][] = [];
  for (const line of lines) {
    const [, name, encoded = ""] = SIGNATURE_LINE.exec(line) ?? [];
    if (name === undefined) return null;
    const bytes = Buffer.from(encoded, "base64");
    if (name !== KEY_NAME || bytes.length !== 68 || bytes.toString("base64") !== encoded) continue;
    signatures.push({ keyId: bytes.toString("hex", 0, 4), bytes: bytes.subarray(4) });
  }
  return { text: note.slice(0, split + 1), signatures };
}

/** True when one of the note's signatures is by this key. */
export function isSignedBy(note: SignedNote, { keyId, bytes }: PublicKey): boolean {
  const key = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(bytes).toString("base64url") },
    format: "jwk",
  });
  const text = Buffer.from(note.text, "utf8");
  return note.signatures.some(
    (signature) => signature.keyId === keyId && verify(null, text, key, signature.bytes),
  );
}

/** C2SP signed-note's encoding of a public key, one line without a newline. */
export function vkeyOf({ keyId, bytes }: PublicKey): string {
  const encoded = Buffer.concat([Uint8Array.of(ED25519), bytes]).toString("base64");
  return `${KEY_NAME}+${keyId}+${encoded}`;
}

/** The public key of a line that `vkeyOf` wrote; null when it is anything else. */
export function readVkey(line: string): PublicKey | null {
  const [, encoded = ""] = /^cleargate-ledger\+[0-9a-f]{8}\+(\S+)$/.exec(line.trim()) ?? [];
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.length !== 33 || bytes[0] !== ED25519) return null;
  const key = publicKeyOf(bytes.subarray(1));
  return vkeyOf(key) === line.trim() ? key : null;
}
