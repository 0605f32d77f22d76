/**
 * Envelope encryption: each value under a data key of its own, the data key under the key service's key. Both are
 * bound to the place where the value stands: moved to another row, column or organisation, it cannot be read.
 */
import { randomBytes } from "node:crypto";
import { associate, KEY_BYTES, seal, unseal } from "./cipher.ts";
import type { Binding, KeyService } from "./key-service.ts";

/** Where a value stands. */
export interface Place {
  readonly organisation: string;
  readonly table: string;
  readonly row: string;
  readonly column: string;
}

export interface Envelope {
  /** The key service's key that wraps the data key. */
  readonly keyId: string;
  readonly wrappedKey: Uint8Array;
  /** Names the data key; it is part of what the value is bound to. */
  readonly keyVersion: string;
  readonly sealed: Uint8Array;
}

export async function encrypt(keys: KeyService, place: Place, plain: string): Promise<Envelope> {
  const dataKey = randomBytes(KEY_BYTES);
  const keyVersion = randomBytes(16).toString("hex");
  try {
    const wrapped = await keys.wrap(dataKey, bindingOf(place, keyVersion));
    const sealed = seal(dataKey, Buffer.from(plain, "utf8"), associatedOf(place, keyVersion));
    return { keyId: wrapped.keyId, wrappedKey: wrapped.bytes, keyVersion, sealed };
  } finally {
    dataKey.fill(0);
  }
}

export async function decrypt(keys: KeyService, place: Place, envelope: Envelope): Promise<string> {
  const { keyVersion, sealed } = envelope;
  const dataKey = await unwrap(keys, place, envelope);
  try {
    return unseal(dataKey, sealed, associatedOf(place, keyVersion)).toString("utf8");
  } finally {
    dataKey.fill(0);
  }
}

/** The same value under the current key: only the data key is wrapped anew. */
export async function rewrap(
  keys: KeyService,
  place: Place,
  envelope: Envelope,
): Promise<Envelope> {
  const dataKey = await unwrap(keys, place, envelope);
  try {
    const wrapped = await keys.wrap(dataKey, bindingOf(place, envelope.keyVersion));
    return { ...envelope, keyId: wrapped.keyId, wrappedKey: wrapped.bytes };
  } finally {
    dataKey.fill(0);
  }
}

function unwrap(keys: KeyService, place: Place, envelope: Envelope): Promise<Uint8Array> {
  const { keyId, wrappedKey, keyVersion } = envelope;
  return keys.unwrap({ keyId, bytes: wrappedKey }, bindingOf(place, keyVersion));
}

function associatedOf({ organisation, table, row, column }: Place, keyVersion: string): string {
  return associate([organisation, table, row, column, keyVersion]);
}

function bindingOf(place: Place, keyVersion: string): Binding {
  return { ...place, keyVersion };
}
