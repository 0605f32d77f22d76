/** Answers, evidence and attestations in words, as messages and the signing screen show them. */
import { isOutdated } from "../../domain/evidence/subjects.ts";
import { Day } from "../../domain/ids.ts";
import type { AnswerValue, Attestation, Evidence } from "../../domain/migrations/record.ts";
import { roleName } from "../../domain/people/role-names.ts";
import type {
  AttestationView,
  FiredOutcome,
  RequirementView,
  SlotView,
} from "../../domain/requirements/view.ts";
import type { Question } from "../../domain/workflows/definition.ts";
import type { Inline, Section, Text } from "../message.ts";
import { checkName, counted, formName, listed } from "../wording.ts";
import { approvalInForce, comesWithWord } from "./steps.ts";

interface Shown {
  readonly label: string;
  readonly value: Text;
}

/** The answer as people read it: option labels, units, names. */
export function answerText(question: Question, value: AnswerValue): Text {
  if (typeof value === "number") {
    const unit = question.validate?.unit;
    return unit === undefined ? String(value) : `${value} ${unit}`;
  }
  if (typeof value === "string") return stringText(question, value);
  if (isList(value)) return value.map((id) => labelOf(question, id)).join(", ");
  if ("sha256" in value) return [value.name, ", SHA-256 ", { code: value.sha256 }];
  return `${value.name}, ${value.title}, ${value.organisation} (${value.email})`;
}

function stringText(question: Question, value: string): Text {
  if (question.type === "choice") return labelOf(question, value);
  if (question.type === "url" && value.startsWith("https://"))
    return [{ link: value, text: value }];
  const day = question.type === "date" ? Day.safeParse(value) : null;
  return day?.success ? [{ day: day.data }] : value;
}

function isList(value: AnswerValue): value is readonly string[] {
  return Array.isArray(value);
}

function labelOf(question: Question, id: string): string {
  return question.options?.find((option) => option.id === id)?.label ?? id;
}

/**
 * What becomes of restricted content: the signer reads it, a private page says only that it is there, and a
 * channel never hears of it.
 */
export type Restricted = "shown" | "hidden" | "left_out";

/** Every visible question with its answer. */
export function answerFields(
  requirement: RequirementView,
  restricted: Restricted,
): readonly Shown[] {
  return requirement.pages.flat().flatMap(({ question, answer }) => {
    if (answer === null || (question.restricted && restricted === "left_out")) return [];
    const value =
      question.restricted && restricted === "hidden"
        ? "Given; restricted, not shown here"
        : answerText(question, answer.value);
    return [{ label: question.prompt, value }];
  });
}

/** Every piece of evidence with its hash; restricted evidence only as "held by counsel" and the day. */
export function evidenceFields(
  requirement: RequirementView,
  restricted: Restricted,
): readonly Shown[] {
  return requirement.evidence.flatMap((entry) => {
    const { slot, given, met } = entry;
    if (slot.restricted && restricted === "left_out") return [];
    if (given.length > 0) {
      return given.map((evidence) => ({
        label: slot.label,
        value: evidenceText(evidence, slot.restricted === true),
      }));
    }
    return [
      { label: slot.label, value: met ? standIn(requirement, slot) : notGiven(requirement, entry) },
    ];
  });
}

/** What stands for evidence that was not given by itself. */
function standIn({ item }: RequirementView, slot: SlotView["slot"]): string {
  const roles = slot.satisfied_by_attestation ?? [];
  return item.attestations.some((word) => roles.includes(word.role) && !isOutdated(word, item))
    ? "Given with the written confirmation"
    : "Given as an answer above";
}

function notGiven(requirement: RequirementView, entry: SlotView): string {
  if (!entry.slot.required) return "Optional, not given";
  return comesWithWord(requirement, entry)
    ? "Comes with the written confirmation"
    : "Still missing";
}

