/** The surfaces of this installation. A new one is opened here and nowhere else. */
import type { Router } from "express";
import { converse } from "./app/conversation/converse.ts";
import { findConcerned } from "./app/people/find-concerned.ts";
import type { Log, Sender } from "./app/ports.ts";
import type { Home } from "./app/terminal/migrations.ts";
import type { Core } from "./build.ts";
import { createSlack } from "./chat/slack/slack.ts";
import { seedWebPeople, WEB_WORKSPACE } from "./chat/web/people.ts";
import { createWebChat } from "./chat/web/web-chat.ts";
import type { Config, SlackConfig } from "./config.ts";
import { instantOf } from "./domain/ids.ts";
import { openWebChatStore } from "./store/web-chat.ts";

export interface Surface {
  readonly sender: Sender;
  readonly routers: readonly { readonly path: string; readonly router: Router }[];
  /** The workspace in which what is made in the terminal belongs. */
  home(): Promise<Home>;
  /** Begins to take requests. */
  start(): Promise<void>;
  /** Resolves when every request under way has been answered. */
  settled(): Promise<void>;
  /** Lets go of the people: live connections end, answers under way are given. */
  stop(): Promise<void>;
  /** After the loops: nothing is sent any more. */
  close(): Promise<void>;
}

/** Opens every configured surface: its directory and its examinations are known from then on; none is started. */
export async function openSurfaces(
  core: Core,
  config: Config,
  log: Log,
): Promise<readonly Surface[]> {
  const surfaces: Surface[] = [];
  if (config.slack) surfaces.push(openSlack(core, config.slack, log));
  if (config.webChat) surfaces.push(await openWebChat(core, log));
  return surfaces;
}

function openSlack(core: Core, config: SlackConfig, log: Log): Surface {
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
  return {
    sender: slack.sender,
    routers: slack.router ? [{ path: "/", router: slack.router }] : [],
    home: async () => ({ surface: "slack", workspaceRef: await slack.workspaceRef() }),
    start: () => slack.start(),
    settled: () => slack.settled(),
    stop: () => slack.stop(),
    close: async () => undefined,
  };
}

async function openWebChat(core: Core, log: Log): Promise<Surface> {
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
  core.directories.set("web", webChat.directory);
  return {
    sender: webChat.sender,
    routers: [{ path: "/chat", router: webChat.router }],
    home: async () => home,
    start: async () => undefined,
    // The web chat's answers are given before their requests end.
    settled: async () => undefined,
    stop: () => webChat.stop(),
    close: () => chat.close(),
  };
}
