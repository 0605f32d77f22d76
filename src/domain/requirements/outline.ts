/** What is looked up in a requirement's definition again and again, worked out once: definitions never change. */
import { RequirementName } from "../ids.ts";
import type { Question, Requirement } from "../workflows/definition.ts";

/** A question with the name under which a view remembers whether it counts. */
export interface Asked {
  readonly question: Question;
  readonly key: string;
}

export interface Outline {
  readonly name: RequirementName;
  readonly asked: ReadonlyMap<string, Asked>;
  /** Whether an answer of it can set a fact. */
  readonly setsFacts: boolean;
}

const OUTLINES = new WeakMap<Requirement, Outline>();

export function outlineOf(requirement: Requirement): Outline {
  const known = OUTLINES.get(requirement);
  if (known) return known;
  const outline = draw(requirement);
  OUTLINES.set(requirement, outline);
  return outline;
}

function draw({ name, ask }: Requirement): Outline {
  const asked = new Map<string, Asked>();
  for (const question of ask) {
    if (!asked.has(question.id))
      asked.set(question.id, { question, key: `${name}.${question.id}` });
  }
  return {
    name: RequirementName.parse(name),
    asked,
    setsFacts: ask.some(({ outcomes = [] }) =>
      outcomes.some(({ effect }) => effect === "set_fact"),
    ),
  };
}
