/** The product behind a stand-in for Slack: signed requests in, Web API calls out, on a database of its own. */
import type { Log } from "../../src/app/ports.ts";
import type { Config, InstallingConfig } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";
import { type Running, serve } from "../../src/serve.ts";
import { dataFolder } from "../support/folder.ts";
import { type Door, type DoorAnswer, httpDoor, socketDoor } from "../support/slack/driver/door.ts";
import { type SlackPerson, slackPerson } from "../support/slack/driver/person.ts";
import { type SlackStandIn, startSlack } from "../support/slack/stand-in.ts";
import { BOT_USER } from "../support/slack/world.ts";
import { grantRoles } from "./first-day.ts";
import type { StoryStage } from "./openings.ts";
import { CAST, type Role, type Talker } from "./talker.ts";
import { profileOf } from "./web-stage.ts";

const USER_IDS: Readonly<Record<Role, string>> = {
  engineer: "U0AMARA",
  colleague: "U0DIEGO",
  compliance: "U0PRIYA",
  manager: "U0MARCUS",
  security: "U0SOFIA",
  counsel: "U0WALTER",
  sales: "U0HANNAH",
  it: "U0THEO",
  guest: "U0GRACE",
  gone: "U0NADIA",
};

export interface SlackStage extends StoryStage {
  readonly running: Running;
  readonly slack: SlackStandIn;
  stop(): Promise<void>;
}

/** Starts the product; an owner of the workspace grants the roles in chat, as on a first day. */
export async function openSlackStage(
  databaseUrl: string,
  through: "http" | "socket" = "http",
  also: {
    readonly webChat?: boolean;
    readonly log?: Log;
    readonly config?: Partial<Config>;
    /** Other workspaces install the app themselves. */
    readonly installing?: InstallingConfig;
  } = {},
): Promise<SlackStage> {
  const slack = await startSlack();
  const running = await serve(
    {
      port: 0,
      host: "127.0.0.1",
      databaseUrl,
      dataDir: dataFolder(),
      slack: {
        botToken: slack.botToken,
        signingSecret: through === "http" ? slack.signingSecret : null,
        appToken: through === "socket" ? slack.appToken : null,
        apiUrl: slack.apiUrl,
        ...(also.installing ? { installing: also.installing } : {}),
      },
      webChat: also.webChat ?? false,
      logLevel: "error",
      signingEmailDomains: [],
      crashAt: null,
      complianceToken: null,
      ...also.config,
    },
    also.log ?? createLog("error", process.stderr),
    { paceMs: {} },
  );
  const door =
    through === "http" ? httpDoor(slack, `${running.url}/slack/events`) : socketDoor(slack);
  for (const role of CAST) {
    const { name, email, timeZone: tz } = profileOf(role);
    slack.addUser(USER_IDS[role], {
      ...{ name, email, tz },
      isAdmin: role === "manager",
      kind: role === "guest" ? "guest" : "member",
      deleted: role === "gone",
    });
  }
  slack.addUser("U0OWNER", { name: "Olga Owner", isAdmin: true });
  let talkers = new Map<Role, Talker>();
  const members = [...Object.values(USER_IDS), "U0OWNER"];
  const enter = async (name: string): Promise<void> => {
    const channel = slack.addChannel(name, { members }).id;
    talkers = new Map(
      CAST.map((role) => [role, slackTalker({ slack, door, running }, USER_IDS[role], channel)]),
    );
  };
  await enter("general");
  const general =
    [...slack.world.channels.values()].find(({ name }) => name === "general")?.id ?? "";
  const owner = slackTalker({ slack, door, running }, "U0OWNER", general);
  await grantRoles(owner, USER_IDS);
  return {
    surface: "slack",
    running,
    slack,
    enter,
    userIds: USER_IDS,
    stop: async () => {
      await running.stop();
      await slack.close();
    },
    as: (role) => {
      const talker = talkers.get(role);
      if (!talker) throw new Error(`nobody plays ${role}`);
      return talker;
    },
  };
}

interface Wires {
  readonly slack: SlackStandIn;
  readonly door: Door;
  readonly running: Running;
}

/** A person in the stand-in, spoken to like in every other surface. */
export function slackTalker(
  { slack, door: front, running }: Wires,
  user: string,
  channel: string,
): Talker {
  let last: (() => Promise<DoorAnswer>) | null = null;
  const through = (deliver: () => Promise<DoorAnswer>): Promise<DoorAnswer> => {
    last = deliver;
    return deliver();
  };
  const door: Door = {
    command: (form) => through(() => front.command(form)),
    interact: (payload) => through(() => front.interact(payload)),
    event: (payload, retry) => through(() => front.event(payload, retry)),
  };
  const person = slackPerson({ slack, door, user, channel });
  let status = 0;
  const send = async (request: () => Promise<DoorAnswer>): Promise<void> => {
    status = (await request()).status;
    if (status >= 400) throw new Error(`the product answered ${status}`);
    // The answer to a click comes through the Web API, a moment after the acknowledgement.
    await running.settled();
  };
  return {
    command: (text) => send(() => person.command(text, { channel })),
    press: async (label) => {
      await send(() => person.click(label));
    },
    submit: (filling) => {
      if (!person.modal) {
        const newest = [...person.ephemerals.slice(-2), ...person.direct.slice(-1)];
        const seen = newest.map(({ text }) => text).join("\n---\n");
        throw new Error(`${person.id} has no form open, but sees:\n${seen}`);
      }
      return send(() => person.submit(filling ?? {}));
    },
    openHome: () => send(() => person.openHome()),
    say: (text, beside) =>
      send(() => person.say(text, { channel, ...threadOf({ slack, channel }, beside) })),
    dropFile: (file) => send(() => person.dropFile(file, { channel })),
    sees: async (text) => {
      const shown = await person.sees(text, { withinMs: 8_000 });
      return [shown.text, shown.fallback, readNamedFile(slack, shown.text)].join("\n");
    },
    screen: async () =>
      [...person.ephemerals, ...person.inChannel(channel), ...person.direct]
        .map(({ text, fallback }) => `${text}\n${fallback}`)
        .join("\n---\n"),
    form: () => (person.modal?.submitLabel ? person.modal.text : null),
    fields: () => fieldsOf(person),
    errors: () => person.errors,
    lastStatus: () => status,
    repeat: async () => {
      if (last) await last();
      await running.settled();
    },
  };
}

/** The product's newest message in the channel that holds the text. */
function threadOf(
  { slack, channel }: { readonly slack: SlackStandIn; readonly channel: string },
  beside?: string | RegExp,
): { readonly threadTs?: string } {
  if (beside === undefined) return {};
  const roots = slack.world.messages.filter(
    (one) => one.channel === channel && one.user === BOT_USER && one.threadTs === null,
  );
  const root = roots.findLast((one) => one.text.match(beside));
  if (!root) throw new Error(`the product said nothing like ${String(beside)} in the channel`);
  return { threadTs: root.ts };
}

/** What is in the file that a message hands over. */
function readNamedFile(slack: SlackStandIn, text: string): string {
  const file = [...slack.world.files.values()].find(({ name }) => text.includes(name));
  return file ? Buffer.from(file.content).toString("utf8") : "";
}

function fieldsOf(person: SlackPerson): readonly string[] {
  return (person.modal?.blocks ?? [])
    .filter(({ type }) => type === "input")
    .map(({ block_id }) => String(block_id));
}
