import { describe, expect, it } from "vitest";
import { Day } from "../../../src/domain/ids.ts";
import { leadTimeOf } from "../../../src/domain/time/lead-time.ts";

const day = (text: string) => Day.parse(text);
/** An authorization to operate takes four to eight weeks. */
const ATO = { min_days: 28, max_days: 56 };

function look(today: string, more: { begun?: boolean; done?: boolean; openedOn?: string } = {}) {
  return leadTimeOf({
    dueOn: day("2027-03-01"),
    today: day(today),
    openedOn: day(more.openedOn ?? "2026-10-01"),
    days: ATO,
    begun: more.begun ?? false,
    done: more.done ?? false,
  });
}

describe("a lead time", () => {
  it("of eight weeks before 1 March 2027 starts on 4 January", () => {
    expect(look("2026-11-20")).toEqual({
      dueOn: "2027-03-01",
      startBy: "2027-01-04",
      late: false,
      lateWhenOpened: false,
      cannotBeMet: false,
    });
  });

  it.each([
    ["2027-01-04", false],
    ["2027-01-05", true],
  ])("is late after the start-by day: on %s %s", (today, late) => {
    expect(look(today).late).toBe(late);
  });

  it.each([
    ["2027-02-01", false],
    ["2027-02-02", true],
    ["2027-03-02", true],
  ])("cannot be met with fewer days than the shortest: on %s %s", (today, cannotBeMet) => {
    expect(look(today).cannotBeMet).toBe(cannotBeMet);
  });

  it.each([
    ["2027-01-04", {}, false],
    ["2027-01-05", {}, true],
    ["2027-01-05", { begun: true }, false],
  ])("was late when opened on %s (%j): %s", (openedOn, more, lateWhenOpened) => {
    expect(look("2027-01-20", { openedOn, ...more })).toMatchObject({ lateWhenOpened });
  });

  it("is not late once begun, and is neither once done", () => {
    expect(look("2027-02-02", { begun: true })).toMatchObject({ late: false, cannotBeMet: true });
    expect(look("2027-02-02", { done: true })).toMatchObject({ late: false, cannotBeMet: false });
  });

  it("without a due day nothing is late", () => {
    expect(
      leadTimeOf({
        dueOn: null,
        today: day("2027-02-02"),
        openedOn: day("2027-02-01"),
        days: ATO,
        begun: false,
        done: false,
      }),
    ).toEqual({
      dueOn: null,
      startBy: null,
      late: false,
      lateWhenOpened: false,
      cannotBeMet: false,
    });
  });
});
