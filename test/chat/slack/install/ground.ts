/** The running product before a stand-in with several workspaces, and somebody called Olga in each of them. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach } from "vitest";
import type { LogFields } from "../../../../src/app/ports.ts";
import type { Config, InstallingConfig, SlackConfig } from "../../../../src/config.ts";
import { type Running, serve } from "../../../../src/serve.ts";
import { keyLine, writeKeys } from "../../../store/encryption/keys.ts";
import { createDatabase, type TestStore } from "../../../support/database.ts";
import { temporaryFolder } from "../../../support/folder.ts";
import { httpDoor } from "../../../support/slack/driver/door.ts";
import { type SlackPerson, slackPerson } from "../../../support/slack/driver/person.ts";
import { type SlackStandIn, startSlack } from "../../../support/slack/stand-in.ts";
import { APP, type TeamOptions } from "../../../support/slack/teams.ts";
import { openBrowser } from "./browser.ts";

export const PUBLIC_URL = "https://cleargate.example";

export interface Ground {
  readonly slack: SlackStandIn;
  readonly running: Running;
  readonly asOwner: TestStore["asOwner"];
  readonly logged: (readonly [string, LogFields])[];
  readonly log: Parameters<typeof serve>[1];
  readonly installing: InstallingConfig;
  configOf(given?: Partial<SlackConfig>): Config;
  addTeam(id: string, more?: Partial<TeamOptions>): SlackStandIn;
  install(team: SlackStandIn, at?: Running): Promise<void>;
  olgaOf(team: SlackStandIn): SlackPerson;
  startMigration(olga: SlackPerson, customer: string): Promise<void>;
  /** Nothing waits to be sent. */
  drained(): Promise<void>;
  /** The tokens of calls to Slack since so many calls; edits apart, which the sweep makes whenever it is due. */
  tokensSince(calls: number): ReadonlySet<string | null>;
}

/** To be awaited at the top of a test file. */
export async function openGround(): Promise<Ground> {
  const { ownerUrl, asOwner } = await createDatabase();
  const slack = await startSlack();
  const logged: (readonly [string, LogFields])[] = [];
  const note = (event: string, fields: LogFields = {}): void => void logged.push([event, fields]);
  const log = { info: note, warn: note, error: note };
  const installing: InstallingConfig = {
    clientId: APP.clientId,
    clientSecret: APP.clientSecret,
    publicUrl: PUBLIC_URL,
    keyFile: { file: writeKeys(keyLine("k1")), mayCreate: false },
  };
  const configOf = (given: Partial<SlackConfig> = {}): Config => ({
    port: 0,
    host: "127.0.0.1",
    databaseUrl: ownerUrl,
    dataDir: temporaryFolder(),
    slack: {
      botToken: slack.botToken,
      signingSecret: slack.signingSecret,
      appToken: null,
      apiUrl: slack.apiUrl,
      installing,
      ...given,
    },
    webChat: false,
    logLevel: "error",
    signingEmailDomains: [],
    crashAt: null,
    complianceToken: null,
  });
  const running = await serve(configOf(), log, { paceMs: {} });
  const { outbox } = running.core.store;
  const drained = () =>
    until(async () => {
      const lanes = Object.values(await outbox.pending());
      return lanes.every(({ waiting }) => waiting === 0);
    });
  afterEach(async () => {
    await drained();
    slack.behave();
    logged.splice(0);
  });
  afterAll(async () => {
    await running.stop();
    await slack.close();
  });
  return {
    slack,
    running,
    asOwner,
    logged,
    log,
    installing,
    configOf,
    drained,
    addTeam: (id, more = {}) => slack.addTeam({ id, name: id, ...more }),
    install: (team, at = running) => install(slack, team, at.url),
    olgaOf: (team) => olgaOf(team, running.url),
    async startMigration(olga, customer) {
      await olga.command(`/compliance start ${customer}, hospital`);
      await olga.submit({ time_zone: "America/New_York" }, { anyway: true });
      await running.settled();
    },
    tokensSince: (calls) =>
      new Set(
        slack.calls
          .slice(calls)
          .filter(({ method }) => method !== "chat.update")
          .map(({ token }) => token),
      ),
  };
}

async function install(slack: SlackStandIn, team: SlackStandIn, url: string): Promise<void> {
  const browser = openBrowser(url);
  const { href } = await browser.open("/slack/install");
  const page = await browser.open(slack.oauth.allow(href, { team, by: "U0OLGA" }));
  if (page.status !== 200) throw new Error(page.title);
}

/** Her id, and that of the channel, are the same in every workspace. */
function olgaOf(team: SlackStandIn, url: string): SlackPerson {
  const door = httpDoor(team, `${url}/slack/events`);
  team.addUser("U0OLGA", { name: `Olga of ${team.world.teamId}`, isAdmin: true });
  const channel = team.addChannel("general", { members: ["U0OLGA"] }).id;
  return slackPerson({ slack: team, door, user: "U0OLGA", channel });
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await holds()) return;
    await sleep(20);
  }
  throw new Error("it did not come to pass");
}
