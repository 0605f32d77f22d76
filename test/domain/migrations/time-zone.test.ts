import { describe, expect, it } from "vitest";
import { decideDates } from "../../../src/domain/migrations/decide.ts";
import { aBaseline, aDefinition, aRequirement } from "../../support/definitions.ts";
import { aRecord, aView, day, instant, requirementOf } from "../../support/records.ts";

const LEAD = { min_days: 5, typical_days: 10, max_days: 20 };
const FILES = [
  aBaseline(),
  aDefinition({
    vertical: "HIPAA",
    requirements: [aRequirement({ name: "plan", stage: 5, lead_time: LEAD })],
  }),
];
const RECORD = aRecord(FILES, {
  timeZone: "America/New_York",
  proposalOn: day("2026-11-22"),
  goLiveOn: day("2026-11-25"),
});
const DAYS = { proposalOn: "2026-11-22", goLiveOn: "2026-11-25" };
const view = aView(RECORD, FILES);

describe("the time zone of a migration", () => {
  it("is corrected without touching the days", () => {
    expect(decideDates({ view, ...DAYS, timeZone: "Pacific/Guam" })).toEqual([
      {
        type: "TimeZoneCorrected",
        migrationId: RECORD.id,
        from: "America/New_York",
        to: "Pacific/Guam",
      },
    ]);
  });

  it("is corrected together with a day", () => {
    const facts = decideDates({
      view,
      ...DAYS,
      goLiveOn: "2026-12-01",
      timeZone: "Pacific/Guam",
    });

    expect(facts).toMatchObject([
      { type: "DatesChanged", proposalOn: "2026-11-22", goLiveOn: "2026-12-01" },
      { type: "TimeZoneCorrected" },
    ]);
  });

  it.each(["America/New_York", "", undefined])("stays when it is %j", (timeZone) => {
    const zone = timeZone === undefined ? {} : { timeZone };

    expect(decideDates({ view, ...DAYS, ...zone })).toEqual([]);
  });

  it.each(["Mars/Olympus", "+02:00", "EST5EDT\u0000", " ", "constructor"])(
    "is refused when it is %j, as at the start",
    (timeZone) => {
      expect(decideDates({ view, ...DAYS, timeZone })).toEqual({
        refused: "invalid_answers",
        fields: { time_zone: "Choose the customer's time zone." },
      });
    },
  );

  it("moves lead times with the day that it is there", () => {
    // In New York it is still the 20th, and five days are left; in Guam it is the 21st.
    const now = instant("2026-11-20T15:00:00Z");
    const leadIn = (timeZone: string) =>
      requirementOf(aView({ ...RECORD, timeZone }, FILES, { now }), "plan").leadTime;

    expect(leadIn("America/New_York")).toMatchObject({ cannotBeMet: false, dueOn: "2026-11-25" });
    expect(leadIn("Pacific/Guam")).toMatchObject({ cannotBeMet: true, dueOn: "2026-11-25" });
  });
});
