/**
 * The Merkle tree of RFC 6962 §2.1, built one leaf at a time from its frontier: the roots of the full subtrees,
 * largest first, one for each bit of the tree's size.
 */
import { hash } from "node:crypto";
import { assert } from "../fault.ts";

export interface Tree {
  readonly size: number;
  readonly frontier: readonly Uint8Array[];
}

export const EMPTY_TREE: Tree = { size: 0, frontier: [] };

// `hash` leaves nothing for the collector, where a Hash object for each entry would fill the memory of a long check.
const LEAF = Uint8Array.of(0);
const pair = Buffer.alloc(65);
pair[0] = 1;

/** SHA-256(0x00 ‖ entry): a leaf never has the hash of a node. */
export function leafHash(entry: string | Uint8Array): Uint8Array {
  const bytes = typeof entry === "string" ? `\0${entry}` : Buffer.concat([LEAF, entry]);
  return hash("sha256", bytes, "buffer");
}

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  pair.set(left, 1);
  pair.set(right, 33);
  return hash("sha256", pair, "buffer");
}

/** Hears of each full subtree as it becomes full: over the leaves up to and with the newest. */
export type OnFull = (subtree: {
  readonly level: number;
  readonly place: number;
  readonly hash: Uint8Array;
}) => void;

/** The tree with one more leaf. */
export function appendLeaf(tree: Tree, leaf: Uint8Array): Tree {
  return growTree(tree, leaf, () => undefined);
}

/** The tree with one more leaf, telling which subtrees it has filled. */
export function growTree(tree: Tree, leaf: Uint8Array, onFull: OnFull): Tree {
  const frontier = [...tree.frontier];
  let node = leaf;
  let level = 0;
  // Each full subtree of the size of the new node is merged with it: the trailing ones of the size in binary.
  for (let rest = tree.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    const left = frontier.pop();
    assert(left, `a tree of ${tree.size} leaves has a frontier node for each bit`);
    node = nodeHash(left, node);
    level++;
    onFull({ level, place: Math.floor(tree.size / 2 ** level), hash: node });
  }
  return { size: tree.size + 1, frontier: [...frontier, node] };
}

/** The tree's root; that of no leaves is SHA-256 of nothing. */
export function rootOf(tree: Tree): Uint8Array {
  const last = tree.frontier.at(-1);
  if (last === undefined) return hash("sha256", "", "buffer");
  return tree.frontier.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}
