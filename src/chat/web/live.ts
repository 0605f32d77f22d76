/** Tells every open page what changed, as it changes: server-sent events, filtered by who may see what. */
import type { Response } from "express";
import type { Log } from "../../app/ports.ts";
import { Rejection } from "./guard.ts";
import type { WebChange, WebChatStore } from "./ports.ts";
import { mayOpen } from "./rooms.ts";
import { toWire } from "./wire.ts";

const MAX_PAGES = 200;
const SECOND = 1000;
/** A silent connection is thought dead by some; a comment keeps it. */
const HEARTBEAT_MS = 20 * SECOND;
const LISTEN_AGAIN_MS = 2 * SECOND;

interface Page {
  readonly userId: string;
  readonly response: Response;
}

export interface Live {
  /** Keeps the response open and writes to it until the page goes away. */
  attach(userId: string, response: Response): void;
  stop(): Promise<void>;
}

export function createLive(options: { readonly chat: WebChatStore; readonly log: Log }): Live {
  const pages = new Set<Page>();
  // One after the other, so that what was said later is never overtaken by what was said before.
  let told = Promise.resolve();
  const listening = listenForEver(options, {
    onChange: (change) => {
      told = told
        .then(() => tellPages(options.chat, pages, change))
        .catch((error: unknown) => {
          options.log.warn("web_chat_live_failed", { provider: "web", error });
          for (const page of pages) write(page, "refresh", {});
        });
    },
    onLost: () => {
      for (const page of pages) write(page, "refresh", {});
    },
  });
  const heartbeat = setInterval(() => {
    for (const page of pages) page.response.write(": still here\n\n");
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    attach: (userId, response) => open(pages, { userId, response }),
    stop: async () => {
      clearInterval(heartbeat);
      for (const page of pages) page.response.end();
      pages.clear();
      await listening.stop();
    },
  };
}

function open(pages: Set<Page>, page: Page): void {
  if (pages.size >= MAX_PAGES) {
    throw new Rejection(429, "Too many pages of the web chat are open. Close one and reload.");
  }
  page.response.on("close", () => pages.delete(page));
  page.response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
  page.response.write("retry: 1000\n\n");
  pages.add(page);
}

function write(page: Page, event: string, value: unknown): void {
  page.response.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
}

async function tellPages(
  chat: WebChatStore,
  pages: ReadonlySet<Page>,
  change: WebChange,
): Promise<void> {
  if (pages.size === 0) return;
  const channel = await chat.channel(change.channelId);
  if (!channel) return;
  const entitled = () => [...pages].filter((page) => mayOpen(channel, page.userId));
  if (change.kind === "channel") {
    for (const page of entitled()) write(page, "channel", { channel: channel.channelId });
    return;
  }
  const message = await chat.message(change.ref);
  for (const page of entitled()) {
    if (!message) write(page, "gone", { ref: change.ref, channel: change.channelId });
    else if (message.onlyFor === null || message.onlyFor === page.userId) {
      write(page, "message", toWire(message));
    }
  }
}

/** Listens, and again after a failure, until it is stopped. */
function listenForEver(
  options: { readonly chat: WebChatStore; readonly log: Log },
  listener: Parameters<WebChatStore["listen"]>[0],
): { stop(): Promise<void> } {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let unlisten: () => Promise<void> = () => Promise.resolve();
  const listen = async (): Promise<void> => {
    try {
      unlisten = await options.chat.listen({ ...listener, onLost: again });
      if (isStopped) await unlisten();
    } catch (error) {
      options.log.warn("web_chat_listen_failed", { provider: "web", error });
      again();
    }
  };
  const again = (): void => {
    if (isStopped) return;
    listener.onLost();
    clearTimeout(timer);
    timer = setTimeout(() => void listen(), LISTEN_AGAIN_MS);
    timer.unref();
  };
  void listen();
  return {
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await unlisten();
    },
  };
}
