/** Walks a message, form or home page: every text, every button, and what breaks the promises to the surfaces. */
import { Command } from "../../src/domain/command.ts";
import type { Field, Form } from "../../src/messages/form.ts";
import type { Home, Message, Section, Text } from "../../src/messages/message.ts";

type Action = NonNullable<Section["actions"]>[number];
type Said = Message | Form | Home;

/** Every string anywhere inside, keys left out. */
export function stringsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(stringsIn);
  return [];
}

/** A text as a reader without markup has it. */
export function plain(text: Text): string {
  if (typeof text === "string") return text;
  return text
    .map((part) => {
      if (typeof part === "string") return part;
      if ("strong" in part) return part.strong;
      if ("code" in part) return part.code;
      if ("link" in part) return part.text;
      return "time" in part ? part.time : part.day;
    })
    .join("");
}

export function sectionsOf(said: Said): readonly Section[] {
  return "fields" in said ? (said.intro ?? []) : (said.sections ?? []);
}

function actionsOf(said: Said): readonly Action[] {
  return sectionsOf(said).flatMap(({ actions = [], checklist = [] }) => [
    ...actions,
    ...checklist.flatMap(({ action }) => (action ? [action] : [])),
  ]);
}

/** Every label that can be pressed, with what it commands. */
export function commandsOf(said: Said): readonly { label: string; command: Command }[] {
  const pressed = actionsOf(said).flatMap((action) => {
    if ("choices" in action) return action.choices;
    return "command" in action ? [action] : [];
  });
  const own = "fields" in said ? [{ label: said.submit, command: said.command }] : [];
  return [...pressed, ...own].map(({ label, command }) => ({ label, command }));
}

/** The lines, fields and checklists of all sections as plain text. */
export function linesOf(said: Said): readonly string[] {
  return sectionsOf(said).flatMap(({ title, lines = [], fields = [], checklist = [], code }) => [
    ...(title === undefined ? [] : [title]),
    ...lines.map(plain),
    ...fields.map(({ label, value }) => `${label}: ${plain(value)}`),
    ...checklist.map(({ text, state }) => `${plain(text)} [${state}]`),
    ...(code === undefined ? [] : [code]),
  ]);
}

/** What is wrong with it, as sentences; none when it keeps every promise. */
export function faultsIn(said: Said): readonly string[] {
  return [
    ...textFaults(said),
    ...actionsOf(said).flatMap(actionFaults),
    ...commandsOf(said).flatMap(({ label, command }) =>
      Command.safeParse(command).success ? [] : [`"${label}" carries no valid command`],
    ),
    ...("fields" in said ? formFaults(said) : headlineFaults(said.headline)),
  ];
}

function textFaults(said: Said): readonly string[] {
  return stringsIn(said).flatMap((text) => [
    ...(/\b(undefined|NaN)\b|\[object|\bnull\b/.test(text)
      ? [`"${text}" shows a missing value`]
      : []),
    ...(/\bseed\b|decision V\d|node_modules|\/work\//i.test(text)
      ? [`"${text}" speaks of how we work`]
      : []),
    // A single word may be an id.
    ...(/\s/.test(text) && /organisation|colour|licence|authoris|recognis|programme/i.test(text)
      ? [`"${text}" is not spelled as in the US`]
      : []),
  ]);
}

function headlineFaults(headline: string): readonly string[] {
  return [
    ...(headline.trim() === "" ? ["the headline is empty"] : []),
    ...(headline.includes("\n") ? ["the headline has more than one line"] : []),
    ...(Array.from(headline).length > 400 ? [`the headline is long: ${headline}`] : []),
  ];
}

function actionFaults(action: Action): readonly string[] {
  const labels = "choices" in action ? action.choices.map(({ label }) => label) : [action.label];
  const confirm = "confirm" in action ? action.confirm : undefined;
  return [
    ...labels.flatMap((label) => tooLong("label", label, 75)),
    ...("choices" in action && (labels.length === 0 || labels.length > 100)
      ? [`the menu "${action.label}" has ${labels.length} choices`]
      : []),
    ...(confirm ? tooLong("confirm title", confirm.title, 100) : []),
    ...(confirm ? tooLong("confirm text", confirm.text, 300) : []),
    ...(confirm ? tooLong("confirm yes", confirm.yes, 30) : []),
  ];
}

function formFaults(form: Form): readonly string[] {
  const ids = form.fields.map(({ id }) => id);
  return [
    ...tooLong("title", form.title, 24),
    ...tooLong("submit", form.submit, 24),
    ...tooLong("cancel", form.cancel ?? "Cancel", 24),
    ...(new Set(ids).size < ids.length ? [`field ids repeat: ${ids.join(", ")}`] : []),
    ...form.fields.flatMap(fieldFaults),
  ];
}

function fieldFaults(field: Field): readonly string[] {
  const faults = tooLong(`label of ${field.id}`, field.label, 150);
  if (field.type !== "choice" && field.type !== "multi") return faults;
  const ids: readonly string[] = field.options.map(({ id }) => id);
  const values = typeof field.value === "string" ? [field.value] : (field.value ?? []);
  return [
    ...faults,
    ...(ids.length === 0 || ids.length > 100 ? [`${field.id} has ${ids.length} options`] : []),
    ...(new Set(ids).size < ids.length ? [`options of ${field.id} repeat`] : []),
    ...field.options.flatMap(({ label }) => tooLong(`option of ${field.id}`, label, 75)),
    ...values.filter((value) => !ids.includes(value)).map((id) => `${field.id} is preset to ${id}`),
  ];
}

function tooLong(what: string, text: string, most: number): readonly string[] {
  if (text.trim() === "") return [`the ${what} is empty`];
  return Array.from(text).length > most ? [`the ${what} "${text}" is longer than ${most}`] : [];
}
