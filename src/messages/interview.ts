/** The guided questions of a requirement, its evidence and its attestations. */
import { roleName } from "../domain/people/role-names.ts";
import type { MigrationView, RequirementView } from "../domain/requirements/view.ts";
import type { Outcome } from "../domain/workflows/definition.ts";
import { attestationFields, attestationLines } from "./evidence/attestation.ts";
import type { Form } from "./form.ts";
import type { Message } from "./message.ts";
import { afterSections, keptLines, slotLines, upNext } from "./sections/after.ts";
import { attestationsGiven, fieldsSection, firedLines, linesSection } from "./sections/answers.ts";
import { evidenceFormFields, questionFields, reasonField } from "./sections/fields.ts";
import {
  evidenceToGive,
  requirementIn,
  showButton,
  type Which,
  wordsThatHelp,
} from "./sections/steps.ts";
import { counted, KEEP_OUT, listed, short, stageName } from "./wording.ts";

/** One page of the interview, with the answers given so far. */
export function interviewForm(view: MigrationView, which: Which, page: number): Form {
  const requirement = requirementIn(view, which);
  const { definition, pages } = requirement;
  const shown = pageToShow(requirement, page);
  const filled = pages.flatMap((questions, index) => (questions.length > 0 ? [index] : []));
  const place = filled.length > 1 ? `Page ${filled.indexOf(shown) + 1} of ${filled.length}. ` : "";
  return {
    title: definition.modal_title,
    intro: [
      {
        title: definition.title,
        lines: [
          `${place}${definition.why}`,
          ...(definition.instruction === undefined ? [] : [definition.instruction]),
        ],
      },
      ...linesSection("What the answers so far mean", firedLines(requirement)),
    ],
    fields: (pages[shown] ?? []).flatMap(questionFields),
    submit: "Save",
    command: {
      type: "SaveAnswers",
      migration: view.record.id,
      requirement: requirement.name,
      page: shown,
    },
    footnote: KEEP_OUT,
  };
}

/** The page asked for, or the nearest one with questions that are visible now. */
function pageToShow({ pages }: RequirementView, page: number): number {
  const hasQuestions = (index: number) => (pages[index] ?? []).length > 0;
  if (hasQuestions(page)) return page;
  const after = pages.findIndex((_, index) => index > page && hasQuestions(index));
  return after !== -1
    ? after
    : Math.max(
        pages.findIndex((_, index) => hasQuestions(index)),
        0,
      );
}

/** What is saved, what it set off, and what comes next. */
export function interviewSaved(view: MigrationView, which: Which): Message {
  const requirement = requirementIn(view, which);
  const questions = requirement.pages.flat();
  const given = questions.filter(({ answer }) => answer !== null).length;
  const title = short(requirement.definition.title, 70);
  return {
    headline: `Saved: ${given} of ${counted(questions.length, "answer")} to “${title}”. ${upNext(view, requirement)}`,
    tone: requirement.blocks.length > 0 ? "bad" : "good",
    sections: [
      ...linesSection("What the answers mean", firedLines(requirement)),
      ...afterSections(view, requirement),
    ],
  };
}

/** Asks for a file, a controlled link or the day on which counsel gave a document. */
export function evidenceForm(view: MigrationView, which: Which, slot?: string): Form {
  const requirement = requirementIn(view, which);
  const { evidence, definition } = requirement;
  const [open] = evidenceToGive(requirement);
  const chosen = evidence.find((entry) => entry.slot.id === slot) ?? open ?? evidence[0];
  return {
    title: "Evidence",
    intro: [
      { title: definition.title, lines: evidence.flatMap((entry) => slotLines(entry)) },
      {
        lines: [
          "I read a file once, keep its name, size, SHA-256 and link, and discard the content.",
        ],
      },
    ],
    fields: evidenceFormFields(evidence, chosen),
    submit: "Add",
    command: { type: "SaveEvidence", migration: view.record.id, requirement: requirement.name },
    footnote: KEEP_OUT,
  };
}

