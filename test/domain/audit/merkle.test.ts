import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  appendLeaf,
  EMPTY_TREE,
  leafHash,
  rootOf,
  type Tree,
} from "../../../src/domain/audit/merkle.ts";
import { fc } from "../../support/properties.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const grow = (entries: readonly (string | Uint8Array)[]) =>
  entries.map(leafHash).reduce<Tree>(appendLeaf, EMPTY_TREE);

// The test vectors of the Certificate Transparency reference implementation.
const ENTRIES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map((text) => Buffer.from(text, "hex"));

const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

describe("the tree of RFC 6962", () => {
  test.each(ROOTS.map((root, size) => ({ size, root })))(
    "has the published root over the first $size entries",
    ({ size, root }) => {
      expect(hex(rootOf(grow(ENTRIES.slice(0, size))))).toBe(root);
    },
  );

  test("has the root that the recursive definition gives, at any size", () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 70 });
    fc.assert(
      fc.property(entries, (given) => {
        expect(hex(rootOf(grow(given)))).toBe(hex(recursiveRoot(given.map(leafHash))));
      }),
    );
  });

  test("keeps one frontier node for each bit of its size", () => {
    const tree = grow(Array.from({ length: 11 }, (_, place) => String(place)));

    expect(tree.frontier).toHaveLength(3);
  });
});

/** RFC 6962 §2.1, as it is written there. */
function recursiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return createHash("sha256").digest();
  if (leaves.length === 1) return only;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return createHash("sha256")
    .update(Uint8Array.of(1))
    .update(recursiveRoot(leaves.slice(0, split)))
    .update(recursiveRoot(leaves.slice(split)))
    .digest();
}
