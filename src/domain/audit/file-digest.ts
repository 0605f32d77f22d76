/** SHA-256 of a file that arrives in pieces. */
import { createHash } from "node:crypto";
import { Sha256 } from "../ids.ts";

export interface FileDigest {
  push(chunk: Uint8Array): void;
  sha256(): Sha256;
}

export function createFileDigest(): FileDigest {
  const hash = createHash("sha256");
  return {
    push: (chunk) => void hash.update(chunk),
    sha256: () => Sha256.parse(hash.digest("hex")),
  };
}
