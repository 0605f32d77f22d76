/** What no client sends: tampered, odd, foreign and oversized requests. Each is answered, none is obeyed. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Message } from "../../../src/messages/message.ts";
import { httpDoor } from "../../support/slack/driver/door.ts";
import { eventCallback } from "../../support/slack/driver/payloads.ts";
import type { SlackPerson } from "../../support/slack/driver/person.ts";
import { type Rig, startRig } from "../../support/slack/rig.ts";

type Json = Readonly<Record<string, unknown>>;

const CARD: Message = {
  headline: "Card",
  sections: [{ actions: [{ label: "Go", command: { type: "RunDoctor" } }] }],
};

let rig: Rig;
let dana: SlackPerson;
let press: Json;
beforeAll(async () => {
  rig = await startRig();
  dana = rig.person("U0DANA");
  rig.answer({ kind: "show", message: CARD });
  await dana.command("/compliance");
});
afterAll(() => rig.close());
beforeEach(() => {
  press = dana.payloadOf("Go", { containing: "Card" });
});

function action(change: Json): Json {
  const [first] = Array.isArray(press.actions) ? press.actions : [];
  return { ...press, actions: [{ ...first, ...change }] };
}

/** Sends it and answers with what the application heard of it. */
async function heardOf(payload: Json): Promise<number> {
  const before = rig.heard.length;
  const answer = await httpDoor(rig.slack, rig.url).interact(payload);
  expect(answer.status).toBe(200);
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  return rig.heard.length - before;
}

const OTHER_ID = '{"type":"ShowStatus","migration":"0d9a3d1e-8a53-4a1c-9f6b-00000000000X"}';

describe("a button's value", () => {
  test.each<[string, unknown]>([
    ["of 2,001 characters", JSON.stringify({ type: "ShowHelp", topic: "x".repeat(2_001) })],
    ["of another app", "approve_request_7"],
    ["that is an array", '[{"type":"RunDoctor"}]'],
    ["that is an object, not a text", { type: "RunDoctor" }],
    ["that is missing", undefined],
    ["with a random id", OTHER_ID],
    ["with an id as an array", '{"type":"ShowStatus","migration":["a"]}'],
    ["with an added authority", '{"type":"RunDoctor","actor":"U0ADMIN"}'],
    ["with a prototype", '{"type":"RunDoctor","__proto__":{"polluted":true}}'],
    ["with a constructor", '{"constructor":{"prototype":{"polluted":true}}}'],
    ["with an expired kind of command", '{"type":"ApproveEverything"}'],
    ["nested a thousand deep", `${'{"a":'.repeat(1_000)}1${"}".repeat(1_000)}`],
  ])("%s is out of date and asks nothing", async (_what, value) => {
    const told = dana.ephemerals.length;

    expect(await heardOf(action({ value }))).toBe(0);

    await expect.poll(() => dana.ephemerals.length).toBe(told + 1);
    expect(dana.ephemerals.at(-1)?.text).toContain("Nothing was changed.");
  });
});

describe("a click", () => {
  test.each<[string, () => Json]>([
    ["with no action", () => ({ ...press, actions: [] })],
    ["with two actions", () => ({ ...press, actions: [press.actions, press.actions].flat(2) })],
    ["with actions that are no list", () => ({ ...press, actions: "all" })],
    ["with an action that is nothing", () => ({ ...press, actions: [null] })],
    ["with an action without an id", () => ({ ...press, actions: [{ type: "button" }] })],
  ])("%s is out of date and asks nothing", async (_what, make) => {
    const told = dana.ephemerals.length;

    expect(await heardOf(make())).toBe(0);

    await expect.poll(() => dana.ephemerals.length).toBe(told + 1);
  });

  test.each<[string, () => Json]>([
    ["without a user", () => ({ ...press, user: undefined })],
    ["with a user without an id", () => ({ ...press, user: {} })],
    ["with a user that is a text", () => ({ ...press, user: "U0DANA" })],
    ["of an unknown type", () => ({ ...press, type: "take_over" })],
    ["of a type that is an object", () => ({ ...press, type: {} })],
  ])("%s is acknowledged and asks nothing", async (_what, make) => {
    expect(await heardOf(make())).toBe(0);
  });

  test.each<[string, () => Json]>([
    ["from another workspace", () => ({ ...press, team: { id: "T0ELSEWHERE" } })],
    ["without any workspace", () => ({ ...press, team: null })],
    [
      "from another organisation",
      () => ({ ...press, team: null, enterprise: { id: "E0X" }, is_enterprise_install: true }),
    ],
  ])("%s is refused and asks nothing", async (_what, make) => {
    const told = dana.ephemerals.length;

    expect(await heardOf(make())).toBe(0);

    await expect.poll(() => dana.ephemerals.length).toBe(told + 1);
    expect(dana.ephemerals.at(-1)?.text).toContain("Only people of the workspace");
  });

  test("on a message that was deleted still works", async () => {
    expect(await heardOf({ ...press, message: undefined })).toBe(1);
  });

  test("without a trigger still works, and its repeat has the same key", async () => {
    const bare = { ...press, trigger_id: undefined };
    await heardOf(bare);
    const [last] = rig.heard.slice(-1);

    expect(last?.eventKey).toMatch(/^slack:body:[0-9a-f]{64}$/);
  });
});

