/** Fills the inputs of a card as the Teams client does, and holds back what the client would not send. */
import { asList, asObject, type Json } from "../../slack/checks/parts.ts";
import type { Filling, GivenFile } from "../../slack/driver/fill.ts";
import { isInput } from "./controls.ts";
import { readCard, walk } from "./reading.ts";

/** Inputs of a form have this before the id of the form's field, and so have questions that take no input. */
const FIELD = "field:";

/** A card that asks something: its questions, how it is sent, and what it says beside them. */
export interface OpenForm {
  readonly card: Json;
  /** The action that sends it. */
  readonly submit: Json;
  /** The ids of its fields, those for files included. */
  readonly fields: readonly string[];
  readonly inputs: readonly Json[];
  /** By field id; under an empty id what stands beside no field. */
  readonly errors: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The form that a card is; null: it asks nothing. */
export function readForm(card: Json, timeZone: string): OpenForm | null {
  const elements = walk([card.body, card.actions]);
  const submit = elements.find(isSubmit);
  if (!submit) return null;
  const groups = (asList(card.body) ?? []).map((group) => readGroup(asObject(group), timeZone));
  return {
    card,
    submit,
    fields: [...new Set(groups.flatMap(({ fields }) => fields))],
    inputs: elements.filter(isInput),
    errors: errorsIn(groups),
    text: readCard(card, timeZone),
  };
}

/** Of all actions only that of a form sends the inputs around it. */
function isSubmit({ type, associatedInputs }: Json): boolean {
  return type === "Action.Execute" && associatedInputs === "auto";
}

interface Group {
  readonly fields: readonly string[];
  /** What has to be mended. */
  readonly says: string | null;
}

const MEND = /^Mend: /;
/** A card has no input for files: the question is answered elsewhere, or has been. */
const FILES = /^(📎 |Send the file to Cleargate)/;

/** One element of a form's body: a question with what belongs to it, or anything else. */
function readGroup(group: Json | null, timeZone: string): Group {
  const elements = walk(group);
  const lines = elements
    .filter(({ type }) => type === "RichTextBlock" || type === "TextBlock")
    .map((element) => readCard({ body: [element] }, timeZone));
  const named = elements.flatMap(({ id }) =>
    typeof id === "string" && id.startsWith(FIELD) ? [id.slice(FIELD.length)] : [],
  );
  const isForFiles = group?.type === "Container" && lines.some((line) => FILES.test(line));
  const label = isForFiles ? lines.slice(0, 1) : [];
  return {
    fields: named.length > 0 ? named : label,
    says: lines.find((line) => MEND.test(line))?.replace(MEND, "") ?? null,
  };
}

/** What to mend stands in the group of its question, or in a group of its own right after it. */
function errorsIn(groups: readonly Group[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    groups.flatMap(({ fields, says }, index) => {
      const [field] = fields.length > 0 ? fields : (groups[index - 1]?.fields ?? []);
      return says === null ? [] : [[field ?? "", says] as const];
    }),
  );
}

/** Whether files are given, which no input takes. */
export function hasFiles(given: Filling[string]): boolean {
  return filesOf(given).length > 0;
}

export function filesOf(given: Filling[string]): readonly GivenFile[] {
  if (typeof given === "string") return [];
  return given.flatMap((entry) => (typeof entry === "string" ? [] : [entry]));
}

/** What the client puts beside the data of an action. */
export function fillInputs(
  inputs: readonly Json[],
  filling: Filling,
  { anyway = false }: { readonly anyway?: boolean } = {},
): Readonly<Record<string, string>> {
  refuseStrangers(inputs, filling);
  const entries = inputs.map((input) => {
    const given = filling[keyIn(filling, input)];
    const value = given === undefined ? presetOf(input) : givenTo(input, given, anyway);
    if (!anyway) holdBack(input, value);
    return [String(input.id), value] as const;
  });
  const isSent = ([, value]: readonly [string, string | null]): boolean => value !== null;
  return Object.fromEntries(
    entries.filter(isSent).map(([id, value]): [string, string] => [id, value ?? ""]),
  );
}

function fieldOf({ id }: Json): string {
  return String(id).startsWith(FIELD) ? String(id).slice(FIELD.length) : String(id);
}

/** By id or by label. */
function keyIn(filling: Filling, input: Json): string {
  const id = fieldOf(input);
  return Object.hasOwn(filling, id) ? id : String(input.label);
}

function refuseStrangers(inputs: readonly Json[], filling: Filling): void {
  const known = inputs.flatMap((one) => [fieldOf(one), String(one.label)]);
  const strange = Object.keys(filling).filter((key) => !known.includes(key));
  if (strange.length === 0) return;
  const fields = inputs.map((input) => `${fieldOf(input)} (${input.label})`);
  throw new Error(`the form has no field ${strange.join(", ")}; it has ${fields.join("; ")}`);
}

function presetOf(input: Json): string | null {
  if (input.value !== undefined) return String(input.value);
  return input.type === "Input.Text" ? "" : null;
}

function givenTo(input: Json, given: Filling[string], anyway: boolean): string | null {
  const texts = (typeof given === "string" ? [given] : given).filter(
    (entry): entry is string => typeof entry === "string",
  );
  if (input.type !== "Input.ChoiceSet") return texts[0] ?? presetOf(input);
  const chosen = texts.filter((text) => text !== "").map((text) => pick(input, text, anyway));
  return chosen.length === 0 ? null : chosen.join(",");
}

function pick(input: Json, text: string, anyway: boolean): string {
  const choices = (asList(input.choices) ?? []).map((choice) => asObject(choice) ?? {});
  const found = choices.find(({ title, value }) => value === text || title === text);
  if (found) return String(found.value);
  if (anyway) return text;
  const titles = choices.map(({ title }) => title).join(", ");
  throw new Error(`there is no option ${text}; there are ${titles}`);
}

const FORMS: Readonly<Record<string, RegExp>> = {
  "Input.Number": /^-?\d+(\.\d+)?$/,
  "Input.Date": /^\d{4}-\d\d-\d\d$/,
};

function holdBack(input: Json, value: string | null): void {
  const label = String(input.label ?? input.id);
  const isEmpty = value === null || value.trim() === "";
  if (isEmpty && input.isRequired === true)
    throw new Error(`Teams would not send the form: "${label}" is required`);
  if (isEmpty) return;
  if (value.length > Number(input.maxLength ?? Number.POSITIVE_INFINITY))
    throw new Error(`Teams would not send the form: "${label}" is too long`);
  const form = FORMS[String(input.type)];
  if (form && !form.test(value))
    throw new Error(`Teams would not send the form: "${label}" is not of its kind`);
}
