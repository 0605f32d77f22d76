/**
 * What the texts of workflow files stand for, as the build has read them. Each is kept by the hash of its text, so that
 * a file which was changed since is read like any other; what a file says is checked at every start.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { sha256 } from "../../domain/audit/canonical.ts";
import { parseWorkflowText } from "./text.ts";

export type ParsedTexts = ReadonlyMap<string, unknown>;

const NAME = "parsed-workflows.json";
/** Beside the compiled program; there is none beside the sources. */
const FILE = fileURLToPath(new URL(NAME, import.meta.url));

/** By the SHA-256 of the text, in hexadecimal; empty where the build kept none. */
export function readParsedTexts(file = FILE): ParsedTexts {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, "utf8"));
    return new Map(typeof kept === "object" && kept !== null ? Object.entries(kept) : []);
  } catch {
    return new Map();
  }
}

/** Reads the workflow files of a folder and keeps what JSON can say of them; what is refused is left to the start. */
export function keepParsedTexts(workflows: string, into: string): void {
  const kept: Record<string, unknown> = {};
  for (const name of readdirSync(workflows).filter((each) => /\.ya?ml$/.test(each))) {
    const text = readFileSync(join(workflows, name), "utf8");
    const parsed = parseWorkflowText(text);
    if ("refused" in parsed) continue;
    const { value } = parsed;
    if (isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value)) kept[sha256(text)] = value;
  }
  writeFileSync(join(into, NAME), JSON.stringify(kept));
}
