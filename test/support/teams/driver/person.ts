/**
 * A person in front of Teams: types to the app, presses what is shown, fills forms, sends files, and reads what only
 * this person would see.
 *
 * ```ts
 * const dana = teamsPerson({ teams, url: app.url, user: "3f0c…", conversation: channel.id });
 * await dana.say("start Northside Clinic, healthcare");   // with a mention where one is needed
 * await dana.submit({ go_live_on: "2026-11-02" });         // the newest form; by field id or label
 * await dana.press("Review and confirm");                  // the newest card with such a button or choice
 * await dana.sees(/Compliance gate: PASS/);                // waits until it is visible somewhere
 * dana.form?.errors; dana.shown[0]?.text; dana.toasts.at(-1)?.text;
 * ```
 */
import type { Json } from "../../slack/checks/parts.ts";
import type { Filling, GivenFile } from "../../slack/driver/fill.ts";
import type { TeamsStandIn } from "../stand-in.ts";
import type { TeamsUser, Toast, Upload } from "../world.ts";
import { botId, membershipActivity } from "./activities.ts";
import {
  type Actor,
  changeInstallation,
  decideOnFile,
  deliver,
  fileMessage,
  formActivity,
  newestForm,
  pressActivity,
  type SayOptions,
  type SubmitOptions,
  sceneOf,
  spokenMessage,
  viewActivity,
  type Where,
} from "./deeds.ts";
import { type DeliverOptions, type Door, type DoorAnswer, teamsDoor } from "./door.ts";
import type { OpenForm } from "./fill.ts";
import { type Shown, seenBy } from "./seeing.ts";

export interface PersonOptions {
  readonly teams: TeamsStandIn;
  /** Of the app, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** The `aadObjectId`; the user must have been added to the stand-in. */
  readonly user: string;
  /** Where the person types unless told otherwise; absent: in their own chat with the app. */
  readonly conversation?: string;
  /** Absent: over HTTP to the address. */
  readonly door?: Door;
}

export interface Seen {
  readonly text: string;
  /** Null: a toast. */
  readonly shown: Shown | null;
}

export interface TeamsPerson {
  readonly user: TeamsUser;
  /** Everything of the app that the person can see, the newest first. */
  readonly shown: readonly Shown[];
  readonly toasts: readonly Toast[];
  /** The newest form; the person may have left it unanswered. */
  readonly form: (OpenForm & { readonly shown: Shown }) | null;
  /** Null: the person talked to others, and Teams tells the app nothing. */
  say(text: string, options?: SayOptions): Promise<DoorAnswer | null>;
  /** In the personal chat, the only place where Teams hands files to an app. */
  sendFiles(files: readonly GivenFile[], text?: string): Promise<DoorAnswer>;
  press(label: string | RegExp, where?: Where): Promise<DoorAnswer>;
  /** What a press would send, to change or repeat it. */
  activityOf(label: string | RegExp, where?: Where): Json;
  /** The newest card with that text comes into view: what the client gets for this person; null: it asks nothing. */
  view(containing: string): Promise<DoorAnswer | null>;
  submit(filling?: Filling, options?: SubmitOptions): Promise<DoorAnswer>;
  /** What filling in and sending the newest form would send. */
  submission(filling?: Filling, options?: SubmitOptions): Json;
  /** Takes the newest file of that name that the app offers, or refuses it; null: refused. */
  decide(name: string, action: "accept" | "decline"): Promise<Upload | null>;
  /** The app comes into the conversation, or into the person's own apps. */
  install(conversation?: string): Promise<void>;
  uninstall(conversation?: string): Promise<void>;
  /** People come into the conversation or leave it; null: the app does. */
  members(what: "added" | "removed", ids: readonly (string | null)[]): Promise<DoorAnswer>;
  /** Sends an activity as it is; what an invoke is answered with is shown. */
  deliver(activity: Json, options?: DeliverOptions): Promise<DoorAnswer>;
  /** Waits until this person can see it; the newest first. */
  sees(text: string | RegExp, options?: { readonly withinMs?: number }): Promise<Seen>;
}

export function teamsPerson(options: PersonOptions): TeamsPerson {
  const { teams, door = teamsDoor(teams, options.url), conversation = null } = options;
  const user = teams.world.users.get(options.user);
  if (!user) throw new Error(`nobody has the id ${options.user}`);
  const actor: Actor = { teams, door, user, conversation };
  const person: TeamsPerson = {
    user,
    get shown() {
      return seenBy(teams, user);
    },
    get toasts() {
      return teams.world.toasts.filter((toast) => toast.user === user.id);
    },
    get form() {
      return newestForm(actor);
    },
    async say(text, given = {}) {
      const activity = spokenMessage(actor, text, given);
      return activity === null ? null : person.deliver(activity);
    },
    sendFiles: (files, text = "") => person.deliver(fileMessage(actor, files, text)),
    activityOf: (label, where = {}) => pressActivity(actor, label, where),
    press: async (label, where) => person.deliver(person.activityOf(label, where)),
    async view(containing) {
      const activity = viewActivity(actor, containing);
      return activity === null ? null : person.deliver(activity);
    },
    submission: (filling = {}, given = {}) => formActivity(actor, filling, given),
    submit: async (filling, given) => person.deliver(person.submission(filling, given)),
    decide: (name, action) => decideOnFile(actor, name, action),
    install: (place) => changeInstallation(actor, "add", place ?? conversation),
    uninstall: (place) => changeInstallation(actor, "remove", place ?? conversation),
    members(what, ids) {
      const change = { what, ids: ids.map((id) => id ?? botId(teams)) };
      return person.deliver(membershipActivity(sceneOf(actor), change));
    },
    deliver: (activity, given) => deliver(actor, activity, given),
    async sees(text, { withinMs = 5_000 } = {}) {
      const until = Date.now() + withinMs;
      for (;;) {
        const found = everything(person).find((seen) => holds(seen, text));
        if (found) return found;
        if (Date.now() > until) throw new Error(notSeen(person, text));
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    },
  };
  return person;
}

/** All that a person can read, toasts among it, the newest first. */
export function everything({ shown, toasts }: TeamsPerson): Seen[] {
  const cards = shown.map((one) => ({
    text: `${one.text}\n${one.summary}`,
    shown: one,
    shownAt: one.shownAt,
  }));
  const lines = toasts.map(({ text, shownAt }) => ({ text, shown: null, shownAt }));
  return [...cards, ...lines].toSorted((a, b) => b.shownAt - a.shownAt);
}

function holds(seen: Seen, text: string | RegExp): boolean {
  return typeof text === "string" ? seen.text.includes(text) : text.test(seen.text);
}

function notSeen(person: TeamsPerson, text: string | RegExp): string {
  const all = everything(person).map((seen) => seen.text);
  const name = person.user.name;
  return `${name} does not see ${String(text)}; what there is:\n${all.slice(0, 8).join("\n---\n")}`;
}
