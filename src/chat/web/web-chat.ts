/** The local web chat: a surface of our own on loopback, where one visitor may act as each of several people. */
import type { Router } from "express";
import type { Directory, Sender } from "../../app/ports.ts";
import { createIngress, type IngressOptions } from "./ingress.ts";
import { createLive } from "./live.ts";
import { webDirectory } from "./people.ts";
import { openRooms } from "./rooms.ts";
import { createRouter } from "./router.ts";
import { createWebSender } from "./sender.ts";

export interface WebChat {
  /** To be mounted at `/chat`. */
  readonly router: Router;
  readonly sender: Sender;
  readonly directory: Directory;
  stop(): Promise<void>;
}

export function createWebChat(options: IngressOptions): WebChat {
  const ready = openRooms(options.chat, options.clock);
  const live = createLive(options);
  return {
    router: createRouter({ ...options, ingress: createIngress(options), live, ready }),
    sender: createWebSender({ ...options, ready }),
    directory: webDirectory,
    stop: () => live.stop(),
  };
}
