/** Buttons and menus of a card: what they do, what is asked before, and what they carry along. */
import { describe, expect, test } from "vitest";
import { CARD_CHARACTERS } from "../../../src/chat/teams/render/limits.ts";
import { decodePressed, type FileRef } from "../../../src/chat/teams/render/wire.ts";
import { type RenderOptions, renderMessage } from "../../../src/chat/teams/render-message.ts";
import type { Command } from "../../../src/domain/command.ts";
import { MigrationId } from "../../../src/domain/ids.ts";
import type { Button, Menu, Section } from "../../../src/messages/message.ts";
import { checkCard } from "../../support/teams/checks/card.ts";
import { deedsIn, ofType, readLines } from "./parts.ts";

const MIGRATION = MigrationId.parse("0d9a3d1e-8a53-4a1c-9f6b-000000000001");
const STATUS: Command = { type: "ShowStatus", migration: MIGRATION };
const PLACE = "19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2";
const many = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index + 1));
const button = (n: number): Button => ({ label: `Button ${n}`, command: STATUS });
const file = (n: number): FileRef => ({
  id: `file-${n}`,
  name: `file ${n}.pdf`,
  url: `https://contoso.sharepoint.example/${"a".repeat(1_500)}${n}`,
  type: "pdf",
});
const menuOf = (count: number): Menu => ({
  label: "Help",
  choices: many(count, (n) => ({
    label: `Topic ${n}`,
    command: { type: "ShowHelp", topic: `${n} ${"t".repeat(150)}` },
  })),
});

function draw(actions: NonNullable<Section["actions"]>, options: RenderOptions = {}) {
  const { card } = renderMessage({ headline: "x", sections: [{ actions }] }, options);
  expect(checkCard(card)).toEqual([]);
  expect(JSON.stringify(card).length).toBeLessThanOrEqual(CARD_CHARACTERS);
  return card;
}

describe("buttons", () => {
  test("stand six in a row", () => {
    const sets = ofType(draw(many(13, button)).body, "ActionSet");

    expect(sets.map(({ actions }) => Array.isArray(actions) && actions.length)).toEqual([6, 6, 1]);
  });

  test("send the same where the client knows no universal action, and none of the inputs around", () => {
    const [execute] = ofType(draw([{ ...button(1), style: "primary" }]).body, "Action.Execute");

    expect(execute).toMatchObject({
      verb: "cleargate",
      style: "positive",
      associatedInputs: "none",
    });
    expect(execute?.fallback).toEqual({
      type: "Action.Submit",
      title: "Button 1",
      data: execute?.data,
      associatedInputs: "none",
    });
  });

  test("that confirm open the question, and only its answer does something", () => {
    const confirm = { title: "Take it back?", text: "It stays in the record.", yes: "Revoke" };
    const card = draw([{ ...button(1), style: "danger", confirm }]);

    const [opener] = ofType(card.body, "Action.ShowCard");
    expect(opener).toMatchObject({ title: "Button 1", style: "destructive" });
    expect(ofType(opener, "TextRun").map(({ text }) => text)).toEqual([
      "Take it back?",
      "It stays in the record.",
    ]);
    expect(ofType(opener, "Action.Execute")).toMatchObject([{ title: "Revoke" }]);
    expect(deedsIn(card)).toEqual([STATUS]);
  });

  test("beside a line stand in a column of their own, and one that confirms below it", () => {
    const confirm = { title: "Sure?", text: "It ends.", yes: "Yes" };
    const line = { mark: "done", text: "BAA", state: "signed" } as const;
    const { card } = renderMessage({
      headline: "x",
      sections: [
        {
          checklist: [
            { ...line, action: button(1) },
            { ...line, action: { ...button(2), confirm } },
          ],
        },
      ],
    });

    expect(card.body.slice(1).map(({ type }) => type)).toEqual(["ColumnSet", "Container"]);
    expect(ofType(card.body[1], "Column").map(({ width }) => width)).toEqual(["stretch", "auto"]);
  });

  test("that open no web address are left out", () => {
    const actions = [
      { label: "Docs", url: "https://docs.example" },
      { label: "Run", url: "javascript:alert(1)" },
    ];

    expect(ofType(draw(actions).body, "Action.OpenUrl")).toEqual([
      { type: "Action.OpenUrl", title: "Docs", url: "https://docs.example/" },
    ]);
  });

  test("with a label of 76 characters shorten the label and keep the command", () => {
    const card = draw([{ label: "b".repeat(76), command: STATUS }]);

    expect(ofType(card.body, "Action.Execute")[0]?.title).toBe(`${"b".repeat(74)}…`);
    expect(deedsIn(card)).toEqual([STATUS]);
  });
});

