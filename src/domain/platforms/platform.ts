/** The phone platforms that we sell, and when what is known about one has to be checked again. */
import type { Day } from "../ids.ts";
import { daysBetween, parseDay } from "../time/day.ts";

export interface Platform {
  readonly id: string;
  readonly label: string;
}

/** Exactly the six platforms of the compliance guide. */
export const PLATFORMS: readonly Platform[] = [
  { id: "ringcentral", label: "RingCentral" },
  { id: "webex_calling", label: "Webex Calling" },
  { id: "zoom_phone", label: "Zoom Phone" },
  { id: "8x8", label: "8x8" },
  { id: "net2phone", label: "Net2Phone" },
  { id: "airespring", label: "AireSpring" },
];

/** How many days a fact about a platform may be relied on. */
const FRESH_DAYS = 30;

/** True when the fact is older than 30 days, or its date makes no sense: then a person checks again. */
export function isStale(fact: { readonly checked_on: string }, today: Day): boolean {
  const checkedOn = parseDay(fact.checked_on);
  if (checkedOn === null) return true;
  const age = daysBetween(checkedOn, today);
  return age < 0 || age > FRESH_DAYS;
}
