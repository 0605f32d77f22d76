/** Which requirement the words mean: its name, a part of its name or title, or a near miss. */
import type { RequirementName } from "../../domain/ids.ts";
import type { Refusal } from "../../domain/refusal.ts";
import type { MigrationView, RequirementView } from "../../domain/requirements/view.ts";
import { editsBetween, forgivenEdits } from "./closeness.ts";

/** The requirement, or a refusal with at most three suggestions. */
export function findRequirement(
  view: MigrationView,
  about: {
    readonly requirement?: RequirementName | undefined;
    readonly words?: string | undefined;
  },
): RequirementView | Refusal {
  if (about.requirement !== undefined) {
    const named = view.requirements.find(({ name }) => name === about.requirement);
    return named ?? { refused: "unknown_requirement", text: about.requirement, suggestions: [] };
  }
  if (about.words === undefined || about.words.trim() === "")
    return { refused: "requirement_needed" };
  return byWords(view, about.words);
}

function byWords(view: MigrationView, words: string): RequirementView | Refusal {
  const said = tokens(words);
  const exact = view.requirements.find(({ name }) => name === said.join("_"));
  if (exact) return exact;
  const scored = view.requirements
    .map((requirement) => ({ requirement, score: scoreOf(requirement, said) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const [best, second] = scored;
  if (best && best.score >= said.length && best.score > (second?.score ?? 0))
    return best.requirement;
  const suggestions = scored.slice(0, 3).map(({ requirement }) => requirement.name);
  return { refused: "unknown_requirement", text: words.slice(0, 60), suggestions };
}

/** A whole word counts 1.5, a near one or a beginning 1; what is not found counts nothing. */
function scoreOf(requirement: RequirementView, said: readonly string[]): number {
  const { title, modal_title } = requirement.definition;
  const own = tokens(`${requirement.name} ${title} ${modal_title}`);
  return said
    .map((word) => (own.includes(word) ? 1.5 : own.some((other) => isNear(word, other)) ? 1 : 0))
    .reduce<number>((sum, score) => sum + score, 0);
}

function isNear(word: string, other: string): boolean {
  if (word.length >= 3 && other.startsWith(word)) return true;
  return editsBetween(word, other) <= Math.min(forgivenEdits(word), forgivenEdits(other));
}

function tokens(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((token) => token !== "")
    .slice(0, 20);
}
