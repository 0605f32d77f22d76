/**
 * Shows what the product says: one function for each kind of thing a message holds. `ctx` brings the reader's
 * `zone`, `act(command, button)` for what a button means, and `confirm(question)`.
 */
import { announce, el, icon, nextId, safeUrl, textOf, unseen } from "./dom.js";

/** Colour is never the only sign. */
const TONE_WORDS = { good: "Good", attention: "Attention", bad: "Problem" };

/** `level` is the heading level of the headline; sections are one deeper. */
export function renderMessage(message, ctx, level = 3) {
  const tone = message.tone ?? "neutral";
  const word = TONE_WORDS[tone];
  const headline = el(
    `h${level}`,
    { class: "headline", dir: "auto" },
    word ? el("span", { class: `tone-word tone-word-${tone}` }, word, unseen(": ")) : null,
    el("span", {}, message.headline),
  );
  return el(
    "div",
    { class: `card tone-${tone}` },
    headline,
    ...(message.sections ?? []).map((section) => renderSection(section, ctx, level + 1)),
    message.attachment ? renderAttachment(message.attachment) : null,
    message.footnote ? renderFootnote(message.footnote, ctx) : null,
  );
}

/** A person's own page, with room on top for the answer to what is done there. */
export function renderHome(home, ctx) {
  return el(
    "div",
    { class: "home" },
    el("div", { class: "home-answer", role: "status" }),
    el("h2", { class: "home-headline", dir: "auto" }, home.headline),
    ...home.sections.map((section) => renderSection(section, ctx, 3)),
  );
}

export function renderFootnote(text, ctx) {
  return el("p", { class: "footnote", dir: "auto" }, ...textOf(text, ctx.zone));
}

export function renderSection(section, ctx, level) {
  return el(
    "section",
    { class: "section" },
    section.title ? el(`h${level}`, { class: "section-title", dir: "auto" }, section.title) : null,
    ...(section.lines ?? []).map((line) =>
      el("p", { class: "line", dir: "auto" }, ...textOf(line, ctx.zone)),
    ),
    section.progress ? renderProgress(section.progress) : null,
    section.fields?.length ? renderFields(section.fields, ctx) : null,
    section.checklist?.length ? renderChecklist(section.checklist, ctx) : null,
    section.table ? renderTable(section.table) : null,
    section.code === undefined ? null : renderCode(section.code),
    section.actions?.length ? renderActions(section.actions, ctx) : null,
  );
}

function renderProgress({ done, of, label }) {
  const count = `${done} of ${of}`;
  const bar = el("progress", { max: Math.max(of, 1), value: done, "aria-label": label });
  return el(
    "div",
    { class: "progress" },
    bar,
    el("span", { class: "progress-words" }, label.includes(count) ? label : `${count} · ${label}`),
  );
}

function renderFields(fields, ctx) {
  const rows = fields.map(({ label, value }) =>
    el(
      "div",
      { class: "field-row" },
      el("dt", {}, label),
      el("dd", { dir: "auto" }, ...textOf(value, ctx.zone)),
    ),
  );
  return el("dl", { class: "fields" }, ...rows);
}

function renderChecklist(lines, ctx) {
  const items = lines.map((line) =>
    el(
      "li",
      { class: `check check-${line.mark}` },
      icon(line.mark),
      el(
        "span",
        { class: "check-words" },
        el("span", { class: "check-text", dir: "auto" }, ...textOf(line.text, ctx.zone)),
        " ",
        el("span", { class: "check-state" }, line.state),
      ),
      line.action ? renderButton(line.action, ctx, "small") : null,
    ),
  );
  return el("ul", { class: "checklist", role: "list" }, ...items);
}

function renderTable({ caption, columns, rows }) {
  const id = nextId("caption");
  const head = el("tr", {}, ...columns.map((column) => el("th", { scope: "col" }, column)));
  const body = rows.map((row) =>
    el("tr", {}, ...row.map((cell) => el("td", { dir: "auto" }, cell))),
  );
  const table = el(
    "table",
    {},
    el("caption", { id }, caption),
    el("thead", {}, head),
    el("tbody", {}, ...body),
  );
  return el(
    "div",
    { class: "table-place", role: "region", tabindex: "0", "aria-labelledby": id },
    table,
  );
}

