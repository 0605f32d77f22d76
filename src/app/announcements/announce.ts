/**
 * Who hears of a change: the migration's card, the request's card, the people asked, the requester and the gate
 * messages. Everything is computed from the change itself and leaves through the outbox.
 */
import { migrationCard } from "../../messages/migration.ts";
import { threadLines } from "../../messages/sign-off.ts";
import { gatesOf, type Loaded } from "../migrations/load-view.ts";
import type { Delivery } from "../ports.ts";
import type { Change } from "./change-heard.ts";
import { announceEscalations } from "./escalations.ts";
import { announceGates } from "./gates.ts";
import { announceRequests } from "./requests.ts";

/** Every message that a change causes. */
export async function announce(change: Change): Promise<readonly Delivery[]> {
  return [
    ...announceCard(change),
    ...(await announceRequests(change)),
    ...(await announceEscalations(change)),
    ...announceGates(change),
  ];
}

export function cardKey(migration: string): string {
  return `migration:${migration}`;
}

/** The migration's living card, and what happened as lines in its thread. */
function announceCard({ after, facts, acting }: Change): readonly Delivery[] {
  const { view } = after;
  const [channel] = view.record.channels;
  if (!channel) return [];
  const lines = threadLines({ view, facts, actor: acting.actor }).map((message): Delivery => {
    const threadOf = cardKey(view.record.id);
    return { lane: "interactive", to: { kind: "channel", channel, threadOf }, message };
  });
  return [...cardPost(after), ...lines];
}

/** The migration's living card; nothing where it has no channel. */
export function cardPost({ view, input }: Loaded): readonly Delivery[] {
  const [channel] = view.record.channels;
  if (!channel) return [];
  return [
    {
      lane: "interactive",
      to: { kind: "channel", channel },
      key: cardKey(view.record.id),
      message: migrationCard(view, gatesOf(input)),
    },
  ];
}
