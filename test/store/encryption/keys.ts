/** Key files for tests, in a folder that goes with the test run. */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";

const folder = mkdtempSync(path.join(tmpdir(), "cleargate-keys-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;

/** A path where there is no file yet. */
export function noFile(): string {
  return path.join(folder, `keys-${++count}`);
}

export function keyLine(id: string): string {
  return `${id}:${randomBytes(32).toString("base64")}`;
}

export function writeKeys(...lines: readonly string[]): string {
  return writeKeyText(`${lines.join("\n")}\n`);
}

export function writeKeyText(text: string, mode = 0o600): string {
  const file = noFile();
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}