describe("a menu", () => {
  test("of five choices opens five buttons", () => {
    const card = draw([menuOf(5)]);

    const [opener] = ofType(card.body, "Action.ShowCard");
    expect(opener?.title).toBe("Help");
    expect(ofType(opener, "Action.Execute").map(({ title }) => title)).toEqual(
      many(5, (n) => `Topic ${n}`),
    );
    expect(deedsIn(card)).toEqual(menuOf(5).choices.map(({ command }) => command));
  });

  test("of six choices opens a list, and what is chosen is the command", () => {
    const card = draw([menuOf(6), menuOf(6)]);

    const lists = ofType(card.body, "Input.ChoiceSet");
    expect(lists.map(({ id, style }) => [id, style])).toEqual([
      ["menu:1", "compact"],
      ["menu:2", "compact"],
    ]);
    const commands = menuOf(6).choices.map(({ command }) => command);
    expect(deedsIn(card)).toEqual([...commands, ...commands]);
    expect(ofType(card.body, "Action.Execute")).toMatchObject([
      { title: "Choose", associatedInputs: "auto" },
      { title: "Choose", associatedInputs: "auto" },
    ]);
  });

  test("of 300 long choices shows as many as fit and counts the rest", () => {
    const card = draw([menuOf(300)]);

    const shown = deedsIn(card).length;
    expect(shown).toBeGreaterThan(100);
    expect(ofType(card.body, "TextRun").at(-1)?.text).toBe(
      `…and ${300 - shown} more that are not in this list`,
    );
  });

  test("of no choice is not shown", () => {
    expect(draw([menuOf(0)]).body).toHaveLength(1);
  });
});

describe("what a card carries along", () => {
  const pressedIn = (card: ReturnType<typeof draw>) =>
    ofType(card.body, "Action.Execute").map(({ data }) => decodePressed(data));

  test("is where it began, and the files that were sent before", () => {
    const card = draw([button(1), { label: "Docs", url: "https://docs.example" }], {
      place: PLACE,
      files: [file(1)],
      again: { label: "Again", deed: { type: "Text", text: "attach" } },
    });

    const carried = { place: PLACE, files: [file(1)], form: null, values: {} };
    expect(pressedIn(card)).toEqual([
      { ...carried, deed: STATUS },
      { ...carried, deed: { type: "Text", text: "attach" } },
    ]);
  });

  test("is one list instead of five buttons when there are files", () => {
    const card = draw([menuOf(5)], { files: [file(1)] });

    expect(ofType(card.body, "Action.Execute")).toHaveLength(1);
    const [first] = menuOf(5).choices;
    const [execute] = ofType(card.body, "Action.Execute");
    const chosen = { ...Object(execute?.data), "menu:1": JSON.stringify(first?.command) };
    expect(decodePressed(chosen)).toMatchObject({ deed: first?.command, files: [file(1)] });
  });

  test("says which files have no room", () => {
    const card = draw([button(1)], { files: many(8, file) });

    const [pressed] = pressedIn(card);
    expect(pressed?.files.map(({ id }) => id)).toEqual(["file-1", "file-2", "file-3"]);
    expect(readLines(card).join("\n")).toContain("5 files have no room here. Send them again");
  });

  test("is refreshed for at most sixty people", () => {
    const userIds = many(80, (n) => `29:${n}`);
    const { refresh } = draw([button(1)], { place: PLACE, refresh: { deed: STATUS, userIds } });

    expect(refresh?.userIds).toEqual(userIds.slice(0, 60));
    expect(decodePressed(refresh?.action.data)).toMatchObject({ deed: STATUS, place: PLACE });
    expect(draw([button(1)])).not.toHaveProperty("refresh");
  });
});
