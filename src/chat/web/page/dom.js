/** Builds elements from values. Text is set as text and never parsed, so nothing a person wrote becomes markup. */

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  hash: ["M9 4 7 20M17 4l-2 16M4 9h17M3 15h17"],
  home: ["M4 11 12 4l8 7v9h-5v-6H9v6H4z"],
  menu: ["M4 7h16M4 12h16M4 17h16"],
  send: ["M4 12 20 4l-5 16-4-7z", "m11 13 9-9"],
  attach: [
    "M20 11.5 12 19.5a5 5 0 0 1-7-7l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8l-8.3 8.3a1.7 1.7 0 0 1-2.5-2.5L15 7",
  ],
  close: ["m6 6 12 12M18 6 6 18"],
  plus: ["M12 5v14M5 12h14"],
  eye: ["M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6z", "M12 10a2 2 0 1 1 0 4 2 2 0 0 1 0-4z"],
  reply: ["M4 6h16v10H11l-4 4v-4H4z"],
  down: ["m6 9 6 6 6-6"],
  copy: ["M9 9h10v11H9z", "M5 15V4h10"],
  file: ["M6 3h8l4 4v14H6z", "M14 3v4h4"],
  out: ["M14 4h6v6M20 4l-9 9M18 14v6H4V6h6"],
  done: ["M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z", "m8 12.2 2.8 2.8 5.2-5.6"],
  open: ["M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z"],
  waiting: ["M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z", "M12 7v5l3.4 2"],
  blocked: ["M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z", "m8.8 8.8 6.4 6.4M15.2 8.8l-6.4 6.4"],
  skipped: ["M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z", "M8 12h8"],
};

/**
 * An element. `on` holds listeners, `data` dataset entries; other entries are attributes, where `true` is an empty
 * one and `false`, `null` and `undefined` leave it away.
 */
export function el(tag, entries = {}, ...children) {
  const element = document.createElement(tag);
  const { on = {}, data = {}, ...attributes } = entries;
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const [name, value] of Object.entries(data)) element.dataset[name] = value;
  for (const [type, listener] of Object.entries(on)) element.addEventListener(type, listener);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}`);
  for (const shape of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", shape);
    svg.append(path);
  }
  return svg;
}

export function unseen(text) {
  return el("span", { class: "unseen" }, text);
}

let count = 0;

/** An id for an element that another one names. */
export function nextId(prefix) {
  count += 1;
  return `${prefix}-${count}`;
}

/** Says something to a screen reader without moving anybody. */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  setTimeout(() => {
    announcer.textContent = text;
  }, 50);
}

export function avatarOf(person, bot) {
  if (!person) return el("span", { class: "avatar avatar-bot", "aria-hidden": "true" }, bot[0]);
  const initials = person.name
    .split(" ")
    .map((word) => word[0])
    .join("")
    .slice(0, 2);
  const tint = String(
    [...person.userId].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6,
  );
  return el("span", { class: "avatar", "aria-hidden": "true", data: { tint } }, initials);
}

/** A time in somebody's zone, with the whole of it, zone and all, to read on it. */
export function timeOf(iso, zone, options) {
  const at = new Date(iso);
  const shown = new Intl.DateTimeFormat("en-US", { ...options, timeZone: zone }).format(at);
  const whole = new Intl.DateTimeFormat("en-US", {
    weekday: "long",
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "long",
    timeZone: zone,
  }).format(at);
  return el("time", { datetime: iso, title: whole }, shown);
}

export const CLOCK = { hour: "numeric", minute: "2-digit" };
const DATE = { year: "numeric", month: "short", day: "numeric" };

function dayOf(day) {
  const shown = new Intl.DateTimeFormat("en-US", { ...DATE, weekday: "short", timeZone: "UTC" });
  return el("time", { datetime: day }, shown.format(new Date(`${day}T00:00:00Z`)));
}

/** Only web and mail addresses become links; anything else stays the text it is. */
export function safeUrl(address) {
  try {
    const url = new URL(address);
    return ["https:", "http:", "mailto:"].includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** A link whose text looks like an address of its own is followed by where it truly leads. */
function linkOf(address, text) {
  const url = safeUrl(address);
  if (!url) return document.createTextNode(`${text} (${address})`);
  const link = el(
    "a",
    { href: url.href, title: url.href, target: "_blank", rel: "noopener noreferrer" },
    text,
  );
  const looksLikeAddress = /\w\.\w/.test(text) && text !== address;
  return looksLikeAddress ? el("span", {}, link, ` (${url.host || url.pathname})`) : link;
}

function inlineOf(part, zone) {
  if (typeof part === "string") return part;
  if ("strong" in part) return el("strong", {}, part.strong);
  if ("code" in part) return el("code", {}, part.code);
  if ("link" in part) return linkOf(part.link, part.text);
  if ("day" in part) return dayOf(part.day);
  const options = part.as === "date" ? DATE : { ...DATE, ...CLOCK, timeZoneName: "short" };
  return timeOf(part.time, zone, options);
}

/** The product's typed text as nodes, in the reader's zone. */
export function textOf(text, zone) {
  return (typeof text === "string" ? [text] : text).map((part) => inlineOf(part, zone));
}

/** Opens a dialog that keeps the focus until it closes and then gives it back. */
export function openDialog(dialog, onClose) {
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose();
  });
  dialog.showModal();
}

/** True when the person said yes. */
export function askToConfirm({ title, text, yes, isDanger }) {
  return new Promise((resolve) => {
    const titleId = nextId("title");
    const textId = nextId("text");
    let isSure = false;
    const agree = () => {
      isSure = true;
      dialog.close();
    };
    const style = isDanger ? "button-danger" : "button-primary";
    const no = el("button", { type: "button", class: "button" }, "Go back");
    no.addEventListener("click", () => dialog.close());
    const dialog = el(
      "dialog",
      {
        class: "dialog dialog-small",
        role: "alertdialog",
        "aria-labelledby": titleId,
        "aria-describedby": textId,
      },
      el("h2", { id: titleId, class: "dialog-title" }, title),
      el("p", { id: textId, dir: "auto" }, text),
      el(
        "div",
        { class: "dialog-foot" },
        no,
        el("button", { type: "button", class: `button ${style}`, on: { click: agree } }, yes),
      ),
    );
    openDialog(dialog, () => resolve(isSure));
    no.focus();
  });
}
