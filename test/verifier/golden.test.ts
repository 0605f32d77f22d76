/**
 * A bundle and a proof of 2026, checked in as they were written. Their formats are promised to auditors: a new format
 * gets a new name, and these stay readable.
 */
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../src/domain/audit/canonical.ts";
import { signCheckpoint } from "../../src/domain/audit/checkpoint.ts";
import { appendLeaf, EMPTY_TREE, leafHash, rootOf } from "../../src/domain/audit/merkle.ts";
import { readSigningKey, signNote, vkeyOf } from "../../src/domain/audit/signed-note.ts";
import { OrganisationId, Sha256 } from "../../src/domain/ids.ts";
import { NOTES as KNOWN } from "../../src/store/projectors/project.ts";
import { NOTES } from "../../src/verifier/check/entry.ts";
import {
  auditPath,
  bundleOf,
  canonical,
  checkpointOf,
  keyOf,
  openNote,
  sealLines,
  sha,
  treeHash,
} from "../support/ledger-file.ts";
import { openBundle } from "./tampering.ts";
import { checkpointSizes } from "./try-tampers.ts";
import { judge, verify } from "./verify.ts";

const read = (name: string) => readFileSync(path.join(import.meta.dirname, "golden", name), "utf8");
const bundle = read("bundle.txt");
const proof = read("proof.txt");
const key = read("ledger-key.txt").trim();
/** The golden key is made of 32 bytes of 7, so that no secret is checked in. */
const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, 7)]),
  format: "der",
  type: "pkcs8",
});
const own = keyOf(privateKey);
const opened = openBundle(bundle);
const texts = opened.entries.map(({ entry }) => entry);

describe("the golden bundle", () => {
  test("verifies, with these very results", () => {
    expect(judge(bundle, { key })).toMatchObject({
      outcome: "intact",
      entries: 13,
      root: "5319fc322dbeaf03032d9b94bb3e0d4e85911f4f10c78d0a3c79e27911f51b3b",
      signer: "62685388",
      checkpoints: 3,
      personal: { given: 7, erased: 1, held: 1 },
      keptUpTo: null,
    });
    expect(judge(proof, { key })).toMatchObject({ outcome: "intact", entry: 12, size: 13 });
  });

  test("is what the second implementation writes, byte for byte", () => {
    const checkpointAt = checkpointSizes(opened);
    const again = bundleOf({ ...opened, key: own, checkpointAt });
    const [header = ""] = opened.lines;
    const lines = again.trimEnd().split("\n").with(0, header).slice(0, -1);

    expect(own.vkey).toBe(key);
    expect(sealLines(lines, { ...opened, key: own, entries: 13 })).toBe(bundle);
    for (const entry of texts) expect(canonical(JSON.parse(entry))).toBe(entry);
    const path_ = auditPath(11, texts).map((hash) => hash.toString("hex"));
    expect(JSON.parse(proof).proof).toEqual(path_);
    expect(openNote(JSON.parse(proof).checkpoint, own)).toEqual({
      lines: [`cleargate/ledger/${opened.organisation}`, "13", treeHash(texts).toString("base64")],
      good: true,
    });
  });

  test("is what the product writes today", () => {
    const signing = readSigningKey(String(privateKey.export({ type: "pkcs8", format: "pem" })));
    if (!signing) throw new Error("the golden key is no key");
    const organisation = OrganisationId.parse(opened.organisation);

    expect(vkeyOf(signing)).toBe(key);
    for (const entry of texts) expect(canonicalJson(JSON.parse(entry))).toBe(entry);
    for (const size of checkpointSizes(opened)) {
      const tree = texts
        .slice(0, size)
        .map((entry) => leafHash(entry))
        .reduce(appendLeaf, EMPTY_TREE);
      const root = Sha256.parse(Buffer.from(rootOf(tree)).toString("hex"));
      const checkpoint = signCheckpoint({ organisation, size, root }, signing);
      expect(opened.lines).toContain(JSON.stringify({ checkpoint }));
      expect(checkpoint).toBe(checkpointOf(organisation, texts.slice(0, size), own));
    }
    const before = `${opened.lines.slice(0, -1).join("\n")}\n`;
    const digest = sha(before).toString("base64");
    const seal = signNote(`cleargate/bundle/${organisation}\n13\n${digest}\n`, signing);
    expect(opened.lines.at(-1)).toBe(JSON.stringify({ seal }));
  });

  test("has no byte that could be changed unnoticed", () => {
    for (const [file, step] of [
      [bundle, 41],
      [proof, 11],
    ] as const) {
      const bytes = Buffer.from(file);
      for (let at = 0; at < bytes.length; at += step) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ 1;
        expect([at, verify(changed, { key }).code]).not.toEqual([at, 0]);
      }
    }
  });
});

test("the types that change no state are the ones that the product knows", () => {
  expect(new Set(NOTES)).toEqual(KNOWN);
});
