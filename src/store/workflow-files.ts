/** Reads the workflow files, strictly: what only some YAML readers understand the same way is refused. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Document, Node, Scalar } from "yaml";
import { isAlias, isCollection, isScalar, parseDocument, visit } from "yaml";
import { z } from "zod";
import { areProblems, checkLibrary, checkWorkflow } from "../domain/workflows/check.ts";
import type { Definition } from "../domain/workflows/definition.ts";
import { Workflow } from "../domain/workflows/definition.ts";
import type { Problem } from "../domain/workflows/problem.ts";

const LARGEST_BYTES = 512 * 1024;

export type WorkflowFiles =
  | { readonly definitions: readonly Definition[] }
  | { readonly problems: readonly Problem[] };

/** The definitions of a folder, in their order; or every problem of every file at once. */
export function readWorkflowFiles(folder: string): WorkflowFiles {
  const names = listFiles(folder);
  if (names === null) return refuse(folder, "the folder cannot be read");
  if (names.length === 0) return refuse(folder, "the folder holds no workflow file");
  const read = names.map((name) => readWorkflowFile(folder, name));
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

function readWorkflowFile(folder: string, name: string): Definition | readonly Problem[] {
  const path = join(folder, name);
  const inFile = (place: string, reason: string) => [{ file: name, path: place, reason }];
  let text: string;
  try {
    if (statSync(path).size > LARGEST_BYTES) return inFile("", "larger than 512 KB");
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    return inFile("", error instanceof TypeError ? "is not UTF-8 text" : "cannot be read");
  }
  const value = parseWorkflowText(text);
  if ("refused" in value) {
    return value.refused.map(({ line, reason }) => ({ file: name, path: `line ${line}`, reason }));
  }
  return checkWorkflow(name, value.value);
}

interface Refused {
  readonly line: number;
  readonly reason: string;
}

/** The value that a workflow file's text stands for, or the lines that are refused. */
export function parseWorkflowText(
  text: string,
): { readonly value: unknown } | { readonly refused: readonly Refused[] } {
  const tab = text.indexOf("\t");
  if (tab >= 0) return { refused: [{ line: lineAt(text, tab), reason: "a tab: use spaces" }] };
  try {
    const document = parseDocument(text, {
      version: "1.2",
      schema: "core",
      merge: false,
      uniqueKeys: true,
      prettyErrors: false,
      logLevel: "silent",
    });
    const refused = refusalsIn(document, text);
    return refused.length > 0 ? { refused } : { value: document.toJS({ maxAliasCount: 0 }) };
  } catch (error) {
    if (error instanceof RangeError) return { refused: [TOO_DEEP] };
    throw error;
  }
}

/** The parser recurses; it reports an exhausted stack as an error of the text, or throws it. */
const TOO_DEEP: Refused = { line: 1, reason: "nests too deeply" };

function refusalsIn(document: Document.Parsed, text: string): readonly Refused[] {
  if (document.errors.some(({ message }) => message.includes("call stack"))) return [TOO_DEEP];
  const refused = document.errors.map(({ message, pos }) => ({
    line: lineAt(text, pos[0]),
    reason: message,
  }));
  if (refused.length > 0) return refused;
  if (document.directives.yaml.explicit || Object.keys(document.directives.tags).length > 1) {
    return [{ line: 1, reason: "a directive (%YAML, %TAG): leave it out" }];
  }
  const found: Refused[] = [];
  visit(document, {
    Node: (key, node) => {
      const reason = reasonAgainst(node, key === "key");
      if (reason) found.push({ line: lineAt(text, node.range?.[0] ?? 0), reason });
    },
  });
  return found;
}

function reasonAgainst(node: Node, isKey: boolean): string | null {
  if (isAlias(node)) return `an alias (*${node.source}): write it out`;
  if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) {
    return `an anchor (&${node.anchor}): leave it out`;
  }
  if (node.tag !== undefined) return `a tag (${node.tag}): leave it out`;
  return isScalar(node) ? reasonAgainstScalar(node, isKey) : null;
}

/** YAML 1.1 reads a plain `no` as false and `010` as eight; YAML 1.2 does not. */
function reasonAgainstScalar(scalar: Scalar, isKey: boolean): string | null {
  const { source, type } = scalar;
  if (type !== "PLAIN" || source === undefined) return null;
  if (isKey && source === "<<") return "a merge key (<<): write it out";
  if (/^(?:y|yes|n|no|on|off)$/i.test(source)) return `${source} without quotes: write "${source}"`;
  return /^[-+]?0[0-9]/.test(source) && typeof scalar.value === "number"
    ? `${source} starts with 0: write the number without it, or quotes around it`
    : null;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

function refuse(file: string, reason: string): WorkflowFiles {
  return { problems: [{ file, path: "", reason }] };
}
