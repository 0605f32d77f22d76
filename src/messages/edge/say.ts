/** A message in words, the same in every chat: for notifications, screen readers, and whoever sees no cards. */
import type { ChecklistLine, Message, Section, Text } from "../message.ts";
import { clip, flatten, makeVisible } from "./plain-text.ts";

/** Marks are words with a sign beside them, never a sign alone. */
const MARKS: Readonly<Record<ChecklistLine["mark"], string>> = {
  done: "✅",
  open: "⬜",
  waiting: "⏳",
  blocked: "⛔",
  skipped: "➖",
};

const MOST_CHOICES = 400;

/** The count is said once, also where the label says it already. */
export function sayProgress({ done, of, label }: NonNullable<Section["progress"]>): string {
  const count = `${done} of ${of}`;
  return makeVisible(label.includes(count) ? label : `${count} · ${label}`);
}

export function checkText({ mark, text, state }: ChecklistLine): Text {
  const words = typeof text === "string" ? [text] : text;
  return [`${MARKS[mark]} `, ...words, ` · ${state}`];
}

/** Every line of the message, one fact a line, and what can be pressed at the end. */
export function sayLines({
  headline,
  sections = [],
  attachment,
  footnote,
}: Message): readonly string[] {
  const actions = sections.flatMap((section) => (section.actions ?? []).map(sayAction));
  return [
    makeVisible(headline),
    ...sections.flatMap(saySection),
    ...(attachment ? [makeVisible(attachment.name)] : []),
    ...(footnote ? [flatten(footnote)] : []),
    ...(actions.length > 0 ? [actions.join(" ")] : []),
  ];
}

function saySection(section: Section): readonly string[] {
  const { title, progress, lines, fields, checklist, table, code } = section;
  return [
    ...(title ? [makeVisible(title)] : []),
    ...(progress ? [sayProgress(progress)] : []),
    ...(lines ?? []).map(flatten),
    ...(fields ?? []).map(({ label, value }) => `${makeVisible(label)}: ${flatten(value)}`),
    ...(checklist ?? []).map((line) => flatten(checkText(line))),
    ...(table ? [makeVisible(table.caption)] : []),
    ...(table ? table.rows.map((row) => row.map(makeVisible).join(", ")) : []),
    ...(code ? [makeVisible(code)] : []),
  ];
}

function sayAction(action: NonNullable<Section["actions"]>[number]): string {
  if ("choices" in action) {
    const choices = action.choices.map(({ label }) => makeVisible(label)).join(", ");
    return `[${makeVisible(action.label)}: ${clip(choices, MOST_CHOICES)}]`;
  }
  if ("url" in action) return `[${makeVisible(action.label)}: ${makeVisible(action.url)}]`;
  return `[${makeVisible(action.label)}]`;
}

/** The lines as one text of at most `max` characters, each as the chat encodes it; the rest is counted. */
export function joinWithin(
  lines: readonly string[],
  max: number,
  encode: (line: string) => string,
): string {
  const kept: string[] = [];
  let length = 0;
  for (const line of lines.map(encode)) {
    if (length + line.length + 1 > max - 30) break;
    kept.push(line);
    length += line.length + 1;
  }
  if (kept.length === lines.length) return kept.join("\n");
  if (kept.length === 0) return clipEncoded(lines[0] ?? "", max, encode);
  return [...kept, `…and ${lines.length - kept.length} more lines`].join("\n");
}

/** Shortens before it encodes, so that nothing that was encoded is cut in two. */
function clipEncoded(line: string, max: number, encode: (line: string) => string): string {
  for (let room = max; room > 1; room = Math.floor(room * 0.8)) {
    const encoded = encode(clip(line, room));
    if (encoded.length <= max) return encoded;
  }
  return "…";
}
