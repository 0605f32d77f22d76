/**
 * A person in front of Slack: types commands, presses what is shown, fills forms, drops files, and reads what only
 * this person would see.
 *
 * ```ts
 * const dana = slackPerson({ slack, door: httpDoor(slack, `${app}/slack/events`), user: "U0DANA", channel });
 * await dana.command("/compliance start Northside Clinic, healthcare");
 * await dana.submit({ customer: "Northside Clinic" });        // the modal on top; by field id or label
 * await dana.click("Confirm");                                 // the newest thing with such a button
 * await dana.sees(/Compliance gate: PASS/);                    // waits until it is visible somewhere
 * // An open modal covers everything: click looks only there; command, openHome and dropFile close it first.
 * dana.modal?.text; dana.direct.at(-1)?.text; dana.inChannel().at(-1)?.buttons; dana.home?.text;
 * ```
 */
import { asList, asObject, type Json } from "../checks/parts.ts";
import { checkView } from "../checks/view.ts";
import { requireContent } from "../method.ts";
import { describeFile } from "../methods-files.ts";
import { stackView } from "../methods-views.ts";
import type { SlackStandIn } from "../stand-in.ts";
import { openDirect, type SlackEphemeral, type SlackMessage, type SlackView } from "../world.ts";
import type { Door, DoorAnswer } from "./door.ts";
import { type Filling, fillView, type GivenFile } from "./fill.ts";
import {
  blockActions,
  commandForm,
  eventCallback,
  type Pressed,
  viewClosed,
  viewSubmission,
} from "./payloads.ts";
import { type Control, findControls, type Shown, show } from "./reading.ts";
import { asSlackWrites, type SayOptions, sayWords } from "./saying.ts";

export interface PersonOptions {
  readonly slack: SlackStandIn;
  readonly door: Door;
  readonly user: string;
  /** Where the person types unless told otherwise. */
  readonly channel?: string;
}

/** Where to look for a control; absent: the open modal, else the newest message, else the home tab. */
export interface Where {
  readonly on?: "modal" | "home" | "messages";
  /** Only messages whose text holds this. */
  readonly containing?: string;
}

export interface SlackPerson {
  readonly id: string;
  /** What stood beside the fields after the last submission. */
  readonly errors: Readonly<Record<string, string>>;
  readonly modal: (Shown & { readonly title: string; readonly submitLabel: string | null }) | null;
  readonly home: Shown | null;
  readonly ephemerals: readonly Shown[];
  readonly direct: readonly Shown[];
  inChannel(channel?: string): readonly Shown[];
  command(typed: string, options?: { channel?: string }): Promise<DoorAnswer>;
  click(label: string | RegExp, where?: Where): Promise<DoorAnswer>;
  /** Sends what a click would send without sending it, to change or repeat it. */
  payloadOf(label: string | RegExp, where?: Where): Json;
  submit(filling?: Filling, options?: { anyway?: boolean }): Promise<DoorAnswer>;
  closeModal(): Promise<void>;
  openHome(): Promise<DoorAnswer>;
  dropFile(file: GivenFile, options?: DropOptions): Promise<DoorAnswer>;
  /** Plain words, with addresses and mentions (`@U0DANA`) written as Slack does. */
  say(typed: string, options?: SayOptions): Promise<DoorAnswer>;
  /** Waits until this person can see it; the newest first. */
  sees(text: string | RegExp, options?: { withinMs?: number }): Promise<Shown>;
}

export interface DropOptions {
  readonly channel?: string;
  readonly threadTs?: string;
  readonly also?: readonly GivenFile[];
}

