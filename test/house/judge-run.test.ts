import { describe, expect, it } from "vitest";
import { countRun, findBroken, type Run, readPromises } from "../support/judge-run.ts";

const run: Run = {
  numPassedTests: 2,
  numFailedTests: 1,
  testResults: [
    {
      name: "/repo/test/gate.test.ts",
      status: "failed",
      assertionResults: [
        { ancestorTitles: ["the gate"], title: "opens", status: "passed" },
        { ancestorTitles: ["the gate", "at night"], title: "closes", status: "passed" },
        { ancestorTitles: ["the gate"], title: "sings", status: "failed" },
        { ancestorTitles: ["the door"], title: "waits", status: "skipped" },
      ],
    },
    { name: "/repo/test/broken.test.ts", status: "failed", assertionResults: [] },
  ],
};

function judge(line: string): string[] {
  return findBroken(readPromises(line), run, "/repo");
}

describe("promises of docs/coverage.md", () => {
  it("are read from its lines", () => {
    const page = "| x | `test/gate.test.ts › the gate › opens`, `test/a/b.test.ts` | `src/no.ts` |";

    expect(readPromises(page)).toEqual([
      { file: "test/gate.test.ts", titles: ["the gate", "opens"] },
      { file: "test/a/b.test.ts", titles: [] },
    ]);
  });

  it.each([
    ["a test", "`test/gate.test.ts › opens`"],
    ["a test in its group", "`test/gate.test.ts › the gate › opens`"],
    ["a whole group", "`test/gate.test.ts › at night`"],
    ["a group in a group", "`test/gate.test.ts › the gate › at night › closes`"],
  ])("%s that passed is kept", (_, line) => {
    expect(judge(line)).toEqual([]);
  });

  it.each([
    ["a test that does not exist", "`test/gate.test.ts › flies`", "no such test ran"],
    ["a part of a title", "`test/gate.test.ts › open`", "no such test ran"],
    ["a group that is not around it", "`test/gate.test.ts › the door › opens`", "no such test ran"],
    ["a file that did not run", "`test/other.test.ts › opens`", "no such test ran"],
    ["a file that could not be loaded", "`test/broken.test.ts`", "no such test ran"],
    ["a skipped test", "`test/gate.test.ts › waits`", "skipped"],
    ["a failed test", "`test/gate.test.ts › sings`", "failed"],
    ["a group with a failed test in it", "`test/gate.test.ts › the gate`", "failed"],
  ])("%s is broken", (_, line, says) => {
    expect(judge(line)).toEqual([expect.stringMatching(new RegExp(`: ${says}$`))]);
  });
});

describe("the closing line", () => {
  it("counts a file that could not be loaded as a failure", () => {
    expect(countRun(run)).toEqual({ passed: 2, failed: 2 });
  });
});
