/** Key files for tests, in a folder that goes with the test run. */
import { randomBytes } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { temporaryFolder } from "../../support/folder.ts";

const folder = temporaryFolder();

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
