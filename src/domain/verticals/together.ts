/**
 * What the workflow files say of verticals that apply together: "this and that both apply: flag to your manager".
 * A file without words of its own says no more than that they do.
 */
import type { Definition, Workflow } from "../workflows/definition.ts";
import type { Detect } from "../workflows/detect.ts";

/** Before anybody confirmed, the flags of the industry text say what may apply; then what was confirmed does. */
export interface Applying {
  readonly verticals: readonly string[] | null;
  readonly flags: readonly string[];
}

type Pair = Detect["together"][number] & { readonly vertical: string };

/** A sentence a pair; of two versions of a file, the first that has words for it. */
export function saidTogether(
  definitions: readonly Definition[],
  applying: Applying,
): readonly string[] {
  const titles = new Map(definitions.map(({ workflow }) => [workflow.vertical, workflow.title]));
  const name = (vertical: string) => titles.get(vertical) ?? vertical;
  const said = new Map<string, { readonly sentence: string; readonly isOwn: boolean }>();
  for (const pair of definitions.flatMap(({ workflow }) => pairsOf(workflow))) {
    const certainty = certaintyOf(pair, applying);
    const key = [pair.vertical, pair.with].toSorted().join(" ");
    if (certainty === null || said.get(key)?.isOwn) continue;
    const own = certainty === "applies" ? pair.says : pair.possible_says;
    const verb = certainty === "applies" ? "both apply" : "may both apply here";
    const sentence = own ?? `${name(pair.vertical)} and ${name(pair.with)} ${verb}.`;
    said.set(key, { sentence, isOwn: own !== undefined });
  }
  return [...said.values()].map(({ sentence }) => sentence);
}

function pairsOf({ vertical, detect }: Workflow): readonly Pair[] {
  return (detect?.together ?? []).map((pair) => ({ ...pair, vertical }));
}

function certaintyOf(pair: Pair, { verticals, flags }: Applying): "applies" | "possible" | null {
  if (verticals !== null) {
    return [pair.vertical, pair.with].every((each) => verticals.includes(each)) ? "applies" : null;
  }
  if (flags.includes(pair.flag)) return "applies";
  return pair.possible !== undefined && flags.includes(pair.possible) ? "possible" : null;
}
