/** A change as those who announce it see it, and who there is to tell. */
import type { Fact } from "../../domain/facts.ts";
import type { PersonId } from "../../domain/ids.ts";
import type { MemberRole } from "../../domain/people/person.ts";
import type { Loaded } from "../migrations/load-view.ts";
import type { Acting, Reading } from "../ports.ts";
import type { Said } from "./said.ts";

export interface Change {
  readonly acting: Acting;
  readonly reading: Reading;
  /** Null for a migration that was just opened. */
  readonly before: Loaded | null;
  readonly after: Loaded;
  readonly facts: readonly Fact[];
  readonly said: Said;
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
