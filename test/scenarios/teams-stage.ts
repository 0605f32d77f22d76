/** The product behind a stand-in for Teams: signed activities in, connector calls out, on a database of its own. */
import type { Log } from "../../src/app/ports.ts";
import type { Config } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";
import { type Running, serve } from "../../src/serve.ts";
import { dataFolder } from "../support/folder.ts";
import { startTeams, type TeamsOptions, type TeamsStandIn } from "../support/teams/stand-in.ts";
import { grantRoles } from "./first-day.ts";
import type { StoryStage } from "./openings.ts";
import { CAST, type Role, type Talker } from "./talker.ts";
import { type TeamsWires, teamsTalker } from "./teams-talker.ts";
import { profileOf } from "./web-stage.ts";

const USER_IDS: Readonly<Record<Role, string>> = {
  engineer: "3f0c8d52-6a1e-4b7f-9c01-00000000a001",
  colleague: "3f0c8d52-6a1e-4b7f-9c01-00000000a002",
  compliance: "3f0c8d52-6a1e-4b7f-9c01-00000000a003",
  manager: "3f0c8d52-6a1e-4b7f-9c01-00000000a004",
  security: "3f0c8d52-6a1e-4b7f-9c01-00000000a005",
  counsel: "3f0c8d52-6a1e-4b7f-9c01-00000000a006",
  sales: "3f0c8d52-6a1e-4b7f-9c01-00000000a007",
  it: "3f0c8d52-6a1e-4b7f-9c01-00000000a008",
  guest: "3f0c8d52-6a1e-4b7f-9c01-00000000a009",
  gone: "3f0c8d52-6a1e-4b7f-9c01-00000000a010",
};
const OWNER = "3f0c8d52-6a1e-4b7f-9c01-00000000a011";
const OWNER_EMAIL = "olga.owner@cleargate.example";

export interface TeamsStage extends StoryStage {
  readonly running: Running;
  readonly teams: TeamsStandIn;
  stop(): Promise<void>;
}

/** Starts the product; an administrator grants the roles in chat, as on a first day. */
export async function openTeamsStage(
  databaseUrl: string,
  also: {
    readonly teams?: TeamsOptions;
    readonly log?: Log;
    readonly config?: Partial<Config>;
  } = {},
): Promise<TeamsStage> {
  const teams = await startTenant(also.teams);
  const running = await serve(
    {
      port: 0,
      host: "127.0.0.1",
      databaseUrl,
      dataDir: dataFolder(),
      slack: null,
      teams: settingsFor(teams),
      webChat: false,
      logLevel: "error",
      signingEmailDomains: [],
      crashAt: null,
      complianceToken: null,
      ...also.config,
    },
    also.log ?? createLog("error", process.stderr),
    { paceMs: {} },
  );
  const firstDay = teams.addChannel("first-day").id;
  await grantRoles(teamsTalker(wiresOf(running, teams), OWNER, firstDay), USER_IDS);
  return teamsStageOn(running, teams);
}

/** The stand-in with the whole cast in its tenant. */
export async function startTenant(options?: TeamsOptions): Promise<TeamsStandIn> {
  const teams = await startTeams(options);
  fillTenant(teams);
  return teams;
}

/** What the product has to know to serve them. */
export function settingsFor(teams: TeamsStandIn): NonNullable<Config["teams"]> {
  const { appId, appPassword, tenantId, endpoints } = teams;
  return {
    credentials: { appId, appPassword, tenantId },
    administrators: [profileOf("manager").email ?? "", OWNER_EMAIL],
    endpoints,
  };
}

function wiresOf(running: Running, teams: TeamsStandIn): TeamsWires {
  return { teams, url: running.url, settled: () => running.settled() };
}

/** The people of a tenant that is served already. */
export async function teamsStageOn(running: Running, teams: TeamsStandIn): Promise<TeamsStage> {
  const wires = wiresOf(running, teams);
  let talkers = new Map<Role, Talker>();
  const enter = async (name: string): Promise<void> => {
    const channel = teams.addChannel(name).id;
    talkers = new Map(CAST.map((role) => [role, teamsTalker(wires, USER_IDS[role], channel)]));
  };
  await enter("general");
  return {
    surface: "teams",
    running,
    teams,
    enter,
    userIds: USER_IDS,
    stop: async () => {
      await running.stop();
      await teams.close();
    },
    as: (role) => {
      const talker = talkers.get(role);
      if (!talker) throw new Error(`nobody plays ${role}`);
      return talker;
    },
  };
}

function fillTenant(teams: TeamsStandIn): void {
  teams.addUser(OWNER, { name: "Olga Owner", email: OWNER_EMAIL });
  for (const role of CAST) {
    const { name, email, timeZone } = profileOf(role);
    teams.addUser(USER_IDS[role], {
      ...{ name, email, timeZone },
      kind: role === "guest" ? "guest" : "member",
      deactivated: role === "gone",
    });
  }
}
