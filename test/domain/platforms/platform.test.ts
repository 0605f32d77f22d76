import { describe, expect, it, test } from "vitest";
import { Day } from "../../../src/domain/ids.ts";
import { isStale, PLATFORMS } from "../../../src/domain/platforms/platform.ts";

const today = Day.parse("2026-11-20");

describe("what is known about a platform", () => {
  test.each([
    ["2026-11-20", false],
    ["2026-10-21", false],
    ["2026-10-20", true],
    ["2026-04-28", true],
    ["2026-11-21", true],
    ["2026-02-30", true],
  ])("that was checked on %s has to be checked again on 2026-11-20: %s", (day, stale) => {
    expect(isStale({ checked_on: day }, today)).toBe(stale);
  });

  it("is about exactly the six platforms that we sell", () => {
    expect(PLATFORMS.map(({ label }) => label)).toEqual([
      "RingCentral",
      "Webex Calling",
      "Zoom Phone",
      "8x8",
      "Net2Phone",
      "AireSpring",
    ]);
  });
});
