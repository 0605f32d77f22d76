/** A form as a card: every kind of question comes back with its answer, and what to mend stands beside it. */
import { describe, expect, test } from "vitest";
import type { AdaptiveCard } from "../../../src/chat/teams/render/cards.ts";
import { CARD_CHARACTERS } from "../../../src/chat/teams/render/limits.ts";
import { decodePressed, type FileRef } from "../../../src/chat/teams/render/wire.ts";
import { type FormOptions, renderForm } from "../../../src/chat/teams/render-form.ts";
import type { Field, Form } from "../../../src/messages/form.ts";
import { asObject, type Json } from "../../support/slack/checks/parts.ts";
import { checkCard } from "../../support/teams/checks/card.ts";
import { ofType, readLines, readRuns } from "./parts.ts";

const many = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index + 1));
const options = (count: number) => many(count, (n) => ({ id: `o${n}`, label: `Option ${n}` }));
const people = (count: number) => many(count, (n) => ({ id: `user-${n}`, label: `Person ${n}` }));
const PLACE = "19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2";
const base: Form = { title: "Form", submit: "Save", command: { type: "SaveRole" }, fields: [] };
const field = { id: "f", label: "Label", required: true } as const;
const file: FileRef = {
  id: "file-1",
  name: "BAA.pdf",
  url: "https://contoso.sharepoint.example/a",
  type: "pdf",
};

function draw(form: Partial<Form>, given: FormOptions = {}): AdaptiveCard {
  const { card } = renderForm({ ...base, ...form }, given);
  expect(checkCard(card)).toEqual([]);
  expect(JSON.stringify(card).length).toBeLessThanOrEqual(CARD_CHARACTERS);
  return card;
}

const inputsIn = (card: AdaptiveCard): readonly Json[] =>
  ["Text", "Number", "Date", "ChoiceSet"].flatMap((kind) => ofType(card.body, `Input.${kind}`));
const inputOf = (asked: Field, given?: FormOptions) =>
  inputsIn(draw({ fields: [asked] }, given))[0];
const read = (card: AdaptiveCard) => readLines(card).join("\n");
const buttonsIn = (card: AdaptiveCard) => ofType(card.body, "Action.Execute");

/** What the client sends when the first button is pressed and the inputs are left as they are. */
function submit(card: AdaptiveCard, typed: Readonly<Record<string, string>> = {}) {
  const kept = inputsIn(card).map(({ id, value }) => [String(id), String(value ?? "")] as const);
  const [first] = buttonsIn(card);
  return decodePressed({ ...asObject(first?.data), ...Object.fromEntries(kept), ...typed });
}

