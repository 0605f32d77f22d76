import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { appendLeaf, EMPTY_TREE, leafHash, rootOf } from "../../../src/domain/audit/merkle.ts";
import {
  fillProof,
  type HashOf,
  isConsistent,
  planConsistency,
  planInclusion,
  rootFromInclusion,
} from "../../../src/domain/audit/proof.ts";
import { fc } from "../../support/properties.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const leavesOf = (count: number) => Array.from({ length: count }, (_, n) => leafHash(`entry ${n}`));
const treeOf = (leaves: readonly Uint8Array[]) =>
  leaves.reduce((t, l) => appendLeaf(t, l), EMPTY_TREE);
const headOf = (leaves: readonly Uint8Array[]) => ({
  size: leaves.length,
  root: rootOf(treeOf(leaves)),
});
const sourceOf =
  (leaves: readonly Uint8Array[]): HashOf =>
  ({ level, place }) =>
    mth(leaves.slice(place * 2 ** level, (place + 1) * 2 ** level));
const flipped = (bytes: Uint8Array) => bytes.map((byte, at) => (at === 7 ? byte ^ 1 : byte));

// ---- A second, recursive implementation, written from the text of RFC 6962 §2.1 alone ----
function split(size: number): number {
  return 2 ** Math.ceil(Math.log2(size) - 1);
}
function mth(d: readonly Uint8Array[]): Uint8Array {
  if (d.length === 1) return d[0] ?? new Uint8Array();
  const k = split(d.length);
  return createHash("sha256")
    .update(Uint8Array.of(1))
    .update(mth(d.slice(0, k)))
    .update(mth(d.slice(k)))
    .digest();
}
function pathOf(m: number, d: readonly Uint8Array[]): Uint8Array[] {
  if (d.length === 1) return [];
  const k = split(d.length);
  if (m < k) return [...pathOf(m, d.slice(0, k)), mth(d.slice(k))];
  return [...pathOf(m - k, d.slice(k)), mth(d.slice(0, k))];
}
function subproofOf(m: number, d: readonly Uint8Array[], b: boolean): Uint8Array[] {
  if (m === d.length) return b ? [] : [mth(d)];
  const k = split(d.length);
  if (m <= k) return [...subproofOf(m, d.slice(0, k), b), mth(d.slice(k))];
  return [...subproofOf(m - k, d.slice(k), false), mth(d.slice(0, k))];
}

// The leaves are SHA-256(0x00 ‖ "entry 0") and so on; these hashes were computed once with Python's hashlib too.
const VECTORS = {
  root7: "98c97f0ba3175cd08b031dd084b9dc4e649b64d1a28e6ea694646503173ab587",
  inclusion2of7: [
    "61ca1139f6815841d5baf2d0d2d9bd9dfee97c898dd6f7ba0c0aa941ee6c01eb",
    "5a47662fd8a317d96049a3f9f47c55dc67ca66051baa3683dbb19b2fe09a07b0",
    "94afb8a2ca051c05458ea39dcd19b1bd68e7e33529f10b439d2a615a51f636e2",
  ],
  inclusion6of7: [
    "dd0379d83ac7f164e7eea30cdcefb57508254c48f766afccd3d976365e328ccc",
    "9799f307517ef517c2205df9b67762bf34756b20099fb7dfcce76bcebd273b2e",
  ],
  consistency3to7: [
    "57c79f4f31ae029c5d4bd30b073c27c94df93438b2b4697e1e1eef5bc0394a41",
    "61ca1139f6815841d5baf2d0d2d9bd9dfee97c898dd6f7ba0c0aa941ee6c01eb",
    "5a47662fd8a317d96049a3f9f47c55dc67ca66051baa3683dbb19b2fe09a07b0",
    "94afb8a2ca051c05458ea39dcd19b1bd68e7e33529f10b439d2a615a51f636e2",
  ],
  consistency4to7: ["94afb8a2ca051c05458ea39dcd19b1bd68e7e33529f10b439d2a615a51f636e2"],
} as const;

