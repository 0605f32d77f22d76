import { expect, test } from "vitest";
import type { MigrationRecord } from "../../src/domain/migrations/record.ts";
import type { Detection } from "../../src/domain/verticals/detection.ts";
import * as start from "../../src/messages/start.ts";
import { anAttestation, aPerson, aRecord, aView, DANA, MIGRATION, uuid } from "./builders.ts";
import { commandsOf, linesOf } from "./walk.ts";

const TITLES = new Map([["PCI", "PCI-DSS"]]);
const CHOICES = ["HIPAA", "PCI", "FERPA"].map((id) => ({ id, title: TITLES.get(id) ?? id }));
const found = (over: Partial<Detection> = {}): Detection => ({
  auto: ["HIPAA"],
  ask: [{ vertical: "PCI", default: "yes" }],
  flags: [],
  matches: [
    { vertical: "HIPAA", word: "clinic", decision: "auto", why: "A word of the compliance guide." },
    { vertical: "PCI", word: "bank", decision: "ask", why: "A bank takes cards." },
    { vertical: "FERPA", word: "schooner", decision: "ignored", why: "Only contains “school”." },
  ],
  ...over,
});
const unconfirmed = aRecord({ verticals: null });
const propose = (detection: Detection) =>
  start.verticalsProposal({
    record: unconfirmed,
    detection,
    titles: TITLES,
    person: aPerson(DANA).profile,
  });

test("the first form has six questions, prefilled with what was said", () => {
  const { fields, command } = start.startForm(
    { customer: "Mercy", industry: "clinic" },
    "Asia/Tokyo",
  );

  expect(fields.map(({ id }) => id)).toEqual(
    "customer industry platform time_zone proposal_on go_live_on".split(" "),
  );
  expect(fields[0]).toMatchObject({ value: "Mercy" });
  expect(fields[2]).toMatchObject({ value: "undecided" });
  expect(fields[2]?.type === "choice" && fields[2].options).toHaveLength(7);
  expect(fields[3]).toMatchObject({ value: "Asia/Tokyo" });
  expect(command).toEqual({ type: "OpenMigration" });
});

test("the proposal says which words led to which vertical, and that nothing is stored yet", () => {
  const message = propose(found());

  expect(message.headline).toBe(
    "Mercy Clinic: HIPAA seems to apply. PCI-DSS may apply too. Please confirm.",
  );
  expect(linesOf(message).slice(0, 5)).toEqual([
    "What I found",
    "HIPAA (applies): “clinic”. A word of the compliance guide.",
    "PCI-DSS (please decide): “bank”. A bank takes cards.",
    "FERPA (ignored): “schooner”. Only contains “school”.",
    "None of these rules counts before you confirm it.",
  ]);
  expect(commandsOf(message)[0]?.command.type).toBe("ReviewVerticals");
});

test.each([
  [found({ ask: [], auto: ["HIPAA", "FERPA"] }), /HIPAA and FERPA seem to apply\. Please confirm/],
  [found({ auto: [] }), /does PCI-DSS apply\? Please decide/],
  [
    found({ auto: [], ask: [], matches: [] }),
    /no compliance vertical found\. Please confirm that none/,
  ],
])("the proposal's first line fits what was found", (detection, says) => {
  expect(propose(detection).headline).toMatch(says);
});

test("the proposal and the form say what the workflow files say of verticals that apply together", () => {
  const detection = found({ flags: ["air_ambulance"] });
  const given = { record: unconfirmed, detection, together: ["Both fly and heal."] };
  const titles = TITLES;
  const message = start.verticalsProposal({ ...given, titles, person: aPerson(DANA).profile });
  const form = start.verticalsForm({ ...given, choices: CHOICES });

  expect(linesOf(message)).toContain("Both fly and heal.");
  expect(JSON.stringify(form.intro)).toContain("Both fly and heal.");
});

