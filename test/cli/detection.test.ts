/** Every industry text that detection is held to, typed at the command line as a person would type it. */
import { describe, expect, it } from "vitest";
import { parseArguments } from "../../src/cli/arguments.ts";
import { type CliApp, runRequest } from "../../src/cli/run.ts";
import { detectVerticals } from "../../src/domain/verticals/detect.ts";
import { ASKING_CASES } from "../domain/verticals/asking-cases.ts";
import { AUTOMATIC_CASES } from "../domain/verticals/automatic-cases.ts";
import { INDUSTRY_CASES } from "../domain/verticals/industry-cases.ts";
import { readWorkflowFiles } from "../domain/verticals/workflow-files.ts";

const DEFINITIONS = readWorkflowFiles();
const CASES = [...INDUSTRY_CASES, ...AUTOMATIC_CASES, ...ASKING_CASES];

async function detect(words: readonly string[]) {
  const request = parseArguments(words);
  if ("problem" in request) throw new Error(request.problem);
  let out = "";
  const code = await runRequest(request, {
    write: (text) => {
      out += text;
    },
    complain: () => undefined,
    version: "0",
    detect: (text) => detectVerticals(text, DEFINITIONS),
    openApp: (): Promise<CliApp> => Promise.reject(new Error("No database is needed.")),
    readToken: async () => null,
    wordRefusal: () => ({ headline: "", sections: [] }),
    saveFile: () => Promise.reject(new Error("No file is written.")),
  });
  return { code, out };
}

function words(text: string): readonly string[] {
  return text.split(" ").filter((word) => word !== "");
}

describe("--detect", () => {
  it("prints for every text what detection is held to, with exit code 0", async () => {
    for (const [text, auto, ask, flags] of CASES)
      for (const typed of [
        ["--detect", text, "--json"],
        [`--detect=${text}`, "--json"],
      ]) {
        const { code, out } = await detect(typed);
        const found: ReturnType<typeof detectVerticals> = JSON.parse(out);

        expect(code, text).toBe(0);
        expect(new Set(found.auto), text).toEqual(new Set(words(auto)));
        expect(new Set(found.ask.map((each) => `${each.vertical}:${each.default}`)), text).toEqual(
          new Set(words(ask)),
        );
        expect(new Set(found.flags), text).toEqual(new Set(words(flags)));
      }
  });

  it.each(["", "   ", "\t"])("asks for a text where %j was given", async (text) => {
    const { code, out } = await detect(["--detect", text, "--json"]);

    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ auto: [], ask: [], flags: ["needs_input"], matches: [] });
    expect((await detect(["--detect", text])).out).toContain("needs_input");
  });

  it.each(["--hospital", "--x hospital"])("reads %j as a text", async (text) => {
    const { code, out } = await detect([`--detect`, text, "--json"]);

    expect(code).toBe(0);
    expect(JSON.parse(out).auto).toEqual(["HIPAA"]);
  });
});