describe("golden vectors over seven entries", () => {
  const leaves = leavesOf(7);
  const fill = (plan: ReturnType<typeof planInclusion>) =>
    fillProof(plan, sourceOf(leaves)).map(hex);

  test("the root and the proofs are the known ones", () => {
    expect({
      root7: hex(headOf(leaves).root),
      inclusion2of7: fill(planInclusion(2, 7)),
      inclusion6of7: fill(planInclusion(6, 7)),
      consistency3to7: fill(planConsistency(3, 7)),
      consistency4to7: fill(planConsistency(4, 7)),
    }).toEqual(VECTORS);
  });
});

const placed = fc
  .integer({ min: 1, max: 70 })
  .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 0, max: size - 1 })));

describe("an inclusion proof", () => {
  test("is the one of the recursive definition and leads to the root", () => {
    fc.assert(
      fc.property(placed, ([size, index]) => {
        const leaves = leavesOf(size);
        const proof = fillProof(planInclusion(index, size), sourceOf(leaves));
        const leaf = leaves[index] ?? new Uint8Array();

        expect(proof.map(hex)).toEqual(pathOf(index, leaves).map(hex));
        expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)) + 1);
        expect(hex(rootFromInclusion({ leaf, index, size }, proof) ?? leaf)).toBe(
          hex(headOf(leaves).root),
        );
      }),
    );
  });

  test("leads elsewhere or nowhere when anything in it is changed", () => {
    fc.assert(
      fc.property(placed, fc.nat(), ([size, index], which) => {
        fc.pre(size > 1);
        const leaves = leavesOf(size);
        const proof = fillProof(planInclusion(index, size), sourceOf(leaves));
        const leaf = leaves[index] ?? new Uint8Array();
        const root = hex(headOf(leaves).root);
        const at = which % proof.length;
        const claim = { leaf, index, size };
        const lead = (c: typeof claim, p: readonly Uint8Array[]) => {
          const end = rootFromInclusion(c, p);
          return end && hex(end);
        };

        expect(
          lead(
            claim,
            proof.map((hash, n) => (n === at ? flipped(hash) : hash)),
          ),
        ).not.toBe(root);
        expect(lead(claim, proof.toSpliced(at, 1))).not.toBe(root);
        expect(lead(claim, [...proof, leaf])).not.toBe(root);
        expect(lead({ ...claim, leaf: flipped(leaf) }, proof)).not.toBe(root);
        expect(lead({ ...claim, index: (index + 1) % size }, proof)).not.toBe(root);
        expect(lead({ ...claim, index: size }, proof)).toBeNull();
      }),
    );
  });
});

describe("a consistency proof", () => {
  const grown = fc
    .integer({ min: 1, max: 70 })
    .chain((size) => fc.tuple(fc.integer({ min: 1, max: size }), fc.constant(size)));

  test("is the one of the recursive definition and shows that the one begins the other", () => {
    fc.assert(
      fc.property(grown, ([before, size]) => {
        const leaves = leavesOf(size);
        const proof = fillProof(planConsistency(before, size), sourceOf(leaves));

        expect(proof.map(hex)).toEqual(subproofOf(before, leaves, true).map(hex));
        expect(isConsistent(headOf(leaves.slice(0, before)), headOf(leaves), proof)).toBe(true);
      }),
    );
  });

  test("shows nothing of a ledger that was changed before it grew", () => {
    fc.assert(
      fc.property(grown, fc.nat(), ([before, size], which) => {
        const leaves = leavesOf(size);
        const forged = leaves.map((leaf, at) => (at === which % before ? flipped(leaf) : leaf));
        const proof = fillProof(planConsistency(before, size), sourceOf(forged));
        const kept = headOf(leaves.slice(0, before));

        expect(isConsistent(kept, headOf(forged), proof)).toBe(false);
        if (before < size) expect(isConsistent(headOf(leaves), kept, proof)).toBe(false);
        expect(isConsistent(kept, headOf(leaves), [...proof, kept.root])).toBe(false);
      }),
    );
  });

  test("is planned at sizes that have no bitwise operators", () => {
    const size = 2 ** 40 + 3;

    expect(planInclusion(2 ** 39 + 1, size).length).toBeLessThanOrEqual(42);
    expect(planConsistency(2 ** 39 + 1, size).length).toBeLessThanOrEqual(42);
  });
});