describe("a question", () => {
  test.each([
    [{ ...field, type: "choice", options: options(7), value: "o2" }, "o2"],
    [{ ...field, type: "choice", options: options(30), value: "o30" }, "o30"],
    [{ ...field, type: "choice", options: options(31), value: "o31" }, "o31"],
    [{ ...field, type: "multi", options: options(7), value: ["o2", "o4"] }, ["o2", "o4"]],
    [{ ...field, type: "multi", options: options(2) }, []],
    [{ ...field, type: "multi", options: options(40), value: ["o40"] }, ["o40"]],
    [{ ...field, type: "text", value: 'a "b"\n{{c}}', long: true }, 'a "b"\n{{c}}'],
    [{ ...field, type: "email", value: "a@b.example" }, "a@b.example"],
    [{ ...field, type: "url", value: "https://a.example" }, "https://a.example"],
    [{ ...field, type: "number", value: "72.5", unit: "months" }, "72.5"],
    [{ ...field, type: "date", value: "2026-03-01" }, "2026-03-01"],
    [{ ...field, type: "user", value: "user-3" }, "user-3"],
  ] as const)("of the kind %j comes back with its answer", (asked: Field, answer) => {
    const pressed = submit(draw({ fields: [asked] }, { people: people(5) }));

    expect(pressed?.deed).toEqual(base.command);
    expect(pressed?.values).toEqual({ f: answer });
  });

  test.each([
    [{ ...field, type: "choice", options: options(7) }, { style: "expanded" }],
    [{ ...field, type: "choice", options: options(8) }, { style: "compact" }],
    [{ ...field, type: "choice", options: options(31) }, { style: "filtered" }],
    [
      { ...field, type: "multi", options: options(7) },
      { style: "expanded", isMultiSelect: true },
    ],
    [
      { ...field, type: "multi", options: options(31) },
      { style: "compact", isMultiSelect: true },
    ],
    [
      { ...field, type: "text", long: true, maxLength: 9_000 },
      { isMultiline: true, maxLength: 3_000 },
    ],
    [
      { ...field, type: "text", placeholder: "Mercy" },
      { placeholder: "Mercy", maxLength: 3_000 },
    ],
    [{ ...field, type: "email" }, { style: "Email" }],
    [{ ...field, type: "url" }, { style: "Url" }],
    [{ ...field, type: "number", unit: "months" }, { label: "Label (months)" }],
    [{ ...field, type: "user" }, { style: "filtered" }],
    [
      { ...field, type: "date" },
      { isRequired: true, errorMessage: "This is needed." },
    ],
  ] as const)("%j is asked as %j", (asked: Field, expected) => {
    expect(inputOf(asked, { people: people(2) })).toMatchObject(expected);
  });

  test("that may be left empty is not required", () => {
    const input = inputOf({ ...field, type: "date", required: false });

    expect(input).not.toHaveProperty("isRequired");
    expect(input).not.toHaveProperty("errorMessage");
  });

  test.each([
    { ...field, type: "date", value: "2026-02-30" },
    { ...field, type: "number", value: "many" },
    { ...field, type: "choice", options: options(2), value: "gone" },
    { ...field, type: "multi", options: options(2), value: ["gone"] },
    { ...field, type: "user", value: "user-9" },
  ] as const)("does not bring along what Teams would refuse in %j", (asked: Field) => {
    expect(inputOf(asked, { people: people(2) })).not.toHaveProperty("value");
  });

  test("whose choices could be read as markup is a list, where they are text", () => {
    const labels = ["[sign here](https://evil.example)", "*Yes*", "# No", "<b>"];

    for (const label of labels) {
      const asked: Field = { ...field, type: "choice", options: [{ id: "a", label }] };
      expect(inputOf(asked)).toMatchObject({ style: "compact", choices: [{ title: label }] });
    }
  });

  test("with a comma in a choice's id is a mistake of ours", () => {
    const asked: Field = { ...field, type: "multi", options: [{ id: "a,b", label: "A" }] };

    expect(() => renderForm({ ...base, fields: [asked] })).toThrow(/would come back as two/);
  });

  test("for a person counts those who are not in its list, and keeps the one who was chosen", () => {
    const asked: Field = { ...field, type: "user", value: "user-250" };
    const card = draw({ fields: [asked] }, { people: people(250) });

    expect(inputsIn(card)[0]).toMatchObject({ value: "user-250" });
    expect(readRuns(card)).toContain("…and 150 more who are not in this list");
  });

  test("for a person where nobody is known says where to ask", () => {
    const card = draw({ fields: [{ ...field, type: "user" }] });

    expect(inputsIn(card)).toEqual([]);
    expect(read(card)).toContain(
      "Label\nThere is nobody to choose from here. Use this in the channel",
    );
  });

  test("for a file says how to send one, or which ones have come", () => {
    const asked: Field = { ...field, type: "file", help: "Leave empty to use those above." };

    expect(read(draw({ fields: [asked] }))).toContain(
      "Label\nSend the file to Cleargate in this chat, then choose where it belongs.\nLeave empty",
    );
    const card = draw({ fields: [asked] }, { files: [file] });
    expect(read(card)).toContain("Label\n📎 BAA.pdf");
    expect(read(card)).not.toContain("Leave empty");
    expect(submit(card)?.files).toEqual([file]);
  });
});

