/** Says what is wrong with an input of a card. */
import { asList, asObject, type Json } from "../../slack/checks/parts.ts";
import type { Check } from "./card.ts";

export function checkInput(input: Json, at: string, check: Check): void {
  const { problems, inputs } = check;
  const { id } = input;
  if (typeof id !== "string" || id === "") problems(`${at}/id`, "is missing");
  else if (inputs.has(id)) problems(`${at}/id`, `duplicate input id: ${id}`);
  else inputs.add(id);
  if (input.isRequired === true && typeof input.errorMessage !== "string")
    problems(`${at}/errorMessage`, "a required input says what is missing");
  VALUES[String(input.type)]?.(input, (says) => problems(at, says));
}

type Rule = (input: Json, problem: (says: string) => void) => void;

const VALUES: Readonly<Record<string, Rule>> = {
  "Input.Text"(input, problem) {
    const { value, maxLength } = input;
    if (maxLength !== undefined && !(typeof maxLength === "number" && maxLength > 0))
      problem("maxLength must be a positive number");
    if (typeof maxLength === "number" && String(value ?? "").length > maxLength)
      problem("value is longer than maxLength");
    if (input.isMultiline === true && input.style !== undefined && input.style !== "text")
      problem("a multiline input has no style");
  },
  "Input.Number"(input, problem) {
    if (input.value !== undefined && typeof input.value !== "number")
      problem("value must be a number");
  },
  "Input.Date"(input, problem) {
    if (input.value !== undefined && !isDay(String(input.value)))
      problem("value is not a calendar day");
  },
  "Input.Toggle"(input, problem) {
    if (typeof input.title !== "string") problem("title is missing");
  },
  "Input.ChoiceSet": checkChoices,
};

function isDay(text: string): boolean {
  const parsed = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().slice(0, 10) === text;
}

const STYLES = [undefined, "compact", "expanded", "filtered"];

function checkChoices(input: Json, problem: (says: string) => void): void {
  const choices = (asList(input.choices) ?? []).map((choice) => asObject(choice) ?? {});
  const values = choices.map(({ value }) => value);
  if (choices.length === 0) problem("choices are missing");
  if (!choices.every(isChoice)) problem("a choice has a title and a value");
  if (new Set(values).size < values.length) problem("two choices have one value");
  if (!STYLES.some((style) => style === input.style))
    problem(`unknown style: ${String(input.style)}`);
  const several = input.isMultiSelect === true;
  if (several && input.style === "filtered") problem("a filtered list takes one choice");
  if (several && values.some((value) => String(value).includes(",")))
    problem("a comma in a value separates it from another");
  if (!chosenIn(input).every((one) => values.includes(one)))
    problem("value is not one of the choices");
}

function isChoice({ title, value }: Json): boolean {
  return typeof title === "string" && title !== "" && typeof value === "string";
}

function chosenIn({ value, isMultiSelect }: Json): readonly unknown[] {
  if (value === undefined || value === "") return [];
  return isMultiSelect === true ? String(value).split(",") : [value];
}
