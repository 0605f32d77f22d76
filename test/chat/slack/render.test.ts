/** Every limit of Slack's, one step beyond it: what does not fit is counted and said. */
import { describe, expect, test } from "vitest";
import {
  decodeMemory,
  decodeMenu,
  decodePressed,
  encodeMemory,
  encodeMenu,
  encodePressed,
} from "../../../src/chat/slack/render/wire.ts";
import { renderForm } from "../../../src/chat/slack/render-form.ts";
import { renderHome } from "../../../src/chat/slack/render-home.ts";
import { renderMessage } from "../../../src/chat/slack/render-message.ts";
import type { Command } from "../../../src/domain/command.ts";
import { MigrationId, RequirementName } from "../../../src/domain/ids.ts";
import type { Field, Form } from "../../../src/messages/form.ts";
import type { Button, ChecklistLine, Message } from "../../../src/messages/message.ts";
import { checkBlocks } from "../../support/slack/checks/blocks.ts";
import { checkView } from "../../support/slack/checks/view.ts";
import { findControls, readBlocks } from "../../support/slack/driver/reading.ts";

const MIGRATION = MigrationId.parse("0d9a3d1e-8a53-4a1c-9f6b-000000000001");
const STATUS: Command = { type: "ShowStatus", migration: MIGRATION };
const many = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index + 1));
const button = (n: number): Button => ({ label: `Button ${n}`, command: STATUS });
const check = (n: number, action?: Button): ChecklistLine => ({
  mark: "open",
  text: `requirement ${n}`,
  state: "pending",
  ...(action ? { action } : {}),
});

function read(message: Message): { shown: string; blocks: number } {
  const { blocks } = renderMessage(message);
  expect(checkBlocks(blocks, "message")).toEqual([]);
  return { shown: readBlocks(blocks), blocks: blocks.length };
}

describe("a message", () => {
  test("with 60 buttons beside its lines keeps 50 blocks and says how many lines are left out", () => {
    const { shown, blocks } = read({
      headline: "Everything",
      sections: [{ checklist: many(60, (n) => check(n, button(n))) }, { actions: [button(99)] }],
    });

    expect(blocks).toBe(50);
    expect(shown).toContain("requirement 47 ");
    expect(shown).not.toContain("requirement 48 ");
    expect(shown).toContain("…and 13 more");
    expect(shown).toContain("[Button 99]");
  });

  test("with 22 requirements and their buttons shows them all", () => {
    const { shown } = read({
      headline: "Status",
      sections: [{ checklist: many(22, (n) => check(n, button(n))) }],
    });

    expect(shown).toContain("requirement 22 ");
    expect(shown).not.toContain("more");
  });

  test("with 30 buttons in a row spreads them over blocks", () => {
    const { shown, blocks } = read({ headline: "x", sections: [{ actions: many(30, button) }] });

    expect(blocks).toBe(3);
    expect(shown).toContain("[Button 30]");
  });

  test("with 12 fields spreads them over sections", () => {
    const fields = many(12, (n) => ({ label: `Field ${n}`, value: `value ${n}` }));
    const { shown } = read({ headline: "x", sections: [{ fields }] });

    expect(shown).toContain("value 12");
  });

  test("with too many words counts what is left out", () => {
    const lines = many(40, (n) => `${n} ${"word ".repeat(100)}`);
    const { shown } = read({ headline: "x", sections: [{ lines }] });

    expect(shown).toMatch(/…and \d+ more/);
    expect(shown.length).toBeLessThan(13_000);
  });

  test("with a headline of 151 characters shows all of it", () => {
    const headline = "h".repeat(151);
    const { shown } = read({ headline, sections: [{ lines: ["x"] }] });

    expect(shown).toContain(headline);
  });

  test("with a label of 76 characters shortens the label and keeps the command", () => {
    const { blocks } = renderMessage({
      headline: "x",
      sections: [{ actions: [{ label: "b".repeat(76), command: STATUS }] }],
    });

    expect(checkBlocks(blocks, "message")).toEqual([]);
    const [control] = findControls(blocks);
    expect(control?.label).toBe(`${"b".repeat(74)}…`);
    expect(decodePressed(control?.element.value)?.deed).toEqual(STATUS);
  });

  test("with a long confirmation stays within Slack's dialog", () => {
    const confirm = { title: "t".repeat(101), text: "x".repeat(301), yes: "y".repeat(31) };
    const action = { label: "Revoke", command: STATUS, style: "danger", confirm } as const;
    const { blocks } = renderMessage({ headline: "x", sections: [{ actions: [action] }] });

    expect(checkBlocks(blocks, "message")).toEqual([]);
    expect(JSON.stringify(blocks)).toContain('"deny"');
  });

  test("carries everything in its text too, within 4,000 characters", () => {
    const message: Message = {
      headline: "Gate 5: BLOCKED",
      tone: "bad",
      sections: [
        { progress: { done: 3, of: 18, label: "requirements" } },
        { checklist: many(3, (n) => check(n)), actions: [button(1)] },
        { fields: [{ label: "Customer", value: "A & B" }] },
        { table: { caption: "Dates", columns: ["What", "When"], rows: [["BAA", "soon"]] } },
      ],
      footnote: "As of today.",
    };

    const { text } = renderMessage(message);

    for (const part of ["Gate 5: BLOCKED", "3 of 18 · requirements", "requirement 3", "pending"])
      expect(text).toContain(part);
    for (const part of ["Customer: A &amp; B", "BAA, soon", "As of today.", "[Button 1]"])
      expect(text).toContain(part);
    const long = renderMessage({
      headline: "x",
      sections: [{ lines: many(500, () => "&".repeat(40)) }],
    });
    expect(long.text.length).toBeLessThanOrEqual(4_000);
    expect(long.text).toMatch(/…and \d+ more lines$/);
    expect(long.text).not.toMatch(/&(?!amp;|lt;|gt;)/);
  });

  test("with one endless line still has a text within 4,000 characters", () => {
    const { text } = renderMessage({ headline: "<".repeat(9_000) });

    expect(text.length).toBeLessThanOrEqual(4_000);
    expect(text).not.toMatch(/&(?!lt;)/);
    expect(text).toMatch(/^(&lt;){600}/);
  });

  test("shows the state of each line in words beside its mark", () => {
    const { shown } = read({
      headline: "x",
      sections: [{ checklist: [{ mark: "blocked", text: "BAA", state: "rejected" }] }],
    });

    expect(shown).toContain("⛔ BAA · rejected");
  });

  test("says a count once, also when its label has it", () => {
    const progress = { done: 3, of: 18, label: "3 of 18 signed" };
    const { shown } = read({ headline: "x", sections: [{ progress }] });

    expect(shown).toBe("x\n▰▱▱▱▱▱▱▱▱▱  3 of 18 signed");
  });

  test("with a link to no web address leaves the button out", () => {
    const actions = [{ label: "Open", url: "javascript:alert(1)" }];
    const { blocks } = read({ headline: "x", sections: [{ actions, lines: ["y"] }] });

    expect(blocks).toBe(2);
  });
});

