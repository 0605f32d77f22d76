/** What comes back from Teams is the command that went out, or nothing. */
import { describe, expect, test } from "vitest";
import {
  decodePressed,
  encodeField,
  encodeMenu,
  encodePressed,
  type FileRef,
  fitFiles,
} from "../../../src/chat/teams/render/wire.ts";
import type { Command } from "../../../src/domain/command.ts";
import { MigrationId } from "../../../src/domain/ids.ts";

const MIGRATION = MigrationId.parse("0d9a3d1e-8a53-4a1c-9f6b-000000000001");
const STATUS: Command = { type: "ShowStatus", migration: MIGRATION };
const PLACE = "19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2";
const FILE: FileRef = {
  id: "1150D938-8870-4044-9F2C-5BBDEBA70C8C",
  name: "BAA.pdf",
  url: "https://contoso.sharepoint.example/download?tempauth=eyJ0",
  type: "pdf",
};
const NOTHING = { place: null, files: [], form: null, values: {} };

describe("what comes back from Teams", () => {
  test("is the command that went out, with where it began", () => {
    expect(decodePressed(encodePressed(STATUS))).toEqual({ ...NOTHING, deed: STATUS });
    expect(
      decodePressed(encodePressed(STATUS, { place: PLACE, files: [FILE], form: "f1" })),
    ).toEqual({ deed: STATUS, place: PLACE, files: [FILE], form: "f1", values: {} });
  });

  test("may be words that a person typed before", () => {
    const deed = { type: "Text", text: "status of Mercy" } as const;

    expect(decodePressed(encodePressed(deed))?.deed).toEqual(deed);
  });

  test("brings the values of a form, and no others", () => {
    const values = decodePressed({
      ...encodePressed(STATUS),
      "field:customer": "Mercy Clinic",
      "field:verticals": "HIPAA,PCI",
      "field:interviewee.name": "Robin",
      "field:months": 72,
      "field:empty": "",
      "field:": "no id",
      "field:list": ["a"],
      "field:1=1": "no id either",
      menu: "x",
      customer: "Evil",
      msteams: { type: "task/submit" },
    })?.values;

    expect(values).toEqual({
      customer: "Mercy Clinic",
      verticals: "HIPAA,PCI",
      "interviewee.name": "Robin",
      months: "72",
      empty: "",
    });
  });

  test("brings several choices as a list where the form asked for several", () => {
    const data = encodePressed(STATUS, { several: ["verticals", "none"] });
    const sent = { "field:verticals": "HIPAA,PCI", "field:none": "", "field:customer": "A, B" };

    expect(decodePressed({ ...data, ...sent })?.values).toEqual({
      verticals: ["HIPAA", "PCI"],
      none: [],
      customer: "A, B",
    });
  });

  test("is not led astray by a prototype", () => {
    const hostile: unknown = JSON.parse(
      `{"cleargate":{"deed":{"type":"OpenHome"}},"__proto__":{"field:a":"1"},
        "field:__proto__":"polluted","field:constructor":"x"}`,
    );

    expect(decodePressed(hostile)?.values).toEqual({ constructor: "x" });
    expect(Object.getPrototypeOf(decodePressed(hostile)?.values)).toBe(Object.prototype);
    expect(decodePressed(JSON.parse('{"__proto__":{"cleargate":{}}}'))).toBeNull();
  });

  const good = { deed: STATUS };
  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a number", 7],
    ["a text", JSON.stringify({ cleargate: good })],
    ["an array", [{ cleargate: good }]],
    ["an empty object", {}],
    ["a command without our word", STATUS],
    ["no deed", { cleargate: {} }],
    ["an unknown command", { cleargate: { deed: { type: "GrantEverything" } } }],
    ["an added key", { cleargate: { ...good, as: "admin" } }],
    ["an added key in the command", { cleargate: { deed: { ...STATUS, as: "admin" } } }],
    ["a migration that is no id", { cleargate: { deed: { ...STATUS, migration: "1 or 1=1" } } }],
    ["a place in a thread", { cleargate: { ...good, place: `${PLACE};messageid=1` } }],
    ["a place with a space", { cleargate: { ...good, place: "a b" } }],
    [
      "a file of no web address",
      { cleargate: { ...good, files: [{ ...FILE, url: "file:///a" }] } },
    ],
    ["a file with more in it", { cleargate: { ...good, files: [{ ...FILE, path: "../" }] } }],
    ["21 files", { cleargate: { ...good, files: Array.from({ length: 21 }, () => FILE) } }],
    ["a form that is no text", { cleargate: { ...good, form: 1 } }],
    ["fields of several choices that are no list", { cleargate: { ...good, several: "a" } }],
    ["endless words", { cleargate: { deed: { type: "Text", text: "x".repeat(1_001) } } }],
  ])("is refused when it is %s", (_what, data) => {
    expect(decodePressed(data)).toBeNull();
  });
});

describe("a choice of a menu", () => {
  const menu = encodeMenu("menu:1", { place: PLACE, files: [FILE] });

  test("is the command of the choice", () => {
    expect(decodePressed({ ...menu, "menu:1": JSON.stringify(STATUS) })).toEqual({
      ...NOTHING,
      deed: STATUS,
      place: PLACE,
      files: [FILE],
    });
  });

  test.each([
    ["nothing was chosen", {}],
    ["nothing was chosen", { "menu:1": "" }],
    ["another menu was meant", { "menu:2": JSON.stringify(STATUS) }],
    ["it is no JSON", { "menu:1": "{" }],
    ["it is no text", { "menu:1": STATUS }],
    ["it is no command", { "menu:1": '{"type":"GrantEverything"}' }],
    ["it is more than a command", { "menu:1": '{"type":"OpenHome","as":"admin"}' }],
    ["it is words, which no menu offers", { "menu:1": '{"type":"Text","text":"sign"}' }],
  ])("is refused when %s", (_why, chosen) => {
    expect(decodePressed({ ...menu, ...chosen })).toBeNull();
  });

  test("is refused when the menu is none of ours", () => {
    const data = { cleargate: { menu: "field:a" }, "field:a": JSON.stringify(STATUS) };

    expect(decodePressed(data)).toBeNull();
  });
});

test("a field whose answer would not be known again is a mistake of ours", () => {
  expect(encodeField("interviewee.name")).toBe("field:interviewee.name");
  expect(() => encodeField("__proto__")).toThrow(/would not be known/);
  expect(() => encodeField("a b")).toThrow(/would not be known/);
});

test("files travel as far as there is room, and the first ones do", () => {
  const files = Array.from({ length: 5 }, (_, n) => ({
    ...FILE,
    id: String(n),
    url: `https://contoso.sharepoint.example/${"x".repeat(1_700)}`,
  }));

  expect(fitFiles(files, 1).map(({ id }) => id)).toEqual(["0", "1", "2"]);
  expect(fitFiles(files, 4).map(({ id }) => id)).toEqual(["0"]);
  expect(fitFiles(files, 20)).toEqual([]);
  expect(fitFiles([FILE], 1)).toEqual([FILE]);
});
