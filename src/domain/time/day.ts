/** Days and instants. A day belongs to a time zone: 2026-11-20 in New York is still the 20th when London has the 21st. */
import { DateTime, IANAZone } from "luxon";
import { assert } from "../fault.ts";
import type { Day, Instant } from "../ids.ts";
import { Day as DayText, Instant as InstantText } from "../ids.ts";
import { DAY, SECOND } from "./units.ts";

/** Years that a date in a migration can have; anything else is a slip of the keyboard. */
const FIRST_YEAR = 1900;
const LAST_YEAR = 2199;

/** Since 7 January 1972, when Liberia changed its clocks, every zone is whole minutes away from UTC. */
const WHOLE_MINUTES = "1972-01-08";
const MINUTE_LENGTH = "YYYY-MM-DDTHH:MM".length;

/** The calendar day on which an instant falls in a zone: in one minute that is one day. */
export function dayOf(instant: Instant, zone: string): Day {
  const isInMinutes = instant >= WHOLE_MINUTES;
  return localDay(isInMinutes ? `${instant.slice(0, MINUTE_LENGTH)}Z` : instant, zone);
}

const localDay = remembering(
  (moment: string, zone: string): Day => DayText.parse(writerOf(zone).format(new Date(moment))),
);

const WRITERS = new Map<string, Intl.DateTimeFormat>();

/** Writes days of a zone as Canadians do: `2026-11-20`. */
function writerOf(zone: string): Intl.DateTimeFormat {
  const known = WRITERS.get(zone);
  if (known) return known;
  assert(IANAZone.isValidZone(zone), `${zone} is a time zone`);
  const writer = new Intl.DateTimeFormat("en-CA-u-ca-iso8601-nu-latn", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  WRITERS.set(zone, writer);
  return writer;
}

export function addDays(day: Day, days: number): Day {
  return dayNumbered(numberOf(day) + days);
}

/** How many days lie from one day to a later one; negative when it is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return numberOf(to) - numberOf(from);
}

/** Negative, zero or positive, for sorting: the earlier day first. */
export function compareDays(a: Day, b: Day): number {
  // `YYYY-MM-DD` sorts as text.
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The earliest of some days; null when none is given. */
export function earliest(days: readonly (Day | null)[]): Day | null {
  const known = days.filter((day) => day !== null);
  return known.toSorted(compareDays)[0] ?? null;
}

/** True for the name of an IANA time zone, such as `America/Chicago`; an offset is none. */
export function isTimeZone(text: string): boolean {
  return /^[A-Za-z]/.test(text) && IANAZone.isValidZone(text);
}

/** The day that `YYYY-MM-DD` names; null for a day that no calendar has, or a year nobody means. */
export function parseDay(text: string): Day | null {
  const trimmed = text.trim();
  return trimmed.length === DAY_LENGTH ? dayNamed(trimmed) : null;
}

const DAY_LENGTH = "YYYY-MM-DD".length;

const dayNamed = remembering((text: string): Day | null => {
  const parsed = DayText.safeParse(text);
  if (!parsed.success) return null;
  const year = Number(parsed.data.slice(0, 4));
  return year >= FIRST_YEAR && year <= LAST_YEAR ? parsed.data : null;
});

/** ISO 8601 in UTC to the second, as the compliance guide's texts show a timestamp. */
export function formatInstant(instant: Instant): string {
  const text = at(instant).startOf("second").toISO({ suppressMilliseconds: true });
  assert(text, `${instant} is an instant`);
  return text;
}

export function plusSeconds(instant: Instant, seconds: number): Instant {
  return InstantText.parse(at(instant).plus({ seconds }).toISO());
}

/** Seconds from one instant to a later one; negative when it is earlier. */
export function secondsBetween(from: Instant, to: Instant): number {
  return (millisecondsOf(to) - millisecondsOf(from)) / SECOND;
}

/** Negative, zero or positive, for sorting: the earlier instant first. */
export function compareInstants(a: Instant, b: Instant): number {
  return secondsBetween(b, a);
}

function at(instant: Instant): DateTime<true> {
  const moment = DateTime.fromISO(instant, { zone: "utc" });
  assert(moment.isValid, `${instant} is an instant`);
  return moment;
}

function millisecondsOf(instant: Instant): number {
  const milliseconds = Date.parse(instant);
  assert(!Number.isNaN(milliseconds), `${instant} is an instant`);
  return milliseconds;
}

/** Days are counted from 1970-01-01 in UTC, where each of them has 24 hours. */
function numberOf(day: Day): number {
  const milliseconds = Date.parse(day);
  assert(!Number.isNaN(milliseconds), `${day} is a day`);
  return milliseconds / DAY;
}

const dayNumbered = remembering(
  (number: number): Day =>
    DayText.parse(new Date(number * DAY).toISOString().slice(0, -"T00:00:00.000Z".length)),
);

const MOST_REMEMBERED = 5000;

/** The same function of plain values, which answers from memory what it has worked out before. */
function remembering<Given extends readonly (string | number)[], T extends string | null>(
  work: (...given: Given) => T,
): (...given: Given) => T {
  const known = new Map<string | number, T>();
  return (...given) => {
    const key = given.length === 1 ? (given[0] ?? "") : given.join(" ");
    const before = known.get(key);
    if (before !== undefined) return before;
    const result = work(...given);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(key, result);
    return result;
  };
}
