/** How fast one person may ask. Whoever is too fast hears for how long to wait; nothing is looked up or changed. */
import type { CommandType } from "../../domain/command.ts";
import { isRefusal } from "../../domain/refusal.ts";
import { refusalMessage } from "../../messages/refusal.ts";
import { createBuckets } from "../buckets.ts";
import type { Rate } from "../front-ports.ts";
import type { Inbound, Log, Reply } from "../ports.ts";
import type { RefusalTally } from "../refusals/tally.ts";
import { parseText } from "./parse-text.ts";

/** What closes a gate is never slowed down, and nothing of the emergency lane will be. */
export const NEVER_SLOWED: ReadonlySet<CommandType> = new Set<CommandType>([
  "Undo",
  "UndoSignOff",
  "RevokeSignOff",
  "SaveRevocation",
]);

export interface PaceOptions {
  readonly rate: Rate;
  readonly clock: () => Date;
  readonly log: Log;
  /** Where it is counted that somebody was too fast. */
  readonly refusals?: RefusalTally;
}

/** The application behind one bucket for each identity. */
export function paceConversation(
  { rate, clock, log, refusals }: PaceOptions,
  converse: (inbound: Inbound) => Promise<Reply>,
): (inbound: Inbound) => Promise<Reply> {
  const buckets = createBuckets(rate, clock);
  // One line a person and minute: a flood of clicks is no flood of lines.
  const lines = createBuckets({ burst: 1, perSecond: 1 / 60 }, clock);
  return async (inbound) => {
    const { surface, workspaceRef, userId } = inbound.identity;
    const who = `${surface} ${workspaceRef} ${userId}`;
    if (NEVER_SLOWED.has(typeOf(inbound))) return converse(inbound);
    const seconds = buckets.take(who);
    if (seconds === 0) return converse(inbound);
    if (lines.take(who) === 0)
      log.warn("person_slowed", { provider: surface, correlationId: inbound.correlationId });
    refusals?.count(inbound.identity, "too_fast");
    return { kind: "show", message: refusalMessage({ refused: "too_fast", seconds }) };
  };
}

function typeOf({ command }: Inbound): CommandType {
  if (command.type !== "Text") return command.type;
  const understood = parseText(command.text);
  return isRefusal(understood) ? "ShowHelp" : understood.type;
}
