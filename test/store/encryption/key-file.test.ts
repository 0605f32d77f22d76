/** Key files: what they must look like, who may read them, and that no sentence about them shows a key. */
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { createKeyFile, openKeyFile } from "../../../src/store/encryption/key-file.ts";
import { keyLine, noFile, writeKeys, writeKeyText } from "./keys.ts";

const GOOD = keyLine("2026-09");
const [, SECRET = ""] = GOOD.split(":");

function problemOf(file: string): string {
  const opened = openKeyFile(file);
  return opened !== "missing" && "problem" in opened ? opened.problem : "none";
}

test("the first line is the key of today, the others can still be read", () => {
  const opened = openKeyFile(writeKeys(GOOD, keyLine("2026-01"), "", keyLine("2025-01")));

  expect(opened).toMatchObject({
    currentKeyId: "2026-09",
    keyIds: ["2026-09", "2026-01", "2025-01"],
  });
});

test("no file is said as such", () => {
  expect(openKeyFile(noFile())).toBe("missing");
});

describe("refused with a sentence that shows no key:", () => {
  test.each<[string, string, string]>([
    ["an empty file", "", "holds no key"],
    ["only line ends", "\n\n", "holds no key"],
    ["a key without an id", `${SECRET}\n`, "line 1 is not of the form"],
    ["a space in front", ` ${GOOD}\n`, "line 1 is not of the form"],
    ["a carriage return", `${GOOD}\r\n`, "without spaces or carriage returns"],
    [
      "hexadecimal digits",
      `a:${Buffer.from(SECRET, "base64").toString("hex")}\n`,
      "another length",
    ],
    [
      "a short key",
      `${GOOD}\nb:${Buffer.alloc(16, "x1").toString("base64")}\n`,
      "line 2 holds a key",
    ],
    ["an example of zeros", `a:${Buffer.alloc(32).toString("base64")}\n`, "holds an example"],
    ["one id twice", `${GOOD}\n${keyLine("2026-09")}\n`, "line 2 repeats the id"],
    ["one key twice", `${GOOD}\nb:${SECRET}\n`, "line 2 repeats an earlier key"],
    ["an id with a bar", `a|b:${SECRET}\n`, "line 1 is not of the form"],
  ])("%s", (_what, text, says) => {
    const problem = problemOf(writeKeyText(text));

    expect(problem).toContain(says);
    expect(problem).not.toContain(SECRET);
    expect(problem).toMatch(/\.$/);
  });

  test.each([0o640, 0o604, 0o660, 0o666, 0o644])("mode %o", (mode) => {
    expect(problemOf(writeKeyText(`${GOOD}\n`, mode))).toContain("chmod 600");
  });

  test.each([0o600, 0o400])("but not mode %o", (mode) => {
    expect(problemOf(writeKeyText(`${GOOD}\n`, mode))).toBe("none");
  });

  test("a folder", () => {
    const folder = noFile();
    mkdirSync(folder, { mode: 0o700 });

    expect(problemOf(folder)).toContain("is not a file");
  });
});

describe("a made file", () => {
  test("holds one key and is its owner's alone", () => {
    const file = noFile();

    createKeyFile(file, "2026-09");

    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(openKeyFile(file)).toMatchObject({ keyIds: ["2026-09"] });
    expect(
      readdirSync(path.dirname(file)).filter((name) => name.startsWith(`${path.basename(file)}.`)),
    ).toEqual([]);
  });

  test("is never put over one that is there", () => {
    const file = writeKeys(GOOD);

    createKeyFile(file, "other");

    expect(readFileSync(file, "utf8")).toBe(`${GOOD}\n`);
  });

  test("is another one each time", () => {
    const [one, two] = [noFile(), noFile()];

    createKeyFile(one, "a");
    createKeyFile(two, "a");

    expect(readFileSync(one, "utf8")).not.toBe(readFileSync(two, "utf8"));
  });
});
