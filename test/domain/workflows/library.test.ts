import { describe, expect, it, test } from "vitest";
import { areProblems, checkLibrary, checkWorkflow } from "../../../src/domain/workflows/check.ts";
import type { Definition } from "../../../src/domain/workflows/definition.ts";
import { aRequirement, aWorkflow } from "./samples.ts";

const R = "requirements[0]";

describe("files together", () => {
  function define(file: string, workflow: object): Definition {
    const checked = checkWorkflow(file, workflow);
    if (areProblems(checked)) throw new Error(JSON.stringify(checked));
    return checked;
  }
  const first = define("a.yml", aWorkflow());
  const second = (changes: object, requirement: object = {}) =>
    define(
      "b.yml",
      aWorkflow({
        vertical: "OTHER",
        order: 51,
        requirements: [aRequirement({ name: "other_item", ...requirement })],
        ...changes,
      }),
    );

  it("are accepted when nothing collides", () => {
    expect(checkLibrary([first, second({})])).toEqual([]);
  });

  test.each([
    [
      "a vertical twice",
      second({ vertical: "test" }),
      "vertical",
      "vertical test is in a.yml already",
    ],
    ["a place in the order twice", second({ order: 50 }), "order", "order 50 is in a.yml already"],
    [
      "a requirement in two files",
      second({}, { name: "first_item" }),
      `${R}.name`,
      "requirement first_item is in a.yml already",
    ],
    [
      "a question of a requirement that does not exist",
      second({}, { applies_if: { field: "gone.kind", op: "eq", value: "bad" } }),
      `${R}.applies_if.field`,
      "no question gone.kind",
    ],
    [
      "an option that the other file does not offer",
      second({}, { applies_if: { field: "first_item.kind", op: "eq", value: "ugly" } }),
      `${R}.applies_if.value`,
      "kind has no option ugly",
    ],
    [
      "a fact that nobody sets",
      second({}, { applies_if: { field: "fact.moon", op: "eq", value: true } }),
      `${R}.applies_if.field`,
      "no answer sets the fact moon",
    ],
    [
      "a vertical without a file",
      second({}, { applies_if: { field: "verticals", op: "includes", value: "GONE" } }),
      `${R}.applies_if.value`,
      "no vertical GONE",
    ],
    [
      "not applicable by a requirement that does not exist",
      second(
        {},
        {
          not_applicable: {
            derived: {
              from: "gone",
              when: { field: "kind", op: "eq", value: "bad" },
              reason: "So.",
            },
          },
        },
      ),
      `${R}.not_applicable.derived.from`,
      "no other requirement gone",
    ],
  ])("with %s are refused", (_, bad, path, reason) => {
    expect(checkLibrary([first, bad])).toContainEqual({ file: "b.yml", path, reason });
  });

  it("that depend on one another in a circle are refused", () => {
    const one = define(
      "a.yml",
      aWorkflow({
        requirements: [
          aRequirement({ applies_if: { field: "other_item.kind", op: "eq", value: "bad" } }),
        ],
      }),
    );
    const other = second({}, { applies_if: { field: "first_item.kind", op: "eq", value: "bad" } });
    expect(checkLibrary([one, other])).toContainEqual({
      file: "a.yml",
      path: `${R}.ask[0].show_if`,
      reason: "depends on itself: first_item.kind -> other_item.kind -> first_item.kind",
    });
  });
});
