/** The panel beside the channel: one message and what was answered to it. */
import { acceptDrops, createComposer } from "./composer.js";
import { el, icon } from "./dom.js";
import { createTimeline } from "./timeline.js";

/** `place()` says which thread is open; `onClose()` leaves it. */
export function buildThread({ place, onClose, onEarlier }) {
  const panel = document.getElementById("thread");
  const close = el(
    "button",
    { type: "button", class: "icon-button", "aria-label": "Close thread", on: { click: onClose } },
    icon("close"),
  );
  const head = el("header", { class: "place" }, el("h2", { id: "thread-title" }, "Thread"), close);
  const scroll = el("section", { class: "scroll", tabindex: "0", "aria-label": "Replies" });
  const trouble = el("p", { class: "trouble", role: "alert" });
  const composer = createComposer({
    place,
    label: () => "Reply in thread",
    onTrouble: (sentence) => {
      trouble.textContent = sentence;
    },
  });
  const foot = el("div", { class: "composer-place" }, trouble, composer.element);
  panel.replaceChildren(head, scroll, foot);
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") onClose();
  });
  const timeline = createTimeline({
    scroll,
    onThread: () => {},
    onEarlier,
    empty: () => el("p", { class: "loading" }, "Loading ..."),
  });
  acceptDrops(
    panel,
    () => composer,
    () => "this thread",
  );
  return { timeline, composer, trouble };
}
