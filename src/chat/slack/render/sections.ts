/** Sections of a message, a form or a home tab as blocks; what does not fit is counted and said. */

import type { types } from "@slack/bolt";
import { clip, makeVisible } from "../../../messages/edge/plain-text.ts";
import { checkText, sayProgress } from "../../../messages/edge/say.ts";
import type { ChecklistLine, Section, Text } from "../../../messages/message.ts";
import { type Numbering, renderActions, renderButton } from "./actions.ts";
import { plain, textLeaf, toLeaves, toTextObject } from "./escape.ts";
import {
  ACTIONS_PER_BLOCK,
  BLOCKS,
  FIELD_TEXT,
  FIELDS_PER_SECTION,
  MESSAGE_BLOCKS_TEXT,
  SECTION_TEXT,
  type SlackSurface,
  VIEW_BLOCKS_TEXT,
} from "./limits.ts";

/** A block with what would be missing without it. */
export interface Piece {
  readonly block: types.KnownBlock;
  /** How many lines, facts or rows it shows. */
  readonly holds: number;
  /** Headlines, buttons and questions stay; lines give way. */
  readonly stays: boolean;
}

const PROGRESS_CELLS = 10;
const TABLE_CELL = 40;
const LINES_PER_BLOCK = 10;

export function renderSections(sections: readonly Section[], numbering: Numbering): Piece[] {
  return sections.flatMap((section) => renderSection(section, numbering));
}

function renderSection(section: Section, numbering: Numbering): Piece[] {
  const { title, progress, lines, fields, checklist, table, code, actions } = section;
  return [
    ...(title ? [rich(textLeaf(title, { bold: true }), 1)] : []),
    ...(progress ? renderProgress(progress) : []),
    ...renderLines(lines ?? []),
    ...renderFields(fields ?? []),
    ...renderChecklist(checklist ?? [], numbering),
    ...(table ? renderTable(table) : []),
    ...(code ? [preformatted(code, code.split("\n").length)] : []),
    ...chunk(renderActions(actions ?? [], numbering), ACTIONS_PER_BLOCK).map(
      (elements): Piece => ({ block: { type: "actions", elements }, holds: 0, stays: true }),
    ),
  ].filter((piece) => piece !== null);
}

function chunk<T>(list: readonly T[], size: number): T[][] {
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, index) => list.slice(index * size, (index + 1) * size));
}

function rich(elements: types.RichTextElement[], holds: number): Piece | null {
  if (elements.length === 0) return null;
  const section: types.RichTextSection = { type: "rich_text_section", elements };
  return { block: { type: "rich_text", elements: [section] }, holds, stays: false };
}

function preformatted(text: string, holds: number): Piece | null {
  const elements = textLeaf(text);
  if (elements.length === 0) return null;
  const code: types.RichTextPreformatted = { type: "rich_text_preformatted", elements };
  return { block: { type: "rich_text", elements: [code] }, holds, stays: false };
}

function joinLines(lines: readonly (readonly types.RichTextElement[])[]): types.RichTextElement[] {
  const full = lines.filter((line) => line.length > 0);
  return full.flatMap((line, index) =>
    index === 0 ? line : [{ type: "text", text: "\n" } as const, ...line],
  );
}

function renderLines(lines: readonly Text[]): (Piece | null)[] {
  return chunk(lines, LINES_PER_BLOCK).map((part) =>
    rich(joinLines(part.map(toLeaves)), part.length),
  );
}

function renderProgress(progress: NonNullable<Section["progress"]>): (Piece | null)[] {
  const { done, of } = progress;
  const filled = of === 0 ? 0 : Math.floor((Math.min(done, of) / of) * PROGRESS_CELLS);
  const bar = "▰".repeat(filled) + "▱".repeat(PROGRESS_CELLS - filled);
  return [rich(textLeaf(`${bar}  ${sayProgress(progress)}`), 1)];
}

function renderFields(fields: NonNullable<Section["fields"]>): Piece[] {
  return chunk(fields, FIELDS_PER_SECTION).map((part) => ({
    block: { type: "section", fields: part.map(renderField) },
    holds: part.length,
    stays: false,
  }));
}

