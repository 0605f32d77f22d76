/** Reads the workflow files, and checks all of what they say. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { sha256 } from "../../domain/audit/canonical.ts";
import { areProblems, checkLibrary, checkWorkflow } from "../../domain/workflows/check.ts";
import type { Definition } from "../../domain/workflows/definition.ts";
import { Workflow } from "../../domain/workflows/definition.ts";
import type { Problem } from "../../domain/workflows/problem.ts";
import { type ParsedTexts, readParsedTexts } from "./parsed.ts";
import { parseWorkflowText } from "./text.ts";

const LARGEST_BYTES = 512 * 1024;

export type WorkflowFiles =
  | { readonly definitions: readonly Definition[] }
  | { readonly problems: readonly Problem[] };

/**
 * The definitions of a folder, in their order; or every problem of every file at once. `parsed` spares the reading of
 * YAML, a third of a start, where the build has read the very same text.
 */
export function readWorkflowFiles(
  folder: string,
  parsed: ParsedTexts = readParsedTexts(),
): WorkflowFiles {
  const names = listFiles(folder);
  if (names === null) return refuse(folder, "the folder cannot be read");
  if (names.length === 0) return refuse(folder, "the folder holds no workflow file");
  const read = names.map((name) => readWorkflowFile(folder, name, parsed));
  const problems = read.filter(areProblems).flat();
  if (problems.length > 0) return { problems };
  const definitions = read
    .flatMap((one) => (areProblems(one) ? [] : [one]))
    .toSorted((a, b) => a.workflow.order - b.workflow.order);
  const between = checkLibrary(definitions);
  return between.length > 0 ? { problems: between } : { definitions };
}

/** The JSON Schema by which editors check a workflow file while it is written. */
export function workflowSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(Workflow, { io: "input", reused: "ref" }),
    title: "Workflow file of Cleargate",
  };
}

/** The text of `workflows/schema.json`. */
export function generateWorkflowSchema(): string {
  return `${JSON.stringify(workflowSchema(), null, 2)}\n`;
}

function listFiles(folder: string): readonly string[] | null {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .toSorted();
  } catch {
    return null;
  }
}

function readWorkflowFile(
  folder: string,
  name: string,
  parsed: ParsedTexts,
): Definition | readonly Problem[] {
  const path = join(folder, name);
  const inFile = (place: string, reason: string) => [{ file: name, path: place, reason }];
  let text: string;
  try {
    if (statSync(path).size > LARGEST_BYTES) return inFile("", "larger than 512 KB");
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    return inFile("", error instanceof TypeError ? "is not UTF-8 text" : "cannot be read");
  }
  const known = parsed.get(sha256(text));
  const value = known === undefined ? parseWorkflowText(text) : { value: known };
  if ("refused" in value) {
    return value.refused.map(({ line, reason }) => ({ file: name, path: `line ${line}`, reason }));
  }
  return checkWorkflow(name, value.value);
}

function refuse(file: string, reason: string): WorkflowFiles {
  return { problems: [{ file, path: "", reason }] };
}
