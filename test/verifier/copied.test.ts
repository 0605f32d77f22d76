/** What the documents tell an auditor to type, typed: in a folder with a copy of the verifier and nothing of ours. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  aKey,
  anEntry,
  bundleOf,
  canonical,
  checkpointOf,
  sha,
  treeHash,
} from "../support/ledger-file.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(os.tmpdir(), "auditor-"));
const organisation = "6f1f6d0c-6f0a-4d55-9e0f-1f4a3a0a0001";
const migrationId = "6f1f6d0c-6f0a-4d55-9e0f-1f4a3a0a0002";

/** The line of a page that begins with the command. */
function commandIn(page: string): string {
  const text = readFileSync(path.join(ROOT, page), "utf8");
  const line = text
    .split("\n")
    .find((one) => one.trim().startsWith("node verifier/main.js ledger"));
  if (!line) throw new Error(`${page} has no command`);
  return line.trim();
}

function type(command: string) {
  const [program = "", ...words] = command.split(" ");
  const { NODE_OPTIONS, NODE_PATH, ...env } = process.env;
  const run = spawnSync(program, words, { cwd: folder, env, encoding: "utf8" });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

beforeAll(() => {
  const built = path.join(folder, "built");
  execFileSync(process.execPath, [path.join(ROOT, "src/start.mjs"), "--build", built]);
  cpSync(path.join(built, "verifier"), path.join(folder, "verifier"), { recursive: true });
  expect(statSync(path.join(built, "verifier/main.js")).mode & 0o777).toBe(0o755);
  rmSync(built, { recursive: true });

  const key = aKey();
  const opened = anEntry(organisation, { type: "MigrationOpened", migrationId });
  const report = canonical({
    report: "compliance_closeout",
    migration_id: migrationId,
    audit: { size: 1, root_hash: treeHash([opened.entry]).toString("hex") },
    requirements: [],
  });
  const exported = anEntry(organisation, {
    type: "ReportExported",
    migrationId,
    draft: false,
    sha256: sha(report).toString("hex"),
  });
  const files = {
    "ledger.jsonl": bundleOf({ organisation, key, entries: [opened, exported] }),
    "ledger-key.pub": `${key.vkey}\n`,
    "kept.txt": checkpointOf(organisation, [opened.entry], key),
    "report.json": report,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the one command of an auditor", () => {
  test.each(["SECURITY.md", "README.md"])("as %s says it, checks ledger and report", (page) => {
    const { code, out, err } = type(commandIn(page));

    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("INTACT: 2 entries");
    expect(out).toContain("The report is the one that entry 2 recorded, byte for byte");
  });

  test("refuses a changed copy with a sentence", () => {
    const file = path.join(folder, "ledger.jsonl");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace('"draft\\":false', '"draft\\":true '));
    try {
      expect(type(commandIn("SECURITY.md"))).toMatchObject({
        code: 2,
        err: expect.stringMatching(/^TAMPERED: /),
      });
    } finally {
      writeFileSync(file, text);
    }
  });
});
