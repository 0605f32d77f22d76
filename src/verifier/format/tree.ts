/** The hash tree of RFC 6962 §2.1, grown one leaf at a time; it keeps one root for each full subtree. */
import { createHash, hash } from "node:crypto";

const HASH_BYTES = 32;
const LEVELS_MAX = 54;

/** 32 bytes as a latin1 text: hashing into a text costs a third of hashing into a new buffer. */
export type Hash = string;

export interface GrowingTree {
  size(): number;
  append(leaf: Hash): void;
  /** The root over everything appended so far. */
  root(): Buffer;
}

/** SHA-256(0x00 ‖ entry); `prefixed` has the zero byte in its first place already. */
export function hashLeaf(prefixed: Uint8Array): Hash {
  return hash("sha256", prefixed, "binary");
}

export function growTree(): GrowingTree {
  const node = Buffer.alloc(1 + 2 * HASH_BYTES, 1);
  /** Roots of full subtrees, largest first. */
  const subtrees: Hash[] = [];
  let size = 0;
  return {
    size: () => size,
    append(leaf) {
      let merged = leaf;
      // As many subtrees are merged as the size has trailing ones in binary.
      for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
        const left = subtrees.pop();
        if (left === undefined || subtrees.length > LEVELS_MAX) throw new Error("a broken tree");
        put(left, node, 1);
        put(merged, node, 1 + HASH_BYTES);
        merged = hash("sha256", node, "binary");
      }
      subtrees.push(merged);
      size += 1;
    },
    root: () => {
      const last = subtrees.at(-1);
      if (last === undefined) return createHash("sha256").digest();
      const root = subtrees.slice(0, -1).reduceRight((right, left) => join(left, right), last);
      return Buffer.from(root, "latin1");
    },
  };
}

/** Cheaper than a call out of JavaScript. */
function put(hashed: Hash, node: Buffer, start: number): void {
  for (let place = 0; place < HASH_BYTES; place++) node[start + place] = hashed.charCodeAt(place);
}

/** SHA-256(0x01 ‖ left ‖ right). */
function join(left: Hash, right: Hash): Hash {
  return hash("sha256", Buffer.from(`\u0001${left}${right}`, "latin1"), "binary");
}

/** The root that an audit path leads to (RFC 9162 §2.1.3.2), or null when it has the wrong length. */
export function rootOfPath(
  leaf: Hash,
  { index, size }: { readonly index: number; readonly size: number },
  path: readonly Hash[],
): Buffer | null {
  if (index >= size) return null;
  let node = leaf;
  let [place, last] = [index, size - 1];
  for (const sibling of path) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      node = join(sibling, node);
      [place, last] = climbAlone(place, last);
    } else node = join(node, sibling);
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? Buffer.from(node, "latin1") : null;
}

/** At the right edge a node without a sibling is the same on the next level. */
function climbAlone(place: number, last: number): [number, number] {
  if (place % 2 === 1 || place === 0) return [place, last];
  return climbAlone(Math.floor(place / 2), Math.floor(last / 2));
}