function renderCode(code) {
  const text = el("span", {}, "Copy");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code);
      text.textContent = "Copied";
      announce("Copied");
    } catch {
      text.textContent = "Select it and copy";
    }
    setTimeout(() => {
      text.textContent = "Copy";
    }, 2000);
  };
  return el(
    "div",
    { class: "code" },
    el(
      "pre",
      { tabindex: "0", role: "region", "aria-label": "Text to copy" },
      el("code", {}, code),
    ),
    el("button", { type: "button", class: "copy", on: { click: copy } }, icon("copy"), text),
  );
}

function renderAttachment({ name, mimeType, content }) {
  const file = new Blob([content], { type: mimeType });
  const size = file.size < 1024 ? `${file.size} bytes` : `${Math.ceil(file.size / 1024)} KB`;
  const save = () => {
    const href = URL.createObjectURL(file);
    el("a", { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
  };
  return el(
    "button",
    { type: "button", class: "attachment", on: { click: save } },
    icon("file"),
    el(
      "span",
      {},
      unseen("Download "),
      el("span", { class: "attachment-name", dir: "auto" }, name),
      el("span", { class: "attachment-size" }, ` ${size}`),
    ),
  );
}

function renderActions(actions, ctx) {
  return el("div", { class: "actions" }, ...actions.map((action) => renderAction(action, ctx)));
}

function renderAction(action, ctx) {
  if ("choices" in action) return renderMenu(action, ctx);
  return "url" in action ? renderLink(action) : renderButton(action, ctx);
}

function renderLink({ label, url }) {
  const safe = safeUrl(url);
  if (!safe) return el("span", {}, `${label} (${url})`);
  return el(
    "a",
    {
      class: "button",
      href: safe.href,
      title: safe.href,
      target: "_blank",
      rel: "noopener noreferrer",
    },
    label,
    icon("out"),
    unseen(" opens a new tab"),
  );
}

function renderButton(action, ctx, size = "normal") {
  const style = action.style ? `button-${action.style}` : "";
  const click = async () => {
    if (action.confirm) {
      const isSure = await ctx.confirm({ ...action.confirm, isDanger: action.style === "danger" });
      if (!isSure) return;
    }
    await press(button, action.command, ctx);
  };
  const button = el(
    "button",
    { type: "button", class: `button button-${size} ${style}`, on: { click } },
    action.label,
  );
  return button;
}

/**
 * Sends a command once: while it is under way the button does nothing, and after a failure a second press carries the
 * same event id, so that it has one effect even if the first one arrived.
 */
async function press(button, command, ctx) {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  button.eventId ??= crypto.randomUUID();
  const succeeded = await ctx.act(command, { eventId: button.eventId, opener: button });
  button.ariaDisabled = null;
  if (succeeded) button.eventId = null;
}

function renderMenu({ label, choices }, ctx) {
  const id = nextId("menu");
  const list = el("div", {
    class: "menu-list",
    id,
    role: "menu",
    "aria-label": label,
    hidden: true,
  });
  const opener = el(
    "button",
    {
      type: "button",
      class: "button",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-controls": id,
    },
    label,
    icon("down"),
  );
  const toggle = (isOpen) => {
    list.hidden = !isOpen;
    opener.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) return;
    list.firstElementChild?.focus();
    list.scrollIntoView({ block: "nearest" });
  };
  for (const choice of choices) {
    const click = () => {
      toggle(false);
      opener.focus();
      return press(opener, choice.command, ctx);
    };
    const item = { type: "button", role: "menuitem", class: "menu-item", tabindex: "-1" };
    list.append(el("button", { ...item, on: { click } }, choice.label));
  }
  opener.addEventListener("click", () => toggle(list.hidden));
  list.addEventListener("keydown", (event) => moveInMenu(event, { list, opener, toggle }));
  const leave = (event) => {
    if (!place.contains(event.relatedTarget)) toggle(false);
  };
  const place = el("div", { class: "menu", on: { focusout: leave } }, opener, list);
  return place;
}

function moveInMenu(event, { list, opener, toggle }) {
  const items = [...list.children];
  const at = items.indexOf(document.activeElement);
  const goals = {
    ArrowDown: items[(at + 1) % items.length],
    ArrowUp: items[(at - 1 + items.length) % items.length],
    Home: items[0],
    End: items.at(-1),
  };
  if (event.key === "Escape") {
    toggle(false);
    opener.focus();
  } else if (goals[event.key]) goals[event.key].focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
