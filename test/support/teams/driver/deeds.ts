/** What a person does: each deed as the activity that Teams would send, and what its answer changes on the screen. */
import { asList, asObject, type Json } from "../../slack/checks/parts.ts";
import type { Filling, GivenFile } from "../../slack/driver/fill.ts";
import { attachFile, offerUpload } from "../files.ts";
import type { TeamsStandIn } from "../stand-in.ts";
import {
  type Conversation,
  personalChat,
  splitId,
  type TeamsMessage,
  type TeamsUser,
  type Upload,
} from "../world.ts";
import {
  botId,
  consentActivity,
  executeActivity,
  installationActivity,
  membershipActivity,
  messageActivity,
  type Scene,
  submitActivity,
} from "./activities.ts";
import { type Control, findControls } from "./controls.ts";
import type { DeliverOptions, Door, DoorAnswer } from "./door.ts";
import { fillInputs, hasFiles, type OpenForm, readForm } from "./fill.ts";
import { takeAnswer } from "./invoke.ts";
import { type Shown, seenBy } from "./seeing.ts";

export interface Actor {
  readonly teams: TeamsStandIn;
  readonly door: Door;
  readonly user: TeamsUser;
  /** Null: the personal chat. */
  readonly conversation: string | null;
}

export interface SayOptions {
  /** `personal`: the chat between the person and the app. */
  readonly conversation?: string;
  /** The root post of a thread in a channel. */
  readonly thread?: string;
  /** Absent: a mention in a channel or group chat, none in the personal chat. */
  readonly addressed?: "mention" | "slash" | "no";
}

export interface Where {
  /** Only cards whose text holds this. */
  readonly containing?: string;
  /** `submit`: an older client, which sends the fallback of an action. */
  readonly as?: "execute" | "submit";
}

export interface SubmitOptions {
  /** Sends what the client would hold back, to see what the app says. */
  readonly anyway?: boolean;
  readonly as?: "execute" | "submit";
}

/** Where the person is; absent: where they are used to be. */
export function sceneOf(
  { teams, user, conversation }: Actor,
  at: { readonly conversation?: string | null; readonly thread?: string | null } = {},
): Scene {
  const id = at.conversation ?? conversation ?? "personal";
  const place = id === "personal" ? personalChat(teams.world, user.id) : findPlace(teams, id);
  return { teams, user, conversation: place, thread: at.thread ?? null };
}

function findPlace({ world }: TeamsStandIn, id: string): Conversation {
  const found = world.conversations.get(splitId(id).base);
  if (!found) throw new Error(`there is no conversation ${id}`);
  return found;
}

/** What is said stands there for everybody; the app is told of it only when it is meant. */
export function spokenMessage(actor: Actor, text: string, given: SayOptions): Json | null {
  const scene = sceneOf(actor, given);
  const isAlone = scene.conversation.kind === "personal";
  const addressed = given.addressed ?? (isAlone ? "no" : "mention");
  const id = putMessage(scene, text);
  if (addressed === "no" && !isAlone) return null;
  return messageActivity(inThread(scene, id), { id, text, addressed });
}

/** A post in a channel begins its own thread. */
function inThread(scene: Scene, id: string): Scene {
  if (scene.conversation.kind !== "channel") return { ...scene, thread: null };
  return { ...scene, thread: scene.thread ?? id };
}

function putMessage({ teams, user, conversation, thread }: Scene, text: string): string {
  const { world } = teams;
  const message: TeamsMessage = {
    id: world.nextId(),
    conversation: conversation.id,
    threadOf: conversation.kind === "channel" ? thread : null,
    from: user.id,
    text,
    summary: "",
    card: null,
    attachments: [],
    targetedTo: null,
    edits: 0,
    deleted: false,
    shownAt: world.nextShown(),
    views: new Map(),
  };
  world.messages.push(message);
  return message.id;
}

/** Files go to the app in the personal chat only. */
export function fileMessage(actor: Actor, files: readonly GivenFile[], text: string): Json {
  const { teams, user } = actor;
  const scene = sceneOf(actor, { conversation: "personal" });
  const attachments = files.map((file) =>
    attachFile(teams.origin, teams.addFile({ ...file, owner: user.id })),
  );
  const id = putMessage(scene, text);
  return messageActivity(scene, { id, text, addressed: "no", attachments });
}

export function pressActivity(actor: Actor, label: string | RegExp, where: Where): Json {
  const { shown, control } = findControl(actor, label, where);
  if (control.action === null) throw new Error(`"${control.label}" only opens something`);
  const values = fillInputs(control.inputs, control.chosen);
  return actionActivity(actor, { shown, action: control.action, values, as: where.as });
}

/** What the person's client asks by itself when the newest card with that text comes into view; null: nothing. */
export function viewActivity(actor: Actor, containing: string): Json | null {
  const { teams, user } = actor;
  const shown = seenBy(teams, user).find(({ text }) => text.includes(containing));
  const refresh = asObject(shown?.card?.refresh);
  const action = asObject(refresh?.action);
  if (!shown || !action || !asList(refresh?.userIds)?.includes(user.mri)) return null;
  const { id, threadOf, conversation } = shown.message;
  const scene = inThread(sceneOf(actor, { conversation, thread: threadOf }), id);
  const data = asObject(action.data) ?? {};
  const asked = executeActivity(scene, { action, data, replyToId: id });
  return { ...asked, value: { ...asObject(asked.value), trigger: "automatic" } };
}

