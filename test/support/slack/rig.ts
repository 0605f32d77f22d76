/** The Slack surface on a real HTTP server in front of a recorded application, connected to the stand-in. */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import type { ReplayMemory } from "../../../src/app/front-ports.ts";
import type { Inbound, Log, LogFields, Reply } from "../../../src/app/ports.ts";
import {
  createSlack,
  type SlackOptions,
  type SlackSurface,
} from "../../../src/chat/slack/slack.ts";
import { WorkspaceId } from "../../../src/domain/ids.ts";
import { createFront } from "../../../src/http/front.ts";
import { httpDoor, socketDoor } from "./driver/door.ts";
import { type SlackPerson, slackPerson } from "./driver/person.ts";
import { type SlackStandIn, startSlack } from "./stand-in.ts";
import type { WorldOptions } from "./world.ts";

export const WORKSPACE = WorkspaceId.parse("6f1f6d0c-6f0a-4d55-9e0f-1f4a3a0a0001");

export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly event: string;
  readonly fields: LogFields;
}

export interface Rig {
  readonly slack: SlackStandIn;
  readonly surface: SlackSurface;
  /** The address of the route. */
  readonly url: string;
  /** What the application was asked, in order. */
  readonly heard: readonly Inbound[];
  readonly logged: readonly LogLine[];
  readonly channel: string;
  readonly seen: ReplayMemory;
  /** What the application answers from now on. */
  answer(next: Reply | ((inbound: Inbound) => Reply | Promise<Reply>)): void;
  setClock(now: Date): void;
  /** Adds the person to the workspace and to the channel. */
  person(id: string, options?: { readonly kind?: "member" | "guest" | "stranger" }): SlackPerson;
  close(): Promise<void>;
}

export interface RigOptions extends WorldOptions {
  readonly through?: "http" | "socket";
  readonly peopleOf?: SlackOptions["peopleOf"];
  readonly seen?: ReplayMemory;
}

const HELLO: Reply = { kind: "show", message: { headline: "Hello." } };

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const { through = "http" } = options;
  const slack = await startSlack(options);
  const channel = slack.addChannel("northside-clinic").id;
  const heard: Inbound[] = [];
  const logged: LogLine[] = [];
  const log = recordLog(logged);
  const seen = options.seen ?? rememberInMemory();
  let respond: (inbound: Inbound) => Reply | Promise<Reply> = () => HELLO;
  let now: Date | null = null;
  const surface = createSlack({
    botToken: slack.botToken,
    apiUrl: slack.apiUrl,
    ...(through === "socket"
      ? { appToken: slack.appToken }
      : { signingSecret: slack.signingSecret }),
    ...(options.peopleOf ? { peopleOf: options.peopleOf } : {}),
    converse: async (inbound) => {
      heard.push(inbound);
      return respond(inbound);
    },
    workspaceOf: async () => WORKSPACE,
    log,
  });
  const front = createFront({ seen, log, clock: () => now ?? new Date(), newId: randomUUID });
  const door = surface.source ? front.open(surface.source) : express.Router();
  const server = createServer(express().use(door));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/slack/events`;
  await surface.start();
  return {
    slack,
    surface,
    url,
    heard,
    logged,
    channel,
    seen,
    answer(next) {
      respond = typeof next === "function" ? next : () => next;
    },
    setClock(next) {
      now = next;
    },
    person(id, { kind = "member" } = {}) {
      slack.addUser(id, { kind });
      slack.world.channels.get(channel)?.members.add(id);
      const door = through === "socket" ? socketDoor(slack) : httpDoor(slack, url);
      return slackPerson({ slack, door, user: id, channel });
    },
    async close() {
      await surface.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await slack.close();
    },
  };
}

/** A replay memory that lasts as long as the test. */
export function rememberInMemory(): ReplayMemory {
  const keys = new Set<string>();
  return {
    isKnown: async (key) => keys.has(key),
    async remember(key) {
      keys.add(key);
    },
  };
}

function recordLog(lines: LogLine[]): Log {
  const write =
    (level: LogLine["level"]) =>
    (event: string, fields: LogFields = {}): void => {
      lines.push({ level, event, fields });
    };
  return { info: write("info"), warn: write("warn"), error: write("error") };
}
