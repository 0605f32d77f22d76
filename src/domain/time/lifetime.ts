/** How long something secret that was given to a person is good: a code, a token, the state of an installation. */
import type { Instant } from "../ids.ts";
import { secondsBetween } from "./day.ts";

/** So far may the clock of whoever takes it be behind the clock of whoever gave it. */
const SKEW_SECONDS = 300;

/**
 * True from the moment when it was given until it runs out. A clock that is set back prolongs nothing: what runs out
 * later than anything that could have been given by now is not good either.
 */
export function isStillGood(
  given: { readonly expiresAt: Instant; readonly lifetimeSeconds: number },
  now: Instant,
): boolean {
  const left = secondsBetween(now, given.expiresAt);
  return left > 0 && left <= given.lifetimeSeconds + SKEW_SECONDS;
}
