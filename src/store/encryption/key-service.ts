/** Whoever keeps the keys that data keys are wrapped with: a key file here; a key management service fits as well. */

/** What a wrapped key is bound to; AWS KMS calls it the encryption context, Vault the associated data. */
export type Binding = Readonly<Record<string, string>>;

export interface Wrapped {
  /** Which key wrapped it. */
  readonly keyId: string;
  readonly bytes: Uint8Array;
}

export interface KeyService {
  /** The key that wraps from now on. */
  readonly currentKeyId: string;
  /** Every key that can still unwrap, the current one first. */
  readonly keyIds: readonly string[];
  wrap(dataKey: Uint8Array, binding: Binding): Promise<Wrapped>;
  /** Throws `Undecipherable` for an unknown key, another binding, or changed bytes. */
  unwrap(wrapped: Wrapped, binding: Binding): Promise<Uint8Array>;
}

/** What is stored cannot be read: it was moved, changed, or its key is gone. The sentence holds no content. */
export class Undecipherable extends Error {
  override readonly name = "Undecipherable";
}