/** A person of the workspace; the user must have been added to the stand-in. */
export function slackPerson(options: PersonOptions): SlackPerson {
  const { slack, door, user } = options;
  const { world } = slack;
  const envelope = { slack, userId: user };
  const place = (given?: string): string => given ?? options.channel ?? openDirect(world, user).id;
  let errors: Readonly<Record<string, string>> = {};
  const top = (): SlackView | null => world.modals.get(user)?.at(-1) ?? null;

  const person: SlackPerson = {
    id: user,
    get errors() {
      return errors;
    },
    get modal() {
      return showModal(top());
    },
    get home() {
      const home = world.homes.get(user);
      return home ? show({ blocks: blocksOf(home.view) }) : null;
    },
    get ephemerals() {
      return world.ephemerals.filter((entry) => entry.user === user).map(show);
    },
    get direct() {
      return person.inChannel(openDirect(world, user).id);
    },
    inChannel: (channel) => world.messages.filter((m) => m.channel === place(channel)).map(show),
    async command(typed, given = {}) {
      world.modals.delete(user);
      const [, command = typed, text = ""] = /^(\/\S+)\s?(.*)$/s.exec(typed) ?? [];
      const channel = place(given.channel);
      const answer = await door.command(commandForm(envelope, { command, text, channel }));
      if (answer.body) showAnswer(slack, { user, channel, body: answer.body });
      return answer;
    },
    payloadOf(label, where = {}) {
      const { pressed, control } = findControl(slack, user, { label, where });
      return blockActions(envelope, pressed, control);
    },
    async click(label, where = {}) {
      return door.interact(person.payloadOf(label, where));
    },
    async submit(filling = {}, { anyway = false } = {}) {
      const open = top();
      if (!open) throw new Error(`${user} has no form open`);
      if (open.view.submit === undefined) throw new Error("this view has no submit button");
      const values = fillView(open.view, filling, { slack, user, anyway });
      const answer = await door.interact(viewSubmission(envelope, open, values));
      errors = answer.status === 200 ? applyAnswer(slack, open, answer.body) : {};
      return answer;
    },
    async closeModal() {
      const open = top();
      if (!open) return;
      world.modals.set(user, (world.modals.get(user) ?? []).slice(0, -1));
      if (open.view.notify_on_close) await door.interact(viewClosed(envelope, open));
    },
    async openHome() {
      world.modals.delete(user);
      return door.event(
        eventCallback(envelope, {
          type: "app_home_opened",
          user,
          channel: openDirect(world, user).id,
          tab: "home",
          event_ts: world.nextTs(),
        }),
      );
    },
    async dropFile(file, given = {}) {
      world.modals.delete(user);
      return door.event(eventCallback(envelope, dropFiles(slack, user, { file, given, place })));
    },
    async say(typed, given = {}) {
      world.modals.delete(user);
      const text = asSlackWrites(typed);
      const channel = place(given.channel);
      const said = { user, text, channel, threadTs: given.threadTs ?? null };
      return door.event(eventCallback(envelope, sayWords(slack, said)));
    },
    async sees(text, { withinMs = 5_000 } = {}) {
      const until = Date.now() + withinMs;
      for (;;) {
        const found = everything(slack, person).find((shown) => holds(shown, text));
        if (found) return found;
        if (Date.now() > until) throw new Error(notSeen(slack, person, text));
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    },
  };
  return person;
}

function blocksOf(view: Json): Json[] {
  return (asList(view.blocks) ?? []).map((block) => asObject(block) ?? {});
}

function showModal(open: SlackView | null): SlackPerson["modal"] {
  if (!open) return null;
  const { title, submit } = open.view;
  const submitLabel = submit === undefined ? null : String(asObject(submit)?.text);
  return {
    ...show({ blocks: blocksOf(open.view) }),
    title: String(asObject(title)?.text),
    submitLabel,
  };
}

/** A slash command's answer is shown to the person alone; Slack drops one that it cannot read. */
function showAnswer(
  slack: SlackStandIn,
  given: { user: string; channel: string; body: Json },
): void {
  const { user, channel, body } = given;
  if (body.response_type !== undefined && body.response_type !== "ephemeral")
    throw new Error(`the answer to a command is public: ${String(body.response_type)}`);
  const content = requireContent(body, 40_000);
  const ts = slack.world.nextTs();
  const shown = { channel, user, ts, ...content, threadTs: null, via: "command" } as const;
  slack.world.ephemerals.push(shown);
  slack.world.shown.push(shown);
}

/** Does what a submission's answer says; the sentences beside fields, if there are any. */
function applyAnswer(
  slack: SlackStandIn,
  open: SlackView,
  body: Json | null,
): Readonly<Record<string, string>> {
  const { world } = slack;
  const { user } = open;
  switch (body?.response_action) {
    case undefined:
      world.modals.set(user, (world.modals.get(user) ?? []).slice(0, -1));
      return {};
    case "clear":
      world.modals.set(user, []);
      return {};
    case "errors":
      return checkErrors(open, asObject(body.errors) ?? {});
    case "push":
      stackView(world, user, takeView(body.view));
      return {};
    case "update":
      open.view = takeView(body.view);
      open.hash = `${world.nextId("1")}.hash`;
      return {};
    default:
      throw new Error(`Slack knows no response_action ${String(body?.response_action)}`);
  }
}

function takeView(value: unknown): Json {
  const problems = checkView(value, "modal");
  if (problems.length > 0) throw new Error(`Slack refuses the view: ${problems.join("; ")}`);
  return asObject(value) ?? {};
}

function checkErrors(open: SlackView, errors: Json): Readonly<Record<string, string>> {
  const ids = blocksOf(open.view).flatMap((b) => (b.type === "input" ? [String(b.block_id)] : []));
  const stray = Object.keys(errors).filter((id) => !ids.includes(id));
  if (stray.length > 0 || Object.keys(errors).length === 0)
    throw new Error(`Slack cannot place the errors for ${stray.join(", ") || "no field"}`);
  return Object.fromEntries(Object.entries(errors).map(([id, text]) => [id, String(text)]));
}

function mayRead(slack: SlackStandIn, user: string, shown: SlackMessage | SlackEphemeral): boolean {
  if ("via" in shown) return shown.user === user;
  const channel = slack.world.channels.get(shown.channel);
  return channel?.members.has(user) ?? false;
}

function findControl(
  slack: SlackStandIn,
  user: string,
  wanted: { label: string | RegExp; where: Where },
): { pressed: Pressed; control: Control } {
  const seen: string[] = [];
  for (const [pressed, blocks] of candidates(slack, user, wanted.where)) {
    const controls = findControls(blocks);
    const control =
      controls.find(({ label }) => label === wanted.label) ??
      controls.find(({ label }) => wanted.label instanceof RegExp && wanted.label.test(label));
    if (control) return { pressed, control };
    seen.push(...controls.map(({ label }) => label));
  }
  const all = [...new Set(seen)].join(" | ") || "nothing to press";
  const covered = slack.world.modals.get(user)?.length ? " in the open modal" : "";
  throw new Error(`${user} sees no ${String(wanted.label)}${covered}; there is: ${all}`);
}

function candidates(slack: SlackStandIn, user: string, where: Where): [Pressed, Json[]][] {
  const { world } = slack;
  const onView = (view: SlackView | undefined): [Pressed, Json[]][] =>
    view ? [[{ on: "view", view, values: {} }, blocksOf(view.view)]] : [];
  const modal = onView(world.modals.get(user)?.at(-1));
  const home = onView(world.homes.get(user));
  const messages = world.shown
    .toReversed()
    .filter((shown) => mayRead(slack, user, shown))
    .filter((shown) => show(shown).text.includes(where.containing ?? ""))
    .map((message): [Pressed, Json[]] => [
      { on: "message", message, isEphemeral: "via" in message },
      [...message.blocks],
    ]);
  if (where.on === "modal") return modal;
  if (where.on === "home") return home;
  if (where.on === "messages" || where.containing !== undefined) return messages;
  return modal.length > 0 ? modal : [...messages, ...home];
}

function dropFiles(
  slack: SlackStandIn,
  user: string,
  given: { file: GivenFile; given: DropOptions; place: (channel?: string) => string },
): Json {
  const { world } = slack;
  const channel = given.place(given.given.channel);
  const files = [given.file, ...(given.given.also ?? [])].map((file) =>
    slack.addFile({ ...file, user }),
  );
  const ts = world.nextTs();
  const threadTs = given.given.threadTs ?? null;
  world.messages.push({
    channel,
    ts,
    user,
    text: "",
    blocks: [],
    threadTs,
    metadata: null,
    edits: 0,
    files: files.map(({ id }) => id),
  });
  return {
    type: "message",
    subtype: "file_share",
    channel,
    channel_type: world.channels.get(channel)?.kind === "im" ? "im" : "channel",
    user,
    text: "",
    ts,
    event_ts: ts,
    ...(threadTs ? { thread_ts: threadTs } : {}),
    files: files.map(describeFile),
  };
}

function everything(slack: SlackStandIn, person: SlackPerson): Shown[] {
  const messages = slack.world.shown.filter((shown) => mayRead(slack, person.id, shown)).map(show);
  const views = [person.modal, person.home].filter((view) => view !== null);
  return [...views, ...messages.toReversed()];
}

function holds(shown: Shown, text: string | RegExp): boolean {
  const all = `${shown.text}\n${shown.fallback}`;
  return typeof text === "string" ? all.includes(text) : text.test(all);
}

function notSeen(slack: SlackStandIn, person: SlackPerson, text: string | RegExp): string {
  const all = everything(slack, person).map((shown) => shown.text || shown.fallback);
  return `${person.id} does not see ${String(text)}; what there is:\n${all.join("\n---\n")}`;
}
