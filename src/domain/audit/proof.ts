/**
 * RFC 6962 §2.1.1 and §2.1.2: that an entry stands in a tree, and that a tree is the beginning of a larger one.
 * A proof is planned first, as the full subtrees that each of its hashes is made of, so that a store need read
 * only those; it is checked as RFC 9162 §2.1.3.2 and §2.1.4.2 say.
 */
import { assert } from "../fault.ts";
import { nodeHash } from "./merkle.ts";

/** The full subtree over the leaves from `place · 2^level` to before `(place + 1) · 2^level`. */
export interface Subtree {
  readonly level: number;
  readonly place: number;
}

/** One hash of a proof: its full subtrees from left to right, larger ones first. */
export type Part = readonly Subtree[];
export type HashOf = (subtree: Subtree) => Uint8Array;

/** PATH(m, D[n]): from the leaf up. */
export function planInclusion(index: number, size: number): readonly Part[] {
  assert(index >= 0 && index < size, `leaf ${index} is not in a tree of ${size}`);
  return path(index, { from: 0, to: size });
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function path(index: number, { from, to }: Range): readonly Part[] {
  if (to - from === 1) return [];
  const split = from + largestPowerBelow(to - from);
  const left = { from, to: split };
  const right = { from: split, to };
  return index < split
    ? [...path(index, left), cover(right)]
    : [...path(index, right), cover(left)];
}

/** PROOF(m, D[n]). */
export function planConsistency(before: number, size: number): readonly Part[] {
  assert(before > 0 && before <= size, `a tree of ${before} does not begin one of ${size}`);
  return subproof(before, { from: 0, to: size }, { known: true });
}

function subproof(
  before: number,
  { from, to }: Range,
  { known }: { known: boolean },
): readonly Part[] {
  if (before === to) return known ? [] : [cover({ from, to })];
  const split = from + largestPowerBelow(to - from);
  if (before <= split) {
    return [...subproof(before, { from, to: split }, { known }), cover({ from: split, to })];
  }
  const inner = subproof(before, { from: split, to }, { known: false });
  return [...inner, cover({ from, to: split })];
}

function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** The full subtrees over a range that begins where one of its size may begin. */
function cover({ from, to }: Range): Part {
  const parts: Subtree[] = [];
  for (let at = from; at < to; ) {
    let level = 0;
    while (2 ** (level + 1) <= to - at) level++;
    parts.push({ level, place: at / 2 ** level });
    at += 2 ** level;
  }
  return parts;
}

/** The hashes of a planned proof. */
export function fillProof(plan: readonly Part[], hashOf: HashOf): readonly Uint8Array[] {
  return plan.map((part) => part.map(hashOf).reduceRight((right, left) => nodeHash(left, right)));
}

interface Climb {
  /** Where the node stands among those of its level, and the last of them. */
  readonly place: number;
  readonly last: number;
}

/** Meets the proof's hashes on the way up, each left or right of the node; true when the way ends at the root. */
function climb(
  start: Climb,
  proof: readonly Uint8Array[],
  meet: (hash: Uint8Array, side: "left" | "right") => void,
): boolean {
  let at = start;
  for (const hash of proof) {
    if (at.last === 0) return false;
    const isLeft = isOdd(at.place) || at.place === at.last;
    meet(hash, isLeft ? "left" : "right");
    at = isLeft ? up(skipAlone(at)) : up(at);
  }
  return at.last === 0;
}

function up({ place, last }: Climb): Climb {
  return { place: Math.floor(place / 2), last: Math.floor(last / 2) };
}

/** On the right edge a node without a sibling is the node above it. */
function skipAlone(start: Climb): Climb {
  let at = start;
  while (!isOdd(at.place) && at.place !== 0) at = up(at);
  return at;
}

/** The root that the entry's leaf and the proof lead to; null when the proof is not one for this place. */
export function rootFromInclusion(
  claim: { readonly leaf: Uint8Array; readonly index: number; readonly size: number },
  proof: readonly Uint8Array[],
): Uint8Array | null {
  const { index, size } = claim;
  let root = claim.leaf;
  if (index < 0 || index >= size) return null;
  const arrived = climb({ place: index, last: size - 1 }, proof, (hash, side) => {
    root = side === "left" ? nodeHash(hash, root) : nodeHash(root, hash);
  });
  return arrived ? root : null;
}

export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** True when the proof shows that the tree `after` begins with the whole tree `before`. */
export function isConsistent(
  before: TreeHead,
  after: TreeHead,
  proof: readonly Uint8Array[],
): boolean {
  if (before.size < 1 || before.size > after.size) return false;
  if (before.size === after.size) return proof.length === 0 && isEqual(before.root, after.root);
  let start: Climb = { place: before.size - 1, last: after.size - 1 };
  while (isOdd(start.place)) start = up(start);
  const [first, ...rest] = start.place === 0 ? [before.root, ...proof] : proof;
  if (!first) return false;
  let [older, newer] = [first, first];
  const arrived = climb(start, rest, (hash, side) => {
    if (side === "left") older = nodeHash(hash, older);
    newer = side === "left" ? nodeHash(hash, newer) : nodeHash(newer, hash);
  });
  return arrived && isEqual(older, before.root) && isEqual(newer, after.root);
}

/** Numbers above 2^31 have no bitwise operators. */
function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.from(left).equals(right);
}