describe("a menu", () => {
  const names = ["hipaa_baa_signed", "hipaa_phi_inventory_partial", "ferpa_counsel_review"];
  const choices = names.map((name) => ({
    label: name,
    command: {
      type: "AnswerRequirement",
      migration: MIGRATION,
      requirement: RequirementName.parse(name),
    } as const,
  }));

  test("keeps each command although an option's value is short", () => {
    const { blocks } = renderMessage({
      headline: "x",
      sections: [{ actions: [{ label: "Answer", choices }] }],
    });

    expect(checkBlocks(blocks, "message")).toEqual([]);
    const found = findControls(blocks).map(
      ({ element, option }) => decodeMenu(element.action_id, option?.value)?.deed,
    );
    expect(found).toEqual(choices.map(({ command }) => command));
  });

  test("whose commands do not fit becomes buttons", () => {
    const wide = choices.map((choice, n) => ({
      ...choice,
      command: { type: "ShowHelp", topic: `${n}${"t".repeat(80)}` } as const,
    }));
    expect(encodeMenu({ label: "Help", choices: wide }, "1")).toBeNull();

    const { blocks } = renderMessage({
      headline: "x",
      sections: [{ actions: [{ label: "Help", choices: wide }] }],
    });

    const found = findControls(blocks).map(({ element }) => decodePressed(element.value));
    expect(found.map((pressed) => pressed?.deed)).toEqual(wide.map(({ command }) => command));
  });

  test("of 120 choices is grouped by hundreds", () => {
    const choice = (n: number) => ({
      label: `Topic ${n}`,
      command: { type: "ShowHelp", topic: String(n) } as const,
    });
    const { blocks } = renderMessage({
      headline: "x",
      sections: [{ actions: [{ label: "Help", choices: many(120, choice) }] }],
    });

    expect(checkBlocks(blocks, "message")).toEqual([]);
    expect(findControls(blocks)).toHaveLength(120);
  });
});

