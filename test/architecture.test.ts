import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ROOMS } from "./house/arrows.ts";
import { ROOT, readTree } from "./house/read-tree.ts";
import {
  type Files,
  findBrokenImports,
  findCycles,
  findEnvironmentReaders,
  findImpurity,
  findLeapingClocks,
  findLockProblems,
  findMigrationProblems,
  findMisplaced,
  findOrphans,
  findPackageProblems,
  findUnfinished,
  findWrongArrows,
} from "./house/rules.ts";
import { scanSource } from "./house/scan-source.ts";

const tree = readTree(["src", "test", "migrations", "workflows", "package.json"]);
const packageText = readFileSync(path.join(ROOT, "package.json"), "utf8");

describe("the house", () => {
  it.each([
    ["every import goes along an arrow of the table", findWrongArrows],
    ["every relative import names a file", findBrokenImports],
    ["no file waits for itself", findCycles],
    ["rules and words use no clock, chance, timer, process or network", findImpurity],
    ["no wait is measured by a clock that may leap", findLeapingClocks],
    ["only config.ts reads the environment", findEnvironmentReaders],
    ["every file is imported by another or is an entry point", findOrphans],
    ["folders have clear names, few files and little depth", findMisplaced],
    ["nothing is unfinished, no type is given up, no lint switched off", findUnfinished],
    ["migrations are short, numbered without a gap, and SQL", findMigrationProblems],
  ])("%s", (_, find) => {
    expect(find(tree)).toEqual([]);
  });

  it("few scripts, few dependencies, exact versions", () => {
    expect(findPackageProblems(packageText)).toEqual([]);
  });

  it("the lockfile has every package of every platform, so that npm ci accepts it", () => {
    const text = readFileSync(path.join(ROOT, "package-lock.json"), "utf8");

    expect(findLockProblems(text)).toEqual([]);
  });

  it("the tree that is judged is the real one", () => {
    expect([...tree.keys()]).toEqual(
      expect.arrayContaining(["src/domain/refusal.ts", "src/app/ports.ts", "package.json"]),
    );
  });

  it("ARCHITECTURE.md shows every room of the table", () => {
    const page = readFileSync(path.join(ROOT, "ARCHITECTURE.md"), "utf8");

    expect(ROOMS.filter(({ room }) => !page.includes(`\`${room}\``))).toEqual([]);
  });
});

/** The smallest tree in which every rule is kept. */
const clean: Files = new Map([
  ["src/main.ts", '/** Builds. */\nimport "./app/say.ts";\nimport { log } from "./log.ts";'],
  ["src/log.ts", '/** Logs. */\nimport { pino } from "pino";\nexport const log = pino();'],
  ["src/app/say.ts", '/** Says. */\nimport { word } from "../messages/word.ts";'],
  ["src/messages/word.ts", '/** Words. */\nimport type { Day } from "../domain/day.ts";'],
  ["src/domain/day.ts", '/** Days. */\nimport { z } from "zod";\nexport const Day = z.string();'],
  ["migrations/0001_begin.sql", "create table a ();"],
]);

const rules = [
  findWrongArrows,
  findBrokenImports,
  findCycles,
  findImpurity,
  findLeapingClocks,
  findEnvironmentReaders,
  findOrphans,
  findMisplaced,
  findUnfinished,
  findMigrationProblems,
];

/** What the rules say about the clean tree with some files put in. Planted files are imported by main. */
function judge(planted: Record<string, string>): string[] {
  const files = new Map([...clean, ...Object.entries(planted)]);
  const imports = Object.keys(planted).map((file) => `import "./${file.slice(4)}";`);
  if (!("src/main.ts" in planted))
    files.set("src/main.ts", `${files.get("src/main.ts")}\n${imports.join("\n")}`);
  return rules.flatMap((find) => find(files));
}

