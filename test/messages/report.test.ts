import { expect, test } from "vitest";
import * as report from "../../src/messages/report.ts";
import { HELP } from "../../src/messages/sections/help.ts";
import { aView, BAA, HASH } from "./builders.ts";
import { faultsIn, linesOf } from "./walk.ts";

const json = '{"customer":"Mercy Clinic"}';

test("the report is a download; a draft says so first and names what is not signed", () => {
  const draft = report.reportMessage({ view: aView(), fileName: "r.json", json, draft: true });
  const final = report.reportMessage({ view: aView(), fileName: "r.json", json, draft: false });

  expect(draft.attachment).toEqual({ name: "r.json", mimeType: "application/json", content: json });
  expect(draft.headline).toMatch(/^DRAFT report for Mercy Clinic: 0 of 7/);
  expect(linesOf(draft).join()).toContain(BAA);
  expect(final.headline).toMatch(/^The closeout report for Mercy Clinic is complete/);
  expect(linesOf(final).join()).not.toContain(BAA);
});

test("the doctor tells what failed first, with its fix", () => {
  const message = report.doctorMessage([
    { check: "postgres", ok: true, says: "Answers.", fix: "Never shown." },
    { check: "outbox", ok: false, says: "3 messages wait.", fix: "Look at the log." },
  ]);

  expect(message.headline).toBe("1 of 2 checks failed: outbox.");
  expect(linesOf(message)).toEqual([
    "outbox: 3 messages wait. What to do: Look at the log. [failed]",
    "postgres: Answers. [fine]",
  ]);
  expect(report.doctorMessage([{ check: "a", ok: true, says: "Good." }]).headline).toBe(
    "All 1 check passed.",
  );
});

test.each([
  [
    { ok: true, entries: 12, rootHash: HASH, unsealed: 0 },
    /^The ledger is intact: 12 entries checked/,
  ],
  [
    { ok: true, entries: 1, rootHash: null, unsealed: 2 },
    /1 entry checked.* 2 more are about to be sealed\.$/,
  ],
  [
    { ok: false, entries: 12, firstBad: 7, why: "The hash differs." },
    /^The ledger is NOT intact: entry 7 of 12 is the first bad one\.$/,
  ],
  [
    {
      ok: false,
      entries: 12,
      firstBad: null,
      why: "The entries fit, but what protects them is not as it was made.",
      unprotected: ["The trigger ledger_entries_never_change on ledger_entries is missing."],
    },
    /^The ledger is NOT protected as it should be: somebody changed the database\.$/,
  ],
] as const)("the ledger's verdict %j", (verdict, says) => {
  const message = report.ledgerMessage(verdict);

  expect(message.headline).toMatch(says);
  expect(faultsIn(message)).toEqual([]);
  expect(message.tone).toBe(verdict.ok ? "good" : "bad");
});

test("help lists every command of the product with one line", () => {
  const rows = report.helpMessage().sections?.flatMap(({ table }) => table?.rows ?? []);
  const verbs =
    "start status next answer evidence sign request gate report people platform dates claim undo revoke close cancel verify help doctor";

  expect(rows?.map(([usage]) => usage?.split(" ")[1])).toEqual(
    expect.arrayContaining(verbs.split(" ")),
  );
  expect(faultsIn(report.helpMessage())).toEqual([]);
});

test.each(HELP.map((entry) => [entry.verb, entry] as const))(
  "help on %s is local",
  (verb, entry) => {
    const message = report.helpMessage(` ${verb.toUpperCase()} `);

    expect(message.headline).toBe(`${entry.usage}: ${entry.line}`);
    expect(linesOf(message)).toEqual([...entry.more]);
    expect(faultsIn(message)).toEqual([]);
  },
);

test("help on the gate names the guide's related articles", () => {
  const lines = linesOf(report.helpMessage("gate")).join("\n");

  for (const article of [
    /section 7 of the Pre-Migration Checklist/,
    /“Compliance Verticals”/,
    /“07 — Troubleshooting”, issue 16/,
    /“09 — Tools and Systems”/,
  ])
    expect(lines).toMatch(article);
});

test("help on something unknown says so and shows everything", () => {
  expect(report.helpMessage("flying").headline).toContain("There is no help on “flying”.");
});
