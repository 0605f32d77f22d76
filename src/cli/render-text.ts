/** Shows a neutral message in a terminal: plain text, no colour, nothing that could steer the terminal. */
import type {
  Button,
  ChecklistLine,
  Inline,
  LinkAction,
  Menu,
  Message,
  Section,
  Text,
} from "../messages/message.ts";

const MARKS: Readonly<Record<ChecklistLine["mark"], string>> = {
  done: "[x]",
  open: "[ ]",
  waiting: "[~]",
  blocked: "[!]",
  skipped: "[-]",
};

/** The message as lines of text, ending with a line break. */
export function renderText(message: Message): string {
  const parts = [
    line(message.headline),
    ...(message.sections ?? []).map(renderSection),
    message.footnote ? line(flatten(message.footnote)) : "",
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function renderSection(section: Section): string {
  return [
    section.title ? `${line(section.title)}:` : "",
    ...(section.lines ?? []).map((text) => line(flatten(text))),
    ...(section.fields ?? []).map(({ label, value }) => line(`${label}: ${flatten(value)}`)),
    section.progress ? line(progressText(section.progress)) : "",
    ...(section.checklist ?? []).map(
      ({ mark, text, state }) => `${MARKS[mark]} ${line(flatten(text))} (${line(state)})`,
    ),
    section.table ? renderTable(section.table) : "",
    section.code ? block(section.code) : "",
    ...(section.actions ?? []).filter(isLink).map(({ label, url }) => line(`${label}: ${url}`)),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function isLink(action: Button | Menu | LinkAction): action is LinkAction {
  return "url" in action;
}

function renderTable(table: NonNullable<Section["table"]>): string {
  const rows = [table.columns, ...table.rows].map((row) => row.map(line));
  const widths = table.columns.map((_, column) =>
    Math.max(...rows.map((row) => [...(row[column] ?? "")].length)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [`${line(table.caption)}:`, ...lines].join("\n");
}

function flatten(text: Text): string {
  return typeof text === "string" ? text : text.map(flattenInline).join("");
}

function flattenInline(part: Inline): string {
  if (typeof part === "string") return part;
  if ("strong" in part) return part.strong;
  if ("code" in part) return part.code;
  if ("link" in part) return `${part.text} (${part.link})`;
  return "time" in part ? part.time : part.day;
}

/** Control characters and marks that reorder or hide text; a line break stays. */
const STEERING = /(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/gu;

function block(text: string): string {
  return text.replaceAll(STEERING, "").trimEnd();
}

/** One line: a name with a line break in it cannot fake a second one. */
function line(text: string): string {
  const parts = text.split("\n").map((part) => part.trim());
  const whole = parts.length === 1 ? text : parts.filter((part) => part !== "").join(" ");
  return whole.replaceAll(STEERING, "");
}

/** A label that counts already is not counted again. */
function progressText({ done, of, label }: NonNullable<Section["progress"]>): string {
  const count = `${done} of ${of}`;
  return label.includes(count) ? label : `${count} ${label}`;
}
