/** A folder of its own for a test, gone when the process ends. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const made: string[] = [];

export function temporaryFolder(): string {
  if (made.length === 0) process.on("exit", removeAll);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cleargate-test-"));
  made.push(folder);
  return folder;
}

let shared: string | undefined;

/** One folder for every process of a test file: what one signed is signed by the others' key too. */
export function dataFolder(): string {
  shared ??= temporaryFolder();
  return shared;
}

function removeAll(): void {
  for (const folder of made) fs.rmSync(folder, { recursive: true, force: true });
}
