/** Reads a workflow file's text, strictly: what only some YAML readers understand the same way is refused. */
import type { Document, Node, Scalar } from "yaml";
import { isAlias, isCollection, isScalar, parseDocument, visit } from "yaml";

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