function renderField(field: NonNullable<Section["fields"]>[number]): types.TextObject {
  const value: Text = typeof field.value === "string" ? [field.value] : field.value;
  return toTextObject([{ strong: field.label }, "\n", ...value], FIELD_TEXT);
}

function renderChecklist(
  checklist: readonly ChecklistLine[],
  numbering: Numbering,
): (Piece | null)[] {
  const groups: ChecklistLine[][] = [];
  for (const line of checklist) {
    const last = groups.at(-1);
    const joins = last && !line.action && !last[0]?.action && last.length < LINES_PER_BLOCK;
    if (joins) last.push(line);
    else groups.push([line]);
  }
  return groups.map((group) => {
    const [line] = group;
    return line?.action ? checkWithButton(line, numbering) : checkLines(group);
  });
}

function checkLines(group: readonly ChecklistLine[]): Piece | null {
  return rich(joinLines(group.map((line) => toLeaves(checkText(line)))), group.length);
}

function checkWithButton(line: ChecklistLine, numbering: Numbering): Piece {
  const text = toTextObject(checkText(line), SECTION_TEXT);
  const accessory = line.action ? { accessory: renderButton(line.action, numbering) } : {};
  return { block: { type: "section", text, ...accessory }, holds: 1, stays: false };
}

function renderTable(table: NonNullable<Section["table"]>): (Piece | null)[] {
  const rows = [table.columns, ...table.rows].map((row) =>
    row.map((c) => clip(makeVisible(c), TABLE_CELL)),
  );
  const widths = table.columns.map((_, index) =>
    Math.max(...rows.map((row) => row[index]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const [head = "", ...body] = lines;
  const parts = chunk(body, 25).map((part) =>
    preformatted([head, ...part].join("\n"), part.length),
  );
  return [rich(textLeaf(table.caption, { bold: true }), 1), ...parts];
}

/** The blocks that fit the surface; the rest is counted in a line where the first of it stood. */
export function fitBlocks(pieces: readonly Piece[], surface: SlackSurface): types.KnownBlock[] {
  const maxBlocks = BLOCKS[surface];
  const maxText = surface === "message" ? MESSAGE_BLOCKS_TEXT : VIEW_BLOCKS_TEXT;
  const kept = new Set(pieces);
  const isOver = (): boolean =>
    kept.size + (kept.size < pieces.length ? 1 : 0) > maxBlocks || weigh(kept) > maxText;
  for (const stays of [false, true])
    for (const piece of pieces.toReversed()) {
      if (!isOver()) break;
      if (piece.stays === stays) kept.delete(piece);
    }
  const dropped = pieces.filter((piece) => !kept.has(piece));
  if (dropped.length === 0) return pieces.map(({ block }) => block);
  return pieces.flatMap((piece) => {
    if (piece === dropped[0]) return [sayMissing(dropped)];
    return kept.has(piece) ? [piece.block] : [];
  });
}

function weigh(kept: ReadonlySet<Piece>): number {
  let total = 0;
  for (const { block } of kept) total += countText(block);
  return total;
}

/** The characters that people read; identifiers and values of buttons weigh nothing. */
function countText(node: unknown): number {
  if (typeof node !== "object" || node === null) return 0;
  return Object.entries(node).reduce(
    (sum, [key, value]) =>
      sum + (typeof value === "string" ? (key === "text" ? value.length : 0) : countText(value)),
    0,
  );
}

function sayMissing(dropped: readonly Piece[]): types.KnownBlock {
  const lines = dropped.reduce((sum, { holds }) => sum + holds, 0);
  const rows = dropped.filter(({ holds }) => holds === 0).length;
  const parts = [
    ...(lines > 0 ? [`${lines} more`] : []),
    ...(rows > 0 ? [`${rows} more ${rows === 1 ? "row" : "rows"} of buttons`] : []),
  ];
  return { type: "context", elements: [plain(`…and ${parts.join(" and ")}`, SECTION_TEXT)] };
}

/** Small print. */
export function renderFootnote(footnote: Text): Piece {
  const block: types.ContextBlock = {
    type: "context",
    elements: [toTextObject(footnote, SECTION_TEXT)],
  };
  return { block, holds: 1, stays: true };
}
