/** A list of messages, a channel's or a thread's: grows, changes in place, and stays where the reader is. */
import { contextOf } from "./act.js";
import { change, channelOf, personOf, session } from "./api.js";
import { announce, avatarOf, CLOCK, el, icon, nextId, timeOf, unseen } from "./dom.js";
import { renderMessage } from "./message.js";

/** Words of one person within this time stand together. */
const TOGETHER_MS = 5 * 60 * 1000;

/**
 * `scroll` is the element that scrolls; `onThread(ref)` opens a thread; `onEarlier(timeline)` loads what came before;
 * `empty(place)` makes what stands where nothing was said yet.
 */
export function createTimeline({ scroll, onThread, onEarlier, empty }) {
  const parts = build(scroll);
  const messages = new Map();
  let here = null;
  const draw = () => {
    const items = itemsOf([...messages.values()], { here, list: parts.list, onThread });
    keepFocus(parts.list, () => reconcile(parts.list, items));
    const isEmpty = messages.size === 0;
    parts.none.replaceChildren(...(isEmpty ? [empty(here)] : []));
  };
  const take = (page) => {
    for (const message of page.messages) messages.set(message.ref, message);
    parts.earlier.hidden = !page.hasMore;
    draw();
  };
  const welcome = (message, wasAtEnd) => {
    const isForMe = isMine(message) || message.onlyForYou;
    if (wasAtEnd || isForMe) parts.toEnd(parts.list.lastElementChild);
    else parts.more.hidden = false;
    if (!isMine(message)) announce(spokenForm(message));
  };
  const timeline = {
    /** Shows a place afresh, from its newest messages. */
    show(place, page) {
      here = place;
      messages.clear();
      parts.list.replaceChildren();
      take(page);
      parts.toEnd();
    },
    addEarlier(page) {
      const height = scroll.scrollHeight;
      take(page);
      scroll.scrollTop += scroll.scrollHeight - height;
    },
    /** Adds a message or changes the one with its ref; says it when it is new. */
    put(message) {
      const isNew = !messages.has(message.ref);
      const wasAtEnd = parts.isAtEnd();
      messages.set(message.ref, message);
      draw();
      if (isNew) welcome(message, wasAtEnd);
      else if (wasAtEnd) parts.toEnd();
    },
    remove(ref) {
      if (messages.delete(ref)) draw();
    },
    oldest: () => Math.min(...[...messages.values()].map(({ order }) => order)),
    newest: () => Math.max(0, ...[...messages.values()].map(({ order }) => order)),
    place: () => here,
  };
  parts.earlier.addEventListener("click", () => onEarlier(timeline));
  return timeline;
}

function build(scroll) {
  const list = el("ol", { class: "posts", role: "list" });
  const none = el("div", { class: "empty" });
  const button = { type: "button", hidden: true };
  const earlier = el("button", { ...button, class: "button earlier" }, "Show earlier messages");
  const more = el("button", { ...button, class: "more" }, "New messages", icon("down"));
  const isAtEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  /** To the end, or to the beginning of an item that is taller than what can be seen. */
  const toEnd = (item = null) => {
    const isTall = item !== null && item.offsetHeight > scroll.clientHeight;
    scroll.scrollTop = isTall ? item.offsetTop - 8 : scroll.scrollHeight;
    more.hidden = true;
  };
  more.addEventListener("click", () => toEnd());
  scroll.addEventListener("scroll", () => {
    if (isAtEnd()) more.hidden = true;
  });
  scroll.replaceChildren(earlier, none, list, more);
  return { list, none, earlier, more, isAtEnd, toEnd };
}

/** The items of the list, in order; one that looks the same as before is kept, with a menu that is open in it. */
function itemsOf(messages, { here, list, onThread }) {
  const old = new Map([...list.children].map((item) => [item.key, item]));
  const keep = (key, looks, render) => {
    const before = old.get(key);
    return before?.looks === looks ? before : Object.assign(render(), { key, looks });
  };
  const items = [];
  let before = null;
  let isMarked = false;
  for (const message of messages.sort((left, right) => left.order - right.order)) {
    const day = dayOf(message);
    if (!before || dayOf(before) !== day) items.push(keep(day, day, () => renderDay(message)));
    if (!isMarked && isUnread(message, here)) {
      items.push(keep("new", "new", renderNewMark));
      isMarked = true;
    }
    const isJoined = isTogether(before, message);
    const looks = JSON.stringify([message, isJoined, session.me.userId]);
    const render = () => renderPost(message, { isJoined, here, onThread });
    items.push(keep(message.ref, looks, render));
    before = message;
  }
  return items;
}

function isUnread(message, { readUpTo }) {
  return readUpTo !== null && message.order > readUpTo && !isMine(message);
}

/** Makes the list hold these items, moving none that is in its place. */
function reconcile(list, items) {
  const wanted = new Set(items);
  for (const item of [...list.children]) if (!wanted.has(item)) item.remove();
  for (const [index, item] of items.entries()) {
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  }
}

