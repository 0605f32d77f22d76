import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import type { NewWebMessage, WebChange } from "../../../src/chat/web/ports.ts";
import { openWebChatStore } from "../../../src/store/web-chat.ts";
import { createTestStore } from "../../support/database.ts";

const { store, appUrl, asOwner } = await createTestStore();
const { organisationId } = await store.organisationOf({ surface: "web", workspaceRef: "local" });
const other = await store.organisationOf({ surface: "slack", workspaceRef: "T0OTHER" });
const open = (organisation = organisationId) =>
  openWebChatStore({ appUrl, organisationId: organisation, deadlineMs: 15_000 });
const chat = open();
const twin = open();
const foreign = open(other.organisationId);
afterAll(() => Promise.all([chat.close(), twin.close(), foreign.close()]));

const AT = new Date("2026-11-20T17:00:00.000Z");
const LATER = new Date("2026-11-20T17:05:00.000Z");

async function aChannel(): Promise<string> {
  const channelId = `c-${randomUUID().slice(0, 8)}`;
  await chat.addChannels([{ channelId, name: channelId, kind: "channel", ownerId: null }], AT);
  return channelId;
}

function aMessage(channelId: string, given: Partial<NewWebMessage> = {}): NewWebMessage {
  return {
    ref: randomUUID(),
    channelId,
    threadRef: null,
    authorId: "amara",
    onlyFor: null,
    content: { kind: "text", text: "Hello" },
    sentAt: AT,
    attempt: randomUUID(),
    ...given,
  };
}

const textsOf = async (channelId: string, given: { userId?: string; threadRef?: string } = {}) => {
  const page = { userId: "amara", threadRef: null, before: null, limit: 50, ...given };
  const messages = await chat.messages({ channelId, ...page });
  return messages.map(({ content }) => (content.kind === "text" ? content.text : ""));
};
const text = (words: string) => ({ kind: "text", text: words }) as const;

describe("messages", () => {
  it("come back as they were said, with characters that JSON in PostgreSQL refuses", async () => {
    const channelId = await aChannel();
    const words = 'NUL \u0000, half \ud800, "quotes", <b>, \u202Eback';
    const message = aMessage(channelId, { content: text(words) });
    await chat.post(message);

    const { attempt: _, ...said } = message;
    expect(await chat.message(message.ref)).toEqual({
      ...said,
      order: expect.any(Number),
      editedAt: null,
      replies: 0,
    });
  });

  it("of one attempt stand once, also when both are posted at the same moment", async () => {
    const channelId = await aChannel();
    const attempt = randomUUID();
    const posted = await Promise.all(
      [chat, twin, chat, twin].map((each) => each.post(aMessage(channelId, { attempt }))),
    );

    expect(posted.filter(({ outcome }) => outcome === "posted")).toHaveLength(1);
    expect(new Set(posted.map((each) => "ref" in each && each.ref)).size).toBe(1);
    expect(await textsOf(channelId)).toHaveLength(1);
  });

  it("come by page, the newest first page, each page oldest first", async () => {
    const channelId = await aChannel();
    for (const words of ["1", "2", "3", "4", "5"]) {
      await chat.post(aMessage(channelId, { content: text(words) }));
    }
    const page = { channelId, userId: "amara", threadRef: null, limit: 2 };
    const newest = await chat.messages({ ...page, before: null });
    const before = await chat.messages({ ...page, before: newest[0]?.order ?? 0 });

    expect(newest.map(({ content }) => content)).toEqual([text("4"), text("5")]);
    expect(before.map(({ content }) => content)).toEqual([text("2"), text("3")]);
  });

  it("for one person alone are on nobody else's page", async () => {
    const channelId = await aChannel();
    await chat.post(aMessage(channelId, { onlyFor: "diego", content: text("psst") }));

    expect(await textsOf(channelId, { userId: "diego" })).toEqual(["psst"]);
    expect(await textsOf(channelId, { userId: "amara" })).toEqual([]);
  });

  it("go nowhere when the channel or the thread is not there", async () => {
    const channelId = await aChannel();
    const elsewhere = aMessage(await aChannel());
    await chat.post(elsewhere);
    const post = async (given: Partial<NewWebMessage>) =>
      (await chat.post(aMessage(channelId, given))).outcome;

    expect(await post({ channelId: "nowhere" })).toBe("unknown_channel");
    expect(await post({ threadRef: randomUUID() })).toBe("unknown_thread");
    expect(await post({ threadRef: "no-uuid" })).toBe("unknown_thread");
    expect(await post({ threadRef: elsewhere.ref })).toBe("unknown_thread");
    expect(await textsOf(channelId)).toEqual([]);
  });

  it("are edited in place, and an unknown one is not", async () => {
    const channelId = await aChannel();
    const message = aMessage(channelId);
    await chat.post(message);

    expect(await chat.edit(message.ref, text("Changed"), LATER)).toBe(true);
    expect(await chat.message(message.ref)).toMatchObject({
      content: text("Changed"),
      editedAt: LATER,
    });
    expect(await chat.edit(randomUUID(), text("x"), LATER)).toBe(false);
    expect(await chat.edit("'; drop table web_messages; --", text("x"), LATER)).toBe(false);
  });
});