function findControl(
  { teams, user }: Actor,
  wanted: string | RegExp,
  { containing = "" }: Where,
): { readonly shown: Shown; readonly control: Control } {
  const seen: string[] = [];
  for (const shown of seenBy(teams, user)) {
    if (shown.card === null || !shown.text.includes(containing)) continue;
    const controls = findControls(shown.card);
    const control =
      controls.find(({ label }) => label === wanted) ??
      controls.find(({ label }) => wanted instanceof RegExp && wanted.test(label));
    if (control) return { shown, control };
    seen.push(...controls.map(({ label }) => label));
  }
  const all = [...new Set(seen)].slice(0, 40).join(" | ") || "nothing to press";
  throw new Error(`${user.name} sees no ${String(wanted)}; there is: ${all}`);
}

function actionActivity(
  actor: Actor,
  pressed: {
    readonly shown: Shown;
    readonly action: Json;
    readonly values: Json;
    readonly as: Where["as"];
  },
): Json {
  const { shown, action, values } = pressed;
  const { id, threadOf, conversation } = shown.message;
  const scene = inThread(sceneOf(actor, { conversation, thread: threadOf }), id);
  const isOld = pressed.as === "submit" || action.type === "Action.Submit";
  const sent = isOld && action.type === "Action.Execute" ? asObject(action.fallback) : action;
  const data = { ...asObject(sent?.data), ...values };
  return isOld
    ? submitActivity(scene, { data, replyToId: id })
    : executeActivity(scene, { action, data, replyToId: id });
}

export function newestForm({ teams, user }: Actor): (OpenForm & { shown: Shown }) | null {
  for (const shown of seenBy(teams, user)) {
    const form = shown.card === null ? null : readForm(shown.card, user.timeZone);
    if (form) return { ...form, shown };
  }
  return null;
}

/** Files are not among what a form sends: they were sent before. */
export function formActivity(actor: Actor, filling: Filling, options: SubmitOptions): Json {
  const form = newestForm(actor);
  if (!form) throw new Error(`${actor.user.name} has no form open`);
  const typed = Object.entries(filling).filter(([, given]) => !hasFiles(given));
  const values = fillInputs(form.inputs, Object.fromEntries(typed), options);
  const { shown, submit: action } = form;
  return actionActivity(actor, { shown, action, values, as: options.as });
}

/** The answer to an action is shown to the person who acted. */
export async function deliver(
  { teams, door, user }: Actor,
  activity: Json,
  options?: DeliverOptions,
): Promise<DoorAnswer> {
  const answer = await door.deliver(activity, options);
  if (activity.name === "adaptiveCard/action")
    takeAnswer(teams, { user, messageId: String(activity.replyToId), answer });
  return answer;
}

/** With an accepted file goes the address to which the app uploads it. */
export async function decideOnFile(
  actor: Actor,
  name: string,
  action: "accept" | "decline",
): Promise<Upload | null> {
  const { teams, user } = actor;
  const shown = seenBy(teams, user).find(({ offered }) => offered?.name === name);
  if (!shown?.offered) throw new Error(`${user.name} is offered no file ${name}`);
  const { id, conversation } = shown.message;
  const scene = sceneOf(actor, { conversation });
  const isTaken = action === "accept";
  const upload = isTaken ? offerUpload(teams.world, { name, user: user.id, messageId: id }) : null;
  const { accept, decline } = shown.offered;
  const value = {
    action,
    context: isTaken ? accept : decline,
    ...(upload ? { uploadInfo: uploadInfo(teams, upload) } : {}),
  };
  await deliver(actor, consentActivity(scene, { value, replyToId: id }));
  return upload;
}

function uploadInfo({ origin }: TeamsStandIn, { id, name }: Upload): Json {
  const [, fileType = ""] = /\.([^.]+)$/.exec(name) ?? [];
  return {
    contentUrl: `https://cleargate.sharepoint.example/personal/Documents/${encodeURIComponent(name)}`,
    name,
    uploadUrl: `${origin}/uploads/${id}`,
    uniqueId: id,
    fileType,
  };
}

/** In a channel the whole team gets the app or loses it. */
export async function changeInstallation(
  actor: Actor,
  action: "add" | "remove",
  at: string | null,
): Promise<void> {
  const { teams } = actor;
  const asked = sceneOf(actor, { conversation: at });
  const isTeam = asked.conversation.kind === "channel";
  const scene = isTeam ? sceneOf(actor, { conversation: teams.world.team.id }) : asked;
  for (const conversation of teams.world.conversations.values())
    if (conversation === asked.conversation || (isTeam && conversation.kind === "channel"))
      conversation.bot = action === "add" ? "there" : "removed";
  const what = action === "add" ? "added" : "removed";
  await deliver(actor, membershipActivity(scene, { what, ids: [botId(teams)] }));
  await deliver(actor, installationActivity(scene, action));
}
