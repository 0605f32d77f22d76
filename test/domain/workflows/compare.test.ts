import { describe, expect, it } from "vitest";
import { areProblems, checkWorkflow } from "../../../src/domain/workflows/check.ts";
import { changedRequirements } from "../../../src/domain/workflows/compare.ts";
import type { Definition } from "../../../src/domain/workflows/definition.ts";
import { aRequirement, aWorkflow } from "./samples.ts";

function define(requirements: readonly unknown[]): Definition {
  const checked = checkWorkflow("test.yml", aWorkflow({ requirements }));
  if (areProblems(checked)) throw new Error(JSON.stringify(checked));
  return checked;
}

describe("adopting a newer definition", () => {
  const before = define([aRequirement(), aRequirement({ name: "second_item" })]);

  it("re-opens nothing when nothing changed", () => {
    const after = define([
      aRequirement({ advisory: false }),
      aRequirement({ name: "second_item" }),
    ]);
    expect(changedRequirements(before, after)).toEqual([]);
    expect(after.hash).toBe(before.hash);
  });

  it("re-opens the requirement whose words changed, and no other", () => {
    const after = define([aRequirement(), aRequirement({ name: "second_item", why: "Because." })]);
    expect(changedRequirements(before, after)).toEqual(["second_item"]);
    expect(after.hash).not.toBe(before.hash);
  });

  it("opens a requirement that is new, and forgets one that is gone", () => {
    const after = define([aRequirement({ name: "third_item" }), aRequirement()]);
    expect(changedRequirements(before, after)).toEqual(["third_item"]);
  });
});
