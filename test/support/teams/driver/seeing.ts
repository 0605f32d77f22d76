/** What one person can see of everything that the app has shown, the newest first. */
import { asObject, type Json } from "../../slack/checks/parts.ts";
import type { TeamsStandIn } from "../stand-in.ts";
import { isMember, type TeamsMessage, type TeamsUser } from "../world.ts";
import { findControls } from "./controls.ts";
import { readCard } from "./reading.ts";

export interface Shown {
  readonly message: TeamsMessage;
  /** Everything that is visible, one element a line, as Teams draws it. */
  readonly text: string;
  /** The notification. */
  readonly summary: string;
  /** As this person sees it, after what they have done with it. */
  readonly card: Json | null;
  readonly conversation: string;
  readonly thread: string | null;
  readonly isTargeted: boolean;
  /** What can be pressed: buttons, those behind them, and the choices of menus. */
  readonly labels: readonly string[];
  /** A file that is offered, not yet taken. */
  readonly offered: {
    readonly name: string;
    readonly accept: unknown;
    readonly decline: unknown;
  } | null;
  readonly shownAt: number;
}

/** The app's messages that a person can see. */
export function seenBy(teams: TeamsStandIn, user: TeamsUser): Shown[] {
  return teams.world.messages
    .filter((message) => mayRead(teams, user, message))
    .map((message) => show(teams, message, user))
    .toSorted((a, b) => b.shownAt - a.shownAt);
}

function mayRead({ world }: TeamsStandIn, user: TeamsUser, message: TeamsMessage): boolean {
  if (message.from !== null || message.deleted) return false;
  if (message.targetedTo !== null) return message.targetedTo === user.id;
  const conversation = world.conversations.get(message.conversation);
  return conversation !== undefined && isMember(world, conversation, user.id);
}

interface Reading {
  readonly text: string;
  readonly labels: readonly string[];
}

/** A card that was read stays as it is: an edit brings another one. */
const readings = new WeakMap<Json, Map<string, Reading>>();

function read(card: Json, timeZone: string): Reading {
  const known = readings.get(card) ?? new Map<string, Reading>();
  readings.set(card, known);
  const reading = known.get(timeZone) ?? {
    text: readCard(card, timeZone),
    labels: findControls(card).map(({ label }) => label),
  };
  known.set(timeZone, reading);
  return reading;
}

function show({ world }: TeamsStandIn, message: TeamsMessage, user: TeamsUser): Shown {
  const view = message.views.get(user.id);
  const card = view?.card ?? message.card;
  const offered = offerIn(message);
  const isTaken = [...world.uploads.values()].some(({ messageId }) => messageId === message.id);
  const reading = card === null ? { text: "", labels: [] } : read(card, user.timeZone);
  const file = offered === null ? "" : offered.says;
  return {
    message,
    text: [message.text, reading.text, file].filter((part) => part !== "").join("\n"),
    summary: message.summary,
    card,
    conversation: message.conversation,
    thread: message.threadOf,
    isTargeted: message.targetedTo !== null,
    labels: reading.labels,
    offered: isTaken ? null : offered,
    shownAt: Math.max(message.shownAt, view?.shownAt ?? 0),
  };
}

function offerIn({ attachments }: TeamsMessage) {
  const consent = attachments.find(
    ({ contentType }) => contentType === "application/vnd.microsoft.teams.card.file.consent",
  );
  if (!consent) return null;
  const content = asObject(consent.content) ?? {};
  const name = String(consent.name);
  return {
    name,
    says: `${name}\n${String(content.description ?? "")}`,
    accept: content.acceptContext,
    decline: content.declineContext,
  };
}