/** One piece of evidence: its name or link, and its hash. */
export function evidenceText(evidence: Evidence, restricted: boolean): Text {
  if (evidence.kind === "held" || restricted) {
    return evidence.heldOn === null
      ? "Held by counsel"
      : ["Held by counsel, dated ", { day: evidence.heldOn }];
  }
  const name = evidence.link?.startsWith("https://")
    ? { link: evidence.link, text: evidence.name }
    : evidence.name;
  return evidence.sha256 === null ? [name] : [name, ", SHA-256 ", { code: evidence.sha256 }];
}

/** Whose written word is needed, and whose has come. */
export function attestationFields(requirement: RequirementView): readonly Shown[] {
  return (approvalInForce(requirement)?.attestations ?? []).map(attestationField);
}

/** Only those written words that have come. */
export function attestationsGiven(requirement: RequirementView): readonly Shown[] {
  return (approvalInForce(requirement)?.attestations ?? [])
    .filter(({ met }) => met !== null)
    .map(attestationField);
}

function attestationField({ rule, met, outdated }: AttestationView): Shown {
  const label = `By the ${listed(rule.from.map(roleName), "or")}`;
  if (met) return { label, value: attestationText(met) };
  return {
    label,
    value: outdated
      ? [...attestationText(outdated), ". No longer counts: what it is about was replaced"]
      : `Still missing. It must say: ${rule.must_say}`,
  };
}

/** One attestation: who confirmed, in which form, on which day, with the document's hash, what about, how checked. */
function attestationText(attestation: Attestation): readonly Inline[] {
  const { from, form, confirmedOn, document } = attestation;
  const who = `${from.name}, ${from.title}, ${from.organisation}`;
  return [
    `${who}: ${formName(form)} of `,
    { day: confirmedOn },
    ", SHA-256 ",
    { code: document.sha256 },
    ...aboutText(attestation.about),
    ...checkedText(attestation),
  ];
}

const MOST_SUBJECTS = 5;

function aboutText(about: Attestation["about"]): readonly Inline[] {
  if (about === null) return [];
  if (about.length === 0) return ["; about what was answered, and none of the documents"];
  const shown = about
    .slice(0, MOST_SUBJECTS)
    .flatMap(({ name, sha256 }, at): readonly Inline[] => [
      at === 0 ? `; about ${name}` : ` and ${name}`,
      ...(sha256 === null ? [] : [", SHA-256 ", { code: sha256 }]),
    ]);
  const left = about.length - MOST_SUBJECTS;
  return left > 0 ? [...shown, ` and ${counted(left, "more document")}`] : shown;
}

function checkedText({ checked, receivedBy }: Attestation): readonly Inline[] {
  if (checked === null) return [];
  return [
    `; checked by ${receivedBy.name} on `,
    { day: checked.on },
    `: ${checkName(checked.how)}`,
  ];
}

const EFFECTS: Readonly<Record<FiredOutcome["outcome"]["effect"], string>> = {
  block: "Blocks",
  warn: "Warning",
  info: "Note",
  expire: "Too old",
  escalate: "Escalate",
  set_fact: "Note",
  propose_not_applicable: "May not apply",
};

/** What the answers set off, each as one line that begins with a word for its weight. */
export function firedLines(requirement: RequirementView): readonly Text[] {
  return requirement.fired.map(({ outcome }) => [
    { strong: `${EFFECTS[outcome.effect]}: ` },
    outcome.message,
  ]);
}

/** Warnings that a signer takes into account knowingly. */
export function warningsOf(
  requirement: RequirementView,
  restricted: Restricted,
): readonly string[] {
  const secret = requirement.definition.ask.filter((question) => question.restricted);
  return requirement.fired
    .filter(({ outcome }) => outcome.effect === "warn")
    .filter(({ question }) => restricted === "shown" || !secret.some(({ id }) => id === question))
    .map(({ outcome }) => outcome.message);
}

/** A section, or none when it would be empty. */
export function linesSection(title: string, lines: readonly Text[]): readonly Section[] {
  return lines.length === 0 ? [] : [{ title, lines }];
}

export function fieldsSection(title: string, fields: readonly Shown[]): readonly Section[] {
  return fields.length === 0 ? [] : [{ title, fields }];
}
