/** No regular expression of ours takes long over any text that somebody may send. */
import { describe, expect, it } from "vitest";
import { findSlowText } from "../support/probe-regexp.ts";
import { readTree } from "./read-tree.ts";
import { scanSource } from "./scan-source.ts";

/** Longer than any text that is judged: typed text has 2,000 letters, a log line is cut to them. */
const LENGTH = 20_000;
const LIMIT_MS = 100;

interface Literal {
  readonly place: string;
  readonly pattern: RegExp;
}

/** Every literal of a source; strings and comments are blank in the scan, and what is inside a literal too. */
function literalsIn(file: string, source: string): readonly Literal[] {
  const { code } = scanSource(source);
  return [...code.matchAll(/\/( +)\/([dgimsuvy]*)/g)]
    .map((match) => {
      const from = match.index + 1;
      const text = source.slice(from, from + String(match[1]).length);
      const line = source.slice(0, from).split("\n").length;
      return { text, flags: String(match[2]), place: `${file}:${line}` };
    })
    .filter(({ text }) => text.trim() !== "")
    .map(({ text, flags, place }) => ({ place, pattern: new RegExp(text, flags) }));
}

const sources = [...readTree(["src"])].filter(([file]) => /\.(ts|mjs|js)$/.test(file));
const literals = sources.flatMap(([file, source]) => literalsIn(file, source));

/**
 * Literals that take the square of the length, with the length that their text is cut to before. A new one belongs
 * here only when the cut stands in the code.
 */
const CUT: Readonly<Record<string, number>> = {
  // The slashes behind an address of the settings.
  "\\/+$": 2_000,
};

describe("the probe", () => {
  it.each([
    /^(a+)+$/,
    /^(a|aa)+$/,
    /(\w+\s?)*!/,
    /^(\d+\.?)+x/,
    /a.*b.*c.*d/,
    /\s+$/,
    /^[\w.]+@([a-z]+\.?)+$/,
    /(x+x+)+y/,
    /^prefix: (.*,)*$/,
    /"(\\?.)*"/,
    /-B[\s\S]*E-/,
  ])("finds a slow text for %s", (pattern) => {
    expect(findSlowText(pattern, { length: LENGTH, limitMs: LIMIT_MS })).not.toBeNull();
  });

  it.each([/^a+$/, /^v0=([0-9a-f]{64})$/, /[^a-z]+/g, /^(?:[a-z]+\.)+[a-z]{2,}$/])(
    "finds none for %s",
    (pattern) => {
      expect(findSlowText(pattern, { length: LENGTH, limitMs: LIMIT_MS })).toBeNull();
    },
  );

  it("reads the literals of a source and nothing that only looks like one", () => {
    const source = 'const a = /x[/]y/gi; const b = 6 / 2 / 1; // /no/\nconst c = "/no/"; f(/z/u);';

    expect(literalsIn("a.ts", source).map(({ pattern }) => String(pattern))).toEqual([
      "/x[/]y/gi",
      "/z/u",
    ]);
  });
});

describe("the regular expressions of the product", () => {
  it("are found", () => {
    expect(literals.length).toBeGreaterThan(100);
  });

  it("take no time over any text", { timeout: 60_000 }, () => {
    const slow = literals.flatMap(({ place, pattern }) => {
      const length = CUT[pattern.source] ?? LENGTH;
      const text = findSlowText(pattern, { length, limitMs: LIMIT_MS });
      return text === null ? [] : [`${place} ${pattern} takes long over ${JSON.stringify(text)}`];
    });

    expect(slow).toEqual([]);
  });
});
