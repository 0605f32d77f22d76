/** What a person reads in a neutral message, as plain text, and what can be pressed in it. */
import type { Button, Inline, Message, Section, Text } from "../../src/messages/message.ts";

export function readMessage(message: Message): string {
  const footnote = message.footnote === undefined ? "" : readText(message.footnote);
  const attachment = message.attachment
    ? `${message.attachment.name}\n${message.attachment.content}`
    : "";
  return [message.headline, readSections(message.sections ?? []), footnote, attachment]
    .filter((part) => part !== "")
    .join("\n");
}

export function readSections(sections: readonly Section[]): string {
  return sections.map(readSection).join("\n");
}

function readSection(section: Section): string {
  const { title, lines, fields, checklist, progress, table, code, actions } = section;
  return [
    title,
    ...(lines ?? []).map(readText),
    ...(fields ?? []).map(({ label, value }) => `${label}: ${readText(value)}`),
    ...(checklist ?? []).map(
      ({ text, state, action }) =>
        `${readText(text)} (${state})${action ? ` [${action.label}]` : ""}`,
    ),
    progress?.label,
    table?.caption,
    ...(table?.rows ?? []).map((row) => row.join(" | ")),
    code,
    ...(actions ?? []).map(({ label }) => `[${label}]`),
  ]
    .filter((part) => part !== undefined && part !== "")
    .join("\n");
}

export function readText(text: Text): string {
  return typeof text === "string" ? text : text.map(readInline).join("");
}

function readInline(inline: Inline): string {
  if (typeof inline === "string") return inline;
  if ("strong" in inline) return inline.strong;
  if ("code" in inline) return inline.code;
  if ("link" in inline) return inline.text;
  if ("time" in inline) return inline.time;
  return inline.day;
}

/** Buttons, the buttons of checklists, and the choices of menus. */
export function buttonsOf(
  sections: readonly Section[],
): readonly Pick<Button, "label" | "command">[] {
  return sections.flatMap(({ checklist, actions }) => [
    ...(checklist ?? []).flatMap(({ action }) => action ?? []),
    ...(actions ?? []).flatMap((action) => {
      if ("command" in action) return [action];
      return "choices" in action ? action.choices : [];
    }),
  ]);
}
