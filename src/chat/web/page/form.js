/** Asks a form in a dialog: its questions, its errors beside them, and what it leads to. */
import { announce, el, icon, nextId, openDialog } from "./dom.js";
import { renderFootnote, renderSection } from "./message.js";

/** More options than this become a list to open, fewer stand in full view. */
const MANY_OPTIONS = 6;

/**
 * Asks a form. `submit({ values, files, eventId })` answers `null` when the dialog is done, `{ fields }` with a
 * sentence beside each, `{ form }` to ask next in its place, or `{ failure }` with a sentence.
 */
export function askForm(form, { ctx, people, submit, onClose = () => {} }) {
  const titleId = nextId("title");
  const dialog = el("dialog", { class: "dialog", "aria-labelledby": titleId });
  const show = (next) => {
    const page = renderForm(next, { ctx, people, titleId, close: () => dialog.close() });
    page.addEventListener("submit", (event) => {
      event.preventDefault();
      return send(page, { submit, show, close: () => dialog.close() });
    });
    dialog.replaceChildren(page);
    if (dialog.open) focusFirst(page);
  };
  show(form);
  openDialog(dialog, onClose);
  focusFirst(dialog);
}

function focusFirst(place) {
  const first = place.querySelector(".question :is(input, select, textarea)");
  (first ?? place.querySelector(".dialog-title")).focus();
  place.querySelector(".dialog-body")?.scrollTo(0, 0);
}

function renderForm(form, { ctx, people, titleId, close }) {
  const questions = form.fields.map((field) => renderQuestion(field, people));
  const page = el(
    "form",
    { class: "form", novalidate: true, autocomplete: "off" },
    el(
      "div",
      { class: "dialog-head" },
      el("h2", { id: titleId, class: "dialog-title", tabindex: "-1" }, form.title),
      el(
        "button",
        { type: "button", class: "icon-button", "aria-label": "Close", on: { click: close } },
        icon("close"),
      ),
    ),
    el(
      "div",
      { class: "dialog-body" },
      el("div", { class: "form-alert", role: "alert" }),
      ...(form.intro ?? []).map((section) => renderSection(section, ctx, 3)),
      ...questions.map(({ element }) => element),
      form.footnote ? renderFootnote(form.footnote, ctx) : null,
    ),
    el(
      "div",
      { class: "dialog-foot" },
      el(
        "button",
        { type: "button", class: "button", on: { click: close } },
        form.cancel ?? "Cancel",
      ),
      el("button", { type: "submit", class: "button button-primary" }, form.submit),
    ),
  );
  page.questions = questions;
  page.command = form.command;
  return page;
}

async function send(page, { submit, show, close }) {
  const button = page.querySelector("[type=submit]");
  if (button.ariaDisabled === "true") return;
  const gaps = findGaps(page.questions);
  if (Object.keys(gaps).length > 0) return showErrors(page, gaps);
  button.ariaDisabled = "true";
  page.eventId ??= crypto.randomUUID();
  const values = {};
  const files = [];
  for (const { field, value } of page.questions) {
    if (field.type === "file") files.push(...value().map((file) => ({ field: field.id, file })));
    else values[field.id] = value();
  }
  const { command, eventId } = page;
  const outcome = await submit({ command, values, files, eventId });
  button.ariaDisabled = null;
  if (outcome === null) return close();
  if (outcome.form) return show(outcome.form);
  if (outcome.failure) return showErrors(page, {}, outcome.failure);
  page.eventId = null;
  showErrors(page, outcome.fields);
}

/** What can be seen without asking anybody: nothing answered, or too much. */
function findGaps(questions) {
  const gaps = questions.flatMap(({ field, value }) => {
    const answer = value();
    if (field.required && answer.length === 0) return [[field.id, "Please answer this."]];
    const over = field.type === "text" ? answer.length - (field.maxLength ?? answer.length) : 0;
    return over > 0 ? [[field.id, `This is ${over} characters too long.`]] : [];
  });
  return Object.fromEntries(gaps);
}

/** Puts each sentence beside its field and the focus on the first; one without a field stands at the top. */
function showErrors(page, fields, failure = "") {
  const alert = page.querySelector(".form-alert");
  const known = new Set(page.questions.map(({ field }) => field.id));
  const others = Object.entries(fields).filter(([id]) => !known.has(id));
  for (const question of page.questions) question.complain(fields[question.field.id] ?? null);
  const first = page.questions.find(({ field }) => fields[field.id]);
  const count = Object.keys(fields).length;
  const summary = count === 1 ? "One answer needs a look." : `${count} answers need a look.`;
  const sentences = [failure || summary, ...others.map(([, sentence]) => sentence)];
  alert.replaceChildren(...sentences.map((sentence) => el("p", { dir: "auto" }, sentence)));
  if (!first) return page.querySelector(".dialog-body").scrollTo(0, 0);
  first.focus();
  announce(`${summary} ${first.field.label}: ${fields[first.field.id]}`);
}

