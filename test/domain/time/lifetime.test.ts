import { expect, it } from "vitest";
import { isStillGood } from "../../../src/domain/time/lifetime.ts";
import { instant } from "../../support/records.ts";

const TOKEN = { expiresAt: instant("2026-11-20T15:10:00.000Z"), lifetimeSeconds: 600 };

it.each([
  ["when it is given", "2026-11-20T15:00:00.000Z", true],
  ["a moment before it runs out", "2026-11-20T15:09:59.999Z", true],
  ["when it runs out", "2026-11-20T15:10:00.000Z", false],
  ["a year later", "2027-11-20T15:00:00.000Z", false],
  ["where another clock is five minutes behind", "2026-11-20T14:55:00.000Z", true],
  ["where it is further behind", "2026-11-20T14:54:59.999Z", false],
  ["when the clock was set back by a year", "2025-11-20T15:00:00.000Z", false],
])("a token %s: %s is %s", (_when, now, expected) => {
  expect(isStillGood(TOKEN, instant(now))).toBe(expected);
});
