/** Links in what people say: which messages are asked about, and the way from the offer to the form. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Reply } from "../../../src/app/ports.ts";
import { readSlackLinks } from "../../../src/chat/slack/links.ts";
import { MigrationId } from "../../../src/domain/ids.ts";
import { httpDoor } from "../../support/slack/driver/door.ts";
import { eventCallback } from "../../support/slack/driver/payloads.ts";
import type { SlackPerson } from "../../support/slack/driver/person.ts";
import { type Rig, startRig } from "../../support/slack/rig.ts";
import { BOT_USER } from "../../support/slack/world.ts";

const MIGRATION = MigrationId.parse("0d9a3d1e-8a53-4a1c-9f6b-000000000001");
const FORM: Reply = {
  kind: "form",
  form: {
    title: "Use as evidence",
    submit: "Add",
    command: { type: "AttachLinks", migration: MIGRATION },
    fields: [{ id: "links", type: "text", label: "Links", required: true, long: true }],
  },
};

describe("links in a message's text", () => {
  test.each([
    ["<https://a.example/x>", ["https://a.example/x"]],
    ["<https://a.example/x|https://other.example>", ["https://a.example/x"]],
    ["<https://a.example/?a=1&amp;b=%3C2|see>", ["https://a.example/?a=1&b=%3C2"]],
    ["<HTTPS://a.example>, <https://b.example>", ["HTTPS://a.example", "https://b.example"]],
    ["<http://a.example> <mailto:a@a.example|a> <tel:+1> <slack://x>", []],
    ["<javascript:alert('https://a.example')>", []],
    ["<@U0DANA> <#C01|northside> <!channel> <!date^1^x^https://a.example|x>", []],
    ["https://a.example in code", []],
    ["&lt;https://a.example&gt;", []],
    ["<https://a.example", []],
    ["", []],
  ])("%j are %j", (text, links) => {
    expect(readSlackLinks(text)).toEqual(links);
  });
});

let rig: Rig;
let dana: SlackPerson;
let ours: string;
beforeEach(async () => {
  rig = await startRig();
  dana = rig.person("U0DANA");
  rig.answer(FORM);
  ours = rig.slack.world.nextTs();
  const card = { channel: rig.channel, ts: ours, user: BOT_USER, text: "Northside", blocks: [] };
  rig.slack.world.messages.push({ ...card, threadTs: null, metadata: null, edits: 0, files: [] });
});
afterEach(() => rig.close());

/** The event of a message in our thread, with something changed. */
async function tell(change: object, retry?: number) {
  const event = {
    type: "message",
    channel: rig.channel,
    user: "U0DANA",
    ts: "1.1",
    thread_ts: ours,
    parent_user_id: BOT_USER,
    text: "<https://a.example/x>",
    ...change,
  };
  const payload = eventCallback({ slack: rig.slack, userId: "U0DANA" }, event);
  return httpDoor(rig.slack, rig.url).event(payload, retry);
}

describe("a link in a thread of ours", () => {
  test("is offered to who said it, in the thread, and travels to the form", async () => {
    await dana.say("the BAA: https://docs.example/baa?a=1&b=2 .", { threadTs: ours });

    expect(rig.heard[0]).toMatchObject({
      command: { type: "OfferLinks" },
      values: { links: ["https://docs.example/baa?a=1&b=2"] },
    });
    const [offer] = dana.ephemerals;
    expect(offer?.text).toContain("Keep this link to docs.example as evidence?");
    expect(offer?.threadTs).toBe(ours);
    expect(JSON.stringify([rig.heard, rig.logged])).not.toContain("the BAA");

    await dana.click("Choose where");
    await expect.poll(() => dana.modal?.title).toBe("Use as evidence");
    expect(rig.heard.at(-1)?.command).toEqual({
      type: "AttachLinks",
      migration: MIGRATION,
      links: ["https://docs.example/baa?a=1&b=2"],
    });
  });

  test("delivered again is offered once", async () => {
    const event = { type: "message", channel: rig.channel, user: "U0DANA", ts: "1.1" };
    const text = "<https://a.example/x>";
    const said = { ...event, text, thread_ts: ours, parent_user_id: BOT_USER };
    const payload = eventCallback({ slack: rig.slack, userId: "U0DANA" }, said);
    const door = httpDoor(rig.slack, rig.url);

    for (const retry of [0, 1, 2]) expect((await door.event(payload, retry)).status).toBe(200);

    expect(dana.ephemerals).toHaveLength(1);
  });

  test("after a failure is offered when it comes again", async () => {
    rig.answer(() => {
      throw new Error("down");
    });
    expect((await tell({})).status).toBe(503);
    rig.answer(FORM);
    expect((await tell({}, 1)).status).toBe(200);

    expect(dana.ephemerals).toHaveLength(1);
  });

  test("beside a file is offered as well as the file", async () => {
    await tell({ subtype: "file_share", files: [{ id: "F01", name: "a.pdf" }] });

    expect(rig.heard.map(({ command }) => command.type)).toEqual(["AttachFiles", "OfferLinks"]);
    expect(dana.ephemerals.map(({ text }) => text.split("\n")[0])).toEqual([
      expect.stringContaining("Shall this file become evidence?"),
      expect.stringContaining("Keep this link to a.example as evidence?"),
    ]);
  });

  test("that was broadcast to the channel names its thread in another way", async () => {
    const root = { user: BOT_USER };
    await tell({ subtype: "thread_broadcast", parent_user_id: undefined, root });

    expect(dana.ephemerals).toHaveLength(1);
  });

  test("with a password is not repeated, and the person hears why", async () => {
    await tell({ text: "<https://user:pw@a.example/x>" });

    expect(dana.ephemerals[0]?.text).toContain("cannot be kept as evidence");
    expect(dana.ephemerals[0]?.text).toContain("user name or password");
    expect(JSON.stringify(rig.slack.callsOf("chat.postEphemeral"))).not.toContain("user:pw");
  });

  test("that the application does not want is passed over in silence", async () => {
    rig.answer({ kind: "show", message: { headline: "There is no migration here." } });
    await tell({});

    expect(rig.heard).toHaveLength(1);
    expect([...dana.ephemerals, ...dana.direct]).toEqual([]);
  });
});

describe("a link elsewhere", () => {
  test("is offered when Cleargate is named", async () => {
    await dana.say(`@${BOT_USER} https://a.example/x`);

    expect(dana.ephemerals[0]?.text).toContain("Keep this link to a.example");
    expect(dana.ephemerals[0]?.threadTs).toBeNull();
  });

  test.each([
    ["in the channel", { thread_ts: undefined, parent_user_id: undefined }],
    ["in a thread of people", { parent_user_id: "U0LENA" }],
    ["in a direct message", { channel: "D0DANA01" }],
    ["of a bot", { bot_id: "B1" }],
    ["of an app on somebody's behalf", { app_id: "A1" }],
    ["of Cleargate itself", { user: BOT_USER }],
    ["of nobody", { user: null }],
    ["in an edited message", { subtype: "message_changed" }],
    ["in a deleted message", { subtype: "message_deleted" }],
    ["in a channel's topic", { subtype: "channel_topic" }],
    ["in a command typed as a message", { text: " /compliance evidence <https://a.example>" }],
    ["that is none", { text: "<http://a.example> https://a.example" }],
  ])("%s asks nothing", async (_where, change) => {
    const { status } = await tell(change);

    expect(status).toBe(200);
    expect(rig.heard).toEqual([]);
    expect(rig.slack.callsOf("chat.postEphemeral")).toEqual([]);
  });
});
