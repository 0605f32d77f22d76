/** What stands at the end of an answer about one requirement: what is missing and the next step. */
import { roleName } from "../../domain/people/role-names.ts";
import type { MigrationView, RequirementView, SlotView } from "../../domain/requirements/view.ts";
import type { Button, ChecklistLine, Section, Text } from "../message.ts";
import { counted, listed, short } from "../wording.ts";
import { evidenceText, linesSection } from "./answers.ts";
import {
  attestationsToCome,
  button,
  evidenceToGive,
  nextStep,
  primary,
  showButton,
} from "./steps.ts";

/** The next step as the end of a headline. */
export function upNext(view: MigrationView, requirement: RequirementView): string {
  if (requirement.blocks.length > 0) return "An answer keeps it closed.";
  const step = nextStep(view, requirement);
  return step === null ? "Nothing is left to do here." : `Next: ${step.label}.`;
}

/** What is missing, what to do when blocked, and the next button. */
export function afterSections(
  view: MigrationView,
  requirement: RequirementView,
): readonly Section[] {
  const step = nextStep(view, requirement);
  const actions: readonly Button[] = [
    ...(step === null ? [] : [primary(step)]),
    showButton(view, requirement),
  ];
  const blocked = requirement.blocks.length > 0;
  return [
    ...missingSection(requirement),
    ...(blocked ? linesSection("What to do", [requirement.definition.if_blocked]) : []),
    { actions },
  ];
}

const MOST_MISSING = 5;

/** What is missing before a signature may be asked for; a long list is cut and counted. */
export function missingSection({ satisfied, missing }: RequirementView): readonly Section[] {
  if (satisfied) return [];
  const left = missing.length - MOST_MISSING;
  const lines = missing.slice(0, MOST_MISSING);
  return linesSection("Still missing", left > 0 ? [...lines, `And ${left} more.`] : lines);
}

/** What is still to do, counted: answers, evidence, written words; empty when nothing of these is missing. */
export function leftToDo(requirement: RequirementView): string {
  const { pages } = requirement;
  const questions = pages
    .flat()
    .filter(({ question, answer }) => question.required && answer === null).length;
  const slots = evidenceToGive(requirement).length;
  const words = attestationsToCome(requirement).flatMap(({ rule }) => rule.from.map(roleName));
  const parts = [
    ...(questions === 0 ? [] : [counted(questions, "answer")]),
    ...(slots === 0 ? [] : [counted(slots, "piece of evidence", "pieces of evidence")]),
    ...(words.length === 0 ? [] : [`the written word of the ${listed(words, "or")}`]),
  ];
  return parts.length === 0 ? "" : `Still missing: ${listed(parts, "and")}.`;
}

/** What an evidence slot wants and what it has. */
export function slotLines({ slot, given, met }: SlotView): readonly Text[] {
  const state = met ? "given" : slot.required ? "needed" : "optional";
  const show = slot.must_show === undefined ? "" : ` It must show: ${slot.must_show.join(", ")}.`;
  const count = given.length === 0 ? "" : ` ${counted(given.length, "piece")} so far.`;
  return [
    [{ strong: `${slot.label} (${state}).` }, `${count}${show} ${slot.note ?? ""}`.trimEnd()],
  ];
}

/** Each piece of evidence that is kept, with a button to remove it while that is possible. */
export function keptLines(
  view: MigrationView,
  requirement: RequirementView,
  { slot, given }: SlotView,
): readonly ChecklistLine[] {
  const open = view.record.state === "open" && !requirement.satisfied;
  return given.map((evidence) => ({
    mark: "done",
    text: [
      `${short(slot.label, 100)}: `,
      ...inlines(evidenceText(evidence, slot.restricted === true)),
    ],
    state: "given",
    ...(open ? { action: removeButton(view, requirement, evidence.id) } : {}),
  }));
}

function inlines(text: Text) {
  return typeof text === "string" ? [text] : text;
}

function removeButton(
  view: MigrationView,
  { name }: RequirementView,
  evidence: SlotView["given"][number]["id"],
): Button {
  return {
    ...button("Remove", {
      type: "RemoveEvidence",
      migration: view.record.id,
      requirement: name,
      evidence,
    }),
    style: "danger",
    confirm: {
      title: "Remove this evidence?",
      text: "Signatures that were given on it no longer count. The record of it stays.",
      yes: "Remove",
    },
  };
}
