import { expect, test } from "vitest";
import type { GateVerdict } from "../../src/domain/gates/verdict.ts";
import { Day } from "../../src/domain/ids.ts";
import { gateChoice, gateInBrief, gateMessage, gateText } from "../../src/messages/gate.ts";
import { aView, BAA, gatesOf, NOW, requirementOf } from "./builders.ts";
import { commandsOf, linesOf } from "./walk.ts";

const PASS: GateVerdict = {
  verdict: "pass",
  stage: 5,
  at: NOW,
  noVertical: false,
  waivers: [],
  validUntil: null,
  advisory: [],
};

test("a passed gate says exactly the guide's line, alone", () => {
  expect(gateMessage(PASS, aView()).headline).toBe("Compliance gate: PASS. Exit code 0.");
  expect(gateText(PASS).split("\n")[0]).toBe("Compliance gate: PASS. Exit code 0.");
});

test("waivers stand on the next line, then as of when and until when it holds", () => {
  const verdict: GateVerdict = {
    ...PASS,
    waivers: [{ requirement: BAA, expiresOn: Day.parse("2026-05-31") }],
    validUntil: Day.parse("2026-05-31"),
  };

  expect(linesOf(gateMessage(verdict, aView())).slice(0, 3)).toEqual([
    "Waived: hipaa_baa_signed until 2026-05-31",
    "As of 2026-03-02T15:00:00Z, valid until 2026-05-31.",
    "Mercy Clinic: clear to advance to Stage 5 (Go-Live).",
  ]);
  expect(gateText(verdict).split("\n").slice(1)).toEqual([
    "Waived: hipaa_baa_signed until 2026-05-31",
    "As of 2026-03-02T15:00:00Z, valid until 2026-05-31.",
  ]);
});

test("a pass without a vertical says what remains, and a pass with one does not", () => {
  const sentence = /no additional compliance requirements beyond platform defaults/;

  expect(gateText({ ...PASS, noVertical: true })).toMatch(sentence);
  expect(linesOf(gateMessage({ ...PASS, noVertical: true }, aView())).join("\n")).toMatch(sentence);
  expect(gateText(PASS)).not.toMatch(sentence);
});

test("a passed gate 5 offers to close the migration; a passed gate 3 does not", () => {
  const offers = (verdict: GateVerdict) =>
    commandsOf(gateMessage(verdict, aView())).map(({ command }) => command.type);

  expect(offers(PASS)).toContain("CloseMigration");
  expect(offers({ ...PASS, stage: 3 })).not.toContain("CloseMigration");
});

test("a passed gate 5 says where the guide wants the result recorded", () => {
  const where = "Record this result in section 7 of the Pre-Migration Checklist.";

  expect(linesOf(gateMessage(PASS, aView()))).toContain(where);
  expect(linesOf(gateMessage({ ...PASS, stage: 3 }, aView()))).not.toContain(where);
});

test("a blocked gate names every unsatisfied requirement with its fix and a button to the right step", () => {
  const view = aView({ verticals: ["HIPAA", "FERPA"] });
  const verdict = gatesOf(view)[5];
  if (verdict.verdict !== "blocked") throw new Error("the gate should be blocked");

  const message = gateMessage(verdict, view);

  const lines = linesOf(message).join("\n");
  expect(message.headline).toMatch(/^Compliance gate: BLOCKED\. Exit code 2\. Mercy Clinic/);
  for (const { requirement } of verdict.unsatisfied) expect(lines).toContain(requirement);
  expect(message.sections?.[0]?.checklist).toHaveLength(verdict.unsatisfied.length);
  expect(lines).toContain(requirementOf(view, BAA).definition.if_blocked);
  expect(lines).toContain("Exit code 2 is not an error — it's a list of your remaining work.");
  expect(commandsOf(message).map(({ command }) => command)).toContainEqual({
    type: "AnswerRequirement",
    migration: view.record.id,
    requirement: BAA,
    page: 0,
  });
});

test("a long list of what is missing is counted, not recited", () => {
  const view = aView();
  const verdict = gatesOf(view)[5];

  const lines = linesOf(gateMessage(verdict, view)).join("\n");

  expect(lines).toMatch(
    /hipaa_baa_signed.*\d+ answers, \d pieces? of evidence and the written word of the customer's compliance officer/,
  );
  expect(lines).not.toContain("Not answered:");
  expect(gateText(verdict, view)).not.toContain("Not answered:");
});

test("unconfirmed verticals block with a button that confirms them", () => {
  const view = aView({ verticals: null });

  const commands = commandsOf(gateMessage(gatesOf(view)[3], view)).map(
    ({ command }) => command.type,
  );

  expect(commands).toContain("ReviewVerticals");
});

test("the terminal's list has one line a requirement, with its state and its fix", () => {
  const verdict: GateVerdict = {
    verdict: "blocked",
    stage: 3,
    at: NOW,
    unsatisfied: [
      {
        requirement: BAA,
        title: "Sign the BAA",
        state: "rejected",
        why: "the date is missing",
        fix: "Add the date",
        dueOn: null,
      },
    ],
  };

  expect(gateText(verdict).split("\n")).toEqual([
    "Compliance gate: BLOCKED. Exit code 2.",
    "Stage 3 (Proposal), as of 2026-03-02T15:00:00Z: 1 requirement is not satisfied.",
    "- hipaa_baa_signed (rejected): The date is missing. To do: Add the date.",
    "Exit code 2 is not an error — it's a list of your remaining work. Resolve each item in order, sign off, and re-run the gate until you see exit code 0.",
  ]);
});

test("the choice offers both gates", () => {
  expect(commandsOf(gateChoice(aView())).map(({ label }) => label)).toEqual([
    "Check Stage 3 (Proposal)",
    "Check Stage 5 (Go-Live)",
  ]);
});

test("where the gate's message stands, the private answer gives the verdict and does not repeat the list", () => {
  const view = aView();
  const verdict = gatesOf(view)[5];

  const brief = gateInBrief(verdict, view);

  expect(brief.headline).toBe(gateMessage(verdict, view).headline);
  expect(brief.sections?.flatMap(({ checklist = [] }) => checklist)).toEqual([]);
  expect(commandsOf(brief)[0]?.command.type).toBe("ShowNext");
  expect(gateInBrief(PASS, view).headline).toBe("Compliance gate: PASS. Exit code 0.");
});

test("verticals that are not confirmed are one line with one button", () => {
  const view = aView({ verticals: null });
  const message = gateMessage(gatesOf(view)[3], view);
  const lines = linesOf(message).filter((line) => /vertical/i.test(line));

  expect(message.headline).toContain("left: vertical_confirmed");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /vertical_confirmed: Nobody has confirmed yet which rules .* To do: Review the suggested verticals/,
  );
  expect(commandsOf(message)[0]).toMatchObject({
    label: "Confirm verticals",
    command: { type: "ReviewVerticals" },
  });
});

test("the headline names the first requirements whole and counts the others", () => {
  const view = aView();
  const verdict = gatesOf(view)[5];

  expect(gateMessage(verdict, view).headline).toMatch(
    /left: vertical_confirmed, hipaa_phi_inventory_partial, hipaa_baa_signed and \d+ more\.$/,
  );
});
