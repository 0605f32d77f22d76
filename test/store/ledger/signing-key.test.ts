import { generateKeyPairSync } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  isSignedBy,
  parseNote,
  readVkey,
  signNote,
} from "../../../src/domain/audit/signed-note.ts";
import { openSigning } from "../../../src/store/ledger/signing-key.ts";
import { temporaryFolder } from "../../support/folder.ts";

function open(options: { dataDir?: string; given?: string | null; mayMake?: boolean } = {}) {
  const { dataDir = temporaryFolder(), given = null, mayMake = true } = options;
  return openSigning({ dataDir, given, mayMake });
}

function opened(options: Parameters<typeof open>[0] = {}) {
  const signing = open(options);
  if (!signing || "problem" in signing) throw new Error("no key");
  return signing;
}

describe("the key in the data folder", () => {
  test("is made once, for this account only, and found again", () => {
    const dataDir = temporaryFolder();
    const first = opened({ dataDir });
    const again = opened({ dataDir });

    expect(again.key.keyId).toBe(first.key.keyId);
    expect(fs.statSync(path.join(dataDir, "ledger-key.pem")).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(dataDir).sort()).toEqual(["ledger-key.pem", "ledger-key.pub"]);
  });

  test("has its public key beside it, and that checks what it signs", () => {
    const dataDir = temporaryFolder();
    const { key } = opened({ dataDir });
    const line = fs.readFileSync(path.join(dataDir, "ledger-key.pub"), "utf8");
    const publicKey = readVkey(line);
    const note = parseNote(signNote("hello\n", key));

    expect(publicKey && note && isSignedBy(note, publicKey)).toBe(true);
  });

  test.each([0o640, 0o604, 0o660])("that others can read (%s) is refused with the fix", (mode) => {
    const dataDir = temporaryFolder();
    opened({ dataDir });
    fs.chmodSync(path.join(dataDir, "ledger-key.pem"), mode);

    expect(open({ dataDir })).toEqual({ problem: expect.stringContaining("chmod 600") });
  });

  test("that is damaged is refused, and never replaced", () => {
    const dataDir = temporaryFolder();
    const file = path.join(dataDir, "ledger-key.pem");
    fs.writeFileSync(file, "nothing", { mode: 0o600 });

    expect(open({ dataDir })).toEqual({ problem: expect.stringContaining("damaged") });
    expect(fs.readFileSync(file, "utf8")).toBe("nothing");
  });

  test("is not made where that is not allowed, nor where nothing can be", () => {
    expect(open({ mayMake: false })).toBeNull();
    const file = path.join(temporaryFolder(), "a-file");
    fs.writeFileSync(file, "");
    expect(open({ dataDir: file })).toEqual({
      problem: expect.stringContaining("CLEARGATE_SIGNING_KEY"),
    });
  });
});

describe("a given key", () => {
  const pem = () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    return String(privateKey.export({ type: "pkcs8", format: "pem" }));
  };

  test("is used, and nothing of it is written but its public half", () => {
    const dataDir = temporaryFolder();
    const text = pem();
    const { lies } = opened({ dataDir, given: text });

    expect(lies).toBe("CLEARGATE_SIGNING_KEY");
    expect(fs.readdirSync(dataDir)).toEqual(["ledger-key.pub"]);
    const secret = text.split("\n")[1] ?? "";
    expect(fs.readFileSync(path.join(dataDir, "ledger-key.pub"), "utf8")).not.toContain(secret);
  });

  test("needs no folder; what was signed is remembered as long as the process lives", () => {
    const signing = opened({ dataDir: "/proc/nowhere", given: pem() });

    expect(signing.isKept).toBe(false);
    expect([...signing.kept.notes("x" as never)]).toEqual([]);
  });

  test("adds its line to those of the keys before", () => {
    const dataDir = temporaryFolder();
    const first = opened({ dataDir, given: pem() });
    const second = opened({ dataDir, given: pem() });
    opened({ dataDir, given: pem(), mayMake: false });

    const lines = fs.readFileSync(path.join(dataDir, "ledger-key.pub"), "utf8").trim().split("\n");
    expect(lines.map((line) => readVkey(line)?.keyId).slice(0, 2)).toEqual([
      first.key.keyId,
      second.key.keyId,
    ]);
    expect(lines).toHaveLength(3);
  });

  test("of another kind is refused", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
    const given = String(rsa.export({ type: "pkcs8", format: "pem" }));

    expect(open({ given })).toEqual({ problem: expect.stringContaining("not an Ed25519") });
  });
});
