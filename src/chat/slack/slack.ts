/** Slack as a surface: requests in (HTTP or Socket Mode, the same handlers), deliveries out, and who is who. */
import type { Router } from "express";
import type { Directory, Finding, Inbound, Log, Reply, Sender } from "../../app/ports.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import type { ChannelRef } from "../../domain/migrations/record.ts";
import type { Identity } from "../../domain/people/person.ts";
import { createClients } from "./api/clients.ts";
import { createTroubles } from "./api/troubles.ts";
import { createDirectory } from "./directory.ts";
import { createExaminations } from "./examinations.ts";
import { createForeigners, createWorkplace } from "./identity.ts";
import { createRouter, type ReplayMemory } from "./ingress.ts";
import { createDispatch } from "./requests/dispatch.ts";
import { createSender } from "./sender.ts";
import { createSocket } from "./socket.ts";

export interface SlackOptions {
  readonly botToken: string;
  /** Present: requests arrive over HTTP. */
  readonly signingSecret?: string | null;
  /** Present: requests arrive through Socket Mode. */
  readonly appToken?: string | null;
  readonly apiUrl?: string;
  /** The whole application. */
  readonly converse: (inbound: Inbound) => Promise<Reply>;
  readonly workspaceOf: (workspaceRef: string) => Promise<WorkspaceId>;
  /** Whom a channel's messages concern; they are told when the channel cannot be reached. */
  readonly peopleOf?: (channel: ChannelRef) => Promise<readonly Identity[]>;
  readonly seen: ReplayMemory;
  readonly log: Log;
  readonly clock: () => Date;
}

export interface SlackSurface {
  /** One route, `POST /slack/events`; it reads the raw body itself, so mount it before any body parser. */
  readonly router: Router | null;
  readonly sender: Sender;
  readonly directory: Directory;
  readonly examinations: readonly (() => Promise<readonly Finding[]>)[];
  /** The workspace, or the organisation, in which the app of our token is installed. */
  workspaceRef(): Promise<string>;
  start(): Promise<void>;
  /** Resolves when every request under way has been answered. */
  settled(): Promise<void>;
  /** Closes the connection, then waits until every request under way has been answered. */
  stop(): Promise<void>;
}

const SLACK_API = "https://slack.com/api/";

export function createSlack(options: SlackOptions): SlackSurface {
  const { botToken, log, converse, seen, clock } = options;
  const apiUrl = options.apiUrl ?? SLACK_API;
  const clients = createClients({ botToken, apiUrl, log });
  const troubles = createTroubles(log);
  const workplace = createWorkplace(clients, options.workspaceOf);
  const foreigners = createForeigners();
  const shared = { clients, troubles, workplace, foreigners, log, apiUrl, botToken };
  const dispatch = createDispatch({ ...shared, converse });
  const signingSecret = options.signingSecret ?? null;
  const appToken = options.appToken ?? null;
  const socket = appToken === null ? null : createSocket({ appToken, apiUrl, dispatch, log });
  return {
    router:
      signingSecret === null ? null : createRouter({ signingSecret, dispatch, seen, log, clock }),
    sender: createSender({ ...shared, peopleOf: options.peopleOf ?? (async () => []) }),
    directory: createDirectory(shared),
    examinations: createExaminations({ ...shared, signingSecret, appToken }),
    async start() {
      await workplace.installation().catch((error: unknown) => {
        log.error("slack_not_reached", { provider: "slack", error });
      });
      await socket?.start();
    },
    workspaceRef: async () => (await workplace.installation()).workspaceRef,
    settled: () => dispatch.settle(),
    async stop() {
      await socket?.stop();
      await dispatch.settle();
    },
  };
}