test("found verticals and likely ones are chosen already; none is the last choice", () => {
  const form = start.verticalsForm({ record: unconfirmed, detection: found(), choices: CHOICES });
  const unlikely = found({ ask: [{ vertical: "PCI", default: "no" }] });

  expect(form.fields[0]).toMatchObject({ id: "verticals", value: ["HIPAA", "PCI"] });
  expect(form.fields[0]?.type === "multi" && form.fields[0].options.at(-1)).toEqual({
    id: "none",
    label: "None of these apply",
  });
  expect(form.fields).toHaveLength(1);
  expect(
    start.verticalsForm({ record: unconfirmed, detection: unlikely, choices: CHOICES }).fields[0],
  ).toMatchObject({ value: ["HIPAA"] });
});

test("a vertical is offered with the name of our product for it", () => {
  const choices = [
    { id: "HIPAA", title: "HIPAA", product: "HealthComm" },
    { id: "OWN", title: "Our own rules" },
  ];
  const [field] = start.verticalsForm({ record: unconfirmed, detection: found(), choices }).fields;

  expect(field?.type === "multi" && field.options.map(({ label }) => label)).toEqual([
    "HIPAA (HealthComm)",
    "Our own rules",
    "None of these apply",
  ]);
});

test("what was confirmed stays chosen, also that none applies", () => {
  const chosen = (verticals: readonly string[]) =>
    start.verticalsForm({ record: aRecord({ verticals }), detection: found(), choices: CHOICES })
      .fields[0];

  expect(chosen(["FERPA"])).toMatchObject({ value: ["FERPA"] });
  expect(chosen([])).toMatchObject({ value: ["none"] });
});

test("the proposal names the four checks of the compliance guide and what is still to do", () => {
  const { profile } = aPerson(DANA);
  const contacts = [{ ...anAttestation().from, role: "customer_compliance_officer" } as const];
  const checks = (record: MigrationRecord, emailConfirmed: boolean) => {
    const person = { ...profile, emailConfirmed };
    const given = { record, detection: found(), titles: TITLES, person };
    const sections = start.verticalsProposal(given).sections ?? [];
    return sections.flatMap(({ checklist }) => checklist ?? []).map(({ mark }) => mark);
  };

  expect(checks(unconfirmed, false)).toEqual(["done", "open", "open", "open"]);
  expect(checks(aRecord({ contacts }), true)).toEqual(["done", "done", "done", "done"]);
});

test("the picker goes on with what was asked, and counts what does not fit", () => {
  const entry = (number: number) => aRecord({ customer: `Customer ${number}` });
  const many = Array.from({ length: 103 }, (_, number) => ({
    ...entry(number),
    id: aRecord().id,
  }));

  const message = start.migrationPicker(many, "sign", "baa");

  expect(commandsOf(message)).toHaveLength(100);
  expect(commandsOf(message)[0]).toEqual({
    label: "Customer 0, go-live 2026-12-01",
    command: { type: "ChooseMigration", migration: MIGRATION, next: "sign", words: "baa" },
  });
  expect(linesOf(message)).toEqual(["3 more are not in this list."]);
  expect(uuid(1)).toBe(MIGRATION);
});

test("a channel without a migration offers to start one, or to bring one here", () => {
  const types = (entries: Parameters<typeof start.channelWithoutMigration>[0]) =>
    commandsOf(start.channelWithoutMigration(entries)).map(({ command }) => command.type);

  expect(types([])).toEqual(["StartMigration", "ShowHelp"]);
  expect(types([aRecord()])).toEqual(["StartMigration", "LinkChannel"]);
});

test("the closing form names what is open; the canceling form asks why", () => {
  expect(linesOf(start.closeForm(aView())).join()).toContain("hipaa_baa_signed");
  expect(start.closeForm(aView()).command.type).toBe("ConfirmClose");
  expect(start.cancelForm(aRecord()).fields.map(({ id, required }) => [id, required])).toEqual([
    ["reason", true],
  ]);
});

test("dates and platform are prefilled", () => {
  expect(start.datesForm(aRecord()).fields).toMatchObject([
    { value: "2026-06-01" },
    { value: "2026-12-01" },
    { id: "time_zone", value: "America/Chicago" },
  ]);
  expect(start.platformForm(aRecord()).fields).toMatchObject([{ value: "zoom_phone" }]);
  expect(start.platformForm(aRecord({ platform: null })).fields[0]).not.toHaveProperty("value");
});
