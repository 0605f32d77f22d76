import { describe, expect, it } from "vitest";
import { saidTogether } from "../../../src/domain/verticals/together.ts";
import { readTree } from "../../house/read-tree.ts";
import { aDefinition, readWorkflowFiles } from "./workflow-files.ts";

const GUIDE = /^FERPA and HIPAA both apply: flag to your manager/;
const DEFINITIONS = readWorkflowFiles();
const keywords = [{ word: "aviation" }];

/** A vertical of a team's own beside those of the product. */
function withTeam(pair: object) {
  const own = aDefinition("FAA", 9, { keywords, together: [{ with: "HIPAA", ...pair }] });
  return [...DEFINITIONS, own];
}

describe("verticals that apply together", () => {
  it.each<[string, readonly string[] | null, readonly string[], boolean]>([
    ["both confirmed", ["HIPAA", "FERPA"], [], true],
    ["both confirmed among others", ["HIPAA", "PCI", "FERPA"], [], true],
    ["one confirmed, whatever the text said", ["FERPA"], ["co_application"], false],
    ["none confirmed", [], ["co_application"], false],
    ["not confirmed yet, and the text says both", null, ["co_application"], true],
    ["not confirmed yet, and the text says one", null, ["k12"], false],
  ])("are said in the guide's words when %s: %j", (_, verticals, flags, isSaid) => {
    const said = saidTogether(DEFINITIONS, { verticals, flags });

    expect(said.length).toBe(isSaid ? 1 : 0);
    if (isSaid) expect(said[0]).toMatch(GUIDE);
  });

  it("are said to be possible while the text only asks", () => {
    expect(
      saidTogether(DEFINITIONS, { verticals: null, flags: ["co_application_possible"] }),
    ).toEqual(["FERPA and HIPAA may both apply here; if they do, compliance counsel is involved."]);
  });

  it("of a team's own are said in its own words", () => {
    const definitions = withTeam({
      flag: "air_ambulance",
      says: "An air ambulance: ask the chief pilot.",
      possible: "air_ambulance_possible",
      possible_says: "Perhaps an air ambulance.",
    });
    const said = (verticals: readonly string[] | null, ...flags: readonly string[]) =>
      saidTogether(definitions, { verticals, flags });

    expect(said(["FAA", "HIPAA"])).toEqual(["An air ambulance: ask the chief pilot."]);
    expect(said(null, "air_ambulance_possible")).toEqual(["Perhaps an air ambulance."]);
    expect(said(["FAA", "HIPAA", "FERPA"])).toEqual([
      expect.stringMatching(GUIDE),
      "An air ambulance: ask the chief pilot.",
    ]);
    expect(said(["FAA", "FERPA"])).toEqual([]);
  });

  it("without words of their own are named", () => {
    const definitions = withTeam({ flag: "air_ambulance", possible: "maybe" });

    expect(saidTogether(definitions, { verticals: ["FAA", "HIPAA"], flags: [] })).toEqual([
      "FAA and HIPAA both apply.",
    ]);
    expect(saidTogether(definitions, { verticals: null, flags: ["maybe"] })).toEqual([
      "FAA and HIPAA may both apply here.",
    ]);
  });

  it("are said once, by the first version of a file that has words", () => {
    const older = aDefinition("FERPA", 4, {
      keywords,
      together: [{ with: "HIPAA", flag: "co_application" }],
    });

    expect(
      saidTogether([older, ...DEFINITIONS], { verticals: ["FERPA", "HIPAA"], flags: [] }),
    ).toEqual([expect.stringMatching(GUIDE)]);
  });
});

describe("the code", () => {
  const named = /["'](HIPAA|FERPA|PCI|FedRAMP)["']/;

  it("knows no vertical by its name", () => {
    const files = [...readTree(["src"])];

    expect(files.length).toBeGreaterThan(100);
    expect(files.filter(([, text]) => named.test(text)).map(([file]) => file)).toEqual([]);
    expect('verticals.includes("FERPA")').toMatch(named);
  });
});
