/** Small workflow definitions: a test names only what it is about. */
import type { z } from "zod";
import { hashOf } from "../../src/domain/audit/canonical.ts";
import { type Definition, Requirement, Workflow } from "../../src/domain/workflows/definition.ts";

type RequirementInput = z.input<typeof Requirement>;
type WorkflowInput = z.input<typeof Workflow>;

export type QuestionInput = RequirementInput["ask"][number];

/** A question that anybody can answer with a line of text. */
export function aQuestion(question: Partial<QuestionInput> & { id: string }): QuestionInput {
  return { type: "text", prompt: `What about ${question.id}?`, ...question };
}

/** Yes, no, unsure. */
export function aChoice(question: Partial<QuestionInput> & { id: string }): QuestionInput {
  return aQuestion({
    type: "choice",
    options: [
      { id: "yes", label: "Yes", rank: 2 },
      { id: "no", label: "No", rank: 1 },
      { id: "unsure", label: "Not sure" },
    ],
    ...question,
  });
}

/** A requirement that a compliance officer signs after one answer. */
export function aRequirement(
  requirement: Partial<RequirementInput> & { name: string },
): RequirementInput {
  const ask = requirement.ask ?? [aQuestion({ id: "note" })];
  return {
    stage: 3,
    title: `Clear ${requirement.name}`,
    modal_title: "Clear it",
    why: "A test needs it.",
    origin: "document",
    if_blocked: "Mend the answer that blocks it.",
    pages: [ask.slice(0, 6).map(({ id }) => id)],
    sign_off: { signers: [{ role: "compliance_officer" }] },
    lead_time: { min_days: 2, typical_days: 5, max_days: 10 },
    revalidate: {},
    ...requirement,
    ask,
  };
}

export function aDefinition(
  workflow: Partial<Omit<WorkflowInput, "requirements">> & {
    vertical: string;
    requirements: readonly RequirementInput[];
  },
): Definition {
  const parsed = Workflow.parse({
    title: workflow.vertical,
    version: 1,
    order: 1,
    ...workflow,
    requirements: workflow.requirements.map((requirement) => Requirement.parse(requirement)),
  });
  return { hash: hashOf(parsed), file: `${workflow.vertical}.yml`, workflow: parsed };
}

/** The file that applies to every migration, with the confirmation that the gates need. */
export function aBaseline(more: readonly RequirementInput[] = []): Definition {
  return aDefinition({
    vertical: "BASELINE",
    always: true,
    order: 9,
    requirements: [aConfirmation(), ...more],
  });
}

/** One click while nothing was asked or removed; else the manager, and the compliance officer for a removal. */
export function aConfirmation(): RequirementInput {
  const doubtful = [
    { field: "fact.vertical_asked", op: "eq" as const, value: true },
    { field: "fact.vertical_removed", op: "eq" as const, value: true },
  ];
  return aRequirement({
    name: "vertical_confirmed",
    origin: "addition",
    ask: [aChoice({ id: "cards" })],
    sign_off: {
      signers: [
        {
          role: "member",
          may_be_answerer: true,
          when: { all: doubtful.map((condition) => ({ not: condition })) },
        },
        { role: "engineering_manager", when: { any: doubtful } },
        {
          role: "compliance_officer",
          when: { field: "fact.vertical_removed", op: "eq", value: true },
        },
      ],
    },
  });
}
