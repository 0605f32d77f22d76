/** Whether a requirement's questions, pages and evidence fit together. */

import { Day } from "../ids.ts";
import { fieldsIn } from "./conditions-in.ts";
import type { Outcome, Question, Requirement, Validation } from "./definition.ts";
import { evaluate } from "./evaluate.ts";
import type { Finding } from "./problem.ts";

type QuestionType = Question["type"];

/** The kinds of question for which a validation makes sense. */
const VALIDATES: Readonly<Record<keyof Validation, readonly QuestionType[]>> = {
  min_length: ["text"],
  max_length: ["text"],
  min: ["number"],
  max: ["number"],
  integer: ["number"],
  unit: ["number"],
  min_items: ["multi"],
  exclusive: ["multi"],
  not_future: ["date"],
  not_past: ["date"],
  not_before: ["date"],
  at_most: ["number"],
  distinct_from: ["text"],
  url_hosts: ["url"],
  file_types: ["file"],
  format: ["text"],
};
/** Validations that name another question, which must be of the same kind. */
const NAMING = ["not_before", "at_most", "distinct_from"] as const;
/** Words with which conditions name something else than a question. */
const RESERVED = new Set(["fact", "verticals"]);

/** What is wrong with the questions, pages and evidence of a requirement. */
export function checkQuestions(requirement: Requirement): readonly Finding[] {
  return [
    ...duplicates(
      requirement.ask.map(({ id }) => id),
      (i) => `ask[${i}].id`,
    ),
    ...duplicates(
      requirement.evidence.map(({ id }) => id),
      (i) => `evidence[${i}].id`,
    ),
    ...requirement.ask.flatMap((question, i) => [
      ...checkQuestion(question, `ask[${i}]`),
      ...checkNames(requirement, question, `ask[${i}].validate`),
    ]),
    ...checkPages(requirement),
    ...checkEvidence(requirement),
  ];
}

/** A finding for every id that an earlier one has already. */
export function duplicates(
  ids: readonly string[],
  place: (index: number) => string,
): readonly Finding[] {
  const seen = new Set<string>();
  return ids.flatMap((id, i) => {
    if (seen.has(id)) return [{ path: place(i), reason: `duplicate ${id}` }];
    seen.add(id);
    return [];
  });
}

function checkQuestion(question: Question, path: string): readonly Finding[] {
  const offers = question.type === "choice" || question.type === "multi";
  const findings: Finding[] = [];
  if (RESERVED.has(question.id)) {
    findings.push({
      path: `${path}.id`,
      reason: `${question.id} has another meaning in conditions`,
    });
  }
  if (offers !== (question.options !== undefined)) {
    const reason = offers ? "is missing" : `a ${question.type} question has no options`;
    findings.push({ path: `${path}.options`, reason });
  }
  const options = (question.options ?? []).map(({ id }) => id);
  findings.push(...duplicates(options, (i) => `${path}.options[${i}].id`));
  findings.push(...checkValidation(question, options, `${path}.validate`));
  for (const [i, outcome] of (question.outcomes ?? []).entries()) {
    findings.push(...checkOutcome(outcome, `${path}.outcomes[${i}]`));
  }
  if (blocksAlways(question, options)) {
    findings.push({
      path: `${path}.outcomes`,
      reason: "every answer blocks: nobody could ever sign",
    });
  }
  return findings;
}

function checkValidation(
  question: Question,
  options: readonly string[],
  path: string,
): readonly Finding[] {
  const { validate } = question;
  if (!validate) return [];
  const keys = Object.keys(VALIDATES) as (keyof Validation)[];
  const misplaced = keys
    .filter((key) => validate[key] !== undefined && !VALIDATES[key].includes(question.type))
    .map((key) => ({ path: `${path}.${key}`, reason: `not for a ${question.type} question` }));
  const unknown = (validate.exclusive ?? []).flatMap((id, i) =>
    options.includes(id) ? [] : [{ path: `${path}.exclusive[${i}]`, reason: `no option ${id}` }],
  );
  return [
    ...misplaced,
    ...unknown,
    ...inOrder(validate.min, validate.max, `${path}.max`, "min"),
    ...inOrder(validate.min_length, validate.max_length, `${path}.max_length`, "min_length"),
    ...inOrder(validate.min_items, options.length || undefined, `${path}.min_items`, "the options"),
  ];
}

