/** Reads the files of the repository into memory, so that a rule can be tried on a tree with a planted mistake. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

export const ROOT = path.resolve(import.meta.dirname, "../..");

const SKIPPED = new Set(["node_modules", "dist", "coverage", ".git", ".cleargate"]);
const TEXT =
  /\.(ts|mts|mjs|js|json|md|sql|ya?ml|css|html|svg|txt)$|(^|\/)(\.[a-z.]+|[A-Z][A-Za-z]+|run)$/;

/** Text files below the given folders or files, by path from the package root with forward slashes. */
export function readTree(places: readonly string[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const place of places) collect(place, files);
  return files;
}

function collect(place: string, files: Map<string, string>): void {
  if (SKIPPED.has(path.basename(place))) return;
  const absolute = path.join(ROOT, place);
  const entry = statSync(absolute, { throwIfNoEntry: false });
  if (!entry) return;
  if (entry.isFile()) {
    if (TEXT.test(place)) files.set(place, readFileSync(absolute, "utf8"));
    return;
  }
  for (const name of readdirSync(absolute))
    if (!SKIPPED.has(name)) collect(place === "." ? name : `${place}/${name}`, files);
}