/** What is kept as evidence now, and what comes next. */
export function evidenceSaved(
  view: MigrationView,
  which: Which,
  warnings: readonly { readonly domain: string }[] = [],
): Message {
  const requirement = requirementIn(view, which);
  const kept = requirement.evidence.flatMap((entry) => keptLines(view, requirement, entry));
  const words = attestationsGiven(requirement);
  const title = short(requirement.definition.title, 70);
  const all = [
    ...(kept.length > 0 || words.length === 0
      ? [`${counted(kept.length, "piece")} of evidence`]
      : []),
    ...(words.length === 0 ? [] : [counted(words.length, "written confirmation")]),
  ];
  return {
    headline: `Kept: ${listed(all, "and")} for “${title}”. ${upNext(view, requirement)}`,
    tone: "good",
    sections: [
      ...(kept.length === 0 ? [] : [{ title: "Evidence", checklist: kept }]),
      ...fieldsSection("Written confirmations", words),
      ...linesSection(
        "Please check",
        warnings.map(
          ({ domain }) =>
            `${domain} is a free mail service. A work address proves more: ask for one if you can.`,
        ),
      ),
      ...afterSections(view, requirement),
    ],
  };
}

/** Asks for the written word of a person outside: who, when and what, about which documents, how it was checked. */
export function attestationForm(view: MigrationView, which: Which): Form {
  const requirement = requirementIn(view, which);
  const wanted = wordsThatHelp(requirement);
  const { title } = requirement.definition;
  return {
    title: "Attestation",
    intro: [{ title, lines: attestationLines(view, requirement, wanted) }],
    fields: attestationFields(view, requirement, wanted),
    submit: "Add",
    command: { type: "SaveAttestation", migration: view.record.id, requirement: requirement.name },
    footnote: KEEP_OUT,
  };
}

/** Asks what changed; the requirement opens again with that reason. */
export function changeForm(view: MigrationView, which: Which): Form {
  const requirement = requirementIn(view, which);
  const { definition } = requirement;
  return {
    title: "Something changed",
    intro: [
      {
        title: definition.title,
        lines: [
          "The requirement opens again, and its signatures no longer count.",
          ...definition.revalidate.on.map((event) => `It must be checked again on: ${event}`),
        ],
      },
    ],
    fields: [reasonField("What changed?")],
    submit: "Open it again",
    command: { type: "SaveChange", migration: view.record.id, requirement: requirement.name },
    footnote: KEEP_OUT,
  };
}

/** Told to those whom a workflow wants to know when an answer sets something off. */
export function escalationMessage(view: MigrationView, which: Which, outcome: Outcome): Message {
  const requirement = requirementIn(view, which);
  const contact =
    outcome.contact === undefined ? [] : [`Please contact the ${roleName(outcome.contact)}.`];
  return {
    headline: short(`${short(view.record.customer, 50)}: ${outcome.message}`, 300),
    tone: outcome.effect === "block" || outcome.effect === "escalate" ? "bad" : "attention",
    sections: [
      {
        fields: [
          { label: "Requirement", value: requirement.definition.title },
          { label: "Needed for", value: stageName(requirement.definition.stage) },
        ],
        lines: [outcome.message, ...contact],
        actions: [showButton(view, requirement)],
      },
    ],
  };
}

/** Told to the signers of a requirement that applies only now, such as counsel's review. */
export function newlyAppliesMessage(view: MigrationView, which: Which): Message {
  const requirement = requirementIn(view, which);
  const { title, why, stage } = requirement.definition;
  return {
    headline: `${short(view.record.customer, 50)}: “${short(title, 70)}” applies now and needs you.`,
    tone: "attention",
    sections: [
      {
        lines: [
          why,
          `It is needed for ${stageName(stage)}. You will be asked for your signature when the answers are complete.`,
        ],
        actions: [showButton(view, requirement)],
      },
    ],
  };
}
