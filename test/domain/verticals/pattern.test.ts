import { describe, expect, it } from "vitest";
import { compilePatterns, findPatterns } from "../../../src/domain/verticals/pattern.ts";

const SET = compilePatterns(
  ["air", "air show/shows", "show air", "pharma*", "*medicine"].map((pattern) => ({
    pattern,
    meaning: pattern,
  })),
);

function meanings(text: string, taken?: ReadonlySet<number>) {
  return findPatterns(SET, text.split(" "), taken).map(({ meaning }) => meaning);
}

describe("the patterns in a text", () => {
  it.each([
    ["air", ["air"]],
    ["air shows", ["air show/shows"]],
    ["the air show air", ["air show/shows", "air"]],
    ["air air", ["air", "air"]],
    ["pharma", ["pharma*"]],
    ["pharmacology telemedicine", ["pharma*", "*medicine"]],
    ["showair", []],
    ["", []],
  ])("are the longest, none overlapping another: %j", (text, found) => {
    expect(meanings(text)).toEqual(found);
  });

  it("leave alone the words that are taken", () => {
    expect(meanings("air show", new Set([1]))).toEqual(["air"]);
    expect(meanings("air show air", new Set([0]))).toEqual(["show air"]);
    expect(meanings("air", new Set([0]))).toEqual([]);
  });
});
