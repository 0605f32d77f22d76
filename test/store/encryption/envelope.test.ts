/** What is sealed can be read in its own place only, and by whoever has its key. */
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { associate, seal, unseal } from "../../../src/store/encryption/cipher.ts";
import { decrypt, encrypt, type Place, rewrap } from "../../../src/store/encryption/envelope.ts";
import { openKeyFile } from "../../../src/store/encryption/key-file.ts";
import { type KeyService, Undecipherable } from "../../../src/store/encryption/key-service.ts";
import { fc } from "../../support/properties.ts";
import { keyLine, writeKeys } from "./keys.ts";

const HERE: Place = { organisation: "org-a", table: "tokens", row: "row-1", column: "secret" };
const NEW = keyLine("2026-09");
const OLD = keyLine("2026-01");

function keysOf(...lines: readonly string[]): KeyService {
  const opened = openKeyFile(writeKeys(...lines));
  if (opened === "missing" || "problem" in opened) throw new Error(JSON.stringify(opened));
  return opened;
}

test("any text comes back as it was, and shows in nothing that is stored", async () => {
  const keys = keysOf(NEW);
  await fc.assert(
    fc.asyncProperty(
      fc.string({ minLength: 8, maxLength: 300, unit: "grapheme" }),
      async (text) => {
        const envelope = await encrypt(keys, HERE, text);

        expect(await decrypt(keys, HERE, envelope)).toBe(text);
        expect(Buffer.from(envelope.sealed).includes(Buffer.from(text, "utf8"))).toBe(false);
      },
    ),
    { numRuns: 50 },
  );
});

test("the same text is sealed differently each time, under a key of its own", async () => {
  const keys = keysOf(NEW);

  const [one, two] = [await encrypt(keys, HERE, "xoxb-1"), await encrypt(keys, HERE, "xoxb-1")];

  expect(Buffer.from(one.sealed).equals(Buffer.from(two.sealed))).toBe(false);
  expect(Buffer.from(one.wrappedKey).equals(Buffer.from(two.wrappedKey))).toBe(false);
  expect(one.keyVersion).not.toBe(two.keyVersion);
});

describe("moved to another place it cannot be read:", () => {
  test.each<[string, Partial<Place>]>([
    ["another organisation", { organisation: "org-b" }],
    ["another table", { table: "others" }],
    ["another row", { row: "row-2" }],
    ["another column", { column: "other" }],
  ])("%s", async (_where, moved) => {
    const keys = keysOf(NEW);
    const envelope = await encrypt(keys, HERE, "xoxb-1");

    await expect(decrypt(keys, { ...HERE, ...moved }, envelope)).rejects.toThrow(Undecipherable);
    await expect(rewrap(keys, { ...HERE, ...moved }, envelope)).rejects.toThrow(Undecipherable);
    expect(await decrypt(keys, HERE, envelope)).toBe("xoxb-1");
  });

  test("under the data key of another row", async () => {
    const keys = keysOf(NEW);
    const there = { ...HERE, row: "row-2" };
    const [here, other] = [await encrypt(keys, HERE, "a"), await encrypt(keys, there, "b")];

    await expect(decrypt(keys, HERE, { ...here, sealed: other.sealed })).rejects.toThrow();
    await expect(decrypt(keys, HERE, { ...other, sealed: here.sealed })).rejects.toThrow();
    await expect(decrypt(keys, there, { ...other, keyVersion: here.keyVersion })).rejects.toThrow();
  });

  test("with any single byte changed", async () => {
    const keys = keysOf(NEW);
    const envelope = await encrypt(keys, HERE, "xoxb-1");
    for (const part of ["sealed", "wrappedKey"] as const) {
      for (let at = 0; at < envelope[part].byteLength; at++) {
        const bytes = Buffer.from(envelope[part]);
        bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
        await expect(decrypt(keys, HERE, { ...envelope, [part]: bytes })).rejects.toThrow(
          Undecipherable,
        );
      }
    }
  });
});

describe("under a key service that binds nothing", () => {
  const careless: KeyService = {
    currentKeyId: "any",
    keyIds: ["any"],
    wrap: async (dataKey) => ({ keyId: "any", bytes: Buffer.from(dataKey) }),
    unwrap: async ({ bytes }) => Buffer.from(bytes),
  };

  test.each<[string, Partial<Place>]>([
    ["organisation", { organisation: "org-b" }],
    ["table", { table: "others" }],
    ["row", { row: "row-2" }],
    ["column", { column: "other" }],
  ])("the value itself is bound to its %s", async (_where, moved) => {
    const envelope = await encrypt(careless, HERE, "xoxb-1");

    await expect(decrypt(careless, { ...HERE, ...moved }, envelope)).rejects.toThrow(
      Undecipherable,
    );
    await expect(decrypt(careless, HERE, { ...envelope, keyVersion: "0" })).rejects.toThrow();
    expect(await decrypt(careless, HERE, envelope)).toBe("xoxb-1");
  });
});

describe("a new key", () => {
  test("reads what is under the old one, and takes it over without touching the value", async () => {
    const before = await encrypt(keysOf(OLD), HERE, "xoxb-1");
    const both = keysOf(NEW, OLD);

    const after = await rewrap(both, HERE, before);

    expect(await decrypt(both, HERE, before)).toBe("xoxb-1");
    expect([before.keyId, after.keyId]).toEqual(["2026-01", "2026-09"]);
    expect(after.sealed).toBe(before.sealed);
    expect(await decrypt(keysOf(NEW), HERE, after)).toBe("xoxb-1");
    await expect(decrypt(keysOf(OLD), HERE, after)).rejects.toThrow("not in the key file");
  });

  test("does not open what another key of the same id has sealed", async () => {
    const envelope = await encrypt(keysOf(OLD), HERE, "xoxb-1");

    await expect(decrypt(keysOf(keyLine("2026-01")), HERE, envelope)).rejects.toThrow(
      Undecipherable,
    );
  });
});

describe("associated data", () => {
  test.each(["", "a|b", "a b", "é"])("refuses the part %j", (part) => {
    expect(() => associate(["a", part])).toThrow("another character");
  });

  test("what is sealed is a 96-bit IV, the ciphertext and a 128-bit tag", () => {
    const key = randomBytes(32);

    const [one, two] = [seal(key, Buffer.from("abc"), "x"), seal(key, Buffer.from("abc"), "x")];

    expect(one.byteLength).toBe(12 + 3 + 16);
    expect(one.subarray(0, 12).equals(two.subarray(0, 12))).toBe(false);
    expect(() => unseal(key, one.subarray(0, 20), "x")).toThrow("too short");
  });
});
