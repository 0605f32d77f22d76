import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import type { Problem } from "../../src/domain/workflows/problem.ts";
import { keepParsedTexts, readParsedTexts } from "../../src/store/workflow-files/parsed.ts";
import { generateWorkflowSchema, readWorkflowFiles } from "../../src/store/workflow-files/read.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "workflows-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function problems(): readonly Problem[] {
  const read = readWorkflowFiles(folder);
  return "problems" in read ? read.problems : [];
}

/** The problems of one file with this text. */
function problemsOf(text: string | Uint8Array): readonly Problem[] {
  writeFileSync(join(folder, "test.yml"), text);
  return problems();
}

const FINE = `vertical: TEST
title: Test
version: 1
order: 50
requirements: []
`;
const BOMB = `${FINE}a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
`;

describe("a workflow file", () => {
  it("that is fine is read", () => {
    expect(problemsOf(FINE)).toEqual([]);
  });

  test.each([
    ["a tab", FINE.replace("title: Test", "title:\tTest"), "line 2", "a tab: use spaces"],
    ["an anchor bomb", BOMB, "line 6", "an anchor (&a): leave it out"],
    ["an alias", `${FINE}notes: [*x]\n`, "line 6", "an alias (*x): write it out"],
    [
      "a merge key",
      FINE.replace("requirements: []", "requirements: []\n<<: { title: Other }"),
      "line 6",
      "a merge key (<<): write it out",
    ],
    [
      "a tag that runs code",
      FINE.replace("title: Test", 'title: !!js/function "() => 1"'),
      "line 2",
      "a tag (tag:yaml.org,2002:js/function): leave it out",
    ],
    [
      "a tag of its own",
      FINE.replace("Test", "!secret Test"),
      "line 2",
      "a tag (!secret): leave it out",
    ],
    ["a key twice", `${FINE}title: Again\n`, "line 6", "Map keys must be unique"],
    ["a bare no", FINE.replace("Test", "no"), "line 2", 'no without quotes: write "no"'],
    ["a bare On", FINE.replace("Test", "On"), "line 2", 'On without quotes: write "On"'],
    [
      "a number that starts with 0",
      FINE.replace("order: 50", "order: 050"),
      "line 4",
      "050 starts with 0: write the number without it, or quotes around it",
    ],
    [
      "an older YAML",
      `%YAML 1.1\n---\n${FINE}`,
      "line 1",
      "a directive (%YAML, %TAG): leave it out",
    ],
    ["lists without end", `${FINE}notes: ${"[".repeat(100_000)}`, "line 1", "nests too deeply"],
    ["nothing in it", "", "", "expected object, received null"],
    ["a bare on for a key", `${FINE}on: true\n`, "line 6", 'on without quotes: write "on"'],
    ["a poisoned key", `${FINE}__proto__: { title: Other }\n`, "__proto__", "unknown key"],
  ])("with %s is refused at its place", (_, text, path, reason) => {
    expect(problemsOf(text)).toContainEqual({ file: "test.yml", path, reason });
  });

  it("that is too large, or no text, is refused unread", () => {
    expect(problemsOf(`${FINE}# ${"x".repeat(512 * 1024)}\n`)).toEqual([
      { file: "test.yml", path: "", reason: "larger than 512 KB" },
    ]);
    expect(problemsOf(new Uint8Array([0xff, 0xfe, 0x00]))).toEqual([
      { file: "test.yml", path: "", reason: "is not UTF-8 text" },
    ]);
  });

  it("may use Windows line ends and a byte order mark", () => {
    expect(problemsOf(`\uFEFF${FINE.replaceAll("\n", "\r\n")}`)).toEqual([]);
  });

  it("with a thousand levels or steps is answered in time", () => {
    const notes = Array.from({ length: 10_000 }, (_, i) => `  - Step ${i}\n`).join("");
    expect(problemsOf(`${FINE}notes:\n${notes}`)).toEqual([]);
    const nest = (levels: number) => `${FINE}notes: ${"[".repeat(levels)}${"]".repeat(levels)}\n`;
    expect(problemsOf(nest(100))).toEqual([
      { file: "test.yml", path: "", reason: "nests deeper than 40 levels" },
    ]);
    expect(problemsOf(nest(100_000))).toEqual([
      { file: "test.yml", path: "line 1", reason: "nests too deeply" },
    ]);
  }, 20_000);
});

