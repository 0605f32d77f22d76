/** The words of the command line, and what a person sees who gets them wrong. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { run } from "./verify.ts";

const root = path.resolve(import.meta.dirname, "../..");
const golden = (name: string) => path.join(import.meta.dirname, "golden", name);
const [bundle, key] = [golden("bundle.txt"), golden("ledger-key.txt")];

describe("wrong usage ends with 64 and a sentence", () => {
  test.each([
    ["", "Say which bundle or proof to check."],
    [bundle, "--key is needed"],
    [`${bundle} --key`, "--key needs a value"],
    [`${bundle} --key --json`, "--key needs a value"],
    [`${bundle} --key a --key b`, "--key is given twice"],
    [`${bundle} ${bundle} --key a`, "one bundle or proof at a time"],
    [`${bundle} --key a --colour`, "a flag that this program does not know"],
  ])("%s", (line, says) => {
    const { code, text } = run(...line.split(" ").filter((word) => word !== ""));

    expect(text).toContain(says);
    expect(text).toContain("See cleargate-verify --help.");
    expect(code).toBe(64);
  });

  test("help is none", () => {
    expect(run("--help")).toMatchObject({ code: 0, text: expect.stringContaining("--report") });
  });
});

test("a value may stand behind an equals sign", () => {
  expect(run(`--key=${key}`, bundle).code).toBe(0);
});

test("a file that is not there, and a folder, are a sentence", () => {
  expect(run("/nowhere/bundle", "--key", key)).toEqual({
    code: 1,
    text: "NOT CHECKED: The file cannot be opened (ENOENT).\n",
  });
  expect(run(import.meta.dirname, "--key", key).text).toBe(
    "NOT CHECKED: The file cannot be read (EISDIR).\n",
  );
});

test("as a program it ends with the exit code, and prints JSON when asked", async () => {
  const program = ["--import", "tsx", path.join(root, "src/verifier/main.ts")];
  const start = promisify(execFile);
  const { stdout } = await start(process.execPath, [...program, bundle, "--key", key, "--json"], {
    cwd: root,
  });
  const failed = await start(process.execPath, [...program, key, "--key", key], {
    cwd: root,
  }).catch((error) => error);

  expect(JSON.parse(stdout)).toMatchObject({ outcome: "intact", kind: "bundle", report: null });
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/^NOT CHECKED: .+\n$/) });
});
