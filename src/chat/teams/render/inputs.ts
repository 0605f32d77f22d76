/** A form's fields as inputs of a card; what a card cannot ask for is said in words. */
import { assert } from "../../../domain/fault.ts";
import { clip } from "../../../messages/edge/plain-text.ts";
import type { Choice, Field, Form } from "../../../messages/form.ts";
import { counted } from "../../../messages/wording.ts";
import { isShown } from "./actions.ts";
import type { ChoiceSet, Element, Input, RichTextBlock, TextInput } from "./cards.ts";
import {
  CHOICE_TEXT,
  COMPACT_CHOICES,
  ERROR_TEXT,
  EXPANDED_CHOICES,
  INPUT_HELP,
  INPUT_LABEL,
  PEOPLE,
  PLACEHOLDER,
  TEXT_INPUT,
  VALUES_JSON,
} from "./limits.ts";
import type { Piece } from "./sections.ts";
import { looksLikeMarkup, paragraph, plain, STRONG, SUBTLE, toRuns } from "./text.ts";
import { encodeField, type FileRef } from "./wire.ts";

/** What all fields of a form need to know. */
export interface Asking {
  readonly people: readonly Choice[];
  readonly files: readonly FileRef[];
  readonly errors: Readonly<Record<string, string>>;
  /** By field id. */
  readonly presets: ReadonlyMap<string, string>;
  /** How many members one field may list, and how many characters of a preset it may show. */
  readonly room: { readonly people: number; readonly preset: number };
}

export function prepare(
  { fields }: Form,
  given: Pick<Asking, "people" | "files" | "errors"> & {
    readonly values: Readonly<Record<string, string>>;
  },
): Asking {
  const { people, files, errors, values } = given;
  const presets = new Map(
    fields.map((field) => [field.id, values[field.id] ?? presetOf(field)] as const),
  );
  const isHeavy = JSON.stringify([...presets]).length > VALUES_JSON;
  const askForPeople = fields.filter(({ type }) => type === "user").length;
  const room = {
    people: Math.floor(PEOPLE / Math.max(askForPeople, 1)),
    // A character takes up to six in JSON.
    preset: isHeavy ? Math.floor(VALUES_JSON / (6 * fields.length)) : TEXT_INPUT,
  };
  return { people, files, errors, presets, room };
}

function presetOf(field: Field): string {
  if (field.type === "file") return "";
  if (field.type === "multi") return (field.value ?? []).join(",");
  return field.value ?? "";
}

/** The question with its help, and what to mend. One that takes no input is known by the id of its group. */
export function renderField(field: Field, asking: Asking): Piece {
  const error = asking.errors[field.id];
  const asked = renderInput(field, asking);
  const isInput = asked.some(({ type }) => type.startsWith("Input."));
  const items = [...asked, ...(error === undefined ? [] : [errorText(error)])];
  const id = isInput ? {} : { id: encodeField(field.id) };
  return stay({ type: "Container", ...id, items, spacing: "Medium" });
}

const stay = (element: Element): Piece => ({ element, holds: 1, stays: true });

/** A sentence of what to mend, in words and in color. */
export function renderError(sentence: string): Piece {
  return stay(errorText(sentence));
}

function errorText(sentence: string): RichTextBlock {
  const look = { color: "Attention" } as const;
  return {
    type: "RichTextBlock",
    inlines: toRuns([{ strong: "Mend:" }, ` ${clip(sentence, ERROR_TEXT)}`], look),
    spacing: "Small",
  };
}

function renderInput(field: Field, asking: Asking): Element[] {
  const preset = asking.presets.get(field.id) ?? "";
  switch (field.type) {
    case "file":
      return renderFile(field, asking.files);
    case "user":
      return renderUser(field, preset, asking);
    case "text":
    case "email":
    case "url":
      return renderTyped(field, preset, asking.room.preset);
    default:
      return [toInput(field, preset), ...renderHelp(field.help)];
  }
}

function renderHelp(help: string | null | undefined): Element[] {
  if (help === undefined || help === null) return [];
  const look = { size: "Small", ...SUBTLE } as const;
  return [paragraph(clip(help, INPUT_HELP), { look, spacing: "Small" })].filter(isShown);
}

/** What every input has. */
function baseOf(field: Field) {
  const unit = field.type === "number" && field.unit ? ` (${field.unit})` : "";
  return {
    id: encodeField(field.id),
    label: plain(`${field.label}${unit}`, INPUT_LABEL),
    ...(field.required ? ({ isRequired: true, errorMessage: "This is needed." } as const) : {}),
  };
}

type Base = ReturnType<typeof baseOf>;

type Typed = Extract<Field, { type: "text" | "email" | "url" }>;

function toInput(field: Exclude<Field, Typed | { type: "file" | "user" }>, preset: string): Input {
  const base = baseOf(field);
  switch (field.type) {
    case "choice":
      return toChoiceSet(base, field.options, preset);
    case "multi":
      return toMultiSet(base, field.options, preset);
    case "number": {
      const isNumber = /^-?\d{1,15}(\.\d{1,15})?$/.test(preset);
      return { type: "Input.Number", ...base, ...(isNumber ? { value: Number(preset) } : {}) };
    }
    case "date":
      return { type: "Input.Date", ...base, ...(isDay(preset) ? { value: preset } : {}) };
  }
}

