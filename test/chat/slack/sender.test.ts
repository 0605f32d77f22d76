/** Deliveries into Slack, and every way in which Slack can refuse, delay or swallow one. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Sender, Sent } from "../../../src/app/ports.ts";
import type { ChannelRef } from "../../../src/domain/migrations/record.ts";
import type { Identity } from "../../../src/domain/people/person.ts";
import type { Message } from "../../../src/messages/message.ts";
import type { SlackPerson } from "../../support/slack/driver/person.ts";
import { type Rig, startRig, WORKSPACE } from "../../support/slack/rig.ts";

type Post = Parameters<Sender["send"]>[0];
const MESSAGE: Message = { headline: "Gate 3 is open.", sections: [{ lines: ["18 of 18 done."] }] };

let rig: Rig;
let dana: SlackPerson;
beforeEach(async () => {
  rig = await startRig({ peopleOf: async () => [identity("U0DANA")] });
  dana = rig.person("U0DANA");
});
afterEach(() => rig.close());

function identity(userId: string): Identity {
  return { surface: "slack", workspaceId: WORKSPACE, workspaceRef: "T0CLEAR01", userId };
}

function inChannel(channelId: string, threadRef: string | null = null): Post["to"] {
  const channel: ChannelRef = { surface: "slack", workspaceId: WORKSPACE, channelId };
  return { kind: "channel", channel, threadRef };
}

function send(post: Partial<Post> = {}): Promise<Sent> {
  return rig.surface.sender.send({
    to: inChannel(rig.channel),
    message: MESSAGE,
    edit: null,
    attempt: "attempt-1",
    uncertain: false,
    lane: "interactive",
    ...post,
  });
}

async function sendRef(post: Partial<Post> = {}): Promise<string> {
  const sent = await send(post);
  if (sent.outcome !== "sent") throw new Error(`not sent: ${sent.why}`);
  return sent.ref;
}

describe("a delivery", () => {
  test("is posted with its text, its blocks and no previews", async () => {
    const sent = await send();

    expect(sent.outcome).toBe("sent");
    const [shown] = dana.inChannel();
    expect(shown?.text).toContain("18 of 18 done.");
    expect(shown?.fallback).toContain("Gate 3 is open.");
    const [call] = rig.slack.callsOf("chat.postMessage");
    expect(call?.args).toMatchObject({ unfurl_links: false, unfurl_media: false });
  });

  test("is edited in place by its reference", async () => {
    const ref = await sendRef();

    expect(await send({ edit: ref, message: { headline: "Closed." } })).toEqual({
      outcome: "sent",
      ref,
    });
    expect(dana.inChannel().map(({ text }) => text)).toEqual(["Closed."]);
  });

  test("goes into the thread of another one", async () => {
    const root = await sendRef();

    await send({ to: inChannel(rig.channel, root), message: { headline: "A step." } });

    expect(dana.inChannel().at(-1)?.threadTs).toBe(root.split("/")[1]);
  });

  test("to a person opens the direct channel once", async () => {
    await send({ to: { kind: "person", identity: identity("U0DANA") } });
    await send({ to: { kind: "person", identity: identity("U0DANA") }, attempt: "attempt-2" });

    expect(dana.direct).toHaveLength(2);
    expect(rig.slack.callsOf("conversations.open")).toHaveLength(1);
  });

  test("to a home publishes the tab", async () => {
    await send({ to: { kind: "home", identity: identity("U0DANA") } });

    expect(dana.home?.text).toContain("18 of 18 done.");
  });

  test("with a file puts the file into its thread", async () => {
    const attachment = { name: "r.json", mimeType: "application/json", content: '{"ok":true}' };
    const ref = await sendRef({ message: { ...MESSAGE, attachment } });

    const file = dana.inChannel().at(-1);
    expect(file?.files).toHaveLength(1);
    expect(file?.threadTs).toBe(ref.split("/")[1]);
    const [stored] = [...rig.slack.world.files.values()];
    expect(new TextDecoder().decode(stored?.content)).toBe('{"ok":true}');
  });

  test("with a file that Slack refuses is followed by the file's text and the reason", async () => {
    rig.slack.scopes.delete("files:write");
    const attachment = { name: "r.json", mimeType: "application/json", content: '{"ok":true}' };

    await send({ message: { ...MESSAGE, attachment } });

    expect(dana.inChannel().at(-1)?.text).toContain('{"ok":true}');
    expect(dana.inChannel().at(-1)?.text).toContain("the app lacks a scope");
  });
});

describe("a delivery that did not go through", () => {
  test("waits as long as Slack asks after a rate limit", async () => {
    rig.slack.misbehave("chat.postMessage", { kind: "rate_limited", retryAfterSeconds: 7 });

    expect(await send()).toMatchObject({ outcome: "retry", afterSeconds: 7 });
    expect(rig.slack.callsOf("chat.postMessage")).toHaveLength(1);
  });

  test("does not delay another lane", async () => {
    rig.slack.misbehave(
      "chat.postMessage",
      { kind: "hang" },
      { when: (a) => a.channel === "CSLOW" },
    );
    const slow = send({ to: inChannel("CSLOW"), lane: "bulk" });

    const started = Date.now();
    expect((await send({ lane: "emergency" })).outcome).toBe("sent");
    expect(Date.now() - started).toBeLessThan(1_000);
    expect((await slow).outcome).toBe("uncertain");
  });

  test.each([
    ["a 500", { kind: "status", status: 500 }],
    ["silence", { kind: "hang" }],
    ["a cut connection", { kind: "reset" }],
    ["a lost answer", { kind: "lose_reply" }],
    ["a fatal error", { kind: "error", error: "fatal_error" }],
  ] as const)("after %s is uncertain", async (_what, mood) => {
    rig.slack.misbehave("chat.postMessage", mood);

    expect((await send()).outcome).toBe("uncertain");
  });

  test.each([
    ["a 500", { kind: "status", status: 500 }],
    ["silence", { kind: "hang" }],
  ] as const)("after %s of an edit is simply repeated", async (_what, mood) => {
    const ref = await sendRef();
    rig.slack.misbehave("chat.update", mood);

    expect((await send({ edit: ref })).outcome).toBe("retry");
  });

  test("is repeated later when nothing can have reached Slack", async () => {
    await rig.slack.close();

    expect((await send()).outcome).toBe("retry");
  });
});

describe("an uncertain delivery", () => {
  test("is not repeated when the first one arrived", async () => {
    rig.slack.misbehave("chat.postMessage", { kind: "lose_reply" });
    expect((await send()).outcome).toBe("uncertain");

    const sent = await send({ uncertain: true });

    expect(sent.outcome).toBe("sent");
    expect(dana.inChannel()).toHaveLength(1);
    expect(sent).toMatchObject({ ref: `${rig.channel}/${dana.inChannel()[0]?.ts}` });
  });

  test("in a thread is looked for in the thread", async () => {
    const root = await sendRef();
    const to = inChannel(rig.channel, root);
    rig.slack.misbehave("chat.postMessage", { kind: "lose_reply" });
    await send({ to, attempt: "attempt-2" });

    await send({ to, attempt: "attempt-2", uncertain: true });

    expect(dana.inChannel()).toHaveLength(2);
  });

  test("is posted when the first one did not arrive", async () => {
    await send({ attempt: "another" });

    expect((await send({ uncertain: true })).outcome).toBe("sent");
    expect(dana.inChannel()).toHaveLength(2);
  });

  test("is posted as a possible repeat when Slack does not let us look", async () => {
    rig.slack.scopes.delete("channels:history");

    expect((await send({ uncertain: true })).outcome).toBe("sent");
    expect(dana.inChannel()[0]?.text).toContain("you may see this message twice");
  });

  test("stays uncertain while Slack cannot say", async () => {
    rig.slack.misbehave("conversations.history", { kind: "status", status: 503 });

    expect((await send({ uncertain: true })).outcome).toBe("uncertain");
    expect(dana.inChannel()).toHaveLength(0);
  });
});

describe("a delivery that Slack refuses", () => {
  test.each(["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"])(
    "for its blocks (%s) is sent as words",
    async (error) => {
      rig.slack.misbehave(
        "chat.postMessage",
        { kind: "error", error },
        {
          when: ({ blocks }) => Array.isArray(blocks) && blocks.length > 0,
          times: 9,
        },
      );

      expect((await send()).outcome).toBe("sent");
      expect(dana.inChannel()[0]?.text).toContain("18 of 18 done.");
      expect(dana.inChannel()[0]?.blocks).toEqual([]);
    },
  );

  test("for its length is sent with its headline", async () => {
    const isLong = ({ text }: { readonly text?: unknown }) => String(text).length > 100;
    rig.slack.misbehave(
      "chat.postMessage",
      { kind: "error", error: "msg_too_long" },
      {
        when: isLong,
        times: 9,
      },
    );
    const long = { ...MESSAGE, footnote: "x".repeat(200) };

    expect((await send({ message: long })).outcome).toBe("sent");
    expect(dana.inChannel()[0]?.fallback).toBe("Gate 3 is open.");
  });

  test("for its metadata is sent without", async () => {
    rig.slack.misbehave("chat.postMessage", { kind: "error", error: "metadata_too_large" });

    expect((await send()).outcome).toBe("sent");
    expect(rig.slack.world.messages[0]?.metadata).toBeNull();
  });

  test.each(["channel_not_found", "not_in_channel", "is_archived", "restricted_action"])(
    "because of the channel (%s) reaches the people it concerns, with the reason",
    async (error) => {
      rig.slack.misbehave(
        "chat.postMessage",
        { kind: "error", error },
        {
          when: ({ channel }) => channel === rig.channel,
        },
      );

      const sent = await send();

      const [shown] = dana.direct;
      expect(shown?.text).toContain("18 of 18 done.");
      expect(shown?.text).toContain("could not be posted in the channel");
      expect(sent).toEqual({ outcome: "sent", ref: `${shown?.channel}/${shown?.ts}` });
    },
  );

  test("because of the channel is edited and threaded where it then stands", async () => {
    const channel = rig.slack.world.channels.get(rig.channel);
    if (channel) channel.archived = true;
    const ref = await sendRef();

    await send({ edit: ref, message: { headline: "Closed." } });
    await send({ to: inChannel(rig.channel, ref), attempt: "attempt-2" });

    expect(dana.direct[0]?.text).toBe("Closed.");
    expect(dana.direct[1]?.threadTs).toBe(dana.direct[0]?.ts);
  });

  test("fails with a sentence when nobody can be told", async () => {
    rig.slack.world.users.delete("U0DANA");
    rig.slack.misbehave("chat.postMessage", { kind: "error", error: "is_archived" });

    expect(await send()).toEqual({
      outcome: "failed",
      why: "chat.postMessage: the channel is archived.",
    });
  });

  test.each([
    ["missing_scope", "the app lacks a scope"],
    ["unknown_method", "does not know the method"],
    ["invalid_auth", "does not accept the token"],
    ["something_new", "something_new"],
  ])("for the set-up (%s) fails with a sentence that doctor repeats", async (error, says) => {
    rig.slack.misbehave("chat.postMessage", { kind: "error", error });

    const sent = await send({ to: { kind: "person", identity: identity("U0DANA") } });

    expect(sent).toMatchObject({ outcome: "failed", why: expect.stringContaining(says) });
    const findings = (await Promise.all(rig.surface.examinations.map((look) => look()))).flat();
    const finding = findings.find(({ check }) => check === "slack_refusals");
    expect(finding).toMatchObject({ ok: false, says: expect.stringContaining(says) });
    expect(finding?.fix).toMatch(/^[A-Z].+\.$/);
  });

  test.each(["message_not_found", "edit_window_closed", "cant_update_message"])(
    "to edit (%s) fails, so that it is posted anew",
    async (error) => {
      const ref = await sendRef();
      rig.slack.misbehave("chat.update", { kind: "error", error });

      expect((await send({ edit: ref })).outcome).toBe("failed");
    },
  );

  test("to edit because of its blocks is edited as words", async () => {
    const ref = await sendRef();
    rig.slack.misbehave("chat.update", { kind: "error", error: "invalid_blocks" });

    expect(await send({ edit: ref })).toEqual({ outcome: "sent", ref });
    expect(dana.inChannel()[0]?.blocks).toEqual([]);
  });

  test("because the thread is gone stands in the channel", async () => {
    const to = inChannel(rig.channel, `${rig.channel}/1700000000.000001`);

    expect((await send({ to })).outcome).toBe("sent");
    expect(dana.inChannel()[0]?.threadTs).toBeNull();
  });

  test.each([
    ["user_disabled", (r: Rig) => Object.assign(r.slack.addUser("U0GONE"), { deleted: true })],
    ["user_not_found", () => undefined],
    ["cannot_dm_bot", (r: Rig) => Object.assign(r.slack.addUser("U0GONE"), { kind: "bot" })],
  ])("because of the person (%s) fails with a sentence", async (_code, prepare) => {
    prepare(rig);

    const sent = await send({ to: { kind: "person", identity: identity("U0GONE") } });

    expect(sent.outcome).toBe("failed");
  });

  test("because the home tab is off fails with a sentence", async () => {
    rig.slack.misbehave("views.publish", { kind: "error", error: "not_enabled" });

    expect(await send({ to: { kind: "home", identity: identity("U0DANA") } })).toEqual({
      outcome: "failed",
      why: "views.publish: the App Home is switched off.",
    });
  });

  test("an edit by a reference of another surface fails", async () => {
    expect((await send({ edit: "web:7" })).outcome).toBe("failed");
  });
});