describe("threads", () => {
  it("hold replies to the first message, whichever of them was answered, and count the open ones", async () => {
    const channelId = await aChannel();
    const root = aMessage(channelId, { content: text("root") });
    const reply = aMessage(channelId, { threadRef: root.ref, content: text("reply") });
    await chat.post(root);
    await chat.post(reply);
    await chat.post(aMessage(channelId, { threadRef: reply.ref, content: text("reply to reply") }));
    await chat.post(
      aMessage(channelId, { threadRef: root.ref, onlyFor: "amara", content: text("psst") }),
    );

    expect(await textsOf(channelId)).toEqual(["root"]);
    expect(await textsOf(channelId, { threadRef: root.ref })).toEqual([
      "reply",
      "reply to reply",
      "psst",
    ]);
    expect((await chat.message(root.ref))?.replies).toBe(2);
  });
});

describe("a private answer", () => {
  it("is dismissed by its person and by nobody else, and a public message by nobody", async () => {
    const channelId = await aChannel();
    const mine = aMessage(channelId, { onlyFor: "amara", authorId: null });
    const open = aMessage(channelId);
    await chat.post(mine);
    await chat.post(open);

    expect(await chat.dismiss(mine.ref, "diego")).toBe(false);
    expect(await chat.dismiss(open.ref, "amara")).toBe(false);
    expect(await chat.dismiss(mine.ref, "amara")).toBe(true);
    expect(await chat.message(mine.ref)).toBeNull();
  });
});

describe("what is unread", () => {
  const unreadOf = async (userId: string, channelId: string) =>
    (await chat.channelsOf(userId)).find((channel) => channel.channelId === channelId)?.unread;

  it("is what others said at the top of the channel after the mark, as far as the person may see it", async () => {
    const channelId = await aChannel();
    const first = aMessage(channelId);
    await chat.post(first);
    const order = (await chat.message(first.ref))?.order ?? 0;
    await chat.markRead("diego", channelId, order);
    await chat.post(aMessage(channelId));
    await chat.post(aMessage(channelId, { authorId: "diego" }));
    await chat.post(aMessage(channelId, { onlyFor: "priya" }));
    await chat.post(aMessage(channelId, { threadRef: first.ref }));

    expect(await unreadOf("diego", channelId)).toBe(1);
    expect(await unreadOf("priya", channelId)).toBe(4);
    await chat.markRead("diego", channelId, order + 100);
    await chat.markRead("diego", channelId, order);
    expect(await unreadOf("diego", channelId)).toBe(0);
  });

  it("lists open channels and one's own, not another's", async () => {
    const own = {
      channelId: "direct-theo",
      name: "Cleargate",
      kind: "direct",
      ownerId: "theo",
    } as const;
    await chat.addChannels([own], AT);
    const idsOf = async (userId: string) =>
      (await chat.channelsOf(userId)).map(({ channelId }) => channelId);

    expect(await idsOf("theo")).toContain("direct-theo");
    expect(await idsOf("amara")).not.toContain("direct-theo");
    expect(await chat.addChannels([own], AT)).toEqual([]);
  });
});

describe("several processes and organisations", () => {
  it("a change of one process is heard by another, once, and not by another organisation", async () => {
    const channelId = await aChannel();
    const heard: WebChange[] = [];
    const foreignHeard: WebChange[] = [];
    const onLost = () => undefined;
    const stop = await twin.listen({ onChange: (change) => heard.push(change), onLost });
    const stopForeign = await foreign.listen({
      onChange: (change) => foreignHeard.push(change),
      onLost,
    });
    const message = aMessage(channelId);
    await chat.post(message);
    await chat.post({ ...message, ref: randomUUID() });
    await chat.edit(message.ref, text("Changed"), LATER);
    await asOwner("select pg_notify('cleargate_web_chat', 'no json')");
    await expect.poll(() => heard.length).toBeGreaterThan(1);
    await sleep(50);
    await Promise.all([stop(), stopForeign()]);

    const change = { kind: "message", channelId, ref: message.ref };
    expect(heard).toEqual([change, change]);
    expect(foreignHeard).toEqual([]);
  });

  it("a listener learns that its connection was lost", async () => {
    let lost = 0;
    const stop = await chat.listen({ onChange: () => undefined, onLost: () => lost++ });
    await asOwner(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen cleargate_web_chat%' and datname = current_database()",
    );

    await expect.poll(() => lost).toBe(1);
    await stop();
    expect(lost).toBe(1);
  });

  it("nothing of one organisation is seen or changed by another", async () => {
    const channelId = await aChannel();
    const message = aMessage(channelId);
    await chat.post(message);

    expect(await foreign.channel(channelId)).toBeNull();
    expect(await foreign.message(message.ref)).toBeNull();
    expect(await foreign.messageOfAttempt(message.attempt)).toBeNull();
    expect(await foreign.edit(message.ref, text("theirs"), LATER)).toBe(false);
    expect((await foreign.post(aMessage(channelId))).outcome).toBe("unknown_channel");
    expect(await foreign.channelsOf("amara")).toEqual([]);
  });
});
