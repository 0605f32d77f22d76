/** Form fields of questions and evidence, prefilled with what is known so far. */
import type { AnswerValue, ExternalPerson } from "../../domain/migrations/record.ts";
import type { QuestionView, SlotView } from "../../domain/requirements/view.ts";
import type { Question } from "../../domain/workflows/definition.ts";
import type { Choice, Field } from "../form.ts";
import { short } from "../wording.ts";

/** The fields of one question; a person outside is four fields, `<id>.name` to `<id>.email`. */
export function questionFields({ question, answer }: QuestionView): readonly Field[] {
  const value = answer?.value ?? null;
  if (question.type === "external") return externalFields(question, personOf(value));
  return [plainField(question, value)];
}

function plainField(question: Question, value: AnswerValue | null): Field {
  const base = baseOf(question, value);
  const text = typeof value === "string" || typeof value === "number" ? String(value) : undefined;
  const given = text === undefined ? {} : { value: text };
  switch (question.type) {
    case "choice":
      return { ...base, type: "choice", options: choicesOf(question), ...given };
    case "multi":
      return { ...base, type: "multi", options: choicesOf(question), ...listGiven(value) };
    case "date":
      return { ...base, type: "date", ...given };
    case "number":
      return { ...base, type: "number", ...given, ...unitOf(question) };
    case "url":
      return { ...base, type: "url", ...given };
    case "file":
      return { ...base, type: "file", ...acceptsOf(question) };
    case "member":
      return { ...base, type: "user" };
    default:
      return { ...base, type: "text", ...given, ...lengthOf(question) };
  }
}

function baseOf(question: Question, value: AnswerValue | null) {
  const kept = keptOf(question, value);
  const help = [
    kept === null ? "" : `Given so far: ${short(kept, 80)}. Leave empty to keep it.`,
    question.help ?? "",
    ...(question.options ?? []).map((option) =>
      option.help === undefined ? "" : `${option.label}: ${option.help}`,
    ),
  ].filter((text) => text !== "");
  return {
    id: question.id,
    label: question.prompt,
    required: question.required && kept === null,
    ...(help.length === 0 ? {} : { help: help.join(" ") }),
  };
}

/** What stands when the field is left empty: a file, or a member whose name was kept. */
function keptOf(question: Question, value: AnswerValue | null): string | null {
  if (question.type === "member") return typeof value === "string" ? value : null;
  return question.type === "file" ? fileNameOf(value) : null;
}

function fileNameOf(value: AnswerValue | null): string | null {
  return typeof value === "object" && value !== null && "sha256" in value ? value.name : null;
}

function personOf(value: AnswerValue | null): ExternalPerson | null {
  return typeof value === "object" && value !== null && "title" in value ? value : null;
}

function choicesOf(question: Question): readonly Choice[] {
  return (question.options ?? []).map(({ id, label }) => ({ id, label }));
}

function listGiven(value: AnswerValue | null): { readonly value?: readonly string[] } {
  return Array.isArray(value) ? { value } : {};
}

function unitOf(question: Question): { readonly unit?: string } {
  return question.validate?.unit === undefined ? {} : { unit: question.validate.unit };
}

function acceptsOf(question: Question): { readonly accepts?: readonly string[] } {
  return question.validate?.file_types === undefined
    ? {}
    : { accepts: question.validate.file_types };
}

const LONG_TEXT = 120;

function lengthOf(question: Question): { readonly maxLength?: number; readonly long?: boolean } {
  const most = question.validate?.max_length;
  if (most === undefined) return { long: true };
  return { maxLength: most, long: most > LONG_TEXT };
}

function externalFields(question: Question, given: ExternalPerson | null): readonly Field[] {
  const label = (part: string) => `${short(question.prompt, 120)} – ${part}`;
  const about = question.help === undefined ? {} : { help: question.help };
  return personFields({
    prefix: `${question.id}.`,
    required: question.required,
    given,
    label,
  }).map((field, index) => (index === 0 ? { ...field, ...about } : field));
}

interface PersonAsked {
  /** Put before each field id, such as `interviewee.`. */
  readonly prefix: string;
  readonly required: boolean;
  readonly given: ExternalPerson | null;
  readonly label: (part: string) => string;
}

/** Name, title, organisation and e-mail of a person outside; always typed, never picked. */
export function personFields({ prefix, required, given, label }: PersonAsked): readonly Field[] {
  const text = (part: "name" | "title" | "organisation", word: string): Field => ({
    id: `${prefix}${part}`,
    type: "text",
    label: label(word),
    required,
    maxLength: 200,
    ...(given === null ? {} : { value: given[part] }),
  });
  return [
    text("name", "full name"),
    text("title", "job title"),
    text("organisation", "organization"),
    {
      id: `${prefix}email`,
      type: "email",
      label: label("work e-mail"),
      required,
      ...(given === null ? {} : { value: given.email }),
    },
  ];
}

/** A longer text, such as a reason. */
export function reasonField(label: string, help?: string): Field {
  return {
    id: "reason",
    type: "text",
    label,
    required: true,
    long: true,
    maxLength: 1000,
    ...(help === undefined ? {} : { help }),
  };
}

/** The fields for a requirement's evidence: which piece, when there are several, then how it is given. */
export function evidenceFormFields(
  slots: readonly SlotView[],
  chosen: SlotView | undefined,
): readonly Field[] {
  const has = (kind: "restricted" | "controlled") => slots.some(({ slot }) => slot[kind] === true);
  const plain = slots.some(({ slot }) => slot.restricted !== true && slot.controlled !== true);
  const only = slots.length === 1;
  return [
    slotField(slots, chosen),
    ...(plain ? [fileField("file", chosen?.slot.accepts)] : []),
    ...(plain || has("controlled") ? [...linkFields(only && has("controlled")), nameField] : []),
    ...(has("restricted") ? [heldField(only)] : []),
  ];
}

function slotField(slots: readonly SlotView[], chosen: SlotView | undefined): Field {
  return {
    id: "slot",
    type: "choice",
    label: "Which piece of evidence?",
    required: true,
    options: slots.map(({ slot, met }) => ({
      id: slot.id,
      label: short(`${short(slot.label, 62)}${met ? " (given)" : ""}`, 75),
    })),
    ...(chosen === undefined ? {} : { value: chosen.slot.id }),
  };
}

export function fileField(id: string, accepts?: readonly string[]): Field {
  return {
    id,
    type: "file",
    label: "File, at most 25 MB",
    help: "Give a file, or a link below.",
    required: false,
    ...(accepts === undefined ? {} : { accepts }),
  };
}

export function linkFields(required: boolean): readonly Field[] {
  return [
    {
      id: "link",
      type: "url",
      label: "Link to the document",
      help: "A controlled document is given by link and hash, never as a file.",
      required,
    },
    {
      id: "sha256",
      type: "text",
      label: "SHA-256 of the document",
      help: "64 characters, computed where the document is kept.",
      required,
      maxLength: 64,
    },
  ];
}

const nameField: Field = {
  id: "name",
  type: "text",
  label: "Name of the linked document",
  required: false,
  maxLength: 200,
};

function heldField(required: boolean): Field {
  return {
    id: "held_on",
    type: "date",
    label: "Held by counsel: date of the document",
    help: "Of privileged documents only this day is kept, no file and no link.",
    required,
  };
}
