/** Slack as a surface: requests in (HTTP or Socket Mode, the same handlers), deliveries out, and who is who. */
import type { Router } from "express";
import type { Source } from "../../app/front-ports.ts";
import type { Directory, Finding, Inbound, Log, Reply, Sender } from "../../app/ports.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import type { ChannelRef } from "../../domain/migrations/record.ts";
import type { Identity } from "../../domain/people/person.ts";
import { OTHER_WORKSPACE } from "../../messages/edge/sentences.ts";
import { createTroubles } from "./api/troubles.ts";
import { createDirectory } from "./directory.ts";
import { createExaminations } from "./examinations.ts";
import { createSource } from "./ingress.ts";
import { type Connections, createConnections } from "./install/connections.ts";
import { notInstalled } from "./install/not-installed.ts";
import type { SlackInstallations } from "./install/ports.ts";
import { onRemoved } from "./install/removal.ts";
import { createInstallRouter, type InstallOptions } from "./install/router.ts";
import type { Desks } from "./requests/desk.ts";
import { createDispatch } from "./requests/dispatch.ts";
import { createSender } from "./sender.ts";
import { createSocket } from "./socket.ts";

/** For workspaces that install the app themselves, from a page of ours. */
export interface InstallingOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where browsers reach us, without a slash at its end. */
  readonly publicUrl: string;
  readonly installations: SlackInstallations;
  readonly clock: () => Date;
}

export interface SlackOptions {
  /** Of the one workspace that needs no installation of its own; null: there is none. */
  readonly botToken: string | null;
  readonly installing?: InstallingOptions | null;
  /** Present: requests arrive over HTTP. */
  readonly signingSecret?: string | null;
  /** The one before it, as long as it is being replaced. */
  readonly previousSigningSecret?: string | null;
  /** Present: requests arrive through Socket Mode. */
  readonly appToken?: string | null;
  readonly apiUrl?: string;
  /** The whole application. */
  readonly converse: (inbound: Inbound) => Promise<Reply>;
  readonly workspaceOf: (workspaceRef: string) => Promise<WorkspaceId>;
  /** Whom a channel's messages concern; they are told when the channel cannot be reached. */
  readonly peopleOf?: (channel: ChannelRef) => Promise<readonly Identity[]>;
  readonly log: Log;
}

export interface SlackSurface {
  /** Slack's row at the front, when requests arrive over HTTP. */
  readonly source: Source | null;
  /** The pages of an installation. */
  readonly router: Router | null;
  readonly sender: Sender;
  readonly directory: Directory;
  readonly examinations: readonly (() => Promise<readonly Finding[]>)[];
  /** The workspace, or the organisation, of the configured token; null without one. */
  workspaceRef(): Promise<string | null>;
  start(): Promise<void>;
  /** Resolves when every request under way has been answered. */
  settled(): Promise<void>;
  /** Closes the connection, then waits until every request under way has been answered. */
  stop(): Promise<void>;
}

const SLACK_API = "https://slack.com/api/";

export function createSlack(options: SlackOptions): SlackSurface {
  const { botToken, log } = options;
  const apiUrl = options.apiUrl ?? SLACK_API;
  const troubles = createTroubles(log);
  const installing = options.installing ?? null;
  const installations = installing?.installations ?? null;
  const { workspaceOf } = options;
  const connections = createConnections({
    botToken,
    installations,
    workspaceOf,
    troubles,
    apiUrl,
    log,
  });
  const dispatch = createDispatch(openDesks(options, connections, apiUrl));
  const signingSecret = options.signingSecret ?? null;
  const signingSecrets = [signingSecret, options.previousSigningSecret ?? null].filter(
    (secret) => secret !== null,
  );
  const appToken = options.appToken ?? null;
  const socket = appToken === null ? null : createSocket({ appToken, apiUrl, dispatch, log });
  const { own } = connections;
  return {
    source: signingSecret === null ? null : createSource({ signingSecrets, dispatch }),
    router: installing && openInstallRouter({ ...installing, apiUrl, log, appToken }, connections),
    sender: createSender({
      connections,
      apiUrl,
      log,
      peopleOf: options.peopleOf ?? (async () => []),
    }),
    directory: createDirectory(connections, log),
    examinations: createExaminations({ own, troubles, apiUrl, signingSecret, appToken }),
    async start() {
      await own?.workplace.installation().catch((error: unknown) => {
        log.error("slack_not_reached", { provider: "slack", error });
      });
      await socket?.start();
    },
    workspaceRef: async () => (own ? (await own.workplace.installation()).workspaceRef : null),
    settled: () => dispatch.settle(),
    async stop() {
      await socket?.stop();
      await dispatch.settle();
    },
  };
}

function openDesks(options: SlackOptions, connections: Connections, apiUrl: string): Desks {
  const { log, converse, installing } = options;
  const installations = installing?.installations ?? null;
  return {
    log,
    apiUrl,
    elsewhere: installing ? notInstalled(`${installing.publicUrl}/slack/install`) : OTHER_WORKSPACE,
    async of(origin) {
      const connection = await connections.ofOrigin(origin);
      return connection && { ...connection, converse, log, apiUrl };
    },
    removed: (body) => onRemoved({ installations, connections, log }, body),
  };
}

function openInstallRouter(
  options: InstallingOptions & Pick<InstallOptions, "apiUrl" | "log"> & { appToken: string | null },
  connections: Connections,
): Router {
  const { appToken, ...rest } = options;
  // An app-level token carries the id of its app.
  const appId = /^xapp-\d+-([A-Z0-9]+)-/.exec(appToken ?? "")?.[1] ?? null;
  return createInstallRouter({ ...rest, appId, forget: connections.forget });
}
