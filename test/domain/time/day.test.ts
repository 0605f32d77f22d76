import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import { Day, Instant } from "../../../src/domain/ids.ts";
import {
  addDays,
  compareDays,
  compareInstants,
  dayOf,
  daysBetween,
  earliest,
  formatInstant,
  isTimeZone,
  parseDay,
  plusSeconds,
  secondsBetween,
} from "../../../src/domain/time/day.ts";
import { fc } from "../../support/properties.ts";

const day = (text: string) => Day.parse(text);
const instant = (text: string) => Instant.parse(text);

describe("the day of an instant", () => {
  it.each([
    ["2026-11-21T04:59:59Z", "America/New_York", "2026-11-20"],
    ["2026-11-21T05:00:00Z", "America/New_York", "2026-11-21"],
    ["2026-11-21T04:59:59Z", "Europe/London", "2026-11-21"],
    // The night in which New York's clocks go forward, and the one in which they go back.
    ["2027-03-14T04:59:59Z", "America/New_York", "2027-03-13"],
    ["2027-11-07T03:59:59Z", "America/New_York", "2027-11-06"],
    ["2027-11-08T04:59:59Z", "America/New_York", "2027-11-07"],
    ["2026-12-31T10:00:00Z", "Pacific/Kiritimati", "2027-01-01"],
  ])("%s in %s is %s", (moment, zone, expected) => {
    expect(dayOf(instant(moment), zone)).toBe(expected);
  });
});

describe("counting days", () => {
  it.each([
    ["2027-03-01", -56, "2027-01-04"],
    ["2028-02-28", 1, "2028-02-29"],
    ["2027-02-28", 1, "2027-03-01"],
    ["2026-11-20", 0, "2026-11-20"],
  ])("%s and %i days is %s", (from, days, expected) => {
    expect(addDays(day(from), days)).toBe(expected);
    expect(daysBetween(day(from), day(expected))).toBe(days);
  });

  it("no day is lost or gained over any number of days", () => {
    const days = fc.integer({ min: -40_000, max: 40_000 });

    fc.assert(
      fc.property(days, days, (start, length) => {
        const from = addDays(day("2050-01-01"), start);

        expect(daysBetween(from, addDays(from, length))).toBe(length);
        expect(Math.sign(compareDays(from, addDays(from, length)))).toBe(Math.sign(-length) + 0);
      }),
    );
  });

  it("the earliest of some days leaves out those that are not known", () => {
    expect(earliest([day("2027-01-02"), null, day("2027-01-01")])).toBe("2027-01-01");
    expect(earliest([null])).toBeNull();
  });
});

describe("a typed day", () => {
  it.each(["2026-02-28", "2028-02-29", " 2026-11-20 ", "1900-01-01", "2199-12-31"])(
    "%s is a day",
    (text) => {
      expect(parseDay(text)).toBe(text.trim());
    },
  );

  it.each([
    "2026-02-30",
    "2027-02-29",
    "2026-13-01",
    "0001-01-01",
    "1899-12-31",
    "2200-01-01",
    "20-11-2026",
    "11/20/2026",
    "2026-11-20T00:00:00Z",
    "",
    "tomorrow",
  ])("%s is none", (text) => {
    expect(parseDay(text)).toBeNull();
  });
});

describe("instants", () => {
  it("are written in UTC to the second", () => {
    expect(formatInstant(instant("2026-11-20T22:30:00.987Z"))).toBe("2026-11-20T22:30:00Z");
    expect(formatInstant(instant("2026-11-20T22:30:00Z"))).toBe("2026-11-20T22:30:00Z");
  });

  it("are compared as moments, not as text", () => {
    expect(
      compareInstants(instant("2026-11-20T22:30:00Z"), instant("2026-11-20T22:30:00.500Z")),
    ).toBeLessThan(0);
  });

  it("are moved by seconds, across midnight and across a leap day", () => {
    expect(plusSeconds(instant("2028-02-28T23:59:30Z"), 30)).toBe("2028-02-29T00:00:00.000Z");
    expect(secondsBetween(instant("2026-11-20T22:30:00Z"), instant("2026-11-20T22:30:30Z"))).toBe(
      30,
    );
  });
});

describe("a time zone", () => {
  it.each(["America/New_York", "UTC", "Europe/Berlin"])("%s is one", (text) => {
    expect(isTimeZone(text)).toBe(true);
  });

  it.each(["+05:00", "", "Mars/Olympus", "EST5EDT6", "America/New_York "])("%s is none", (text) => {
    expect(isTimeZone(text)).toBe(false);
  });
});

describe("a day in a zone", () => {
  it.each([
    ["1972-01-06T00:44:29.999Z", "1972-01-05"],
    ["1972-01-06T00:44:30.000Z", "1972-01-06"],
    ["1972-02-01T00:00:00.000Z", "1972-02-01"],
  ])(
    "begins in the middle of a minute where clocks once did: %s in Liberia",
    (moment, expected) => {
      expect(dayOf(instant(moment), "Africa/Monrovia")).toBe(expected);
    },
  );

  it("is the one that a calendar library finds", () => {
    const moment = fc.date({
      min: new Date("1901-01-01"),
      max: new Date("2199-12-31"),
      noInvalidDate: true,
    });
    const zone = fc.constantFrom(
      "UTC",
      "America/New_York",
      "Asia/Kathmandu",
      "Europe/London",
      "Pacific/Kiritimati",
    );

    fc.assert(
      fc.property(moment, zone, (date, name) => {
        const text = date.toISOString();

        expect(dayOf(instant(text), name)).toBe(DateTime.fromISO(text, { zone: name }).toISODate());
      }),
    );
  });
});
