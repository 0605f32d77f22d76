/** What a person reads and can press in blocks: the text as it looks, and every control with its label. */
import { asList, asObject, type Json } from "../checks/parts.ts";

export interface Control {
  readonly label: string;
  readonly blockId: string;
  readonly element: Json;
  /** For a choice of a menu. */
  readonly option: Json | null;
}

export interface Shown {
  /** Everything that is visible, one block a line; markup as the client draws it. */
  readonly text: string;
  /** The notification and screen-reader text. */
  readonly fallback: string;
  readonly buttons: readonly string[];
  readonly choices: readonly string[];
  readonly channel: string | null;
  readonly ts: string | null;
  readonly threadTs: string | null;
  readonly blocks: readonly Json[];
  readonly files: readonly string[];
}

/** Slack gives every block an id; payloads carry them. */
export function withBlockIds(blocks: readonly object[]): Json[] {
  return blocks.map((block, index) => ({ block_id: `auto${index}`, ...block }));
}

/** The visible text of blocks. */
export function readBlocks(blocks: readonly object[]): string {
  return blocks
    .map((block) => readNode(block))
    .filter((line) => line !== "")
    .join("\n");
}

const READ_KEYS = ["text", "label", "hint", "fields", "elements", "rows", "accessory", "element"];

function readNode(value: unknown): string {
  if (Array.isArray(value)) return value.map(readNode).filter(Boolean).join("\n");
  const node = asObject(value);
  if (node === null) return "";
  switch (node.type) {
    case "mrkdwn":
      return drawMarkup(String(node.text));
    case "plain_text":
      return String(node.text);
    case "rich_text_section":
    case "rich_text_preformatted":
    case "rich_text_quote":
      return (asList(node.elements) ?? []).map(readLeaf).join("");
    case "button":
      return `[${readNode(node.text)}]`;
    default:
      return readParts(node);
  }
}

function readParts(node: Json): string {
  const own = READ_KEYS.map((key) => readNode(node[key]));
  const options = (asList(node.options) ?? []).map((option) => readNode(asObject(option)?.text));
  return [...own, ...options].filter(Boolean).join("\n");
}

function readLeaf(value: unknown): string {
  const leaf = asObject(value) ?? {};
  if (leaf.type === "date") return String(leaf.fallback ?? "");
  if (leaf.type === "link") return String(leaf.text ?? leaf.url);
  return String(leaf.text ?? "");
}

/** Bold, italic, struck out, code: marks count only at the edges of words. */
const MARKS = [
  /(^|[^\p{L}\p{N}])\*([^\s*](?:[^\n*]*[^\s*])?)\*(?=$|[^\p{L}\p{N}])/gu,
  /(^|[^\p{L}\p{N}])_([^\s_](?:[^\n_]*[^\s_])?)_(?=$|[^\p{L}\p{N}])/gu,
  /(^|[^\p{L}\p{N}])~([^\s~](?:[^\n~]*[^\s~])?)~(?=$|[^\p{L}\p{N}])/gu,
];
const CODE = /(^|[^\p{L}\p{N}])`([^`\n]+)`(?=$|[^\p{L}\p{N}])/gu;

/** Draws mrkdwn as the client would: entities decoded, links and dates as their text, marks gone. */
export function drawMarkup(text: string): string {
  const marked = text
    .replace(/<!date\^\d+\^[^|>]*\|([^>]*)>/g, "$1")
    .replace(/<(?:https?|mailto):[^|>]*\|([^>]*)>/g, "$1")
    .replace(/<((?:https?|mailto):[^|>]*)>/g, "$1")
    .replace(/^(?:&gt;|>)+ ?/gm, "")
    .replace(/:[a-z0-9_+'-]+:/gi, "🙂")
    .replace(CODE, "$1$2");
  return decodeEntities(MARKS.reduce((drawn, mark) => drawn.replace(mark, "$1$2"), marked));
}

/** The three characters that Slack wants encoded. */
export function decodeEntities(text: string): string {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

/** Every button and every choice of a menu, in the order they are shown. */
export function findControls(blocks: readonly object[]): Control[] {
  return withBlockIds(blocks).flatMap((block) => {
    const blockId = String(block.block_id);
    const elements = block.type === "actions" ? (asList(block.elements) ?? []) : [block.accessory];
    return elements.flatMap((element) => controlsOf(asObject(element), blockId));
  });
}

function controlsOf(element: Json | null, blockId: string): Control[] {
  if (element === null) return [];
  if (element.type === "button")
    return [{ label: readNode(element.text), blockId, element, option: null }];
  return optionsOf(element).map((option) => ({
    label: readNode(option.text),
    blockId,
    element,
    option,
  }));
}

/** The options of a menu, ungrouped. */
export function optionsOf(element: Json): Json[] {
  const groups = (asList(element.option_groups) ?? []).flatMap(
    (group) => asList(asObject(group)?.options) ?? [],
  );
  return [...(asList(element.options) ?? []), ...groups].map((option) => asObject(option) ?? {});
}

/** Something the app showed, as a person sees it. */
export function show(given: {
  readonly blocks: readonly Json[];
  readonly text?: string;
  readonly channel?: string | null;
  readonly ts?: string | null;
  readonly threadTs?: string | null;
  readonly files?: readonly string[];
}): Shown {
  const controls = findControls(given.blocks);
  const fallback = decodeEntities(given.text ?? "");
  return {
    text: given.blocks.length > 0 ? readBlocks(given.blocks) : fallback,
    fallback,
    buttons: controls.filter(({ option }) => option === null).map(({ label }) => label),
    choices: controls.filter(({ option }) => option !== null).map(({ label }) => label),
    channel: given.channel ?? null,
    ts: given.ts ?? null,
    threadTs: given.threadTs ?? null,
    blocks: given.blocks,
    files: given.files ?? [],
  };
}
