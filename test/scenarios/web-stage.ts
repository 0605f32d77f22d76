/** The product with its local web chat, on a database of its own. */
import { WEB_PEOPLE } from "../../src/chat/web/people.ts";
import { createLog } from "../../src/log.ts";
import { type Running, serve } from "../../src/serve.ts";
import { dataFolder } from "../support/folder.ts";
import type { StoryStage } from "./openings.ts";
import { CAST, type Role, type Talker } from "./talker.ts";
import { webTalker } from "./web-talker.ts";

/** Who plays which part among the people of the web chat. */
export const WEB_CAST: Readonly<Record<Role, string>> = {
  engineer: "amara",
  colleague: "diego",
  compliance: "priya",
  manager: "marcus",
  security: "sofia",
  counsel: "walter",
  sales: "hannah",
  it: "theo",
  guest: "grace",
  gone: "nadia",
};

/** Somebody of the cast, the same person on every surface. */
export function profileOf(role: Role): (typeof WEB_PEOPLE)[number]["profile"] {
  const found = WEB_PEOPLE.find(({ userId }) => userId === WEB_CAST[role]);
  if (!found) throw new Error(`nobody plays ${role}`);
  return found.profile;
}

export interface WebStage extends StoryStage {
  readonly running: Running;
  stop(): Promise<void>;
}

/** The web chat alone, on a database that is there. */
export const stageConfig = (databaseUrl: string) =>
  ({
    port: 0,
    host: "127.0.0.1",
    databaseUrl,
    dataDir: dataFolder(),
    slack: null,
    webChat: true,
    logLevel: "warning",
    signingEmailDomains: [],
    crashAt: null,
    complianceToken: null,
  }) satisfies Parameters<typeof serve>[0];

export async function openWebStage(databaseUrl: string): Promise<WebStage> {
  const running = await serve(stageConfig(databaseUrl), createLog("error", process.stderr));
  return webStageOn(running);
}

/** The people of a web chat that is served already. */
export async function webStageOn(running: Running): Promise<WebStage> {
  const origin = running.url;
  let talkers = new Map<Role, Talker>();
  const enter = async (channel: string): Promise<void> => {
    await fetch(`${origin}/chat/api/channels`, {
      method: "POST",
      headers: { origin, "x-cleargate-chat": "1", "content-type": "application/json" },
      body: JSON.stringify({ as: WEB_CAST.engineer, name: channel }),
    });
    talkers = new Map(
      CAST.map((role) => [role, webTalker({ origin, userId: WEB_CAST[role], channel })]),
    );
  };
  await enter("general");
  return {
    surface: "web",
    running,
    userIds: WEB_CAST,
    enter,
    stop: () => running.stop(),
    as: (role) => {
      const talker = talkers.get(role);
      if (!talker) throw new Error(`nobody plays ${role}`);
      return talker;
    },
  };
}
