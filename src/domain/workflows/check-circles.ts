/** Whether what is shown depends on itself: questions shown by facts that their own answers set, and the like. */
import { fieldsIn } from "./conditions-in.ts";
import type { Outcome, Requirement } from "./definition.ts";

export interface Circle {
  /** The requirement and the question at which it is reported. */
  readonly requirement: string;
  readonly question: string;
  /** What depends on what, back to the first. */
  readonly through: readonly string[];
}

/** By question (`requirement.question`) or fact (`fact.name`): what decides whether it is there. */
type Dependencies = Map<string, Set<string>>;

/** Every circle among the questions and facts of some requirements. */
export function findCircles(requirements: readonly Requirement[]): readonly Circle[] {
  const dependencies = dependenciesOf(requirements);
  const circles: Circle[] = [];
  for (;;) {
    dropSettled(dependencies);
    const through = walkRound(dependencies);
    if (through.length === 0) return circles;
    circles.push(describe(through));
    for (const node of through) dependencies.delete(node);
  }
}

function dependenciesOf(requirements: readonly Requirement[]): Dependencies {
  const dependencies: Dependencies = new Map();
  for (const requirement of requirements) {
    const own = new Set(requirement.ask.map(({ id }) => id));
    const nodeOf = (field: string) => (own.has(field) ? `${requirement.name}.${field}` : field);
    const always = requirement.applies_if ? fieldsIn(requirement.applies_if) : [];
    for (const question of requirement.ask) {
      const node = nodeOf(question.id);
      const shown = question.show_if ? fieldsIn(question.show_if) : [];
      dependencies.set(node, new Set([...always, ...shown].map(nodeOf)));
      for (const outcome of question.outcomes ?? []) {
        addFact(dependencies, outcome, [node, ...fieldsIn(outcome.when).map(nodeOf)]);
      }
    }
  }
  return dependencies;
}

function addFact(dependencies: Dependencies, { set }: Outcome, nodes: readonly string[]): void {
  if (!set) return;
  const node = `fact.${set.fact}`;
  dependencies.set(node, new Set([...(dependencies.get(node) ?? []), ...nodes]));
}

/** Removes, again and again, what depends on nothing that is left. */
function dropSettled(dependencies: Dependencies): void {
  const dependants = dependantsIn(dependencies);
  const open = new Map<string, number>();
  for (const node of [...dependants.values()].flat()) open.set(node, (open.get(node) ?? 0) + 1);
  const settled = [...dependencies.keys()].filter((node) => !open.has(node));
  for (let node = settled.pop(); node !== undefined; node = settled.pop()) {
    dependencies.delete(node);
    for (const dependant of dependants.get(node) ?? []) {
      const left = (open.get(dependant) ?? 0) - 1;
      open.set(dependant, left);
      if (left === 0) settled.push(dependant);
    }
  }
}

/** For each node that is left, what depends on it. */
function dependantsIn(dependencies: Dependencies): ReadonlyMap<string, readonly string[]> {
  const dependants = new Map<string, string[]>();
  for (const [node, needs] of dependencies) {
    for (const need of needs) {
      if (!dependencies.has(need)) continue;
      const known = dependants.get(need);
      if (known) known.push(node);
      else dependants.set(need, [node]);
    }
  }
  return dependants;
}

/** One round trip through what is left, or nothing. */
function walkRound(dependencies: Dependencies): readonly string[] {
  const walked: string[] = [];
  let [node] = dependencies.keys();
  while (node !== undefined && !walked.includes(node)) {
    walked.push(node);
    node = [...(dependencies.get(node) ?? [])].find((need) => dependencies.has(need));
  }
  return node === undefined ? [] : walked.slice(walked.indexOf(node));
}

/** A circle always goes through a question: a fact depends on the question that sets it. */
function describe(through: readonly string[]): Circle {
  const first = through.find((node) => !node.startsWith("fact.")) ?? "";
  const [requirement = "", question = ""] = first.split(".");
  return { requirement, question, through: [...through, through[0] ?? ""] };
}