describe("the fence itself: a planted mistake is found", () => {
  it("the clean tree has none", () => {
    expect(judge({})).toEqual([]);
  });

  it.each([
    ["domain importing a package", "src/domain/a.ts", 'import pg from "pg";', '"pg"'],
    [
      "a type from the wrong room",
      "src/domain/a.ts",
      'import type { A } from "../app/say.ts";',
      "app",
    ],
    ["a re-export", "src/domain/a.ts", 'export { a } from "../app/say.ts"; const b = 1;', "app"],
    ["an import in an expression", "src/domain/a.ts", 'await import("../app/say.ts");', "app"],
    [
      "an import over several lines",
      "src/domain/a.ts",
      'import {\n  a,\n} from "express";',
      "express",
    ],
    ["a require", "src/domain/a.ts", 'const a = require("node:fs");', "node:fs"],
    ["luxon outside time", "src/domain/a.ts", 'import { DateTime } from "luxon";', "luxon"],
    ["pino outside the log", "src/app/a.ts", 'import { pino } from "pino";', "pino"],
    [
      "one chat surface using another",
      "src/chat/web/a.ts",
      'import "../slack/b.ts";',
      "../slack/b.ts",
    ],
    ["store using a use case", "src/store/a.ts", 'import "../app/say.ts";', "../app/say.ts"],
    ["a room that the table does not know", "src/misc/a.ts", "const a = 1;", "in no room"],
    ["a file that does not exist", "src/app/a.ts", 'import "./b.ts";', "is no file"],
    ["the clock", "src/domain/a.ts", "const a = Date.now();", "uses the clock"],
    ["the clock by constructor", "src/messages/a.ts", "const a = new Date();", "uses the clock"],
    ["the clock by call", "src/messages/a.ts", "const a = Date();", "uses the clock"],
    ["the clock of luxon", "src/domain/time/a.ts", "DateTime.now()", "uses the clock"],
    [
      "the clock inside a template",
      "src/domain/a.ts",
      "const a = `at ${Date.now()}`;",
      "the clock",
    ],
    ["a clock that leaps", "src/store/a.ts", "const a = Date.now() + 1;", "a clock that may leap"],
    ["randomness", "src/domain/a.ts", "const a = Math.random();", "uses randomness"],
    ["randomness of crypto", "src/domain/audit/a.ts", "randomUUID()", "uses randomness"],
    ["a timer", "src/domain/a.ts", "setTimeout(a, 1);", "uses a timer"],
    ["the process", "src/domain/a.ts", "process.exit(1);", "uses the process"],
    ["the network", "src/messages/a.ts", 'await fetch("https://a");', "uses the network"],
    ["the environment", "src/store/a.ts", "const a = process.env.A;", "reads the environment"],
    ["the environment, unpacked", "src/store/a.ts", "const { env } = process;", "the environment"],
    [
      "the environment, imported",
      "src/log.ts",
      'import { env } from "node:process";',
      "environment",
    ],
    ["a folder called utils", "src/app/utils/a.ts", "const a = 1;", 'called "utils"'],
    ["a folder too deep", "src/app/a/b/c/d.ts", "const a = 1;", "deeper than 3"],
    ["a barrel", "src/app/all.ts", 'export * from "./say.ts";', "is a barrel"],
    ["a name in camel case", "src/app/sayMore.ts", "const a = 1;", "not in kebab-case"],
    ["an unfinished part", "src/app/a.ts", "// TODO: later", "says TODO"],
    ["a type given up", "src/app/a.ts", "const a = b as unknown as C;", "gives up a type"],
    ["a type error silenced", "src/app/a.ts", "// @ts-expect-error", "gives up a type"],
    ["lint switched off", "src/app/a.ts", "// biome-ignore lint: a", "switches lint off"],
    ["a long migration", "migrations/0002_a.sql", "select 1;\n".repeat(81), "has 81 lines"],
    ["a gap between migrations", "migrations/0003_a.sql", "select 1;", "should be number 0002"],
  ])("%s", (_, file, text, says) => {
    const found = judge({ [file]: file.endsWith(".ts") ? `/** One. */\n${text}` : text });

    expect(found.join("\n")).toContain(path.dirname(file));
    expect(found.join("\n")).toContain(says);
  });

  it("a file that nobody imports", () => {
    const main = '/** Builds. */\nimport "./app/say.ts";';

    expect(judge({ "src/main.ts": main })).toEqual(["src/log.ts is imported by nobody"]);
  });

  it("a cycle of values, but not of types", () => {
    const a = '/** A. */\nimport { b } from "./b.ts";';
    const typeOnly = '/** B. */\nimport type { A } from "./a.ts";';

    expect(judge({ "src/app/a.ts": a, "src/app/b.ts": typeOnly })).toEqual([]);
    expect(judge({ "src/app/a.ts": a, "src/app/b.ts": typeOnly.replace("type ", "") })).toEqual([
      "cycle: app/a.ts -> app/b.ts -> app/a.ts",
    ]);
  });

  it("a folder with thirteen files, and not with twelve", () => {
    const many = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`src/store/f${index}.ts`, "/** One. */"]),
      );

    expect(judge(many(12))).toEqual([]);
    expect(judge(many(13))).toEqual(["src/store has 13 files; at most 12"]);
  });

  it("a package that is not locked, also one of another platform", () => {
    const one = { version: "1.0.0" };
    const packages = {
      "": { dependencies: { a: "1.0.0" } },
      "node_modules/a": { ...one, dependencies: { b: "1.0.0" }, optionalDependencies: { c: "1" } },
      "node_modules/a/node_modules/b": { ...one, dependencies: { d: "1.0.0" } },
      "node_modules/d": one,
    };

    expect(findLockProblems(JSON.stringify({ packages }))).toEqual([
      "node_modules/a needs c, which is not locked",
    ]);
  });

  it("too many dependencies or scripts, an inexact version", () => {
    const many = (count: number, value: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, value]));
    const text = JSON.stringify({
      scripts: many(11, "node a.js"),
      dependencies: { ...many(14, "1.0.0"), loose: "^1.0.0" },
      devDependencies: {},
      optionalDependencies: {},
    });

    expect(findPackageProblems(text)).toEqual([
      'loose has the inexact version "^1.0.0"',
      "15 runtime dependencies",
      "11 scripts; at most 10",
    ]);
  });
});

describe("what is not code is not judged", () => {
  it.each([
    ["a comment", '// import "pg"\n/* Date.now() */ const a = 1;'],
    ["a string", "const a = 'import \"pg\"; Date.now()';"],
    ["a template", 'const a = `import "pg" ${b({ c: `Date.now()` })} Date.now()`;'],
    ["a regular expression", 'const a = /Date.now()"/.test(b); const d = /[/"]/;'],
    ["a date made from a value", "const a = new Date(b); const c: Date = a;"],
    ["a variable called env", "const env = 1;"],
    ["a property with such a name", "const a = b.process.c; d.fetch(e); f.performance.g;"],
  ])("%s", (_, text) => {
    expect(judge({ "src/domain/a.ts": `/** One. */\n${text}` })).toEqual([]);
  });

  it("a division does not hide the code behind it", () => {
    expect(scanSource('const a = b / c; import("x"); const d = (1) / 2;').imports).toEqual([
      { specifier: "x", line: 1, typeOnly: false },
    ]);
  });
});
