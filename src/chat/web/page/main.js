/** The page: where one is, as whom, and what to show there. */
import { contextOf, openHome, whenAnswered } from "./act.js";
import {
  change,
  channelOf,
  listen,
  loadChannels,
  loadSession,
  nameOf,
  Refused,
  read,
  session,
} from "./api.js";
import { acceptDrops, createComposer } from "./composer.js";
import { announce, el } from "./dom.js";
import { renderHome, renderMessage } from "./message.js";
import { addressOf, drawSide, drawTitle, setUpActing, setUpDrawer, showActing } from "./sidebar.js";
import { buildThread } from "./thread.js";
import { createTimeline, renderWelcome } from "./timeline.js";

const byId = (id) => document.getElementById(id);
/** Where the page is: a channel with perhaps a thread, or the home, where both are null. */
const view = { channel: null, thread: null };
const parts = {};

const FIRST_PLACE = addressOf("general");

function readAddress() {
  const channel = /^#\/c\/([a-z0-9-]+)(?:\/t\/([0-9a-f-]+))?$/.exec(location.hash);
  if (channel) return { channel: channel[1], thread: channel[2] ?? null };
  return location.hash === "#/home" ? { channel: null, thread: null } : null;
}

/** Goes where the address says; what cannot be opened is said where one is. */
async function go() {
  try {
    await open(readAddress());
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    showTrouble(error.message);
  }
}

/** Follows a link: the focus goes where one types, or back to what opened the thread that was left. */
async function follow() {
  const { channel, thread } = view;
  await go();
  const isClosed = thread !== null && view.thread === null && view.channel === channel;
  const opener = isClosed ? findThreadButton(thread) : null;
  if (opener) opener.focus();
  else focusPlace();
}

function findThreadButton(ref) {
  return byId("scroll").querySelector(`[data-ref="${ref}"] .thread-button`);
}

function focusPlace() {
  if (view.channel === null || matchMedia("(hover: none)").matches) byId("place-title").focus();
  else if (view.thread) parts.thread.composer.focus();
  else parts.composer.focus();
}

/** The messages of a place that is open already stay. */
async function open(goal) {
  if (!goal || (goal.channel && !channelOf(goal.channel))) return location.replace(FIRST_PLACE);
  const isSameChannel = parts.timeline.place()?.channel === goal.channel && view.channel;
  Object.assign(view, goal);
  parts.drawer.close();
  showTrouble("");
  drawPlace();
  if (goal.channel === null) {
    parts.timeline.show({ channel: null, thread: null, readUpTo: null }, { messages: [] });
    return openHome();
  }
  if (!isSameChannel) await loadChannel();
  await loadThread();
}

function drawPlace() {
  const channel = channelOf(view.channel);
  const place = channel ? nameOf(channel) : "Home";
  const about = {
    channel: "Everybody here can read along",
    direct: "Between you and the app: type a command with or without the slash",
  };
  byId("place-title").textContent = place;
  byId("place-about").textContent =
    about[channel?.kind] ?? "What waits for you, and for what you wait";
  byId("scroll").setAttribute("aria-label", channel ? `Messages in ${place}` : place);
  byId("composer-place").hidden = !channel;
  document.body.classList.toggle("on-home", !channel);
  parts.composer.rename();
  drawList();
}

function drawList() {
  const channel = channelOf(view.channel);
  drawSide(location.hash, contextOf({ channel: null }));
  drawTitle(channel ? nameOf(channel) : "Home");
}

async function loadChannel() {
  const { channel } = view;
  const me = session.me;
  const page = await read("messages", { as: me.userId, channel });
  if (view.channel !== channel || session.me !== me) return;
  const { unread, readUpTo } = channelOf(channel);
  const mark = unread > 0 ? readUpTo : null;
  parts.timeline.show({ channel, thread: null, readUpTo: mark }, page);
  markRead();
}

async function loadEarlier(timeline) {
  const { channel, thread } = timeline.place();
  const query = { as: session.me.userId, channel, thread, before: timeline.oldest() };
  timeline.addEarlier(await read("messages", query));
}

async function loadThread() {
  const { channel, thread } = view;
  byId("thread").hidden = thread === null;
  document.body.classList.toggle("in-thread", thread !== null);
  if (thread === null) return;
  const me = session.me;
  const page = await read("messages", { as: me.userId, channel, thread });
  if (view.thread !== thread || session.me !== me) return;
  const messages = [page.root, ...page.messages];
  parts.thread.timeline.show({ channel, thread, readUpTo: null }, { ...page, messages });
  parts.thread.composer.rename();
}

/** Remembers on the server that what stands in the open channel has been seen. */
function markRead() {
  const channel = channelOf(view.channel);
  if (!channel || document.hidden) return;
  const upTo = parts.timeline.newest();
  channel.unread = 0;
  drawList();
  change("read", { channel: channel.channelId, upTo }).catch(() => {});
}

