/** Buttons, menus and links as Slack's interactive elements. */
import type { types } from "@slack/bolt";
import { assert } from "../../../domain/fault.ts";
import { safeUrl } from "../../../messages/edge/plain-text.ts";
import type { Button, LinkAction, Menu, Section } from "../../../messages/message.ts";
import { plain } from "./escape.ts";
import {
  BUTTON_TEXT,
  CONFIRM,
  OPTION_TEXT,
  OVERFLOW_OPTIONS,
  PLACEHOLDER,
  SELECT_GROUPS,
  SELECT_OPTIONS,
} from "./limits.ts";
import { encodeMenu, encodePressed } from "./wire.ts";

export type Element = types.Button | types.StaticSelect | types.Overflow;

/** Makes action ids that are unique within one message or view. */
export interface Numbering {
  next(): string;
  /** Files that were dropped before the message was shown; its buttons carry them on. */
  readonly files: readonly string[];
}

export function startNumbering(files: readonly string[] = []): Numbering {
  let count = 0;
  return { next: () => String(++count), files };
}

/** The elements of a section's actions; a menu that fits no option becomes buttons. */
export function renderActions(
  actions: NonNullable<Section["actions"]>,
  numbering: Numbering,
): Element[] {
  return actions.flatMap((action) => {
    if ("choices" in action) return renderMenu(action, numbering);
    if ("url" in action) return renderLink(action, numbering);
    return [renderButton(action, numbering)];
  });
}

export function renderButton(button: Button, numbering: Numbering): types.Button {
  return {
    type: "button",
    action_id: `command:${numbering.next()}`,
    text: plain(button.label, BUTTON_TEXT),
    value: encodePressed(button.command, numbering.files),
    ...(button.style ? { style: button.style } : {}),
    ...(button.confirm ? { confirm: renderConfirm(button.confirm, button.style) } : {}),
  };
}

function renderConfirm(
  confirm: NonNullable<Button["confirm"]>,
  style: Button["style"],
): types.ConfirmationDialog {
  return {
    title: plain(confirm.title, CONFIRM.title),
    text: plain(confirm.text, CONFIRM.text),
    confirm: plain(confirm.yes, CONFIRM.button),
    deny: plain("Cancel", CONFIRM.button),
    ...(style === "danger" ? { style } : {}),
  };
}

function renderLink(link: LinkAction, numbering: Numbering): Element[] {
  const url = safeUrl(link.url);
  if (url === null) return [];
  const text = plain(link.label, BUTTON_TEXT);
  return [{ type: "button", action_id: `link:${numbering.next()}`, text, url }];
}

function renderMenu(menu: Menu, numbering: Numbering): Element[] {
  const encoded = numbering.files.length === 0 ? encodeMenu(menu, numbering.next()) : null;
  if (encoded === null || menu.choices.length === 1)
    return menu.choices.map((choice) => renderButton(choice, numbering));
  const { actionId, values } = encoded;
  const options = menu.choices.map(({ label }, index) => ({
    text: plain(label, OPTION_TEXT),
    value: values[index] ?? "",
  }));
  if (menu.label === "More" && options.length <= OVERFLOW_OPTIONS)
    return [{ type: "overflow", action_id: actionId, options }];
  const placeholder = plain(menu.label, PLACEHOLDER);
  const base = { type: "static_select", action_id: actionId, placeholder } as const;
  return [{ ...base, ...groupOptions(options) }];
}

type Options =
  | { readonly options: types.PlainTextOption[] }
  | {
      readonly option_groups: { label: types.PlainTextElement; options: types.PlainTextOption[] }[];
    };

/** Options as one list, or as numbered groups of a hundred when there are more. */
export function groupOptions(options: types.PlainTextOption[]): Options {
  if (options.length <= SELECT_OPTIONS) return { options };
  const groups = Math.ceil(options.length / SELECT_OPTIONS);
  assert(groups <= SELECT_GROUPS, `a menu of ${options.length} choices does not fit`);
  return {
    option_groups: Array.from({ length: groups }, (_, group) => {
      const start = group * SELECT_OPTIONS;
      const part = options.slice(start, start + SELECT_OPTIONS);
      const label = plain(`${start + 1}–${start + part.length}`, OPTION_TEXT);
      return { label, options: part };
    }),
  };
}
