/** The stand-in itself: it refuses what Slack refuses, so that a test which passes against it means something. */
import { webApi } from "@slack/bolt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkBlocks } from "../../support/slack/checks/blocks.ts";
import { checkView } from "../../support/slack/checks/view.ts";
import { httpDoor } from "../../support/slack/driver/door.ts";
import { issueResponseUrl } from "../../support/slack/driver/payloads.ts";
import { slackPerson } from "../../support/slack/driver/person.ts";
import { type SlackStandIn, startSlack } from "../../support/slack/stand-in.ts";
import { issueTrigger } from "../../support/slack/world.ts";

type Json = Readonly<Record<string, unknown>>;

let slack: SlackStandIn;
let channel: string;
beforeEach(async () => {
  slack = await startSlack();
  slack.addUser("U0DANA");
  channel = slack.addChannel("general", { members: ["U0DANA"] }).id;
});
afterEach(() => slack.close());

/** Calls as a client does, and answers with Slack's word for what is wrong, or `ok`. */
async function call(method: string, args: Json = {}, token = slack.botToken): Promise<string> {
  const response = await fetch(`${slack.apiUrl}${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify(args),
  });
  const body = (await response.json()) as { ok: boolean; error?: string };
  return body.ok ? "ok" : (body.error ?? "?");
}

const plain = (text: string): Json => ({ type: "plain_text", text });
const section = (text = "x"): Json => ({ type: "section", text: { type: "mrkdwn", text } });
const button = (text: string, more: Json = {}): Json => ({
  type: "button",
  action_id: `a-${text}`,
  text: plain(text),
  ...more,
});
const actions = (...elements: Json[]): Json => ({ type: "actions", elements });
const input = (element: Json, more: Json = {}): Json => ({
  type: "input",
  label: plain("Label"),
  element,
  ...more,
});
const options = (count: number): Json[] =>
  Array.from({ length: count }, (_, n) => ({ text: plain(`o${n}`), value: `v${n}` }));
const select = (count: number): Json => ({ type: "static_select", options: options(count) });
const modal = (blocks: readonly Json[], more: Json = {}): Json => ({
  type: "modal",
  title: plain("T"),
  submit: plain("S"),
  blocks,
  ...more,
});
const repeat = (count: number): Json[] => Array.from({ length: count }, () => section());

describe("blocks", () => {
  test.each<[string, Json[]]>([
    ["50 blocks", repeat(50)],
    ["a button of 75 characters", [actions(button("b".repeat(75)))]],
    ["a section of 3,000 characters", [section("s".repeat(3_000))]],
    ["a header of 150 characters", [{ type: "header", text: plain("h".repeat(150)) }]],
    ["25 buttons", [actions(...Array.from({ length: 25 }, (_, n) => button(`b${n}`)))]],
    ["100 options", [actions(select(100))]],
  ])("%s are taken", (_what, blocks) => {
    expect(checkBlocks(blocks, "message")).toEqual([]);
  });

  test.each<[string, Json[], RegExp]>([
    ["51 blocks", repeat(51), /no more than 50/],
    ["a button of 76 characters", [actions(button("b".repeat(76)))], /less than 76/],
    ["a button without a label", [actions(button(""))], /more than 0/],
    ["a value of 2,001 characters", [actions(button("b", { value: "v".repeat(2_001) }))], /2001/],
    ["a section of 3,001 characters", [section("s".repeat(3_001))], /less than 3001/],
    ["an empty section", [{ type: "section" }], /text or fields/],
    ["a header of 151 characters", [{ type: "header", text: plain("h".repeat(151)) }], /151/],
    ["a header with markup", [{ type: "header", text: { type: "mrkdwn", text: "h" } }], /plain/],
    ["duplicate block ids", [section(), section()].map((b) => ({ ...b, block_id: "x" })), /dupl/],
    ["duplicate action ids", [actions(button("b"), button("b"))], /duplicate action_id/],
    ["26 buttons", [actions(...Array.from({ length: 26 }, (_, n) => button(`b${n}`)))], /1 to 25/],
    ["no buttons", [actions()], /1 to 25/],
    ["101 options", [actions(select(101))], /1 to 100 options/],
    [
      "an option of 76 characters",
      [actions({ type: "static_select", options: [{ text: plain("o".repeat(76)), value: "v" }] })],
      /less than 76/,
    ],
    [
      "an option's value of 76 characters",
      [actions({ type: "static_select", options: [{ text: plain("o"), value: "v".repeat(76) }] })],
      /1 to 75/,
    ],
    [
      "6 options in an overflow menu",
      [actions({ type: "overflow", options: options(6) })],
      /1 to 5/,
    ],
    ["11 radio buttons", [input({ type: "radio_buttons", options: options(11) })], /1 to 10/],
    [
      "11 fields",
      [{ type: "section", fields: Array.from({ length: 11 }, () => plain("f")) }],
      /1 to 10/,
    ],
    ["an unknown block", [{ type: "carousel9" }], /unsupported type/],
    ["an inherited name as a type", [{ type: "constructor" }], /unsupported type/],
    ["an unknown element", [actions({ type: "slider" })], /unsupported type/],
    ["an unknown key", [{ ...section(), colour: "red" }], /invalid additional property/],
    ["an input among actions", [actions({ type: "plain_text_input" })], /not allowed in actions/],
    ["a file field in a message", [input({ type: "file_input" })], /for modals/],
    ["a day that is none", [input({ type: "datepicker", initial_date: "2026-02-30" })], /calendar/],
    [
      "a preselection that is no option",
      [
        input({
          type: "radio_buttons",
          options: options(2),
          initial_option: { text: plain("x"), value: "x" },
        }),
      ],
      /not one of/,
    ],
    [
      "a confirmation of 301 characters",
      [
        actions(
          button("b", {
            confirm: {
              title: plain("t"),
              text: plain("x".repeat(301)),
              confirm: plain("y"),
              deny: plain("n"),
            },
          }),
        ),
      ],
      /less than 301/,
    ],
    ["a link to nowhere", [actions(button("b", { url: "nowhere" }))], /not a URL/],
    [
      "an empty rich text",
      [
        {
          type: "rich_text",
          elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "" }] }],
        },
      ],
      /more than 0/,
    ],
  ])("%s are refused", (_what, blocks, reason) => {
    expect(checkBlocks(blocks, "message").join("\n")).toMatch(reason);
  });
});

describe("views", () => {
  test.each<[string, Json, RegExp]>([
    [
      "a title of 25 characters",
      modal([section()], { title: plain("t".repeat(25)) }),
      /less than 25/,
    ],
    [
      "a submit of 25 characters",
      modal([section()], { submit: plain("t".repeat(25)) }),
      /less than 25/,
    ],
    ["a question without submit", { ...modal([input(select(2))]), submit: undefined }, /submit/],
    ["101 blocks", modal(repeat(101)), /no more than 100/],
    ["no blocks", modal([]), /at least one/],
    [
      "3,001 characters of memory",
      modal([section()], { private_metadata: "m".repeat(3_001) }),
      /3000/,
    ],
    ["a home tab for a modal", { type: "home", blocks: [section()] }, /must be modal/],
    [
      "more than 250 KB",
      modal(Array.from({ length: 90 }, () => section("x".repeat(2_900)))),
      /too_large/,
    ],
  ])("%s are refused", (_what, view, reason) => {
    expect(checkView(view, "modal").join("\n")).toMatch(reason);
  });
});

describe("the Web API", () => {
  const post = (more: Json = {}): Promise<string> =>
    call("chat.postMessage", { channel, text: "x", ...more });

  test("takes a good call and remembers it", async () => {
    expect(await post()).toBe("ok");
    expect(slack.callsOf("chat.postMessage")).toHaveLength(1);
    expect(slack.world.messages[0]).toMatchObject({ channel, text: "x" });
  });

  test("refuses unknown methods, also inherited names", async () => {
    expect(await call("chat.postMassage")).toBe("unknown_method");
    expect(await call("constructor")).toBe("unknown_method");
  });

  test("refuses unknown tokens and the wrong kind of token", async () => {
    expect(await call("auth.test", {}, "xoxb-other")).toBe("invalid_auth");
    expect(await call("auth.test", {}, slack.appToken)).toBe("not_allowed_token_type");
    expect(await call("apps.connections.open")).toBe("not_allowed_token_type");
    const bare = await fetch(`${slack.apiUrl}auth.test`, { method: "POST" });
    expect(await bare.json()).toMatchObject({ error: "not_authed" });
  });

  test("refuses a call without its scope", async () => {
    slack.scopes.delete("chat:write");

    expect(await post()).toBe("missing_scope");
  });

  test("asks for the history scope of the kind of channel", async () => {
    slack.scopes.delete("channels:history");

    expect(await call("conversations.history", { channel })).toBe("missing_scope");
  });

  test("tells the granted scopes", async () => {
    const client = new webApi.WebClient(slack.botToken, { slackApiUrl: slack.apiUrl });
    const answer = await client.auth.test();

    expect(answer.response_metadata?.scopes).toContain("chat:write");
  });

  test("refuses 51 blocks, empty messages and long edits", async () => {
    expect(await post({ blocks: repeat(51) })).toBe("invalid_blocks");
    expect(await post({ text: "" })).toBe("no_text");
    expect(await post({ text: "x".repeat(40_001) })).toBe("msg_too_long");
    await post();
    const ts = slack.world.messages[0]?.ts;
    expect(await call("chat.update", { channel, ts, text: "x".repeat(4_001) })).toBe(
      "msg_too_long",
    );
    expect(await call("chat.update", { channel, ts: "1.1", text: "x" })).toBe("message_not_found");
  });

  test("knows which channels the bot can reach", async () => {
    const open = slack.addChannel("open", { withBot: false }).id;
    const closed = slack.addChannel("closed", { kind: "private", withBot: false }).id;

    expect(await call("chat.postMessage", { channel: open, text: "x" })).toBe("ok");
    slack.scopes.delete("chat:write.public");
    expect(await call("chat.postMessage", { channel: open, text: "x" })).toBe("not_in_channel");
    expect(await call("chat.postMessage", { channel: closed, text: "x" })).toBe(
      "channel_not_found",
    );
    expect(await call("chat.postMessage", { channel: "C0NONE", text: "x" })).toBe(
      "channel_not_found",
    );
    const kept = slack.world.channels.get(channel);
    if (kept) kept.archived = true;
    expect(await post()).toBe("is_archived");
  });

  test("shows ephemeral messages to members of the channel only", async () => {
    slack.addUser("U0OUT");

    expect(await call("chat.postEphemeral", { channel, user: "U0OUT", text: "x" })).toBe(
      "user_not_in_channel",
    );
  });

  test("takes a trigger once and for three seconds", async () => {
    const view = modal([section()]);
    const trigger_id = issueTrigger(slack.world, "U0DANA");
    expect(await call("views.open", { trigger_id, view })).toBe("ok");
    expect(await call("views.open", { trigger_id, view })).toBe("exchanged_trigger_id");
    expect(await call("views.open", { trigger_id: "1.2.3", view })).toBe("invalid_trigger_id");
    slack.world.triggers.set("old", { user: "U0DANA", issuedAt: Date.now() - 3_001, used: false });
    expect(await call("views.open", { trigger_id: "old", view })).toBe("expired_trigger_id");
  });

  test("stacks three views and no fourth", async () => {
    const view = modal([section()]);
    const act = (method: string) =>
      call(method, { trigger_id: issueTrigger(slack.world, "U0DANA"), view });

    expect(await act("views.push")).toBe("not_found");
    expect(await act("views.open")).toBe("ok");
    expect(await act("views.push")).toBe("ok");
    expect(await act("views.push")).toBe("ok");
    expect(await act("views.push")).toBe("push_limit_reached");
  });

  test("keeps a used-up or foreign response address shut", async () => {
    const url = issueResponseUrl(slack, { user: "U0DANA", channel, messageTs: null });
    const statuses = [];
    for (let n = 0; n < 6; n += 1)
      statuses.push((await fetch(url, { method: "POST", body: '{"text":"x"}' })).status);

    expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
    expect((await fetch(`${slack.origin}/response/R0`, { method: "POST" })).status).toBe(404);
  });

  test("gives files to the bot's token only", async () => {
    const file = slack.addFile({ name: "a.pdf", content: "x", user: "U0DANA" });
    const read = (token: string) =>
      fetch(file.url, { headers: { authorization: `Bearer ${token}` }, redirect: "manual" });

    expect(await (await read(slack.botToken)).text()).toBe("x");
    expect((await read("xoxb-other")).status).toBe(302);
    slack.scopes.delete("files:read");
    expect((await read(slack.botToken)).status).toBe(302);
  });
});

describe("the driver", () => {
  test("does not send a form that the client would hold back", async () => {
    const door = httpDoor(slack, `${slack.origin}/nowhere`);
    const dana = slackPerson({ slack, door, user: "U0DANA", channel });
    const email = { ...input({ type: "email_text_input", action_id: "value" }), block_id: "mail" };
    const trigger_id = issueTrigger(slack.world, "U0DANA");
    await call("views.open", { trigger_id, view: modal([email]) });

    await expect(dana.submit({})).rejects.toThrow('"Label" is required');
    await expect(dana.submit({ mail: "nobody" })).rejects.toThrow("not of its kind");
    await expect(dana.submit({ other: "x" })).rejects.toThrow("has no field other");
  });

  test("says what there is when a button is missing", async () => {
    const door = httpDoor(slack, `${slack.origin}/nowhere`);
    const dana = slackPerson({ slack, door, user: "U0DANA", channel });
    await call("chat.postMessage", { channel, text: "x", blocks: [actions(button("Sign"))] });

    await expect(dana.click("Approve")).rejects.toThrow("there is: Sign");
  });
});