describe("a slash command", () => {
  test.each([
    [""],
    ["   "],
    ["\u00A0HELP\u00A0"],
    ["x".repeat(40_000)],
    ["“smart” 'unclosed"],
    ["<@U123|x> <#C1|y>"],
    ["; drop table people; $(id) {{7*7}} %s%n\r\n"],
    ["\u202Eright to left\u0000"],
  ])("%j reaches the application as it is", async (text) => {
    const answer = await dana.command(`/compliance ${text}`);

    expect(answer.status).toBe(200);
    expect(rig.heard.at(-1)?.command).toEqual({ type: "Text", text });
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ["nobody", { command: "/compliance", team_id: "T0CLEAR01" }],
    ["another workspace", { command: "/compliance", team_id: "T0X", user_id: "U0DANA" }],
    ["no workspace", { command: "/compliance", user_id: "U0DANA" }],
  ])("of %s is answered and asks nothing", async (_who, form) => {
    const before = rig.heard.length;

    const answer = await httpDoor(rig.slack, rig.url).command(form);

    expect(answer.status).toBe(200);
    expect(answer.text).toContain("Nothing was changed.");
    expect(rig.heard).toHaveLength(before);
  });
});

describe("a submission", () => {
  const view = {
    id: "V1",
    type: "modal",
    callback_id: "form",
    private_metadata: '{"command":{"type":"SaveRole"}}',
    hash: "1.h",
    state: { values: {} },
    blocks: [],
  };
  const submit = (change: Json): Json => ({
    type: "view_submission",
    user: { id: "U0DANA", team_id: "T0CLEAR01" },
    team: { id: "T0CLEAR01" },
    view: { ...view, ...change },
  });
  const text = (value: unknown): Json => ({
    state: { values: { note: { value: { type: "plain_text_input", value } } } },
  });

  test.each<[string, Json, Json]>([
    ["without any block", {}, {}],
    ["with a NUL", text("a\u0000b"), { note: "a\u0000b" }],
    ["with half a character", text("\uD800"), { note: "\uD800" }],
    ["with 3,001 characters", text("x".repeat(3_001)), { note: "x".repeat(3_001) }],
    ["with nothing filled in", text(null), { note: "" }],
  ])("%s reaches the application, which judges it", async (_what, change, values) => {
    expect(await heardOf(submit(change))).toBe(1);
    expect(rig.heard.at(-1)?.values).toEqual(values);
  });

  test.each<[string, Json]>([
    ["no memory", { private_metadata: "" }],
    ["a changed command", { private_metadata: '{"command":{"type":"Grant"}}' }],
    ["an added key", { private_metadata: '{"command":{"type":"SaveRole"},"role":"admin"}' }],
    ["a foreign channel", { private_metadata: '{"command":{"type":"SaveRole"},"channel":"../x"}' }],
    ["another callback", { callback_id: "other" }],
    ["values that are no object", { state: { values: [1] } }],
    ["no state", { state: null }],
  ])("with %s is out of date and asks nothing", async (_what, change) => {
    const before = rig.heard.length;

    const answer = await httpDoor(rig.slack, rig.url).interact(submit(change));

    expect(answer.status).toBe(200);
    expect(answer.body?.response_action).toBe("update");
    expect(answer.text).toContain("out of date");
    expect(rig.heard).toHaveLength(before);
  });
});

describe("an event", () => {
  test.each<[string, unknown]>([
    ["that is nothing", null],
    ["that is a text", "app_home_opened"],
    ["without a type", { user: "U0DANA" }],
    ["with a channel that is nothing", { type: "message", channel: null }],
    ["with an item that is a text", { type: "reaction_added", item: "x" }],
    ["of a kind that nobody asked for", { type: "team_join", user: { id: "U1" } }],
    ["about a home of nobody", { type: "app_home_opened", tab: "home" }],
  ])("%s is acknowledged and asks nothing", async (_what, event) => {
    const before = rig.heard.length;
    const payload = { ...eventCallback({ slack: rig.slack, userId: "U0DANA" }, {}), event };

    const answer = await httpDoor(rig.slack, rig.url).event(payload);

    expect(answer.status).toBe(200);
    expect(rig.heard).toHaveLength(before);
  });
});

test("none of it failed inside", () => {
  const failures = rig.logged.filter(({ level }) => level === "error");
  expect(failures.map(({ event }) => event)).toEqual([]);
});