describe("a folder of workflow files", () => {
  it("reports every problem of every file at once", () => {
    writeFileSync(join(folder, "a.yml"), FINE.replace("order: 50", "order: none"));
    writeFileSync(join(folder, "b.yaml"), FINE.replace("title: Test", "tilte: Test"));
    writeFileSync(join(folder, "notes.txt"), "not: [read");
    expect(problems()).toEqual([
      { file: "a.yml", path: "order", reason: "expected number, received string" },
      { file: "b.yaml", path: "title", reason: "is missing" },
      { file: "b.yaml", path: "tilte", reason: "unknown key" },
    ]);
  });

  it("reports what does not fit between files", () => {
    writeFileSync(join(folder, "a.yml"), FINE);
    writeFileSync(join(folder, "b.yml"), FINE.replace("order: 50", "order: 51"));
    expect(problems()).toEqual([
      { file: "b.yml", path: "vertical", reason: "vertical test is in a.yml already" },
    ]);
  });

  it("gives the definitions in their order, the same file by the same hash", () => {
    writeFileSync(join(folder, "a.yml"), FINE);
    writeFileSync(join(folder, "b.yml"), FINE.replace("TEST", "FIRST").replace("50", "1"));
    const read = readWorkflowFiles(folder);
    const definitions = "definitions" in read ? read.definitions : [];
    expect(definitions.map(({ file }) => file)).toEqual(["b.yml", "a.yml"]);
    writeFileSync(join(folder, "a.yml"), `# a remark\n${FINE}notes: []\n`);
    const again = readWorkflowFiles(folder);
    expect("definitions" in again && again.definitions[1]?.hash).toBe(definitions[1]?.hash);
  });

  it("that is empty or missing is refused", () => {
    expect(problems()).toEqual([
      { file: folder, path: "", reason: "the folder holds no workflow file" },
    ]);
    expect(readWorkflowFiles(join(folder, "gone"))).toEqual({
      problems: [{ file: join(folder, "gone"), path: "", reason: "the folder cannot be read" }],
    });
  });
});

describe("what the build has read of the workflow files", () => {
  const kept = (from: string) => {
    keepParsedTexts(from, folder);
    return readParsedTexts(join(folder, "parsed-workflows.json"));
  };

  it("gives the same definitions as the files themselves, without their YAML being read", () => {
    const known = kept("workflows");

    expect(known.size).toBe(5);
    expect(readWorkflowFiles("workflows", known)).toEqual(
      readWorkflowFiles("workflows", new Map()),
    );
    const emptied = new Map([...known.keys()].map((hash) => [hash, {}]));
    expect("problems" in readWorkflowFiles("workflows", emptied)).toBe(true);
  });

  it("says nothing about a file that was changed since", () => {
    writeFileSync(join(folder, "test.yml"), FINE);
    const known = kept(folder);
    writeFileSync(join(folder, "test.yml"), FINE.replace("title: Test", "title: Changed"));
    const read = readWorkflowFiles(folder, known);

    expect("definitions" in read && read.definitions[0]?.workflow.title).toBe("Changed");
  });

  it("holds no text that is refused", () => {
    writeFileSync(join(folder, "test.yml"), BOMB);
    expect(kept(folder).size).toBe(0);
  });

  it.each(["", "[", "null", "7"])("is done without when it says %j", (text) => {
    const file = join(folder, "parsed-workflows.json");
    writeFileSync(file, text);
    expect(readParsedTexts(file).size).toBe(0);
    expect(readParsedTexts(join(folder, "gone")).size).toBe(0);
  });
});

describe("the schema for editors", () => {
  it("is the one that the sources give", () => {
    expect(readFileSync("workflows/schema.json", "utf8")).toBe(generateWorkflowSchema());
  });

  it("refuses unknown keys and knows the stages", () => {
    const schema: unknown = JSON.parse(generateWorkflowSchema());
    expect(schema).toMatchObject({
      additionalProperties: false,
      required: expect.arrayContaining(["vertical", "requirements"]),
    });
    expect(generateWorkflowSchema()).toContain('"enum": [\n');
  });
});
