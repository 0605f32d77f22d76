/** Starts the service: surfaces, loops and the HTTP server around the core; ends them in the reverse order. */
import type { Router } from "express";
import { converse } from "./app/conversation/converse.ts";
import { refreshGates } from "./app/gates/refresh.ts";
import { findConcerned } from "./app/people/find-concerned.ts";
import type { Log, Sender } from "./app/ports.ts";
import { buildCore, CannotStart, type Core } from "./build.ts";
import { createSlack } from "./chat/slack/slack.ts";
import { seedWebPeople, WEB_WORKSPACE } from "./chat/web/people.ts";
import { createWebChat } from "./chat/web/web-chat.ts";
import type { Config, SlackConfig } from "./config.ts";
import { instantOf } from "./domain/ids.ts";
import type { Surface } from "./domain/people/person.ts";
import { createServer } from "./http/server.ts";
import { startDrainer } from "./loops/drainer.ts";
import type { Loop } from "./loops/loop.ts";
import { startSealer } from "./loops/sealer.ts";
import { startSweep } from "./loops/sweep.ts";
import { openWebChatStore } from "./store/web-chat.ts";

export interface Running {
  readonly url: string;
  /** Of the web chat; null when it is off. */
  readonly chatUrl: string | null;
  readonly core: Core;
  /** Resolves when every request under way has been answered. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

interface SurfaceParts {
  readonly sender: Sender;
  readonly routers: readonly { readonly path: string; readonly router: Router }[];
  settled(): Promise<void>;
  /** Lets go of the people: live connections end, answers under way are given. */
  stop(): Promise<void>;
  /** After the loops: nothing is sent any more. */
  close(): Promise<void>;
}

export interface ServeOptions {
  /** The least time between two messages in one channel; absent: what each platform allows. */
  readonly paceMs?: Readonly<Partial<Record<Surface, number>>>;
}

/** Everything running and reachable, or `CannotStart` with what has to be mended. */
export async function serve(
  config: Config,
  log: Log,
  options: ServeOptions = {},
): Promise<Running> {
  const core = await buildCore(config, log);
  const surfaces: SurfaceParts[] = [];
  try {
    if (config.slack) surfaces.push(await openSlack(core, config.slack, log));
    if (config.webChat) surfaces.push(await openWebChat(core, log));
    return await run({ config, log, core, surfaces, options });
  } catch (error) {
    await stopAll(surfaces);
    for (const surface of surfaces) await surface.close();
    await core.close();
    throw error;
  }
}

async function run(parts: {
  readonly config: Config;
  readonly log: Log;
  readonly core: Core;
  readonly surfaces: readonly SurfaceParts[];
  readonly options: ServeOptions;
}): Promise<Running> {
  const { config, log, core, surfaces, options } = parts;
  const server = createServer({
    host: config.host,
    port: config.port,
    routers: surfaces.flatMap(({ routers }) => routers),
    checks: [{ name: "database", isWell: () => core.store.ping().then(() => true) }],
    log,
    newId: core.deps.newId,
  });
  const listening = await server.listen();
  if ("problem" in listening) throw new CannotStart([listening.problem]);
  const loops = startLoops(core, surfaces, { log, ...options });
  const stop = async (): Promise<void> => {
    // Live connections would keep the server waiting for its grace to be over.
    await stopAll(surfaces);
    await server.close();
    await stopAll(loops);
    for (const surface of surfaces) await surface.close();
    await core.close();
  };
  const settled = async (): Promise<void> => {
    for (const surface of surfaces) await surface.settled();
  };
  const chatUrl = config.webChat ? `${listening.url}/chat` : null;
  return { url: listening.url, chatUrl, core, settled, stop };
}

function startLoops(
  core: Core,
  surfaces: readonly SurfaceParts[],
  options: ServeOptions & { readonly log: Log },
): readonly Loop[] {
  const { outbox, ledger, received } = core.store;
  const { log } = options;
  const senders = new Map<Surface, Sender>(surfaces.map(({ sender }) => [sender.surface, sender]));
  const drainers = (["emergency", "interactive", "bulk"] as const).map((lane) =>
    startDrainer({ lane, outbox, senders, reached: core.deps.reached, ...options }),
  );
  const sweep = startSweep({
    everySeconds: 60,
    log,
    work: async () => {
      await outbox.forget();
      await received.expire();
      for (const id of await core.store.organisations()) await refreshGates(core.deps, id);
    },
  });
  return [...drainers, startSealer({ ledger, log }), sweep];
}

async function openSlack(core: Core, config: SlackConfig, log: Log): Promise<SurfaceParts> {
  const { deps, store } = core;
  const slack = createSlack({
    ...config,
    converse: (inbound) => converse(deps, inbound),
    workspaceOf: async (workspaceRef) =>
      (await store.organisationOf({ surface: "slack", workspaceRef })).workspaceId,
    peopleOf: (channel) => findConcerned(deps, channel),
    seen: store.received,
    log,
    clock: deps.clock,
  });
  core.directories.set("slack", slack.directory);
  core.examinations.push(...slack.examinations);
  await slack.start();
  return {
    sender: slack.sender,
    routers: slack.router ? [{ path: "/", router: slack.router }] : [],
    settled: () => slack.settled(),
    stop: () => slack.stop(),
    close: async () => undefined,
  };
}

async function openWebChat(core: Core, log: Log): Promise<SurfaceParts> {
  const { deps, store, appUrl } = core;
  const home = { surface: "web", workspaceRef: WEB_WORKSPACE } as const;
  const { organisationId, workspaceId } = await store.organisationOf(home);
  const now = instantOf(deps.clock());
  await seedWebPeople(store, { organisationId, workspaceId, now, newId: deps.newId });
  const chat = openWebChatStore({ appUrl, organisationId });
  const webChat = createWebChat({
    converse: (inbound) => converse(deps, inbound),
    chat,
    log,
    clock: deps.clock,
    newId: deps.newId,
    workspaceId,
  });
  return {
    sender: webChat.sender,
    routers: [{ path: "/chat", router: webChat.router }],
    // The web chat's answers are given before their requests end.
    settled: async () => undefined,
    stop: () => webChat.stop(),
    close: () => chat.close(),
  };
}

async function stopAll(parts: readonly { stop(): Promise<void> }[]): Promise<void> {
  for (const part of parts) await part.stop();
}
