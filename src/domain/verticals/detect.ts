/**
 * Says which verticals an industry text suggests: those that apply, those worth one question, and the words that
 * only look like a keyword. It suggests; a person confirms.
 */
import type { Definition } from "../workflows/definition.ts";
import type { Detect } from "../workflows/detect.ts";
import type { DetectedVertical, Detection, Match } from "./detection.ts";
import { findFlags, findHits, type Hit } from "./find-hits.ts";
import { type Answer, vocabularyOf } from "./vocabulary.ts";
import { readWords, type Word } from "./words.ts";

/** What people type when they do not answer. */
const NO_ANSWERS = new Set([
  ..."na|n a|none|null|nil|nothing|unknown|tbd|tba|tbc|todo|idk|dunno|test|testing".split("|"),
  ..."other|misc|various|any|anything|yes|no|nope|ok|hi|hello|help|asdf|qwerty|foo|xxx".split("|"),
  ..."not sure|dont know|i dont know|do not know|not applicable|no idea|undefined".split("|"),
  ..."see above|to be determined|not known|blank|empty|industry|not specified".split("|"),
]);

interface Outcome {
  readonly vertical: string;
  readonly decision: "auto" | Answer | null;
  readonly matches: readonly Match[];
  readonly flags: readonly string[];
  readonly together: Detect["together"];
}

/** The words as they stand in the text, without control and invisible characters. */
function quote(text: string, words: readonly Word[], hit: Hit): string {
  const start = words[hit.from]?.start ?? 0;
  const end = words[hit.to - 1]?.end ?? start;
  const visible = text.slice(start, end).replace(/[\p{Cc}\p{Cf}]/gu, "");
  return [...visible].slice(0, 80).join("");
}

function toMatch(vertical: string, word: string, { verdict }: Hit): Match {
  if (verdict.decision === "ask")
    return { vertical, word, decision: "ask", default: verdict.default, why: verdict.why };
  const decision = verdict.decision === "auto" ? "auto" : "ignored";
  return { vertical, word, decision, why: verdict.why };
}

function decide(matches: readonly Match[]): Outcome["decision"] {
  if (matches.some(({ decision }) => decision === "auto")) return "auto";
  const asked = matches.filter(({ decision }) => decision === "ask");
  if (asked.length === 0) return null;
  return asked.some((match) => match.default === "yes") ? "yes" : "no";
}

function judge(vertical: string, detect: Detect, source: { text: string; words: readonly Word[] }) {
  const { text, words } = source;
  const vocabulary = vocabularyOf(detect);
  const matches = findHits(vocabulary, words).map((hit) =>
    toMatch(vertical, quote(text, words, hit), hit),
  );
  const decision = decide(matches);
  const flags = decision === null ? [] : findFlags(vocabulary, words);
  return { vertical, decision, matches, flags, together: detect.together } satisfies Outcome;
}

/** A flag for two verticals at once: certain when both apply, possible when neither is likely to be denied. */
function flagTogether(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.flatMap(({ decision, together }) =>
    together.flatMap((rule) => {
      const other = outcomes.find(({ vertical }) => vertical === rule.with)?.decision ?? null;
      if (decision === "auto" && other === "auto") return [rule.flag];
      const likely = [decision, other].every((each) => each === "auto" || each === "yes");
      return likely && rule.possible !== undefined ? [rule.possible] : [];
    }),
  );
}

function needsInput(words: readonly Word[]): boolean {
  if (!words.some(({ text }) => /[a-z]{2}/.test(text))) return true;
  return NO_ANSWERS.has(words.map(({ text }) => text).join(" "));
}

/** What the industry text suggests, by the words in the workflow files. Never throws, whatever the text. */
export function detectVerticals(text: string, definitions: readonly Definition[]): Detection {
  const words = readWords(text);
  const outcomes = definitions
    .map(({ workflow }) => workflow)
    .toSorted((a, b) => a.order - b.order)
    .flatMap(({ vertical, detect }) =>
      detect === undefined ? [] : [judge(vertical, detect, { text, words })],
    );
  const found = outcomes.some(({ decision }) => decision !== null);
  const flags = [...outcomes.flatMap((outcome) => outcome.flags), ...flagTogether(outcomes)];
  if (!found && needsInput(words)) flags.push("needs_input");
  return {
    auto: outcomes.filter(({ decision }) => decision === "auto").map(({ vertical }) => vertical),
    ask: outcomes.flatMap(({ vertical, decision }) =>
      decision === "yes" || decision === "no" ? [{ vertical, default: decision }] : [],
    ),
    flags: [...new Set(flags)],
    matches: outcomes.flatMap(({ matches }) => matches),
  };
}

/** The detected verticals, each with the word that decided, as they are shown and kept. */
export function describeDetection(detection: Detection): readonly DetectedVertical[] {
  const described = [
    ...detection.auto.map((vertical) => ({ vertical, decision: "auto", default: "yes" }) as const),
    ...detection.ask.map((ask) => ({ ...ask, decision: "ask" }) as const),
  ];
  return described.map((each) => {
    const match = detection.matches.find(
      ({ vertical, decision, default: answer }) =>
        vertical === each.vertical &&
        decision === each.decision &&
        (decision === "auto" || answer === each.default),
    );
    return { ...each, word: match?.word ?? "", why: match?.why ?? "" };
  });
}