function showTrouble(sentence, place = {}) {
  const spot = place.thread && view.thread ? parts.thread.trouble : parts.trouble;
  spot.textContent = sentence;
}

function receive(message) {
  const isHere = message.channel === view.channel;
  if (isHere && message.thread === null) {
    parts.timeline.put(message);
    markRead();
  }
  const isInThread = isHere && view.thread !== null;
  if (isInThread && [message.thread, message.ref].includes(view.thread)) {
    parts.thread.timeline.put(message);
  }
  if (message.channel === `home-${session.me.userId}` && view.channel === null) void openHome();
  if (!isHere) refreshList();
}

/** Reads again how much is unread, once for a flock of changes. */
function refreshList() {
  clearTimeout(parts.refresh);
  parts.refresh = setTimeout(async () => {
    await loadChannels().catch(() => {});
    drawList();
  }, 120);
}

async function catchUp() {
  try {
    await loadChannels();
    drawList();
    if (view.channel === null) return openHome();
    await loadChannel();
    await loadThread();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

function drawHome(home) {
  if (view.channel !== null) {
    location.hash = "#/home";
    return;
  }
  const page = renderHome(home, contextOf({ channel: null }));
  const answer = byId("scroll").querySelector(".home-answer");
  byId("scroll").querySelector(".empty").replaceChildren(page);
  if (answer) page.firstChild.replaceWith(answer);
}

/** On the home an answer stands on top of it; elsewhere it joins the messages. */
function showAnswer(message, place) {
  if (place.channel !== null) return receive(message);
  const answer = byId("scroll").querySelector(".home-answer");
  answer?.replaceChildren(renderMessage(message.content.message, contextOf({ channel: null })));
  byId("scroll").scrollTop = 0;
  if (view.channel === null) void openHome();
}

async function actAs(person) {
  session.me = person;
  sessionStorage.setItem("as", person.userId);
  showActing();
  announce(`You act as ${person.name} now`);
  await parts.live.restart();
  await loadChannels();
  parts.timeline.show({ channel: null, thread: null, readUpTo: null }, { messages: [] });
  const isOthersPlace = view.channel && !channelOf(view.channel);
  if (isOthersPlace && view.channel.startsWith("direct-")) {
    location.replace(addressOf(`direct-${person.userId}`));
    return;
  }
  await go();
}

function renderEmpty(place) {
  const channel = channelOf(place?.channel);
  if (!channel) return el("p", { class: "loading" }, "Loading ...");
  return renderWelcome(channel, nameOf(channel), () => parts.composer.type("/compliance"));
}

function build() {
  // A place that scrolls can be scrolled by keyboard.
  byId("scroll").tabIndex = 0;
  parts.drawer = setUpDrawer();
  parts.trouble = byId("trouble");
  parts.composer = createComposer({
    place: () => ({ channel: view.channel }),
    label: () => `Message ${view.channel ? nameOf(channelOf(view.channel)) : ""}`,
    onTrouble: showTrouble,
  });
  byId("composer-place").append(parts.composer.element);
  parts.timeline = createTimeline({
    scroll: byId("scroll"),
    onThread: (ref) => {
      location.hash = addressOf(view.channel, ref);
    },
    onEarlier: loadEarlier,
    empty: renderEmpty,
  });
  parts.thread = buildThread({
    place: () => ({ channel: view.channel, thread: view.thread }),
    onClose: () => {
      location.hash = addressOf(view.channel);
    },
    onEarlier: loadEarlier,
  });
  acceptDrops(
    byId("main"),
    () => parts.composer,
    () => nameOf(channelOf(view.channel)),
  );
  byId("skip").addEventListener("click", () => parts.composer.focus());
  whenAnswered({ onMessage: showAnswer, onHome: drawHome, onTrouble: showTrouble });
}

async function start() {
  await loadSession();
  const wanted = new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem("as");
  session.me = session.people.find(({ userId }) => userId === wanted) ?? session.people[0];
  setUpActing(actAs);
  showActing();
  await loadChannels();
  build();
  parts.live = listen({
    onEvent: (kind, event) => {
      if (kind === "message") return receive(event);
      if (kind === "channel") return refreshList();
      parts.timeline.remove(event.ref);
      parts.thread.timeline.remove(event.ref);
    },
    onCaughtUp: catchUp,
    onHidden: refreshList,
    onLost: () => showTrouble("The connection is lost. Trying again ..."),
    onFound: () => showTrouble(""),
  });
  await parts.live.restart();
  addEventListener("hashchange", follow);
  await go();
  if (document.activeElement === document.body) focusPlace();
  byId("main").removeAttribute("aria-busy");
}

start().catch((error) => {
  byId("place-title").textContent = "The web chat could not start";
  byId("place-about").textContent = error.message;
});
