/** Runs the verifier on texts: each becomes a file of its own, and the answer is what a person would see. */
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runCheck } from "../../src/verifier/run.ts";
import { temporaryFolder } from "../support/folder.ts";

const folder = temporaryFolder();
let files = 0;

export function aFile(content: string | Uint8Array): string {
  files += 1;
  const file = path.join(folder, `file-${files}`);
  writeFileSync(file, content);
  return file;
}

export interface Answer {
  readonly code: number;
  readonly text: string;
}

export function run(...words: readonly string[]): Answer {
  let text = "";
  const write = (more: string) => {
    text += more;
  };
  const code = runCheck(words, { write, complain: write, showsProgress: false });
  return { code, text };
}

/** `kept`: signed notes; `report`: the bytes of a closeout report. */
export function verify(
  content: string | Uint8Array,
  given: { readonly key: string; readonly kept?: string; readonly report?: string },
): Answer {
  const file = aFile(content);
  try {
    return run(
      file,
      ...["--key", given.key],
      ...(given.kept === undefined ? [] : ["--checkpoint", aFile(given.kept)]),
      ...(given.report === undefined ? [] : ["--report", aFile(given.report)]),
    );
  } finally {
    rmSync(file);
  }
}

/** As `verify`, with what a program reads. */
export function judge(
  content: string | Uint8Array,
  given: { readonly key: string; readonly kept?: string },
): { readonly outcome: string; readonly why?: string; firstBad?: number; lastSuspect?: number } {
  const file = aFile(content);
  const kept = given.kept === undefined ? [] : ["--checkpoint", aFile(given.kept)];
  const { text } = run(file, "--key", given.key, ...kept, "--json");
  rmSync(file);
  return JSON.parse(text);
}

export function aKeyFile(text: string): string {
  return aFile(text);
}