describe("a form", () => {
  const base: Form = { title: "Form", submit: "Save", command: { type: "SaveRole" }, fields: [] };
  const options = (count: number) => many(count, (n) => ({ id: `o${n}`, label: `Option ${n}` }));
  const element = (field: Field): Record<string, unknown> => {
    const view = renderForm({ ...base, fields: [field] });
    expect(checkView(view, "modal")).toEqual([]);
    const block = view.blocks.find(({ type }) => type === "input");
    return block && "element" in block ? { ...block.element } : {};
  };
  const field = { id: "f", label: "Label", required: true } as const;

  test.each([
    [{ ...field, type: "choice", options: options(10), value: "o2" }, "radio_buttons"],
    [{ ...field, type: "choice", options: options(11), value: "o2" }, "static_select"],
    [{ ...field, type: "choice", options: options(101), value: "o101" }, "static_select"],
    [{ ...field, type: "multi", options: options(10), value: ["o2"] }, "checkboxes"],
    [{ ...field, type: "multi", options: options(11), value: ["o2"] }, "multi_static_select"],
    [{ ...field, type: "text", value: "x", long: true, maxLength: 9_000 }, "plain_text_input"],
    [{ ...field, type: "email", value: "a@b.example" }, "email_text_input"],
    [{ ...field, type: "url", value: "https://a.example" }, "url_text_input"],
    [{ ...field, type: "number", value: "72", unit: "months" }, "number_input"],
    [{ ...field, type: "date", value: "2026-03-01" }, "datepicker"],
    [{ ...field, type: "user", value: "U0DANA" }, "users_select"],
    [{ ...field, type: "file", accepts: [".pdf", "DOCX"] }, "file_input"],
  ] as const)("asks %j with %s", (given: Field, expected) => {
    expect(element(given).type).toBe(expected);
  });

  test.each([
    [{ ...field, type: "date", value: "2026-02-30" }, "initial_date"],
    [{ ...field, type: "number", value: "many" }, "initial_value"],
    [{ ...field, type: "email", value: "nobody" }, "initial_value"],
    [{ ...field, type: "user", value: "dana" }, "initial_user"],
    [{ ...field, type: "choice", options: options(2), value: "gone" }, "initial_option"],
    [{ ...field, type: "file", accepts: ["application/pdf"] }, "filetypes"],
  ] as const)("leaves out what Slack would refuse in %j", (given: Field, key) => {
    expect(element(given)).not.toHaveProperty(key);
  });

  test("shortens a title of 25 characters", () => {
    const view = renderForm({ ...base, title: "t".repeat(25), submit: "s".repeat(25) });

    expect(checkView(view, "modal")).toEqual([]);
    expect(view.title.text).toBe(`${"t".repeat(23)}…`);
  });

  test("with an endless introduction keeps every question and counts the rest", () => {
    const view = renderForm({
      ...base,
      intro: [{ lines: many(2_000, (n) => `line ${n}`) }],
      fields: many(6, (n) => ({ ...field, id: `f${n}`, type: "text" })),
    });

    expect(checkView(view, "modal")).toEqual([]);
    expect(view.blocks.filter(({ type }) => type === "input")).toHaveLength(6);
    expect(readBlocks(view.blocks)).toMatch(/…and \d+ more/);
  });

  test("asks for no file when files came before it", () => {
    const file: Field = { ...field, type: "file" };
    const view = renderForm({ ...base, fields: [file] }, { files: ["F0001"] });

    expect(view.blocks[0]).toMatchObject({ type: "input", optional: true });
    expect(decodeMemory(view.private_metadata)?.files).toEqual(["F0001"]);
  });
});

test("a home tab takes 100 blocks and counts the rest", () => {
  const home = renderHome({
    headline: "Your queue",
    sections: many(80, (n) => ({ title: `Migration ${n}`, actions: [button(n)] })),
  });

  expect(checkView(home, "home")).toEqual([]);
  expect(home.blocks).toHaveLength(100);
  expect(readBlocks(home.blocks)).toMatch(/…and \d+ more/);
});

describe("what comes back from Slack", () => {
  const good = encodePressed(STATUS);

  test("is the command that went out, with the files that were dropped", () => {
    expect(decodePressed(good)).toEqual({ deed: STATUS, files: [] });
    expect(decodePressed(encodePressed(STATUS, ["F01"]))).toEqual({ deed: STATUS, files: ["F01"] });
    const memory = { command: STATUS, channel: "C0123" };
    expect(decodeMemory(encodeMemory(memory))).toEqual(memory);
  });

  test.each([
    ["nothing", undefined],
    ["a number", 7],
    ["an empty text", ""],
    ["no JSON", "approve"],
    ["an array", `[${good}]`],
    ["null", "null"],
    ["an unknown command", '{"type":"GrantEverything"}'],
    ["an added key", good.replace("}", ',"as":"admin"}')],
    ["a migration that is no id", '{"type":"ShowStatus","migration":"1 or 1=1"}'],
    ["a prototype", '{"__proto__":{"type":"OpenHome"}}'],
    ["a command in a list of files", `{"deed":${good},"files":["../../etc"]}`],
    ["a foreign key beside the command", `{"deed":${good},"files":[],"user":"U0ADMIN"}`],
  ])("is refused when it is %s", (_what, value) => {
    expect(decodePressed(value)).toBeNull();
    expect(decodeMemory(value)).toBeNull();
  });

  test.each([
    ["another action", "button:1", "{}"],
    ["a broken head", "menu:1:{", "{}"],
    ["a broken value", 'menu:1:{"type":"OpenHome"}', "{"],
    ["an array", 'menu:1:["type"]', "[]"],
    ["an added key", 'menu:1:{"type":"OpenHome"}', '{"role":"admin"}'],
    ["no action at all", null, "{}"],
  ])("is refused as a menu's choice when it is %s", (_what, actionId, value) => {
    expect(decodeMenu(actionId, value)).toBeNull();
  });
});
