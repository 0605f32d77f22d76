/**
 * The last step of `npm test`: every test that `docs/coverage.md` names ran and passed, and a closing line counts.
 * A run of single files proves nothing about the rest, so there the comparison is left out.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const ROOT = path.resolve(import.meta.dirname, "../..");

const Run = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.string(),
        }),
      ),
    }),
  ),
});
export type Run = z.infer<typeof Run>;

export interface CoveragePromise {
  readonly file: string;
  /** A group, a test, or a group and a test in it. */
  readonly titles: readonly string[];
}

/** What the coverage page promises: lines that hold `` `test/a.test.ts › title` ``. */
export function readPromises(page: string): CoveragePromise[] {
  return [...page.matchAll(/`(test\/[\w./-]+\.test\.ts)((?: › [^`›]+)*)`/g)].map(
    ([, file = "", titles = ""]) => ({
      file,
      titles: titles
        .split(" › ")
        .map((title) => title.trim())
        .filter((title) => title !== ""),
    }),
  );
}

/** Promises that the run did not keep, each as a sentence. */
export function findBroken(promises: readonly CoveragePromise[], run: Run, root = ROOT): string[] {
  const ran = run.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title, status }) => ({
      file: path.relative(root, name).replaceAll("\\", "/"),
      path: [...ancestorTitles, title],
      status,
    })),
  );
  return promises.flatMap(({ file, titles }) => {
    const named = [file, ...titles].join(" › ");
    const meant = ran.filter((test) => test.file === file && isNamed(test.path, titles));
    if (meant.length === 0) return [`${named}: no such test ran`];
    const unproven = meant.filter(({ status }) => status !== "passed");
    return unproven.length > 0 ? [`${named}: ${unproven[0]?.status}`] : [];
  });
}

function isNamed(path: readonly string[], titles: readonly string[]): boolean {
  const starts = path.map((_, start) => start);
  return starts.some((start) => titles.every((title, index) => path[start + index] === title));
}

/** A file that could not be loaded has no failed test, and is a failure all the same. */
export function countRun(run: Run): { passed: number; failed: number } {
  const unloaded = run.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  return { passed: run.numPassedTests, failed: run.numFailedTests + unloaded.length };
}

function readRun(file: string): Run | null {
  try {
    return Run.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}

function judge(record: string, extent: string): number {
  const run = readRun(record);
  if (!run) {
    process.stdout.write("The run left no record.\n\n0 passed, 1 failed\n");
    return 1;
  }
  const { passed, failed } = countRun(run);
  const page = readFileSync(path.join(ROOT, "docs/coverage.md"), "utf8");
  const broken = extent === "whole" ? findBroken(readPromises(page), run) : [];
  if (extent !== "whole")
    process.stdout.write("docs/coverage.md is not compared: part of the suite ran.\n");
  for (const sentence of broken) process.stdout.write(`docs/coverage.md: ${sentence}\n`);
  process.stdout.write(`\n${passed} passed, ${failed + broken.length} failed\n`);
  return broken.length > 0 ? 1 : 0;
}

const [, program, record, extent] = process.argv;
if (program?.endsWith("judge-run.ts") && record) process.exitCode = judge(record, extent ?? "");
