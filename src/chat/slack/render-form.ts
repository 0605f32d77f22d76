/** A form as a modal: each question an input whose block id is the field's id. */
import type { types } from "@slack/bolt";
import { assert } from "../../domain/fault.ts";
import type { Choice, Field, Form } from "../../messages/form.ts";
import type { Message } from "../../messages/message.ts";
import { groupOptions, startNumbering } from "./render/actions.ts";
import { plain } from "./render/escape.ts";
import {
  FILES_PER_INPUT,
  INPUT_HINT,
  INPUT_LABEL,
  OPTION_TEXT,
  OPTION_VALUE,
  PLACEHOLDER,
  RADIO_OPTIONS,
  TEXT_INPUT,
  VIEW_TITLE,
} from "./render/limits.ts";
import { fitBlocks, type Piece, renderFootnote, renderSections } from "./render/sections.ts";
import { encodeMemory, encodeOpened, type Opened } from "./render/wire.ts";
import { renderMessage } from "./render-message.ts";

/** The callback id of a form, and of a view that only tells something. */
export const FORM = "form";
export const NOTICE = "notice";
/** Every input has this action id; the block id tells them apart. */
export const INPUT = "value";

export function renderForm(form: Form, opened: Opened = {}): types.ModalView {
  const carried = opened.files ?? [];
  const pieces = [
    ...renderSections(form.intro ?? [], startNumbering()),
    ...form.fields.map((field) => renderField(field, carried)),
    ...(form.footnote ? [renderFootnote(form.footnote)] : []),
  ];
  const blocks = fitBlocks(pieces, "modal");
  return {
    type: "modal",
    callback_id: FORM,
    title: plain(form.title, VIEW_TITLE),
    submit: plain(form.submit, VIEW_TITLE),
    close: plain(form.cancel ?? "Cancel", VIEW_TITLE),
    private_metadata: encodeMemory({ ...opened, command: form.command }),
    blocks: blocks.length > 0 ? blocks : [{ type: "divider" }],
  };
}

/** A modal that only tells something; its buttons work, and it has nothing to submit. */
export function renderNotice(message: Message, opened: Opened = {}): types.ModalView {
  return {
    type: "modal",
    callback_id: NOTICE,
    private_metadata: encodeOpened(opened),
    title: plain("Cleargate", VIEW_TITLE),
    close: plain("Close", VIEW_TITLE),
    blocks: renderMessage(message, { surface: "modal" }).blocks,
  };
}

function renderField(field: Field, carried: readonly string[]): Piece {
  const isMet = field.type === "file" && carried.length > 0;
  const unit = field.type === "number" && field.unit ? ` (${field.unit})` : "";
  const block: types.InputBlock = {
    type: "input",
    block_id: field.id,
    label: plain(`${field.label}${unit}`, INPUT_LABEL),
    element: { ...renderElement(field), action_id: INPUT },
    optional: !field.required || isMet,
    ...(field.help ? { hint: plain(field.help, INPUT_HINT) } : {}),
  };
  return { block, holds: 1, stays: true };
}

function renderElement(field: Field): types.InputBlock["element"] {
  switch (field.type) {
    case "choice":
      return renderChoice(field.options, field.value);
    case "multi":
      return renderMulti(field.options, field.value ?? []);
    case "text":
      return renderText(field);
    case "email":
      return { type: "email_text_input", ...initial(field.value, /^[^@\s]+@[^@\s]+$/) };
    case "url":
      return { type: "url_text_input", ...initial(field.value, /^https?:\/\/\S+$/i) };
    case "number": {
      const given = initial(field.value, /^-?\d+(\.\d+)?$/);
      return { type: "number_input", is_decimal_allowed: true, ...given };
    }
    case "date":
      return { type: "datepicker", ...(isDay(field.value) ? { initial_date: field.value } : {}) };
    case "user": {
      const isUser = field.value !== undefined && /^[UW][A-Z0-9]+$/.test(field.value);
      return { type: "users_select", ...(isUser ? { initial_user: field.value } : {}) };
    }
    case "file":
      return { type: "file_input", max_files: FILES_PER_INPUT, ...fileTypes(field.accepts) };
  }
}

function toOption({ id, label }: Choice): types.PlainTextOption {
  assert(id.length <= OPTION_VALUE, `the choice ${id} has too long an id`);
  return { text: plain(label, OPTION_TEXT), value: id };
}

function renderChoice(
  choices: readonly Choice[],
  chosen: string | undefined,
): types.InputBlock["element"] {
  const options = choices.map(toOption);
  const initial = options.find(({ value }) => value === chosen);
  const given = initial ? { initial_option: initial } : {};
  if (options.length === 0) return { type: "plain_text_input" };
  if (options.length <= RADIO_OPTIONS) return { type: "radio_buttons", options, ...given };
  const placeholder = plain("Choose one", PLACEHOLDER);
  return { type: "static_select", placeholder, ...groupOptions(options), ...given };
}

function renderMulti(
  choices: readonly Choice[],
  chosen: readonly string[],
): types.InputBlock["element"] {
  const options = choices.map(toOption);
  const initial = options.filter(({ value }) => value !== undefined && chosen.includes(value));
  const given = initial.length > 0 ? { initial_options: initial } : {};
  if (options.length <= RADIO_OPTIONS) return { type: "checkboxes", options, ...given };
  const placeholder = plain("Choose any", PLACEHOLDER);
  return { type: "multi_static_select", placeholder, ...groupOptions(options), ...given };
}

function renderText(field: Extract<Field, { type: "text" }>): types.PlainTextInput {
  const max = Math.min(field.maxLength ?? TEXT_INPUT, TEXT_INPUT);
  return {
    type: "plain_text_input",
    multiline: field.long ?? false,
    max_length: max,
    ...(field.value ? { initial_value: field.value.slice(0, max) } : {}),
    ...(field.placeholder ? { placeholder: plain(field.placeholder, PLACEHOLDER) } : {}),
  };
}

/** A stored value that Slack would refuse is left out: the person fills the field again. */
function initial(value: string | undefined, form: RegExp): { initial_value?: string } {
  return value !== undefined && form.test(value) ? { initial_value: value } : {};
}

function isDay(value: string | undefined): value is string {
  if (value === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const parsed = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value);
}

/** Slack takes bare extensions; a list with anything else in it is not passed on. */
function fileTypes(accepts: readonly string[] | undefined): { filetypes?: string[] } {
  const types = (accepts ?? []).map((type) => type.replace(/^\./, "").toLowerCase());
  return types.length > 0 && types.every((type) => /^[a-z0-9]+$/.test(type))
    ? { filetypes: types }
    : {};
}
