/** Sections of a message, a form or a home page as elements of a card; what does not fit is counted and said. */
import { checkText, sayProgress } from "../../../messages/edge/say.ts";
import type { ChecklistLine, Section, Text } from "../../../messages/message.ts";
import { isShown, type Numbering, renderActions, renderButton, toActionSets } from "./actions.ts";
import type { Column, Element, ProgressBar, RichTextBlock, Table } from "./cards.ts";
import { TABLE_CELL, TABLE_ROWS } from "./limits.ts";
import { type Look, paragraph, plain, STRONG, SUBTLE, toRuns } from "./text.ts";

/** An element with what would be missing without it. */
export interface Piece {
  readonly element: Element;
  /** How many lines, facts or rows it shows. */
  readonly holds: number;
  /** Headlines, buttons and questions stay; lines give way. */
  readonly stays: boolean;
}

const PROGRESS_CELLS = 10;
const MONOSPACE: Look = { fontType: "Monospace" };

export function renderSections(sections: readonly Section[], numbering: Numbering): Piece[] {
  return sections.flatMap((section) => renderSection(section, numbering));
}

function renderSection(section: Section, numbering: Numbering): Piece[] {
  const { title, progress, lines, fields, checklist, table, code, actions } = section;
  return [
    ...(title ? rich(paragraph(title, { look: STRONG, spacing: "Medium" })) : []),
    ...(progress ? [renderProgress(progress)] : []),
    ...(lines ?? []).flatMap((line) => rich(paragraph(line, { spacing: "Small" }))),
    ...(fields ?? []).map(renderField),
    ...(checklist ?? []).flatMap((line) => renderCheck(line, numbering)),
    ...(table ? renderTable(table) : []),
    ...(code ? rich(paragraph(code, { look: MONOSPACE, spacing: "Small" }), countLines(code)) : []),
    ...toActionSets(renderActions(actions ?? [], numbering)).map(
      (element): Piece => ({ element, holds: 0, stays: true }),
    ),
  ];
}

function rich(element: Element | null, holds = 1): Piece[] {
  return element === null ? [] : [{ element, holds, stays: false }];
}

const countLines = (text: string) => text.split("\n").length;

function renderProgress(progress: NonNullable<Section["progress"]>): Piece {
  const { done, of } = progress;
  const part = of === 0 ? 0 : Math.min(done, of) / of;
  const filled = Math.floor(part * PROGRESS_CELLS);
  const bar = "▰".repeat(filled) + "▱".repeat(PROGRESS_CELLS - filled);
  const words = paragraph(sayProgress(progress), { spacing: "Small" });
  const drawn: ProgressBar = {
    type: "ProgressBar",
    value: Math.floor(part * 100),
    fallback: { type: "RichTextBlock", inlines: toRuns(bar) },
  };
  const items = [drawn, words].filter(isShown);
  return { element: { type: "Container", items, spacing: "Small" }, holds: 1, stays: false };
}

function renderField({ label, value }: NonNullable<Section["fields"]>[number]): Piece {
  const columns: Column[] = [
    { type: "Column", width: 1, items: [paragraph(label, { look: STRONG }) ?? DASH] },
    { type: "Column", width: 2, items: [paragraph(value) ?? DASH] },
  ];
  return { element: { type: "ColumnSet", columns, spacing: "Small" }, holds: 1, stays: false };
}

const DASH: RichTextBlock = { type: "RichTextBlock", inlines: toRuns("–") };

function renderCheck(line: ChecklistLine, numbering: Numbering): Piece[] {
  const words = paragraph(checkText(line)) ?? DASH;
  if (!line.action) return rich({ ...words, spacing: "Small" });
  const button = toActionSets([renderButton(line.action, numbering)]);
  // What a button opens needs the whole width.
  if (line.action.confirm)
    return rich({ type: "Container", items: [words, ...button], spacing: "Small" });
  const columns: Column[] = [
    { type: "Column", width: "stretch", items: [words], verticalContentAlignment: "Center" },
    { type: "Column", width: "auto", items: button },
  ];
  return rich({ type: "ColumnSet", columns, spacing: "Small" });
}

function renderTable({ caption, columns, rows }: NonNullable<Section["table"]>): Piece[] {
  const parts = Array.from({ length: Math.ceil(rows.length / TABLE_ROWS) }, (_, part) =>
    rows.slice(part * TABLE_ROWS, (part + 1) * TABLE_ROWS),
  );
  return [
    ...rich(paragraph(caption, { look: STRONG, spacing: "Medium" })),
    ...parts.flatMap((part) => rich(toTable(columns, part), part.length)),
  ];
}

/** Every part of a long table begins with the heads of its columns. */
function toTable(columns: readonly string[], rows: readonly (readonly string[])[]): Table {
  return {
    type: "Table",
    columns: columns.map(() => ({ width: 1 })),
    rows: [columns, ...rows].map((row, index) => ({
      type: "TableRow",
      cells: columns.map((_, column) => ({
        type: "TableCell",
        items: [cellText(row[column] ?? "", index === 0 ? STRONG : {})],
      })),
    })),
  };
}

function cellText(text: string, look: Look): RichTextBlock {
  const shown = plain(text, TABLE_CELL);
  return { type: "RichTextBlock", inlines: [{ type: "TextRun", text: shown, ...look }] };
}

/** What the sentence about missing elements may weigh. */
const MISSING_JSON = 200;

/** The elements that weigh no more than there is room; the rest is counted in a line where the first of it stood. */
export function fitBlocks(pieces: readonly Piece[], room: number): Element[] {
  const kept = new Set(pieces);
  let weight = pieces.reduce((sum, piece) => sum + weigh(piece.element), 0);
  const isOver = () => weight + (kept.size < pieces.length ? MISSING_JSON : 0) > room;
  for (const stays of [false, true])
    for (const piece of pieces.toReversed()) {
      if (!isOver()) break;
      if (piece.stays === stays && kept.delete(piece)) weight -= weigh(piece.element);
    }
  const dropped = pieces.filter((piece) => !kept.has(piece));
  return pieces.flatMap((piece) => {
    if (piece === dropped[0]) return [sayMissing(dropped)];
    return kept.has(piece) ? [piece.element] : [];
  });
}

/** Characters of its JSON, and the comma behind it. */
export function weigh(part: unknown): number {
  return JSON.stringify(part).length + 1;
}

function sayMissing(dropped: readonly Piece[]): RichTextBlock {
  const lines = dropped.reduce((sum, { holds }) => sum + holds, 0);
  const rows = dropped.filter(({ holds }) => holds === 0).length;
  const parts = [
    ...(lines > 0 ? [`${lines} more`] : []),
    ...(rows > 0 ? [`${rows} more ${rows === 1 ? "row" : "rows"} of buttons`] : []),
  ];
  return { type: "RichTextBlock", inlines: toRuns(`…and ${parts.join(" and ")}`, SUBTLE) };
}

/** Small print. */
export function renderFootnote(footnote: Text): Piece[] {
  const element = paragraph(footnote, { look: { size: "Small", ...SUBTLE }, spacing: "Medium" });
  return rich(element).map((piece) => ({ ...piece, stays: true }));
}