/** A field with its label, help and place for an error; `value()` reads what was answered. */
function renderQuestion(field, people) {
  const ids = { input: nextId("input"), help: nextId("help"), error: nextId("error") };
  const { control, value, target, isGroup } = CONTROLS[field.type](field, ids, people);
  const mark = field.required ? null : el("span", { class: "optional" }, " (optional)");
  const help = field.help
    ? el("p", { class: "help", id: ids.help, dir: "auto" }, field.help)
    : null;
  const error = el("p", { class: "error", id: ids.error, dir: "auto" });
  const described = help ? `${ids.help} ${ids.error}` : ids.error;
  (isGroup ? control : target()).setAttribute("aria-describedby", described);
  const heading = isGroup
    ? el("legend", { class: "label" }, field.label, mark)
    : el("label", { class: "label", for: ids.input }, field.label, mark);
  const element = isGroup
    ? el("fieldset", { class: "question" }, heading, help, control, error)
    : el("div", { class: "question" }, heading, help, control, error);
  const complain = (sentence) => {
    error.textContent = sentence ?? "";
    element.classList.toggle("question-wrong", sentence !== null);
    for (const input of element.querySelectorAll("input, select, textarea")) {
      if (sentence === null) input.removeAttribute("aria-invalid");
      else input.setAttribute("aria-invalid", "true");
    }
  };
  return { field, element, value, complain, focus: () => target().focus() };
}

function single(control) {
  return { control, target: () => control, value: () => control.value, isGroup: false };
}

function renderInput(field, ids, more) {
  const input = el("input", {
    class: "input",
    id: ids.input,
    value: field.value ?? "",
    "aria-required": field.required,
    ...more,
  });
  return single(input);
}

function renderText(field, ids) {
  const more = { placeholder: field.placeholder, dir: "auto" };
  if (!field.long) return renderInput(field, ids, { type: "text", ...more });
  const area = {
    class: "input",
    id: ids.input,
    rows: "4",
    "aria-required": field.required,
    ...more,
  };
  const control = el("textarea", area);
  control.value = field.value ?? "";
  return single(control);
}

function renderNumber(field, ids) {
  const input = renderInput(field, ids, { type: "text", inputmode: "decimal" });
  if (!field.unit) return input;
  const unit = el("span", { class: "unit" }, field.unit);
  return { ...input, control: el("div", { class: "with-unit" }, input.control, unit) };
}

function renderSelect(field, ids, options) {
  const empty = field.value ? [] : [el("option", { value: "" }, "Choose ...")];
  const listed = options.map(({ id, label }) =>
    el("option", { value: id, selected: id === field.value }, label),
  );
  const attributes = { class: "input", id: ids.input, "aria-required": field.required };
  return single(el("select", attributes, ...empty, ...listed));
}

function renderOptions(field, ids, type) {
  const chosen = new Set(Array.isArray(field.value) ? field.value : [field.value]);
  const rows = field.options.map(({ id, label }) => {
    const input = el("input", { type, name: ids.input, value: id, checked: chosen.has(id) });
    return el("label", { class: "option" }, input, el("span", { dir: "auto" }, label));
  });
  const control = el("div", { class: "options" }, ...rows);
  const checked = () => [...control.querySelectorAll("input:checked")].map(({ value }) => value);
  return { control, checked, target: () => control.querySelector("input"), isGroup: true };
}

function renderChoice(field, ids) {
  if (field.options.length > MANY_OPTIONS) return renderSelect(field, ids, field.options);
  const none = field.required ? [] : [{ id: "", label: "No answer" }];
  const options = [...field.options, ...none];
  const group = renderOptions({ ...field, options }, ids, "radio");
  return { ...group, value: () => group.checked()[0] ?? "" };
}

function renderMulti(field, ids) {
  const group = renderOptions(field, ids, "checkbox");
  return { ...group, value: group.checked };
}

function renderUser(field, ids, people) {
  const options = people.map(({ userId, name, title }) => ({
    id: userId,
    label: `${name}, ${title}`,
  }));
  return renderSelect(field, ids, options);
}

function renderFile(field, ids) {
  const accept = field.accepts?.map((end) =>
    /^[.\w]+$/.test(end) ? `.${end.replace(/^\./, "")}` : end,
  );
  const attributes = { type: "file", class: "input", id: ids.input, multiple: true };
  const control = el("input", { ...attributes, accept: accept?.join(",") });
  return { ...single(control), value: () => [...control.files] };
}

const CONTROLS = {
  choice: renderChoice,
  multi: renderMulti,
  text: renderText,
  email: (field, ids) => renderInput(field, ids, { type: "email" }),
  url: (field, ids) => renderInput(field, ids, { type: "url", placeholder: "https://" }),
  date: (field, ids) => renderInput(field, ids, { type: "date" }),
  number: renderNumber,
  file: renderFile,
  user: renderUser,
};

/** One question and one line of text, such as a new channel's name. */
export function askLine({ title, label, help, submit, ctx }, save) {
  const field = { id: "line", type: "text", label, help, required: true, maxLength: 60 };
  askForm(
    { title, fields: [field], submit, command: null },
    { ctx, people: [], submit: ({ values }) => save(values.line) },
  );
}