function toChoiceSet(base: Base, options: readonly Choice[], preset: string): ChoiceSet {
  const isKnown = options.some(({ id }) => id === preset);
  return {
    type: "Input.ChoiceSet",
    ...base,
    choices: options.map(toInputChoice),
    ...styleOf(options),
    ...(isKnown ? { value: preset } : {}),
  };
}

function toInputChoice({ id, label }: Choice) {
  return { title: plain(label, CHOICE_TEXT), value: id };
}

/** Teams reads labels beside round buttons as Markdown, and those in a list as text. */
function isExpanded(options: readonly Choice[]): boolean {
  return options.length <= EXPANDED_CHOICES && !options.some(({ label }) => looksLikeMarkup(label));
}

type Style = Pick<ChoiceSet, "style" | "wrap" | "placeholder">;

function styleOf(options: readonly Choice[]): Style {
  if (isExpanded(options)) return { style: "expanded", wrap: true };
  const style = options.length <= COMPACT_CHOICES ? "compact" : "filtered";
  return { style, placeholder: "Choose one" };
}

/** A list in which people search takes one choice only. */
function multiStyleOf(options: readonly Choice[]): Style {
  if (isExpanded(options)) return { style: "expanded", wrap: true };
  return { style: "compact", placeholder: "Choose any" };
}

function toMultiSet(base: Base, options: readonly Choice[], preset: string): ChoiceSet {
  const broken = options.find(({ id }) => id.includes(","));
  assert(broken === undefined, `the choice ${broken?.id} would come back as two`);
  const chosen = new Set(preset.split(","));
  const known = options.filter(({ id }) => chosen.has(id)).map(({ id }) => id);
  return {
    type: "Input.ChoiceSet",
    ...base,
    choices: options.map(toInputChoice),
    isMultiSelect: true,
    ...multiStyleOf(options),
    ...(known.length === 0 ? {} : { value: known.join(",") }),
  };
}

function renderTyped(field: Typed, preset: string, room: number): Element[] {
  const { maxLength, look } = typedAs(field);
  const shown = preset.slice(0, Math.min(maxLength, room));
  const input: Input = {
    type: "Input.Text",
    ...baseOf(field),
    ...look,
    maxLength,
    ...(shown === "" ? {} : { value: shown }),
  };
  const missing = preset.length - shown.length;
  const note = missing === 0 ? null : `${counted(missing, "character")} had no room here.`;
  return [input, ...renderHelp(field.help), ...renderHelp(note)];
}

function typedAs(field: Typed): {
  readonly maxLength: number;
  readonly look: Pick<TextInput, "style" | "isMultiline" | "placeholder">;
} {
  if (field.type === "email") return { maxLength: TEXT_INPUT, look: { style: "Email" } };
  if (field.type === "url") return { maxLength: TEXT_INPUT, look: { style: "Url" } };
  const { maxLength = TEXT_INPUT, long, placeholder } = field;
  return {
    maxLength: Math.min(maxLength, TEXT_INPUT),
    look: {
      ...(long ? { isMultiline: true } : {}),
      ...(placeholder ? { placeholder: plain(placeholder, PLACEHOLDER) } : {}),
    },
  };
}

/** A card cannot ask for somebody by name: the members of the conversation stand in a list. */
function renderUser(field: Field, preset: string, { people, room }: Asking): Element[] {
  if (people.length === 0)
    return renderStatement(field, [
      "There is nobody to choose from here. Use this in the channel, where the person is a member.",
    ]);
  const chosen = people.filter(({ id }) => id === preset);
  const shown = [...chosen, ...people.filter(({ id }) => id !== preset)].slice(0, room.people);
  const left = people.length - shown.length;
  const input: Input = {
    ...toChoiceSet(baseOf(field), shown, preset),
    style: "filtered",
    placeholder: "Type a name",
  };
  const note = left === 0 ? null : `…and ${left} more who are not in this list`;
  return [input, ...renderHelp(field.help), ...renderHelp(note)];
}

/** A card has no input for files: they are sent before, or the person is told to. */
function renderFile(field: Field, files: readonly FileRef[]): Element[] {
  if (files.length > 0)
    return renderStatement(
      field,
      files.map(({ name }) => `📎 ${clip(name, CHOICE_TEXT)}`),
    );
  const how = "Send the file to Cleargate in this chat, then choose where it belongs.";
  return [...renderStatement(field, [how]), ...renderHelp(field.help)];
}

/** A question that is answered elsewhere, or has been. */
function renderStatement({ label }: Field, lines: readonly string[]): Element[] {
  return [
    paragraph(clip(label, INPUT_LABEL), { look: STRONG }),
    ...lines.map((line) => paragraph(line, { spacing: "Small" })),
  ].filter(isShown);
}

function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const parsed = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value);
}
