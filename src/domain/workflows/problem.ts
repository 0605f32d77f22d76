/** What is wrong with a workflow file, so that its author finds the place: file, path, reason. */
import type { z } from "zod";

export interface Problem {
  readonly file: string;
  /** Such as `requirements[0].stage`; empty for the file as a whole. */
  readonly path: string;
  readonly reason: string;
}

/** A problem within one file, before the file's name is known. */
export interface Finding {
  readonly path: string;
  readonly reason: string;
}

/** The findings of a value that does not have the shape of a workflow. */
export function findingsOf(error: z.ZodError): readonly Finding[] {
  return error.issues.flatMap((issue) => describe(issue, []));
}

type Issue = z.core.$ZodIssue;

function describe(issue: Issue, outer: readonly PropertyKey[]): readonly Finding[] {
  const path = [...outer, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: join([...path, key]), reason: "unknown key" }));
  }
  if (issue.code === "invalid_union") {
    const nearest = nearestBranch(issue.errors, path);
    if (nearest.length > 0) return nearest;
  }
  return [{ path: join(path), reason: reasonOf(issue) }];
}

/** Of the shapes that a value may have, the findings of the one that it resembles most. */
function nearestBranch(
  branches: readonly (readonly Issue[])[],
  path: readonly PropertyKey[],
): readonly Finding[] {
  const described = branches.map((issues) => issues.flatMap((issue) => describe(issue, path)));
  return described.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

function reasonOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_value":
      return `expected one of ${issue.values.map(String).join("|")}`;
    case "invalid_type":
      return issue.input === undefined && issue.message.endsWith("received undefined")
        ? "is missing"
        : issue.message.replace(/^Invalid input: /, "");
    case "too_big":
      return `at most ${issue.maximum}${unit(issue.origin)}`;
    case "too_small":
      return `at least ${issue.minimum}${unit(issue.origin)}`;
    default:
      return issue.message;
  }
}

function unit(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" ? " entries" : "";
}

/** `["requirements", 0, "stage"]` as `requirements[0].stage`. */
function join(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => {
      if (typeof part === "number") return `[${part}]`;
      return at === 0 ? String(part) : `.${String(part)}`;
    })
    .join("");
}