/** Redraws without losing the focus: it returns to the control of the same message and name. */
function keepFocus(list, redraw) {
  const held = list.contains(document.activeElement) ? document.activeElement : null;
  const ref = held?.closest("[data-ref]")?.dataset.ref;
  redraw();
  if (!held || document.activeElement === held) return;
  if (held.isConnected) return held.focus({ preventScroll: true });
  const post = list.querySelector(`[data-ref="${ref}"]`);
  const twin = [...(post?.querySelectorAll("button, a, [tabindex]") ?? [])].find(
    (control) => control.textContent === held.textContent,
  );
  (twin ?? post)?.focus({ preventScroll: true });
}

function isMine(message) {
  return message.author === session.me.userId;
}

function nameOfAuthor(message) {
  return message.author === null ? session.bot : (personOf(message.author)?.name ?? message.author);
}

function spokenForm(message) {
  const { content } = message;
  const said = content.kind === "text" ? content.text : content.message.headline;
  const only = message.onlyForYou ? " Only visible to you." : "";
  return `${nameOfAuthor(message)}: ${said}${only}`;
}

function isTogether(before, message) {
  if (!before || before.author !== message.author || message.author === null) return false;
  if (before.onlyForYou || message.onlyForYou || dayOf(before) !== dayOf(message)) return false;
  return Date.parse(message.sentAt) - Date.parse(before.sentAt) < TOGETHER_MS;
}

function dayOf(message) {
  const zone = session.me.timeZone;
  return new Date(message.sentAt).toLocaleDateString("en-CA", { timeZone: zone });
}

function renderDay(message) {
  const options = { weekday: "long", month: "long", day: "numeric" };
  const words = timeOf(message.sentAt, session.me.timeZone, options);
  return el("li", { class: "post-day" }, el("span", {}, words));
}

function renderNewMark() {
  return el("li", { class: "post-new" }, el("span", {}, "New"));
}

function renderPost(message, { isJoined, here, onThread }) {
  const byId = nextId("by");
  const person = message.author === null ? null : personOf(message.author);
  const head = renderHead(message, byId);
  const article = el(
    "article",
    { class: `post ${isJoined ? "post-joined" : ""}`, "aria-labelledby": byId },
    avatarOf(person, session.bot),
    el(
      "div",
      { class: "post-body" },
      head,
      message.onlyForYou ? renderOnlyYou(message) : null,
      renderContent(message),
      here.thread === null && !message.onlyForYou ? renderReplies(message, onThread) : null,
    ),
  );
  const classes = message.onlyForYou ? "post-item post-private" : "post-item";
  return el("li", { class: classes, tabindex: "-1", data: { ref: message.ref } }, article);
}

function renderHead(message, id) {
  const isBot = message.author === null;
  return el(
    "div",
    { class: "post-head" },
    el("span", { class: "author", id }, nameOfAuthor(message)),
    isBot ? el("span", { class: "badge" }, "app") : null,
    timeOf(message.sentAt, session.me.timeZone, CLOCK),
    message.editedAt ? renderEdited(message.editedAt) : null,
  );
}

function renderEdited(at) {
  return el("span", { class: "edited" }, "updated ", timeOf(at, session.me.timeZone, CLOCK));
}

function renderOnlyYou(message) {
  const dismiss = () => change("dismiss", { ref: message.ref }).catch(() => {});
  return el(
    "p",
    { class: "only-you" },
    icon("eye"),
    el("span", {}, "Only visible to you"),
    el("button", { type: "button", class: "link-button", on: { click: dismiss } }, "Dismiss"),
  );
}

function renderContent({ content, channel, thread }) {
  if (content.kind === "text") return el("p", { class: "said", dir: "auto" }, content.text);
  const place = thread === null ? { channel } : { channel, thread };
  return renderMessage(content.message, contextOf(place));
}

function renderReplies(message, onThread) {
  const { replies } = message;
  if (replies === 0 && channelOf(message.channel)?.kind === "direct") return null;
  const count = replies === 1 ? "1 reply" : `${replies} replies`;
  const words = replies === 0 ? "Reply in thread" : count;
  const classes = `thread-button ${replies === 0 ? "thread-button-quiet" : ""}`;
  return el(
    "button",
    { type: "button", class: classes, on: { click: () => onThread(message.ref) } },
    icon("reply"),
    words,
    unseen(` to ${nameOfAuthor(message)}`),
  );
}

/** What a new person reads where nothing was said yet; `onStart` gives the first command. */
export function renderWelcome(channel, name, onStart) {
  const steps = [
    ["Choose who you are.", "Change “Acting as” above whenever somebody else answers or signs."],
    ["Ask.", "Type /compliance and what you want. Answers for you alone say so."],
    ["Follow along.", "Progress and decisions appear here by themselves, for everybody."],
  ];
  const items = steps.map(([what, how]) => el("li", {}, el("strong", {}, what), ` ${how}`));
  const button = { type: "button", class: "button button-primary", on: { click: onStart } };
  return el(
    "section",
    { class: "welcome", "aria-label": "How to begin" },
    el("h2", {}, channel.kind === "direct" ? `Talk to ${session.bot}` : `This is ${name}`),
    el("p", {}, "Nothing was said here yet. This is how it works:"),
    el("ol", {}, ...items),
    el("button", button, "Begin with /compliance"),
  );
}
