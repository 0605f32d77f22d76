/** Says what Slack would refuse about a modal or a home tab. */
import { checkBlocks } from "./blocks.ts";
import { asList, asObject, checkKeys, checkText, type Problems } from "./parts.ts";

const VIEW_KEYS = [
  "type",
  "title",
  "submit",
  "close",
  "blocks",
  "private_metadata",
  "callback_id",
  "external_id",
  "clear_on_close",
  "notify_on_close",
  "submit_disabled",
];
const MAX_VIEW_BYTES = 250_000;

/** Every reason why Slack would answer `invalid_arguments`; empty when it would take the view. */
export function checkView(value: unknown, expected: "modal" | "home"): string[] {
  const view = asObject(value);
  if (view === null) return ["view: not an object"];
  const found: string[] = [];
  const problems: Problems = (path, says) => found.push(`/view${path}: ${says}`);
  if (view.type !== expected) problems("/type", `must be ${expected}`);
  checkKeys(view, VIEW_KEYS, problems);
  if (Buffer.byteLength(JSON.stringify(view)) > MAX_VIEW_BYTES) problems("", "view_too_large");
  for (const [key, max] of [["private_metadata", 3000] as const, ["callback_id", 255] as const])
    if (String(view[key] ?? "").length > max) problems(`/${key}`, `more than ${max} characters`);
  if (expected === "modal") checkModal(view, problems);
  else if (view.title !== undefined || view.submit !== undefined)
    problems("", "a home tab has no title and no submit");
  return [...found, ...checkBlocks(view.blocks, expected)];
}

function checkModal(view: Readonly<Record<string, unknown>>, problems: Problems): void {
  checkText(view.title, { at: "/title", max: 24, only: "plain_text" }, problems);
  for (const key of ["submit", "close"])
    if (view[key] !== undefined)
      checkText(view[key], { at: `/${key}`, max: 24, only: "plain_text" }, problems);
  const hasInput = (asList(view.blocks) ?? []).some((block) => asObject(block)?.type === "input");
  if (hasInput && view.submit === undefined) problems("/submit", "is needed with an input block");
}
