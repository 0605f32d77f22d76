/** Who acts, and where there is to go: the home, the channels, the direct messages. */
import { change, loadChannels, Refused, session } from "./api.js";
import { avatarOf, el, icon, unseen } from "./dom.js";
import { askLine } from "./form.js";

/** Fills the choice of people; `onChoose(person)` when another one acts. */
export function setUpActing(onChoose) {
  const select = document.getElementById("acting-as");
  const options = session.people.map(({ userId, name, title }) =>
    el("option", { value: userId }, `${name}, ${title}`),
  );
  select.replaceChildren(...options);
  select.addEventListener("change", () => {
    onChoose(session.people.find(({ userId }) => userId === select.value));
  });
}

/** Shows who acts now. */
export function showActing() {
  document.getElementById("acting-as").value = session.me.userId;
  const avatar = avatarOf(session.me, session.bot);
  avatar.id = "acting-avatar";
  document.getElementById("acting-avatar").replaceWith(avatar);
}

/** `current` is the address that is open, such as `#/c/general`. */
export function drawSide(current, ctx) {
  const channels = session.channels.filter(({ kind }) => kind === "channel");
  const directs = session.channels.filter(({ kind }) => kind === "direct");
  const add = el(
    "button",
    { type: "button", class: "side-add", on: { click: () => addChannel(ctx) } },
    icon("plus"),
    "New channel",
  );
  const side = document.getElementById("side");
  const held = side.contains(document.activeElement) ? keyOf(document.activeElement) : null;
  side.replaceChildren(
    el(
      "ul",
      { class: "side-list", role: "list" },
      renderEntry("#/home", "Home", "home", current, 0),
    ),
    el("h2", { class: "side-title" }, "Channels"),
    el(
      "ul",
      { class: "side-list", role: "list" },
      ...channels.map((channel) => renderChannel(channel, "hash", current)),
    ),
    add,
    el("h2", { class: "side-title" }, "Direct messages"),
    el(
      "ul",
      { class: "side-list", role: "list" },
      ...directs.map((channel) => renderChannel(channel, null, current)),
    ),
    renderMe(),
  );
  if (held === null) return;
  const entries = [...side.querySelectorAll("a, button")];
  entries.find((entry) => keyOf(entry) === held)?.focus();
}

/** What stays the same of an entry while its count changes. */
function keyOf(entry) {
  return entry.getAttribute("href") ?? entry.textContent;
}

function renderMe() {
  const { name, title, email, timeZone, kind } = session.me;
  const now = new Intl.DateTimeFormat("en-US", {
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
    timeZone,
  }).format(new Date());
  const standing = { guest: "Guest", deactivated: "Deactivated" }[kind];
  return el(
    "section",
    { class: "side-me", "aria-label": "The person you act as" },
    el(
      "p",
      { class: "side-me-name" },
      name,
      standing ? el("span", { class: "badge" }, standing) : null,
    ),
    el("p", {}, title),
    el("p", { title: email }, email),
    el("p", {}, `${timeZone.replaceAll("_", " ")} · ${now}`),
  );
}

export function addressOf(channelId, thread = null) {
  return thread === null ? `#/c/${channelId}` : `#/c/${channelId}/t/${thread}`;
}

function renderChannel(channel, sign, current) {
  const address = addressOf(channel.channelId);
  return renderEntry(address, channel.name, sign, current, channel.unread);
}

function renderEntry(address, name, sign, current, unread) {
  const isHere = current === address || current.startsWith(`${address}/`);
  const mark = sign
    ? icon(sign)
    : el("span", { class: "avatar avatar-bot", "aria-hidden": "true" }, name[0]);
  const count =
    unread > 0 ? el("span", { class: "unread" }, String(unread), unseen(" unread")) : null;
  const link = el(
    "a",
    {
      href: address,
      class: `side-entry ${unread > 0 ? "side-entry-unread" : ""}`,
      "aria-current": isHere ? "page" : null,
    },
    mark,
    el("span", { class: "side-name" }, name),
    count,
  );
  return el("li", {}, link);
}

function addChannel(ctx) {
  const question = {
    title: "New channel",
    label: "Name",
    help: "Lower-case words, such as lakeside-clinic. Everybody here can open it.",
    submit: "Create",
    ctx,
  };
  askLine(question, async (name) => {
    try {
      const { channel } = await change("channels", { name });
      await loadChannels();
      location.hash = addressOf(channel);
      return null;
    } catch (error) {
      if (error instanceof Refused) return { fields: { line: error.message } };
      throw error;
    }
  });
}

/** The title of the page: how much is unread, and where one is. */
export function drawTitle(place) {
  const unread = session.channels.reduce((sum, channel) => sum + channel.unread, 0);
  document.title = `${unread > 0 ? `(${unread}) ` : ""}${place} · Cleargate`;
}

/** On a narrow screen the list is a drawer over the page. */
export function setUpDrawer() {
  const menu = document.getElementById("menu");
  const scrim = document.getElementById("scrim");
  const side = document.getElementById("side");
  menu.append(icon("menu"));
  const toggle = (isOpen) => {
    menu.setAttribute("aria-expanded", String(isOpen));
    document.body.classList.toggle("drawer-open", isOpen);
    scrim.hidden = !isOpen;
    if (isOpen) (side.querySelector("[aria-current]") ?? side.querySelector("a")).focus();
  };
  const isOpen = () => menu.getAttribute("aria-expanded") === "true";
  menu.addEventListener("click", () => toggle(!isOpen()));
  scrim.addEventListener("click", () => toggle(false));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen()) return;
    toggle(false);
    menu.focus();
  });
  return { close: () => isOpen() && toggle(false) };
}
