/**
 * Says what Slack would refuse about blocks. Written from the documented Block Kit limits; it knows the blocks and
 * elements that a workflow assistant uses and calls every other one unknown, so a new one is added here on purpose.
 */
import { checkElement } from "./elements.ts";
import {
  asList,
  asObject,
  checkKeys,
  checkText,
  type Json,
  type Problems,
  type Surface,
} from "./parts.ts";

const MAX_BLOCKS: Record<Surface, number> = { message: 50, modal: 100, home: 100 };
const ONLY_ON: Record<string, readonly Surface[]> = {
  markdown: ["message"],
  table: ["message", "home"],
};

type BlockCheck = (block: Json, problems: Problems, surface: Surface) => void;

/** Every reason why Slack would answer `invalid_blocks`; empty when it would take them. */
export function checkBlocks(blocks: unknown, surface: Surface): string[] {
  const found: string[] = [];
  const list = asList(blocks);
  if (list === null) return ["blocks: not a list"];
  if (surface !== "message" && list.length === 0) found.push("blocks: at least one is needed");
  if (list.length > MAX_BLOCKS[surface])
    found.push(`blocks: no more than ${MAX_BLOCKS[surface]} items allowed, got ${list.length}`);
  const ids = new Set<string>();
  list.forEach((entry, index) => {
    const problems: Problems = (path, says) => found.push(`/blocks/${index}${path}: ${says}`);
    const block = asObject(entry);
    if (block === null) {
      problems("", "not an object");
      return;
    }
    checkOneBlock(block, problems, surface);
    checkBlockId(block, ids, problems);
  });
  if (list.filter((entry) => asObject(entry)?.type === "table").length > 1)
    found.push("blocks: only one table");
  return found;
}

function checkOneBlock(block: Json, problems: Problems, surface: Surface): void {
  const type = String(block.type);
  const check = Object.hasOwn(BLOCKS, type) ? BLOCKS[type] : undefined;
  if (!check) return void problems("/type", `unsupported type: ${type}`);
  const places = ONLY_ON[type];
  if (places && !places.includes(surface)) problems("", `${type} is not allowed on a ${surface}`);
  check(block, problems, surface);
}

function checkBlockId(block: Json, ids: Set<string>, problems: Problems): void {
  const id = block.block_id;
  if (id === undefined) return;
  if (typeof id !== "string" || id === "" || id.length > 255)
    return void problems("/block_id", "must be 1 to 255 characters");
  if (ids.has(id)) problems("/block_id", `duplicate block_id ${id}`);
  ids.add(id);
}

const BLOCKS: Record<string, BlockCheck> = {
  header(block, problems) {
    checkKeys(block, ["type", "block_id", "text"], problems);
    checkText(block.text, { at: "/text", max: 150, only: "plain_text" }, problems);
  },
  divider(block, problems) {
    checkKeys(block, ["type", "block_id"], problems);
  },
  section(block, problems, surface) {
    checkKeys(block, ["type", "block_id", "text", "fields", "accessory", "expand"], problems);
    if (block.text === undefined && block.fields === undefined)
      problems("", "text or fields is needed");
    if (block.text !== undefined) checkText(block.text, { at: "/text", max: 3000 }, problems);
    if (block.fields !== undefined) checkFields(block.fields, problems);
    if (block.accessory !== undefined)
      checkElement(block.accessory, { at: "/accessory", place: "section", surface }, problems);
  },
  context(block, problems) {
    checkKeys(block, ["type", "block_id", "elements"], problems);
    const elements = asList(block.elements) ?? [];
    if (elements.length < 1 || elements.length > 10) problems("/elements", "must be 1 to 10");
    elements.forEach((element, index) => {
      checkText(element, { at: `/elements/${index}`, max: 3000 }, problems);
    });
  },
  actions(block, problems, surface) {
    checkKeys(block, ["type", "block_id", "elements"], problems);
    const elements = asList(block.elements) ?? [];
    if (elements.length < 1 || elements.length > 25) problems("/elements", "must be 1 to 25");
    const ids = new Set<unknown>();
    elements.forEach((element, index) => {
      checkElement(element, { at: `/elements/${index}`, place: "actions", surface }, problems);
      const id = asObject(element)?.action_id;
      if (id !== undefined && ids.has(id)) problems(`/elements/${index}`, "duplicate action_id");
      ids.add(id);
    });
  },
  input(block, problems, surface) {
    checkKeys(
      block,
      ["type", "block_id", "label", "element", "dispatch_action", "hint", "optional"],
      problems,
    );
    checkText(block.label, { at: "/label", max: 2000, only: "plain_text" }, problems);
    if (block.hint !== undefined)
      checkText(block.hint, { at: "/hint", max: 2000, only: "plain_text" }, problems);
    checkElement(block.element, { at: "/element", place: "input", surface }, problems);
  },
  rich_text(block, problems) {
    checkKeys(block, ["type", "block_id", "elements"], problems);
    const elements = asList(block.elements) ?? [];
    if (elements.length === 0) problems("/elements", "at least one is needed");
    elements.forEach((element, index) => {
      checkRichContainer(element, `/elements/${index}`, problems);
    });
  },
  table(block, problems) {
    checkKeys(block, ["type", "block_id", "rows", "column_settings"], problems);
    const rows = asList(block.rows) ?? [];
    if (rows.length < 1 || rows.length > 100) problems("/rows", "must be 1 to 100");
    if (rows.some((row) => (asList(row)?.length ?? 0) > 20))
      problems("/rows", "at most 20 cells a row");
  },
};

