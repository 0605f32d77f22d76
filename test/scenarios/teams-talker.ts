/** A person in Teams, through the same signed activities that Teams sends. */
import type { Json } from "../support/slack/checks/parts.ts";
import { type Door, type DoorAnswer, teamsDoor } from "../support/teams/driver/door.ts";
import { filesOf, type OpenForm } from "../support/teams/driver/fill.ts";
import {
  everything,
  type Seen,
  type TeamsPerson,
  teamsPerson,
} from "../support/teams/driver/person.ts";
import type { Shown } from "../support/teams/driver/seeing.ts";
import type { TeamsStandIn } from "../support/teams/stand-in.ts";
import type { Talker } from "./talker.ts";

export interface TeamsWires {
  readonly teams: TeamsStandIn;
  /** Of the product, such as `http://127.0.0.1:4321`. */
  readonly url: string;
  /** Resolves when every request under way has been answered. */
  settled(): Promise<void>;
}

/** What this person did last, and since when things are new to them. */
interface Screen {
  activity: Json | null;
  since: number;
  /** The card in which they acted. */
  message: string | null;
  status: number;
}

/** A person of the tenant, spoken to like in every other surface. */
export function teamsTalker(wires: TeamsWires, user: string, conversation: string): Talker {
  const { teams, url } = wires;
  const screen: Screen = {
    activity: null,
    since: teams.world.lastShown(),
    message: null,
    status: 0,
  };
  const door = remember(teamsDoor(teams, url), screen);
  const person = teamsPerson({ teams, url, user, conversation, door });
  const send = async (deed: () => Promise<DoorAnswer | null>): Promise<void> => {
    screen.since = teams.world.lastShown();
    screen.message = null;
    const answer = await deed();
    if (answer && answer.status >= 400) throw new Error(`the product answered ${answer.status}`);
    // The answer to a message comes through the connector, a moment after the acknowledgement.
    await wires.settled();
  };
  const talker: Talker = {
    command: (text) => send(() => person.say(asMention(text))),
    press: (label) => send(() => person.press(label)),
    async submit(filling = {}) {
      const files = Object.values(filling).flatMap(filesOf);
      if (files.length > 0) await bringFiles({ person, screen, send }, files);
      const form = openForm(person, screen);
      if (!form) throw new Error(`${person.user.name} has no form open, but sees:\n${top(person)}`);
      await send(() => person.submit(filling));
    },
    openHome: () => send(() => person.say("home", { conversation: "personal" })),
    dropFile: (file) => send(() => person.sendFiles([file])),
    say: (text, beside) => send(() => talk(wires, person, { text, beside, conversation })),
    async sees(text) {
      const seen = await person.sees(text, { withinMs: 8_000 });
      return [seen.text, await takeFile({ person, screen }, seen)].join("\n");
    },
    screen: async () =>
      everything(person)
        .map(({ text }) => text)
        .join("\n---\n"),
    form: () => openForm(person, screen)?.text ?? null,
    fields: () => openForm(person, screen)?.fields ?? [],
    errors: () => openForm(person, screen)?.errors ?? {},
    lastStatus: () => screen.status,
    async repeat() {
      // Only the app is told again: the client has had its answer.
      if (screen.activity) await door.deliver(screen.activity);
      await wires.settled();
    },
  };
  return talker;
}

function remember(door: Door, screen: Screen): Door {
  return {
    async deliver(activity, options) {
      screen.activity = activity;
      screen.message = typeof activity.replyToId === "string" ? activity.replyToId : null;
      const answer = await door.deliver(activity, options);
      screen.status = answer.status;
      return answer;
    },
  };
}

/** The stories type commands as in Slack; in Teams the app is mentioned instead. */
function asMention(text: string): string {
  return text.replace(/^\/compliance\s*/, "");
}

/** A form is open when it has come since the last deed, or when it is where the person has just acted. */
function openForm(person: TeamsPerson, screen: Screen): (OpenForm & { shown: Shown }) | null {
  const { form } = person;
  if (!form) return null;
  const { message, shownAt } = form.shown;
  return shownAt > screen.since || message.id === screen.message ? form : null;
}

function top(person: TeamsPerson): string {
  return everything(person)
    .slice(0, 3)
    .map(({ text }) => text)
    .join("\n---\n");
}

/** A card takes no files: they are sent in the personal chat, and the form is shown again with their names. */
async function bringFiles(
  parts: {
    readonly person: TeamsPerson;
    readonly screen: Screen;
    readonly send: (deed: () => Promise<DoorAnswer | null>) => Promise<void>;
  },
  files: ReturnType<typeof filesOf>,
): Promise<void> {
  const { person, screen, send } = parts;
  const names = files.map(({ name }) => name);
  const areShown = (): boolean => {
    const text = openForm(person, screen)?.text ?? "";
    return names.every((name) => text.includes(name));
  };
  if (areShown()) return;
  await send(() => person.sendFiles(files));
  if (areShown()) return;
  const what = `the form was not shown again with ${names.join(", ")}; what there is:`;
  throw new Error(`${person.user.name} sent files, but ${what}\n${top(person)}`);
}

/** Words to others pass the app by; in the thread of a message of ours it is mentioned. */
async function talk(
  { teams }: TeamsWires,
  person: TeamsPerson,
  said: {
    readonly text: string;
    readonly beside: string | RegExp | undefined;
    readonly conversation: string;
  },
): Promise<DoorAnswer | null> {
  const { text, beside, conversation } = said;
  if (beside === undefined) return person.say(text, { addressed: "no" });
  const root = person.shown
    .filter(({ message }) => message.conversation === conversation && message.threadOf === null)
    .filter(({ isTargeted }) => !isTargeted)
    .find((shown) => `${shown.text}\n${shown.summary}`.match(beside));
  const kind = teams.world.conversations.get(conversation)?.kind;
  if (!root) throw new Error(`the product said nothing like ${String(beside)} in the ${kind}`);
  return person.say(text, { thread: root.message.id });
}

const FILE_WAIT_MS = 4_000;

/** The bytes of a file that a message hands over: the person accepts it, and the product uploads it. */
async function takeFile(
  { person, screen }: { readonly person: TeamsPerson; readonly screen: Screen },
  seen: Seen,
): Promise<string> {
  const until = Date.now() + FILE_WAIT_MS;
  const offered = (): string | null => findOffer(person, seen.text);
  while (offered() === null && seen.text.includes("📎") && Date.now() < until) await pause();
  const name = offered();
  if (name === null) return "";
  const kept = { ...screen };
  const upload = await person.decide(name, "accept");
  Object.assign(screen, kept);
  while (upload?.content === null && Date.now() < until) await pause();
  return Buffer.from(upload?.content ?? []).toString("utf8");
}

function findOffer({ shown }: TeamsPerson, text: string): string | null {
  const found = shown.find(({ offered }) => offered !== null && text.includes(offered.name));
  return found?.offered?.name ?? null;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
