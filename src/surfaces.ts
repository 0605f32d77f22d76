/** The surfaces of this installation. A new one is opened here and nowhere else. */
import type { Router } from "express";
import { converse } from "./app/conversation/converse.ts";
import { paceConversation } from "./app/conversation/pace.ts";
import type { Source } from "./app/front-ports.ts";
import { findConcerned } from "./app/people/find-concerned.ts";
import type { Inbound, Log, Reply, Sender } from "./app/ports.ts";
import type { Home } from "./app/terminal/migrations.ts";
import { CannotStart, type Core } from "./build.ts";
import type { InstallingOptions } from "./chat/slack/slack.ts";
import { seedWebPeople, WEB_WORKSPACE } from "./chat/web/people.ts";
import { createWebChat } from "./chat/web/web-chat.ts";
import type { Config, InstallingConfig, SlackConfig, TeamsConfig } from "./config.ts";
import { instantOf } from "./domain/ids.ts";
import {
  type OpenedSlackInstallations,
  openSlackInstallations,
} from "./store/slack-installations/installations.ts";
import { openTeamsMemory } from "./store/teams/memory.ts";
import { openWebChatStore } from "./store/web-chat.ts";

export interface Surface {
  readonly sender: Sender;
  /** Its rows at the front: what comes in signed. */
  readonly sources: readonly Source[];
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
  const talk: Talk = createTalk(core, config, log);
  if (config.slack) surfaces.push(await openSlack({ core, log, talk }, config.slack));
  if (config.teams) surfaces.push(await openTeams({ core, log, talk }, config.teams));
  if (config.webChat) surfaces.push(await openWebChat({ core, log, talk }));
  return surfaces;
}

type Talk = (inbound: Inbound) => Promise<Reply>;

interface Parts {
  readonly core: Core;
  readonly log: Log;
  /** The whole application, at the pace that a person may have. */
  readonly talk: Talk;
}

function createTalk({ deps }: Core, { edge }: Config, log: Log): Talk {
  const talk: Talk = (inbound) => converse(deps, inbound);
  const perMinute = edge?.perPersonAndMinute ?? 0;
  if (perMinute === 0) return talk;
  const rate = { burst: perMinute, perSecond: perMinute / 60 };
  const { clock, refusals } = deps;
  return paceConversation({ rate, clock, log, ...(refusals ? { refusals } : {}) }, talk);
}

async function openSlack({ core, log, talk }: Parts, config: SlackConfig): Promise<Surface> {
  const { deps, store } = core;
  // Slack's own library is large: who does without Slack does not wait for it.
  const { createSlack } = await import("./chat/slack/slack.ts");
  const opened = config.installing ? await openInstalling(core, config.installing, log) : null;
  const slack = createSlack({
    ...config,
    installing: opened && { ...opened, clock: deps.clock },
    converse: talk,
    workspaceOf: async (workspaceRef) =>
      (await store.organisationOf({ surface: "slack", workspaceRef })).workspaceId,
    peopleOf: (channel) => findConcerned(deps, channel),
    log,
  });
  core.directories.set("slack", slack.directory);
  core.examinations.push(...slack.examinations);
  return {
    sender: slack.sender,
    sources: slack.source ? [slack.source] : [],
    routers: slack.router ? [{ path: "/", router: slack.router }] : [],
    home: async () => ({
      surface: "slack",
      workspaceRef: (await slack.workspaceRef()) ?? (await onlyInstalled(opened?.installations)),
    }),
    start: () => slack.start(),
    settled: () => slack.settled(),
    stop: () => slack.stop(),
    close: async () => opened?.installations.close(),
  };
}

type Installing = Omit<InstallingOptions, "clock" | "installations"> & {
  readonly installations: OpenedSlackInstallations;
};

/** The workspaces that install the app themselves, and the keys that their tokens are under. */
async function openInstalling(
  core: Core,
  { keyFile, ...config }: InstallingConfig,
  log: Log,
): Promise<Installing> {
  const { clock } = core.deps;
  const installations = await openSlackInstallations({ appUrl: core.appUrl, keyFile, clock, log });
  if ("problem" in installations) throw new CannotStart([installations.problem]);
  core.examinations.push(installations.examine);
  core.store.carryTokensWith(installations.bearer);
  return { ...config, installations };
}

/** Without a configured token the terminal's migrations belong to the workspace that is alone. */
async function onlyInstalled(installations: OpenedSlackInstallations | undefined): Promise<string> {
  const [ref, ...others] = (await installations?.refs()) ?? [];
  if (ref === undefined)
    throw new CannotStart([
      "No Slack workspace has installed Cleargate yet: open /slack/install under PUBLIC_URL.",
    ]);
  if (others.length === 0) return ref;
  throw new CannotStart([
    "Several Slack workspaces have installed Cleargate, so it is not clear whose this would be: do it in chat.",
  ]);
}

async function openTeams({ core, log, talk }: Parts, config: TeamsConfig): Promise<Surface> {
  const { deps, store, appUrl } = core;
  // Microsoft's library is larger still.
  const { createTeams } = await import("./chat/teams/teams.ts");
  const memory = openTeamsMemory({ appUrl, clock: deps.clock });
  const teams = createTeams({
    ...config,
    memory,
    converse: talk,
    workspaceOf: async (workspaceRef) =>
      (await store.organisationOf({ surface: "teams", workspaceRef })).workspaceId,
    peopleOf: (channel) => findConcerned(deps, channel),
    clock: deps.clock,
    log,
  });
  core.directories.set("teams", teams.directory);
  core.examinations.push(...teams.examinations);
  return {
    sender: teams.sender,
    sources: [teams.source],
    routers: [],
    home: async () => ({ surface: "teams", workspaceRef: tenantOf(config) }),
    start: async () => undefined,
    settled: () => teams.settled(),
    stop: () => teams.settled(),
    close: () => memory.close(),
  };
}

/** The playground has a directory of its own making, which only its requests name. */
function tenantOf({ credentials }: TeamsConfig): string {
  if (credentials) return credentials.tenantId;
  throw new CannotStart([
    "In the playground the terminal does not know whose this would be: do it in chat.",
  ]);
}

async function openWebChat({ core, log, talk }: Parts): Promise<Surface> {
  const { deps, store, appUrl } = core;
  const home = { surface: "web", workspaceRef: WEB_WORKSPACE } as const;
  const { organisationId, workspaceId } = await store.organisationOf(home);
  const now = instantOf(deps.clock());
  await seedWebPeople(store, { organisationId, workspaceId, now, newId: deps.newId });
  const chat = openWebChatStore({ appUrl, organisationId });
  const webChat = createWebChat({
    converse: talk,
    chat,
    log,
    clock: deps.clock,
    newId: deps.newId,
    workspaceId,
  });
  core.directories.set("web", webChat.directory);
  return {
    sender: webChat.sender,
    sources: [],
    routers: [{ path: "/chat", router: webChat.router }],
    home: async () => home,
    start: async () => undefined,
    // The web chat's answers are given before their requests end.
    settled: async () => undefined,
    stop: () => webChat.stop(),
    close: () => chat.close(),
  };
}
