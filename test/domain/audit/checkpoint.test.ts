import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  checkpointText,
  createNoteReader,
  readCheckpoint,
  signCheckpoint,
} from "../../../src/domain/audit/checkpoint.ts";
import {
  isSignedBy,
  parseNote,
  readSigningKey,
  readVkey,
  type SigningKey,
  signNote,
  vkeyOf,
} from "../../../src/domain/audit/signed-note.ts";
import { OrganisationId, Sha256 } from "../../../src/domain/ids.ts";

// The private key of RFC 8032 §7.1, test 1.
const SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PEM = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${SEED}`, "hex"),
  format: "der",
  type: "pkcs8",
})
  .export({ format: "pem", type: "pkcs8" })
  .toString();
const PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const CHECKPOINT = {
  organisation: OrganisationId.parse("5f0c7127-0d2e-4a4b-9f8c-0123456789ab"),
  size: 7,
  root: Sha256.parse("ab".repeat(32)),
};
const TEXT =
  "cleargate/ledger/5f0c7127-0d2e-4a4b-9f8c-0123456789ab\n7\n" +
  "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n";

function keyOf(text: string): SigningKey {
  const key = readSigningKey(text);
  if (!key) throw new Error("not a key");
  return key;
}
const key = keyOf(PEM);
const another = () =>
  keyOf(
    generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  );

describe("the signing key", () => {
  test("is read from a PEM, its base64, and a PEM in one line", () => {
    const der = PEM.split("\n").slice(1, -2).join("");
    const oneLine = PEM.replaceAll("\n", "\\n");
    for (const text of [PEM, Buffer.from(PEM).toString("base64"), oneLine, der]) {
      expect(Buffer.from(keyOf(text).bytes).toString("hex")).toBe(PUBLIC);
    }
  });

  test.each([
    "",
    "hello",
    generateKeyPairSync("x25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }).toString(),
  ])("is nothing else: %#", (text) => {
    expect(readSigningKey(text)).toBeNull();
  });

  test("has the identity and the public line that were computed by hand", () => {
    expect(key.keyId).toBe("fef03a98");
    expect(vkeyOf(key)).toBe(
      "cleargate-ledger+fef03a98+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
    );
    expect(readVkey(`${vkeyOf(key)}\n`)).toMatchObject({ keyId: key.keyId });
  });

  test("has no public line that was tampered with", () => {
    const line = vkeyOf(key);

    for (const wrong of [
      line.replace(key.keyId, "00000000"),
      line.replace("cleargate-ledger", "another"),
      line.slice(0, -4),
      "# a comment",
    ]) {
      expect(readVkey(wrong)).toBeNull();
    }
  });
});

describe("a checkpoint", () => {
  test("has the text and the signature that were computed by hand", () => {
    expect(checkpointText(CHECKPOINT)).toBe(TEXT);
    expect(signCheckpoint(CHECKPOINT, key)).toBe(
      `${TEXT}\n— cleargate-ledger /vA6mPq0sc4EmL660w+VXzUKsjVrPjz2w5zNj50ak4jOYAlKbZlnTxEye9HKPVm5dewuAd90XfXMFmyPpflhm8dNlgo=\n`,
    );
  });

  test("is signed so that a plain Ed25519 check finds it good", () => {
    const read = readCheckpoint(signCheckpoint(CHECKPOINT, key));
    const prefix = Buffer.from("302a300506032b6570032100", "hex");
    const der = Buffer.concat([prefix, Buffer.from(PUBLIC, "hex")]);
    const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });

    expect(read?.checkpoint).toEqual(CHECKPOINT);
    const [signature] = read?.note.signatures ?? [];
    expect(verify(null, Buffer.from(TEXT), publicKey, signature?.bytes ?? Buffer.from(""))).toBe(
      true,
    );
  });

  test("is good under its key, and under no other", () => {
    const note = parseNote(signCheckpoint(CHECKPOINT, key));
    const forged = parseNote(signCheckpoint(CHECKPOINT, key).replace("\n7\n", "\n8\n"));
    if (!note || !forged) throw new Error("not a note");

    expect(isSignedBy(note, key)).toBe(true);
    expect(isSignedBy(note, another())).toBe(false);
    expect(isSignedBy(forged, key)).toBe(false);
    // Under the other's name: the key's identity is part of what is compared.
    expect(isSignedBy(note, { ...another(), keyId: key.keyId })).toBe(false);
  });

  test.each([
    ["nothing", () => ""],
    ["a text without a signature", () => TEXT],
    ["a size with a zero before it", (note: string) => note.replace("\n7\n", "\n07\n")],
    ["a negative size", (note: string) => note.replace("\n7\n", "\n-7\n")],
    ["an origin of another product", (note: string) => note.replace("cleargate/", "other/")],
    ["a fourth line", (note: string) => note.replace("=\n\n", "=\nmore\n\n")],
    ["a root that is too short", (note: string) => note.replace("q6ur", "")],
    ["a root with spare bits", (note: string) => note.replace("6s=\n\n", "6t=\n\n")],
    ["no last newline", (note: string) => note.slice(0, -1)],
    ["a line that is no signature", (note: string) => `${note}hello\n`],
    ["Windows line ends", (note: string) => note.replaceAll("\n", "\r\n")],
  ])("is not read from %s", (_, change) => {
    expect(readCheckpoint(change(signCheckpoint(CHECKPOINT, key)))).toBeNull();
  });

  test("is found among several in a file with blank lines and comments", () => {
    const notes = [7, 8, 9].map((size) => signCheckpoint({ ...CHECKPOINT, size }, key));
    const torn = notes[0]?.slice(0, 60) ?? "";
    const found: string[] = [];
    const others: string[] = [];
    const read = createNoteReader({
      note: (note) => found.push(note),
      line: (line) => others.push(line),
    });
    for (const line of `# kept\n\n${torn}\n${notes.join("\n# accepted\n")}\n`.split("\n"))
      read(line);

    expect(found).toEqual(notes);
    expect(others.filter(Boolean)).toEqual(["# kept", "# accepted", "# accepted"]);
  });

  test("is told from any other signed text", () => {
    expect(readCheckpoint(signNote("cleargate/bundle/x\n7\nabc=\n", key))).toBeNull();
  });
});