function checkFields(fields: unknown, problems: Problems): void {
  const list = asList(fields) ?? [];
  if (list.length < 1 || list.length > 10) problems("/fields", "must be 1 to 10");
  list.forEach((field, index) => {
    checkText(field, { at: `/fields/${index}`, max: 2000 }, problems);
  });
}

const CONTAINERS = ["rich_text_section", "rich_text_preformatted", "rich_text_quote"];
const LEAVES: Record<string, readonly string[]> = {
  text: ["type", "text", "style"],
  link: ["type", "url", "text", "style", "unsafe"],
  date: ["type", "timestamp", "format", "fallback", "url", "style"],
  emoji: ["type", "name", "unicode"],
  user: ["type", "user_id", "style"],
};

function checkRichContainer(value: unknown, at: string, problems: Problems): void {
  const container = asObject(value);
  if (container === null) return void problems(at, "not an object");
  const type = String(container.type);
  if (type === "rich_text_list") {
    checkKeys(container, ["type", "style", "elements", "indent", "border", "offset"], problems, at);
    if (container.style !== "bullet" && container.style !== "ordered")
      problems(`${at}/style`, "bullet or ordered");
    return void (asList(container.elements) ?? []).forEach((entry, index) => {
      checkRichContainer(entry, `${at}/elements/${index}`, problems);
    });
  }
  if (!CONTAINERS.includes(type)) return void problems(at, `unsupported type: ${type}`);
  checkKeys(container, ["type", "elements", "border", "language"], problems, at);
  const leaves = asList(container.elements) ?? [];
  if (leaves.length === 0) problems(`${at}/elements`, "at least one is needed");
  leaves.forEach((leaf, index) => {
    checkRichLeaf(leaf, `${at}/elements/${index}`, problems);
  });
}

function checkRichLeaf(value: unknown, at: string, problems: Problems): void {
  const leaf = asObject(value);
  const type = String(leaf?.type);
  const keys = Object.hasOwn(LEAVES, type) ? LEAVES[type] : undefined;
  if (leaf === null || !keys) return void problems(at, `unsupported type: ${type}`);
  checkKeys(leaf, keys, problems, at);
  if (type === "text" && (typeof leaf.text !== "string" || leaf.text === ""))
    problems(`${at}/text`, "must be more than 0 characters");
  if (type === "link" && !/^(https?:\/\/|mailto:)/.test(String(leaf.url)))
    problems(`${at}/url`, "not a URL");
  if (type === "date" && !Number.isInteger(leaf.timestamp))
    problems(`${at}/timestamp`, "not whole seconds");
  if (type === "date" && !/\{\w+\}/.test(String(leaf.format))) problems(`${at}/format`, "no token");
}
