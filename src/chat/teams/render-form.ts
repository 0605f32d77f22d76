/** A form as a card: each question an input whose id tells the field's id, with the buttons below them. */

import { clip, makeVisible } from "../../messages/edge/plain-text.ts";
import type { Choice, Form } from "../../messages/form.ts";
import { countCarriers, execute, startNumbering } from "./render/actions.ts";
import type { ActionSet } from "./render/cards.ts";
import { prepare, renderError, renderField } from "./render/inputs.ts";
import { SUMMARY } from "./render/limits.ts";
import { renderFootnote, renderSections } from "./render/sections.ts";
import { type Beside, encodePressed, type FileRef, fitFiles } from "./render/wire.ts";
import {
  type RenderedMessage,
  renderHeadline,
  renderLeftFiles,
  sayMessage,
  toCard,
} from "./render-message.ts";

export interface FormOptions {
  /** The conversation in which it began. */
  readonly place?: string | undefined;
  /** Files sent before the form was opened. */
  readonly files?: readonly FileRef[] | undefined;
  readonly formId?: string | undefined;
  /** Members of the conversation, for fields that ask for one. */
  readonly people?: readonly Choice[] | undefined;
  /** What the person had typed; it counts before what the form brings along. */
  readonly values?: Readonly<Record<string, string>> | undefined;
  /** Sentences that stand beside their fields. */
  readonly errors?: Readonly<Record<string, string>> | undefined;
}

export function renderForm(form: Form, options: FormOptions = {}): RenderedMessage {
  const { place, formId, files = [], people = [], values = {}, errors = {} } = options;
  const intro = form.intro ?? [];
  const carried = fitFiles(files, countCarriers(intro) + 1);
  const beside = { place, files: carried };
  const asked = new Set(form.fields.map(({ id }) => id));
  const loose = Object.entries(errors).filter(([id]) => !asked.has(id));
  const asking = prepare(form, { people, values, errors, files: carried });
  const pieces = [
    ...renderHeadline(form.title),
    ...loose.map(([, sentence]) => renderError(sentence)),
    ...renderSections(intro, startNumbering(beside)),
    ...form.fields.map((field) => renderField(field, asking)),
    ...renderLeftFiles(files.length - carried.length),
    ...(form.footnote ? renderFootnote(form.footnote) : []),
  ];
  const end = [renderEnd(form, { ...beside, form: formId })];
  return {
    summary: clip(makeVisible(form.title), SUMMARY),
    card: toCard(pieces, { says: sayForm(form), end }),
  };
}

/** The way on and, where the form offers one, the way out. */
function renderEnd({ submit, cancel, command, fields }: Form, beside: Beside): ActionSet {
  const several = fields.filter(({ type }) => type === "multi").map(({ id }) => id);
  const data = encodePressed(command, { ...beside, several });
  const { files: _sent, ...where } = beside;
  const leave = encodePressed({ type: "OpenHome" }, where);
  return {
    type: "ActionSet",
    actions: [
      execute({ title: submit, data, style: "positive", inputs: "auto" }),
      ...(cancel === undefined ? [] : [execute({ title: cancel, data: leave })]),
    ],
    spacing: "Medium",
  };
}

/** The form in words: what is asked and how it is sent. */
function sayForm({ title, intro = [], fields, submit, command, footnote }: Form): string {
  const questions = {
    lines: fields.map(({ label }) => label),
    actions: [{ label: submit, command }],
  };
  return sayMessage({
    headline: title,
    sections: [...intro, questions],
    ...(footnote ? { footnote } : {}),
  });
}
