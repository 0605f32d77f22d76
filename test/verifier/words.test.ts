/** The sentences that an auditor reads about a report. */
import { describe, expect, test } from "vitest";
import type { ReportResult } from "../../src/verifier/check/report.ts";
import { reportLines } from "../../src/verifier/words.ts";

const REPORT: ReportResult = {
  size: 120,
  exportedBy: 121,
  signOffs: 18,
  attestations: 2,
  evidence: 20,
  uncompared: 0,
  held: 0,
  changedBy: null,
  mismatches: [],
};

describe("a report that agrees", () => {
  const FIRST = [
    "The report is the one that entry 121 recorded, byte for byte; its root is that of entries 1 to 120.",
    "In the ledger and in force then: 18 sign-offs, 2 written confirmations, 20 pieces of evidence.",
  ];
  test.each([
    ["with everything compared says no more", {}, []],
    [
      "beside what counsel holds does not speak of erasure",
      { held: 1 },
      ["Counsel holds 1 of them: their names are given to nobody and were not compared."],
    ],
    [
      "after an erasure does not speak of counsel",
      { uncompared: 3 },
      ["The names of 3 of them were erased, so they could not be compared."],
    ],
    [
      "with both says each",
      { uncompared: 1, held: 2 },
      [
        "The names of 1 of them were erased, so they could not be compared.",
        "Counsel holds 2 of them: their names are given to nobody and were not compared.",
      ],
    ],
  ])("%s", (_, found, more) => {
    expect(reportLines({ ...REPORT, ...found })).toEqual([...FIRST, ...more]);
  });
});
