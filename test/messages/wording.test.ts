/** Sentences that people, scripts and auditors rely on; the left column is typed from the compliance guide. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Instant } from "../../src/domain/ids.ts";
import {
  capital,
  counted,
  DASHBOARD_MOTTO,
  FEDRAMP_STOP,
  GATE_BLOCKED,
  GATE_BLOCKED_MOTTO,
  GATE_MOTTO,
  GATE_PASS,
  listed,
  NO_VERTICAL,
  PCI_QUESTION,
  sentence,
  short,
  signedOffLine,
  stageName,
} from "../../src/messages/wording.ts";

test("the confirmation of a sign-off names requirement, e-mail and UTC time", () => {
  const at = Instant.parse("2026-03-02T15:04:05Z");

  expect(signedOffLine("hipaa_baa_signed", "yourname@cloudmagicgroup.com", at)).toBe(
    "Signed off: hipaa_baa_signed by yourname@cloudmagicgroup.com at 2026-03-02T15:04:05Z",
  );
});

test.each([
  ["Compliance gate: PASS. Exit code 0.", GATE_PASS],
  ["Compliance gate: BLOCKED. Exit code 2.", GATE_BLOCKED],
  [
    "Exit code 2 is not an error — it's a list of your remaining work. Resolve each item in order, sign off, and re-run the gate until you see exit code 0.",
    GATE_BLOCKED_MOTTO,
  ],
  [
    "The compliance gate is not optional. A compliance failure after go-live is a regulatory incident with legal consequences. A gate block before go-live is just a checklist item — resolve it and move on.",
    GATE_MOTTO,
  ],
  [
    "This is your compliance dashboard. Any requirement showing `pending` must be resolved before the Stage 5 gate will clear.",
    DASHBOARD_MOTTO,
  ],
  [
    "Do callers speak their card numbers to agents, enter them via keypad, or neither?",
    PCI_QUESTION,
  ],
])("the guide's words stay exactly: %s", (guide, ours) => {
  expect(ours).toBe(guide);
});

test.each([
  [
    "no additional compliance requirements beyond platform defaults: TLS/SRTP encryption and E911. The standard pre-migration checklist applies.",
    NO_VERTICAL,
  ],
  ["stop and escalate to sales. The deal cannot proceed with that platform.", FEDRAMP_STOP],
])("the guide's words stand inside ours: %s", (guide, ours) => {
  expect(ours).toContain(guide);
});

test("the workflow asks the card question and gives the FedRAMP stop in the guide's words", () => {
  const read = (file: string) =>
    readFileSync(`${import.meta.dirname}/../../workflows/${file}`, "utf8").replace(/\s+/g, " ");

  expect(read("ferpa.yml")).toContain(
    "flag to your manager — these deployments require compliance counsel involvement beyond standard DE sign-off.",
  );
  expect(read("pci-dss.yml")).toContain(PCI_QUESTION);
  expect(read("fedramp.yml").toLowerCase()).toContain(
    "stop and escalate to sales. the deal cannot proceed with that platform.",
  );
});

test("the stages are called as in the guide", () => {
  expect([stageName(3), stageName(5)]).toEqual(["Stage 3 (Proposal)", "Stage 5 (Go-Live)"]);
});

test.each([
  [["a"], "a"],
  [["a", "b"], "a or b"],
  [["a", "b", "c"], "a, b or c"],
  [[], ""],
])("names in a row: %j", (names, text) => {
  expect(listed(names, "or")).toBe(text);
});

test("a long text is cut to a whole number of letters, emoji included, and shows that it was", () => {
  expect(short("one  two\nthree", 20)).toBe("one two three");
  expect(short("abcdef", 6)).toBe("abcdef");
  expect(short("abcdefg", 6)).toBe("abcde…");
  expect(short("😀😀😀😀", 3)).toBe("😀😀…");
});

test("a sentence begins with a capital letter and has one stop", () => {
  expect([sentence("it ran out"), sentence("Done."), sentence(" why? "), sentence("")]).toEqual([
    "It ran out.",
    "Done.",
    "Why?",
    "",
  ]);
  expect(capital("organization")).toBe("Organization");
});

test("one is counted in the singular", () => {
  expect([counted(1, "day"), counted(0, "day"), counted(2, "piece is", "pieces are")]).toEqual([
    "1 day",
    "0 days",
    "2 pieces are",
  ]);
});
