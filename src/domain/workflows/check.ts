/** Whether workflow files may be used: every problem at once, each with file, path and reason. */
import type { Json } from "../audit/canonical.ts";
import { hashOf } from "../audit/canonical.ts";
import { PLATFORMS } from "../platforms/platform.ts";
import { checkApproval } from "./check-approval.ts";
import type { Circle } from "./check-circles.ts";
import { findCircles } from "./check-circles.ts";
import type { Known } from "./check-conditions.ts";
import { checkConditions, factsOf } from "./check-conditions.ts";
import { checkQuestions, duplicates } from "./check-questions.ts";
import type { Definition, Requirement } from "./definition.ts";
import { Workflow } from "./definition.ts";
import type { Finding, Problem } from "./problem.ts";
import { findingsOf } from "./problem.ts";

/** A file that nests deeper was not written by a person. */
const DEEPEST = 40;

/** The definition that a file holds, or everything that is wrong with it. */
export function checkWorkflow(file: string, value: unknown): Definition | readonly Problem[] {
  const inFile = (finding: Finding): Problem => ({ file, ...finding });
  if (isDeeperThan(value, DEEPEST)) {
    return [inFile({ path: "", reason: `nests deeper than ${DEEPEST} levels` })];
  }
  const parsed = Workflow.safeParse(value);
  if (!parsed.success) return findingsOf(parsed.error).map(inFile);
  const findings = checkContent(parsed.data);
  if (findings.length > 0) return findings.map(inFile);
  return { hash: hashOf(parsed.data satisfies Json), file, workflow: parsed.data };
}

/** True for the problems of `checkWorkflow`. */
export function areProblems(
  checked: Definition | readonly Problem[],
): checked is readonly Problem[] {
  return Array.isArray(checked);
}

/** What is wrong between files that are each fine. */
export function checkLibrary(definitions: readonly Definition[]): readonly Problem[] {
  const library = libraryOf(definitions.map(({ workflow }) => workflow));
  return [
    ...checkUnique(definitions),
    ...definitions.flatMap(({ file, workflow }) =>
      checkAgainstLibrary(workflow, library).map((finding) => ({ file, ...finding })),
    ),
  ];
}

/** What the files say together. */
interface Library {
  readonly requirements: ReadonlyMap<string, Requirement>;
  readonly facts: ReadonlySet<string>;
  readonly verticals: ReadonlySet<string>;
  readonly circles: readonly Circle[];
}

function libraryOf(workflows: readonly Workflow[]): Library {
  const requirements = workflows.flatMap((workflow) => workflow.requirements);
  return {
    requirements: new Map(requirements.map((requirement) => [requirement.name, requirement])),
    facts: factsOf(workflows),
    verticals: new Set(workflows.map(({ vertical }) => vertical)),
    circles: findCircles(requirements),
  };
}

function checkContent(workflow: Workflow): readonly Finding[] {
  const circles = findCircles(workflow.requirements);
  return [
    ...duplicates(
      workflow.requirements.map(({ name }) => name),
      (i) => `requirements[${i}].name`,
    ),
    ...workflow.requirements.flatMap((requirement, i) =>
      [
        ...checkName(requirement),
        ...checkQuestions(requirement),
        ...checkConditions(requirement, knownTo(requirement, null)),
        ...checkApproval(requirement),
        ...circlesOf(requirement, circles),
      ].map(within(i)),
    ),
    ...checkPlatforms(workflow),
  ];
}

function checkAgainstLibrary(workflow: Workflow, library: Library): readonly Finding[] {
  const together = (workflow.detect?.together ?? []).flatMap((pair, i) =>
    library.verticals.has(pair.with)
      ? []
      : [{ path: `detect.together[${i}].with`, reason: `no vertical ${pair.with}` }],
  );
  const inRequirements = workflow.requirements.flatMap((requirement, i) =>
    [
      ...checkConditions(requirement, knownTo(requirement, library)),
      ...checkDerived(requirement, library),
      ...circlesOf(requirement, library.circles),
    ].map(within(i)),
  );
  return [...together, ...inRequirements];
}

function within(index: number): (finding: Finding) => Finding {
  return ({ path, reason }) => ({ path: `requirements[${index}].${path}`, reason });
}

/** A requirement sees its own questions by id and others as `requirement.question`. */
function knownTo(requirement: Requirement, library: Library | null): Known {
  const questions = new Map(requirement.ask.map((question) => [question.id, question]));
  return {
    question: (field) => {
      const [name = "", id] = field.split(".");
      if (id === undefined) return questions.get(name);
      if (library === null) return "elsewhere";
      return library.requirements.get(name)?.ask.find((question) => question.id === id);
    },
    isFact: (name) => library === null || library.facts.has(name),
    isVertical: (name) => library === null || library.verticals.has(name),
  };
}

function checkName({ name }: Requirement): readonly Finding[] {
  return name === "fact"
    ? [{ path: "name", reason: "fact has another meaning in conditions" }]
    : [];
}

function checkDerived(requirement: Requirement, library: Library): readonly Finding[] {
  const from = requirement.not_applicable?.derived?.from;
  if (from === undefined || (from !== requirement.name && library.requirements.has(from)))
    return [];
  return [{ path: "not_applicable.derived.from", reason: `no other requirement ${from}` }];
}

function circlesOf(requirement: Requirement, circles: readonly Circle[]): readonly Finding[] {
  return circles
    .filter((circle) => circle.requirement === requirement.name)
    .map(({ question, through }) => ({
      path: `ask[${requirement.ask.findIndex(({ id }) => id === question)}].show_if`,
      reason: `depends on itself: ${through.join(" -> ")}`,
    }));
}

function checkPlatforms({ platforms = [] }: Workflow): readonly Finding[] {
  const sold = new Set(PLATFORMS.map(({ id }) => id));
  return [
    ...duplicates(
      platforms.map(({ platform }) => platform),
      (i) => `platforms[${i}].platform`,
    ),
    ...platforms.flatMap(({ platform }, i) =>
      sold.has(platform)
        ? []
        : [{ path: `platforms[${i}].platform`, reason: `expected one of ${[...sold].join("|")}` }],
    ),
  ];
}

/** Verticals, their order and requirement names belong to one file each. */
function checkUnique(definitions: readonly Definition[]): readonly Problem[] {
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { file, workflow } of definitions) {
    const claims: readonly (readonly [key: string, path: string])[] = [
      [`vertical ${workflow.vertical.toLowerCase()}`, "vertical"],
      [`order ${workflow.order}`, "order"],
      ...workflow.requirements.map(
        ({ name }, i) => [`requirement ${name}`, `requirements[${i}].name`] as const,
      ),
    ];
    for (const [key, path] of claims) {
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, file);
      else problems.push({ file, path, reason: `${key} is in ${owner} already` });
    }
  }
  return problems;
}

/** True when lists and maps stand in one another more than so many times. */
function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}
