/** What a person reads in a card: the text as Teams draws it, in the zone of the reader. */
import { asList, asObject, type Json } from "../../slack/checks/parts.ts";

/** The visible text of a card, one element a line. What has to be opened first is not read. */
export function readCard(card: Json, timeZone: string): string {
  return read([card.body, card.actions], timeZone);
}

function read(value: unknown, zone: string): string {
  const list = asList(value);
  if (list) return joined(list.map((entry) => read(entry, zone)));
  const element = asObject(value);
  if (element === null || element.isVisible === false) return "";
  const type = String(element.type);
  if (type.startsWith("Action.")) return `[${String(element.title)}]`;
  if (type.startsWith("Input.")) return readInput(element, zone);
  const reader = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  return reader ? reader(element, zone) : "";
}

function joined(lines: readonly string[], by = "\n"): string {
  return lines.filter((line) => line !== "").join(by);
}

type Reader = (element: Json, zone: string) => string;

const readPart =
  (key: string): Reader =>
  (element, zone) =>
    read(element[key], zone);

const READERS: Readonly<Record<string, Reader>> = {
  TextBlock: ({ text }, zone) => drawTimes(String(text), zone),
  RichTextBlock: ({ inlines }, zone) =>
    (asList(inlines) ?? []).map((run) => readInline(run, zone)).join(""),
  Badge: ({ text }) => String(text),
  Container: readPart("items"),
  ColumnSet: readColumns,
  Column: readPart("items"),
  ActionSet: readPart("actions"),
  ImageSet: readPart("images"),
  Image: ({ altText }) => String(altText ?? ""),
  FactSet: ({ facts }) =>
    joined(
      (asList(facts) ?? []).map((fact) => {
        const { title, value } = asObject(fact) ?? {};
        return `${String(title)}: ${String(value)}`;
      }),
    ),
  Table: readPart("rows"),
  TableRow: ({ cells }, zone) =>
    joined(
      (asList(cells) ?? []).map((cell) => read(cell, zone)),
      " | ",
    ),
  TableCell: readPart("items"),
};

/** What stands side by side is one line where each part of it is; a bold one is the name of the next. */
function readColumns({ columns }: Json, zone: string): string {
  const list = asList(columns) ?? [];
  const parts = list.map((column) => read(column, zone));
  if (parts.some((part) => part.includes("\n"))) return joined(parts);
  return joined(parts, isBold(list[0]) ? ": " : " ");
}

function isBold(column: unknown): boolean {
  const runs = walk(column).filter(({ type }) => type === "TextRun" || type === "TextBlock");
  return runs.length > 0 && runs.every(({ weight }) => weight === "Bolder");
}

function readInline(value: unknown, zone: string): string {
  if (typeof value === "string") return drawTimes(value, zone);
  return drawTimes(String(asObject(value)?.text ?? ""), zone);
}

function readInput(input: Json, zone: string): string {
  const choices = (asList(input.choices) ?? []).map((choice) => String(asObject(choice)?.title));
  const typed = choices.length === 0 && input.value !== undefined ? String(input.value) : "";
  const label = typeof input.label === "string" ? drawTimes(input.label, zone) : "";
  return joined([label, String(input.title ?? ""), typed, ...choices]);
}

const DATE_STYLES = {
  SHORT: { weekday: "short", month: "short", day: "numeric", year: "numeric" },
  LONG: { weekday: "long", month: "long", day: "numeric", year: "numeric" },
  COMPACT: { month: "numeric", day: "numeric", year: "numeric" },
} as const;

const INSTANT = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:?\d\d)`;
const DATE = new RegExp(String.raw`\{\{DATE\((${INSTANT})(?:, ?(SHORT|LONG|COMPACT))?\)\}\}`, "g");
const TIME = new RegExp(String.raw`\{\{TIME\((${INSTANT})\)\}\}`, "g");

/** Dates and times are written as functions, which Teams replaces; in any other form they stay as they are. */
export function drawTimes(text: string, timeZone: string): string {
  const draw = (instant: string, style: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat("en-US", { timeZone, ...style }).format(new Date(instant));
  return text
    .replace(DATE, (_all, instant: string, style: string = "COMPACT") =>
      draw(instant, isDateStyle(style) ? DATE_STYLES[style] : DATE_STYLES.COMPACT),
    )
    .replace(TIME, (_all, instant: string) =>
      draw(instant, { hour: "2-digit", minute: "2-digit", hour12: true }),
    );
}

function isDateStyle(text: string): text is keyof typeof DATE_STYLES {
  return Object.hasOwn(DATE_STYLES, text);
}

/** Every element in the order in which they stand, without those of cards that have to be opened first. */
export function walk(value: unknown): Json[] {
  const list = asList(value);
  if (list) return list.flatMap(walk);
  const element = asObject(value);
  if (element === null) return [];
  return [element, ...NESTED.flatMap((key) => (key in element ? walk(element[key]) : []))];
}

const NESTED = ["body", "items", "columns", "rows", "cells", "inlines", "actions"];
