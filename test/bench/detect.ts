/** How long it takes to suggest verticals for what a person wrote about a customer. */
import { detectVerticals } from "../../src/domain/verticals/detect.ts";
import { INDUSTRY_CASES } from "../domain/verticals/industry-cases.ts";
import { readWorkflowFiles } from "../domain/verticals/workflow-files.ts";
import { measure, type Result } from "./measure.ts";

const REPEATS = 5;

export async function benchDetect(): Promise<readonly Result[]> {
  const definitions = readWorkflowFiles();
  const texts = INDUSTRY_CASES.map(([text]) => text);
  let n = 0;
  const next = (): string => texts[n++ % texts.length] ?? "";
  const many = Array.from({ length: REPEATS });
  const perText = await measure({
    what: `detect, ${REPEATS} texts`,
    ours: {
      name: "suggest verticals",
      run: () => many.map(() => detectVerticals(next(), definitions)),
    },
    peer: {
      name: "split into words",
      run: () => many.map(() => next().toLowerCase().split(/\W+/)),
    },
    each: texts.length,
    goal: null,
  });
  return [perText];
}
