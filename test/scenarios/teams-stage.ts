/** The product behind a stand-in for Teams: signed activities in, connector calls out, on a database of its own. */
import type { Log } from "../../src/app/ports.ts";
import type { Config } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";
import { type Running, serve } from "../../src/serve.ts";
import { dataFolder } from "../support/folder.ts";
import { startTeams, type TeamsOptions, type TeamsStandIn } from "../support/teams/stand-in.ts";
import type { StoryStage } from "./openings.ts";
import { CAST, type Role, type Talker } from "./talker.ts";
import { teamsTalker } from "./teams-talker.ts";

const PEOPLE: Readonly<Record<Role | "owner", { readonly id: string; readonly name: string }>> = {
  engineer: { id: "3f0c8d52-6a1e-4b7f-9c01-00000000a001", name: "Amara Okafor" },
  colleague: { id: "3f0c8d52-6a1e-4b7f-9c01-00000000a002", name: "Diego Ramos" },
  compliance: { id: "3f0c8d52-6a1e-4b7f-9c01-00000000a003", name: "Priya Nair" },
  manager: { id: "3f0c8d52-6a1e-4b7f-9c01-00000000a004", name: "Marcus Bell" },
  security: { id: "3f0c8d52-6a1e-4b7f-9c01-00000000a005", name: "Sofia Lindqvist" },
  counsel: { id: "3f0c8d52-6a1e-4b7f-9c01-00000000a006", name: "Walter Chen" },
  sales: { id: "3f0c8d52-6a1e-4b7f-9c01-00000000a007", name: "Hannah Weiss" },
  it: { id: "3f0c8d52-6a1e-4b7f-9c01-00000000a008", name: "Theo Laurent" },
  guest: { id: "3f0c8d52-6a1e-4b7f-9c01-00000000a009", name: "Grace Foster" },
  gone: { id: "3f0c8d52-6a1e-4b7f-9c01-00000000a010", name: "Nadia Petrov" },
  owner: { id: "3f0c8d52-6a1e-4b7f-9c01-00000000a011", name: "Olga Owner" },
};

const ROLES: Partial<Readonly<Record<Role, string>>> = {
  engineer: "deployment_engineer",
  compliance: "compliance_officer",
  manager: "engineering_manager",
  security: "security_lead",
  counsel: "legal_counsel",
  sales: "sales_lead",
  it: "it_ops_lead",
};

const ADMINISTRATORS = ["manager", "owner"] as const;

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
  const teams = await startTeams(also.teams);
  fillTenant(teams);
  const { appId, appPassword, tenantId, endpoints } = teams;
  const running = await serve(
    {
      port: 0,
      host: "127.0.0.1",
      databaseUrl,
      dataDir: dataFolder(),
      slack: null,
      teams: {
        credentials: { appId, appPassword, tenantId },
        administrators: ADMINISTRATORS.map((role) => emailOf(teams, role)),
        endpoints,
      },
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
  const wires = { teams, url: running.url, settled: () => running.settled() };
  let talkers = new Map<Role, Talker>();
  const enter = async (name: string): Promise<void> => {
    const channel = teams.addChannel(name).id;
    talkers = new Map(CAST.map((role) => [role, teamsTalker(wires, PEOPLE[role].id, channel)]));
  };
  await grantRoles(teamsTalker(wires, PEOPLE.owner.id, teams.addChannel("first-day").id));
  await enter("general");
  return {
    surface: "teams",
    running,
    teams,
    enter,
    userIds: Object.fromEntries(CAST.map((role) => [role, PEOPLE[role].id])) as Record<
      Role,
      string
    >,
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
  for (const [role, { id, name }] of Object.entries(PEOPLE))
    teams.addUser(id, {
      name,
      kind: role === "guest" ? "guest" : "member",
      deactivated: role === "gone",
    });
}

function emailOf({ world }: TeamsStandIn, role: keyof typeof PEOPLE): string {
  const email = world.users.get(PEOPLE[role].id)?.email;
  if (!email) throw new Error(`${role} has no e-mail address`);
  return email;
}

async function grantRoles(owner: Talker): Promise<void> {
  for (const [role, granted] of Object.entries(ROLES)) {
    await owner.command("/compliance people");
    await owner.press("Grant a role");
    await owner.submit({ person: PEOPLE[role as Role].id, role: granted });
  }
}
