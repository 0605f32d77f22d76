/** AES-256-GCM (NIST SP 800-38D) with a random 96-bit IV: IV, ciphertext and 128-bit tag in one value. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { Bug } from "../../domain/fault.ts";
import { Undecipherable } from "./key-service.ts";

export const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = "aes-256-gcm";

/**
 * One key may seal 2^32 messages with random IVs (SP 800-38D, 8.3). A data key here seals one value, and a wrapping
 * key seals one data key an installation.
 */
export function seal(key: Uint8Array, plain: Uint8Array, associated: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(associated, "utf8"));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

export function unseal(key: Uint8Array, sealed: Uint8Array, associated: string): Buffer {
  if (sealed.byteLength < IV_BYTES + TAG_BYTES) throw new Undecipherable("It is too short.");
  const bytes = Buffer.from(sealed);
  const iv = bytes.subarray(0, IV_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(associated, "utf8"));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw new Undecipherable("It was sealed elsewhere, under another key, or changed.");
  }
}

/** Parts joined so that no two lists of parts read alike. */
export function associate(parts: readonly string[]): string {
  const odd = parts.find((part) => !/^[A-Za-z0-9_.:-]+$/.test(part));
  if (odd !== undefined) throw new Bug("a part of the associated data holds another character");
  return parts.join("|");
}
