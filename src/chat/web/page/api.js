/** Talks to the server, and keeps who the page acts as and what that person can open. */

/** What the whole page knows. `me` is the acting person. */
export const session = { people: [], bot: "", me: null, channels: [], maxUploadMegabytes: 0 };

/** Something the server refused, or no answer at all; the message is a sentence for the person. */
export class Refused extends Error {}

const HEADER = { "X-Cleargate-Chat": "1" };
const UPLOAD_TYPE = "application/vnd.cleargate.upload";

async function ask(path, options) {
  let response;
  try {
    response = await fetch(`/chat/api/${path}`, { ...options, credentials: "omit" });
  } catch {
    throw new Refused("The server did not answer. Is Cleargate still running? Try again.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.error ?? "That did not work. Try again.");
  return answer;
}

export function read(path, query = {}) {
  const known = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  return ask(`${path}?${new URLSearchParams(known)}`, { method: "GET" });
}

export function change(path, body) {
  return ask(path, {
    method: "POST",
    headers: { ...HEADER, "Content-Type": "application/json" },
    body: JSON.stringify({ ...body, as: session.me.userId }),
  });
}

/** Sends files behind a line that says what they are for; `files` holds `{ field, file }`. */
export function bring(body, files) {
  const declared = files.map(({ field, file }) => ({
    field,
    name: file.name,
    mimeType: file.type,
    bytes: file.size,
  }));
  const head = JSON.stringify({ ...body, as: session.me.userId, files: declared });
  const parcel = new Blob([head, "\n", ...files.map(({ file }) => file)]);
  return ask("bring", {
    method: "POST",
    headers: { ...HEADER, "Content-Type": UPLOAD_TYPE },
    body: parcel,
  });
}

export async function loadSession() {
  const answer = await read("session");
  session.people = answer.people;
  session.bot = answer.bot;
  session.maxUploadMegabytes = answer.maxUploadMegabytes;
}

export async function loadChannels() {
  const me = session.me.userId;
  const { channels } = await read("channels", { as: me });
  if (session.me.userId === me) session.channels = channels;
}

export function personOf(userId) {
  return session.people.find((person) => person.userId === userId) ?? null;
}

export function channelOf(channelId) {
  return session.channels.find((channel) => channel.channelId === channelId) ?? null;
}

/** The name of a channel as people read it. */
export function nameOf(channel) {
  return channel.kind === "channel" ? `#${channel.name}` : channel.name;
}

/** A page waits so long to hear, before it shows what there is. */
const PATIENCE_MS = 1_000;

/**
 * Hears what happens as the acting person sees it. Whoever reads once `restart` has resolved misses nothing: what
 * happened before is there to be read, and what comes later is heard, or caught up with. A browser keeps few
 * connections to one server, so a page that nobody sees lets go of its own and asks `onHidden` now and then instead.
 */
export function listen({ onEvent, onCaughtUp, onHidden, onLost, onFound }) {
  let source = null;
  let isLate = false;
  const open = () =>
    new Promise((resolve) => {
      source?.close();
      source = new EventSource(`/chat/api/live?as=${encodeURIComponent(session.me.userId)}`);
      for (const kind of ["message", "gone", "channel"]) {
        source.addEventListener(kind, (event) => onEvent(kind, JSON.parse(event.data)));
      }
      source.addEventListener("refresh", onCaughtUp);
      const goOn = () => {
        isLate = true;
        resolve();
      };
      const patience = setTimeout(goOn, PATIENCE_MS);
      source.addEventListener("error", () => {
        goOn();
        onLost();
        if (source?.readyState === EventSource.CLOSED) setTimeout(reopen, 3000);
      });
      source.addEventListener("open", () => {
        clearTimeout(patience);
        if (isLate) onFound();
        if (isLate) onCaughtUp();
        isLate = false;
        resolve();
      });
    });
  const reopen = () => {
    if (!document.hidden && source?.readyState === EventSource.CLOSED) void open();
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      source?.close();
      source = null;
      return;
    }
    isLate = true;
    void open();
  });
  setInterval(() => {
    if (document.hidden) onHidden();
  }, 20_000);
  return { restart: open };
}
