/**
 * Who hears of a change: the migration's card, the request's card, the people asked, the requester and the gate
 * messages. Everything is computed from the change itself and leaves through the outbox.
 */
import type { Fact } from "../../domain/facts.ts";
import type { PersonId } from "../../domain/ids.ts";
import type { MemberRole } from "../../domain/people/person.ts";
import { migrationCard } from "../../messages/migration.ts";
import { threadLines } from "../../messages/sign-off.ts";
import { announceGates } from "../gates/announce-gates.ts";
import type { Acting, Delivery, Reading } from "../ports.ts";
import { announceEscalations } from "../requirements/announce-escalations.ts";
import { announceRequests } from "../sign-offs/announce-requests.ts";
import { gatesOf, type Loaded } from "./load-view.ts";

export interface Change {
  readonly acting: Acting;
  readonly reading: Reading;
  /** Null for a migration that was just opened. */
  readonly before: Loaded | null;
  readonly after: Loaded;
  readonly facts: readonly Fact[];
}

/** Every message that a change causes. */
export async function announce(change: Change): Promise<readonly Delivery[]> {
  return [
    ...announceCard(change),
    ...(await announceRequests(change)),
    ...(await announceEscalations(change)),
    ...(await announceGates(change)),
  ];
}

export function cardKey(migration: string): string {
  return `migration:${migration}`;
}

/** The migration's living card, and what happened as lines in its thread. */
function announceCard({ after, facts, acting }: Change): readonly Delivery[] {
  const { view, input } = after;
  const [channel] = view.record.channels;
  if (!channel) return [];
  const card: Delivery = {
    lane: "interactive",
    to: { kind: "channel", channel },
    key: cardKey(view.record.id),
    message: migrationCard(view, gatesOf(input)),
  };
  const lines = threadLines({ view, facts, actor: acting.actor }).map((message): Delivery => {
    const threadOf = cardKey(view.record.id);
    return { lane: "interactive", to: { kind: "channel", channel, threadOf }, message };
  });
  return [card, ...lines];
}

/** The person who acts; null for the terminal and the sweep. */
export function actorOf(acting: Acting): PersonId | null {
  return acting.actor?.personId ?? null;
}

/** Everybody who holds one of the roles, without the person who acts when one is given. */
export async function holdersBut(
  reading: Reading,
  roles: readonly MemberRole[],
  actor: PersonId | null,
): Promise<readonly PersonId[]> {
  if (roles.length === 0) return [];
  const holders = await reading.holders(roles);
  return holders.filter(({ id }) => id !== actor).map(({ id }) => id);
}