function inOrder(
  low: number | undefined,
  high: number | undefined,
  path: string,
  than: string,
): readonly Finding[] {
  if (low === undefined || high === undefined || low <= high) return [];
  return [{ path, reason: `out of order with ${than}` }];
}

function checkNames(
  requirement: Requirement,
  question: Question,
  path: string,
): readonly Finding[] {
  return NAMING.flatMap((key) => {
    const id = question.validate?.[key];
    if (id === undefined) return [];
    const named = requirement.ask.find((other) => other.id === id && other !== question);
    if (named?.type === question.type) return [];
    return [{ path: `${path}.${key}`, reason: `no other ${question.type} question ${id}` }];
  });
}

function checkOutcome(outcome: Outcome, path: string): readonly Finding[] {
  const findings: Finding[] = [];
  if ((outcome.effect === "set_fact") !== (outcome.set !== undefined)) {
    findings.push({ path: `${path}.set`, reason: "goes with set_fact, and only with it" });
  }
  if (outcome.gates && outcome.effect !== "expire") {
    findings.push({ path: `${path}.gates`, reason: "only for expire" });
  }
  if (outcome.effect === "escalate" && !outcome.tell && !outcome.contact) {
    findings.push({ path, reason: "escalate needs tell or contact" });
  }
  return findings;
}

/** True when a question that everybody must answer blocks with each of its options. */
function blocksAlways(question: Question, options: readonly string[]): boolean {
  if (question.type !== "choice" || !question.required || question.show_if) return false;
  const blocks = (question.outcomes ?? []).filter(({ effect }) => effect === "block");
  const today = Day.parse("2000-01-01");
  return options.every((option) => {
    const scope = {
      today,
      valueOf: (field: string) => (field === question.id ? option : undefined),
      rankOf: () => undefined,
    };
    return blocks.some(({ when }) => evaluate(when, scope));
  });
}

function checkPages(requirement: Requirement): readonly Finding[] {
  const pageOf = new Map<string, number>();
  const findings: Finding[] = [];
  const known = new Set(requirement.ask.map(({ id }) => id));
  for (const [page, ids] of requirement.pages.entries()) {
    for (const [i, id] of ids.entries()) {
      const path = `pages[${page}][${i}]`;
      if (!known.has(id)) findings.push({ path, reason: `no question ${id}` });
      else if (pageOf.has(id)) findings.push({ path, reason: `${id} is on a page already` });
      else pageOf.set(id, page);
    }
  }
  for (const [i, question] of requirement.ask.entries()) {
    findings.push(...checkPlace(question, i, pageOf));
  }
  return findings;
}

/** A question is on a page, after the questions that decide whether it is shown. */
function checkPlace(
  question: Question,
  index: number,
  pageOf: ReadonlyMap<string, number>,
): readonly Finding[] {
  const page = pageOf.get(question.id);
  if (page === undefined)
    return [{ path: `ask[${index}].id`, reason: `${question.id} is on no page` }];
  if (!question.show_if) return [];
  return [...new Set(fieldsIn(question.show_if))]
    .filter((field) => (pageOf.get(field) ?? -1) >= page)
    .map((field) => ({
      path: `ask[${index}].show_if`,
      reason: `${field} must be on an earlier page than ${question.id}`,
    }));
}

function checkEvidence(requirement: Requirement): readonly Finding[] {
  const attesting = requirement.sign_off.attestations.flatMap(({ from }) => from);
  return requirement.evidence.flatMap((slot, i) => {
    const findings: Finding[] = [];
    if (slot.satisfied_by !== undefined) {
      const source = requirement.ask.find(({ id }) => id === slot.satisfied_by);
      if (source?.type !== "file" && source?.type !== "url") {
        const reason = `no file or url question ${slot.satisfied_by}`;
        findings.push({ path: `evidence[${i}].satisfied_by`, reason });
      }
    }
    for (const [j, role] of (slot.satisfied_by_attestation ?? []).entries()) {
      if (attesting.includes(role)) continue;
      const path = `evidence[${i}].satisfied_by_attestation[${j}]`;
      findings.push({ path, reason: `no attestation of the sign-off is from ${role}` });
    }
    return findings;
  });
}
