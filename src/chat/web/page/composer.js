/** Where a person types: a message, a slash command, or files; Enter sends and the arrow up brings back. */
import { offerFiles, say } from "./act.js";
import { session } from "./api.js";
import { el, icon, nextId } from "./dom.js";

const MAX_TEXT = 4000;
const COMMAND = "/compliance";

/** What each person sent from this page, newest last. */
const sentTexts = new Map();

function sentBy(userId) {
  if (!sentTexts.has(userId)) sentTexts.set(userId, []);
  return sentTexts.get(userId);
}

/** `place()` says where; `label()` names it: "Message #general". */
export function createComposer({ place, label, onTrouble }) {
  const parts = build();
  const { form, input } = parts;
  const state = { at: null, eventId: null, isBusy: false };

  const resize = () => {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight + 2, 200)}px`;
    const left = MAX_TEXT - input.value.length;
    parts.room.textContent = describeRoom(left);
    showHint(parts);
  };
  const send = async () => {
    const text = input.value;
    if (state.isBusy || text.trim() === "") return;
    state.isBusy = true;
    form.classList.add("composer-busy");
    state.eventId ??= crypto.randomUUID();
    onTrouble("");
    const arrived = await say(place(), text, { eventId: state.eventId, opener: input });
    form.classList.remove("composer-busy");
    state.isBusy = false;
    if (!arrived) return;
    state.eventId = null;
    state.at = null;
    sentBy(session.me.userId).push(text);
    if (input.value === text) input.value = "";
    resize();
  };
  const bring = async (files) => {
    if (files.length === 0) return;
    onTrouble("");
    await offerFiles(place(), files, { eventId: crypto.randomUUID(), opener: input });
    parts.file.value = "";
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    return send();
  });
  input.addEventListener("input", () => {
    state.eventId = null;
    resize();
  });
  input.addEventListener("keydown", (event) => onKey(event, { input, state, send, resize, parts }));
  parts.file.addEventListener("change", () => bring([...parts.file.files]));
  parts.attach.addEventListener("click", () => parts.file.click());
  parts.hint.addEventListener("click", () => complete(input, resize));
  return {
    element: form,
    bring,
    focus: () => input.focus(),
    /** Names the composer after the place that is open now. */
    rename() {
      parts.label.textContent = label();
      input.placeholder = label();
    },
    /** Sends a text as if it had been typed. */
    type(text) {
      input.value = text;
      resize();
      return send();
    },
  };
}

function describeRoom(left) {
  if (left < 0) return `${-left} characters too many`;
  return left < 400 ? `${left} characters left` : "";
}

function build() {
  const id = nextId("composer");
  const hintId = nextId("hint");
  const label = el("label", { class: "unseen", for: id });
  const input = el("textarea", {
    id,
    class: "composer-input",
    rows: "1",
    dir: "auto",
    "aria-describedby": hintId,
  });
  const file = el("input", { type: "file", multiple: true, hidden: true, tabindex: "-1" });
  const attach = el(
    "button",
    { type: "button", class: "icon-button", "aria-label": "Attach files", title: "Attach files" },
    icon("attach"),
  );
  const send = el(
    "button",
    { type: "submit", class: "icon-button send", "aria-label": "Send", title: "Send" },
    icon("send"),
  );
  const room = el("span", { class: "room" });
  const keys = el("span", { class: "keys", id: hintId });
  const hint = el("button", { type: "button", class: "command-hint", hidden: true });
  hint.append(el("code", {}, COMMAND), " asks Cleargate. Press Tab to fill it in.");
  keys.append(
    "Enter sends · Shift+Enter starts a new line · ",
    el("code", {}, COMMAND),
    ` asks ${session.bot}`,
  );
  const box = el("div", { class: "composer-box" }, attach, input, send);
  const foot = el("div", { class: "composer-foot" }, keys, room);
  const form = el("form", { class: "composer", novalidate: true }, hint, label, file, box, foot);
  return { form, input, label, file, attach, hint, room };
}

function isCompletable(text) {
  return text.startsWith("/") && text !== COMMAND && COMMAND.startsWith(text.toLowerCase());
}

function showHint({ hint, input }) {
  hint.hidden = !isCompletable(input.value);
}

function complete(input, resize) {
  input.value = `${COMMAND} `;
  input.focus();
  resize();
}

function onKey(event, { input, state, send, resize }) {
  if (event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    send();
  } else if (event.key === "Tab" && !event.shiftKey && isCompletable(input.value)) {
    event.preventDefault();
    complete(input, resize);
  } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    recall(event, { input, state, resize });
  }
}

/** Walks through what was sent before, unless the caret still has lines to go through. */
function recall(event, { input, state, resize }) {
  const sent = sentBy(session.me.userId);
  const isFresh = input.value !== "" && input.value !== sent[state.at];
  if (isFresh || sent.length === 0) return;
  const step = event.key === "ArrowUp" ? -1 : 1;
  const at = Math.max(0, (state.at ?? sent.length) + step);
  event.preventDefault();
  state.eventId = null;
  state.at = at < sent.length ? at : null;
  input.value = sent[at] ?? "";
  resize();
}

/** Lets files be dropped anywhere on an element. */
export function acceptDrops(element, composer, name) {
  const sign = el("div", { class: "drop-sign", hidden: true }, icon("attach"), el("span", {}));
  element.append(sign);
  const isFiles = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, depth + change);
    sign.hidden = depth === 0;
    sign.lastChild.textContent = `Drop files to hand them to Cleargate in ${name()}`;
  };
  element.addEventListener("dragenter", (event) => isFiles(event) && show(1));
  element.addEventListener("dragleave", (event) => isFiles(event) && show(-1));
  element.addEventListener("dragover", (event) => isFiles(event) && event.preventDefault());
  element.addEventListener("drop", (event) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    show(-depth);
    composer().bring([...event.dataTransfer.files]);
  });
}