describe("a form that was sent back", () => {
  const asked: readonly Field[] = [
    { ...field, id: "customer", type: "text", value: "Mercy", maxLength: 20 },
    { ...field, id: "verticals", type: "multi", options: options(3), value: ["o1"] },
    { ...field, id: "document", type: "file" },
  ];

  test("shows what was typed, also where the person had emptied a field", () => {
    const values = { customer: "", verticals: "o2,o3" };
    const [customer, verticals] = inputsIn(draw({ fields: asked }, { values }));

    expect(customer).not.toHaveProperty("value");
    expect(verticals).toMatchObject({ value: "o2,o3" });
  });

  test("says beside each field what to mend, and on top what belongs to none", () => {
    const errors = {
      customer: "A name is needed.",
      document: "Send it first.",
      gone: "Look again.",
    };
    const card = draw({ fields: asked }, { errors });

    const groups = card.body.map((element) => ({
      id: ofType(element, "Input.Text")[0]?.id ?? asObject(element)?.id,
      words: ofType(element, "TextRun")
        .map(({ text }) => text)
        .join(""),
    }));
    expect(groups.slice(0, 2).map(({ words }) => words)).toEqual(["Form", "Mend: Look again."]);
    expect(groups).toContainEqual({ id: "field:customer", words: "Mend: A name is needed." });
    expect(groups.find(({ id }) => id === "field:document")?.words).toMatch(
      /Mend: Send it first\.$/,
    );
    const mend = ofType(card.body, "TextRun").filter(({ color }) => color === "Attention");
    expect(mend.filter(({ text }) => text === "Mend:")).toHaveLength(3);
  });

  test("says how much of what was typed has no room", () => {
    const card = draw({ fields: asked }, { values: { customer: "x".repeat(25) } });

    expect(inputsIn(card)[0]?.value).toBe("x".repeat(20));
    expect(readRuns(card)).toContain("5 characters had no room here.");
  });
});

describe("a form", () => {
  test("is sent with its fields and left without them", () => {
    const card = draw(
      { cancel: "Keep it open", fields: [{ ...field, type: "text" }] },
      { place: PLACE, formId: "form-1", files: [file] },
    );

    const [send, leave] = buttonsIn(card);
    expect(send).toMatchObject({ title: "Save", style: "positive", associatedInputs: "auto" });
    expect(leave).toMatchObject({ title: "Keep it open", associatedInputs: "none" });
    expect(submit(card, { "field:f": "typed" })).toEqual({
      deed: base.command,
      place: PLACE,
      files: [file],
      form: "form-1",
      values: { f: "typed" },
    });
    expect(decodePressed(leave?.data)).toEqual({
      deed: { type: "OpenHome" },
      place: PLACE,
      files: [],
      form: "form-1",
      values: {},
    });
  });

  test("without a way out has one button", () => {
    expect(buttonsIn(draw({}))).toHaveLength(1);
  });

  test("tells in its text what it asks", () => {
    const { summary, card } = renderForm({
      ...base,
      intro: [{ title: "Why", lines: ["Because."] }],
      fields: [{ ...field, type: "date" }],
      footnote: "Never enter names.",
    });

    expect(summary).toBe("Form");
    expect(card.fallbackText.split("\n")).toEqual([
      "Form",
      "Why",
      "Because.",
      "Label",
      "Never enter names.",
      "[Save]",
    ]);
  });

  test("with an endless introduction keeps every question and counts the rest", () => {
    const card = draw({
      intro: [{ lines: many(3_000, (n) => `line ${n}`) }],
      fields: many(6, (n) => ({ ...field, id: `f${n}`, type: "text" })),
      footnote: "Never enter names.",
    });

    const kept = readRuns(card).filter((text) => text.startsWith("line ")).length;
    expect(inputsIn(card)).toHaveLength(6);
    expect(readRuns(card)).toContain(`…and ${3_000 - kept} more`);
    expect(readRuns(card)).toContain("Never enter names.");
  });

  test("with everything too long at once keeps every question and its buttons", () => {
    const fields: readonly Field[] = [
      ...many(9, (n) => ({ ...field, id: `f${n}`, type: "text", help: "h".repeat(400) }) as const),
      { ...field, id: "user", type: "user" },
    ];
    const values = Object.fromEntries(fields.map(({ id }) => [id, '\u0001"\n'.repeat(2_000)]));
    const files = many(20, (n) => ({
      ...file,
      id: `${n}`,
      url: `${file.url}${"x".repeat(1_800)}`,
    }));
    const card = draw(
      { cancel: "Leave", fields, intro: [{ lines: many(500, () => "i".repeat(300)) }] },
      { values, files, people: people(400), errors: { f1: "e".repeat(600) }, formId: "1" },
    );

    expect(inputsIn(card)).toHaveLength(10);
    expect(buttonsIn(card).map(({ title }) => title)).toEqual(["Save", "Leave"]);
    expect(readRuns(card).join("\n")).toMatch(/1[78] files have no room here/);
  });
});
