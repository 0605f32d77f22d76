import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Sender } from "../../../src/app/ports.ts";
import { identifyWebPerson } from "../../../src/chat/web/people.ts";
import { createWebSender } from "../../../src/chat/web/sender.ts";
import { createTestStore } from "../../support/database.ts";
import { play } from "./play.ts";
import { ask, openStage } from "./stage.ts";

const { store, appUrl } = await createTestStore();
const ids = await store.organisationOf({ surface: "web", workspaceRef: "local" });
const stage = await openStage({ appUrl, ...ids, converse: play });
const { sender } = stage.webChat;
afterAll(() => stage.close());

type Post = Parameters<Sender["send"]>[0];

const channel = (channelId = "general") =>
  ({ surface: "web", workspaceId: stage.workspaceId, channelId }) as const;
const toChannel = (threadRef: string | null = null, channelId = "general"): Post["to"] => ({
  kind: "channel",
  channel: channel(channelId),
  threadRef,
});
const toPerson = (kind: "person" | "home", userId: string): Post["to"] => ({
  kind,
  identity: identifyWebPerson(userId, stage.workspaceId),
});
const send = (post: Partial<Post>) =>
  sender.send({
    to: toChannel(),
    message: { headline: "News" },
    edit: null,
    attempt: randomUUID(),
    uncertain: false,
    lane: "interactive",
    ...post,
  });
const refOf = async (post: Partial<Post>) => {
  const sent = await send(post);
  return sent.outcome === "sent" ? sent.ref : sent.why;
};
const headlines = async (channelId: string, thread?: string) => {
  const as = channelId.split("-")[1] ?? "amara";
  const query = new URLSearchParams({ as, channel: channelId, ...(thread && { thread }) });
  const { json } = await ask(stage.origin, { path: `/chat/api/messages?${query}` });
  return json.messages.map(
    (each: { content: { message: { headline: string } } }) => each.content.message.headline,
  );
};

describe("an outbox row", () => {
  it("posts once, though it is sent again because nobody knew whether it had arrived", async () => {
    const attempt = randomUUID();
    const first = await refOf({ attempt, message: { headline: "Gate 3 passed" } });
    const again = await refOf({ attempt, uncertain: true, message: { headline: "Gate 3 passed" } });

    expect(again).toBe(first);
    expect(await headlines("general")).toEqual(["Gate 3 passed"]);
  });

  it("edits the message that it names, as often as it likes", async () => {
    const ref = await refOf({
      to: toChannel(null, "compliance"),
      message: { headline: "1 of 18" },
    });
    expect(await refOf({ edit: ref, message: { headline: "2 of 18" } })).toBe(ref);
    expect(await refOf({ edit: ref, message: { headline: "2 of 18" } })).toBe(ref);

    expect(await headlines("compliance")).toEqual(["2 of 18"]);
  });

  it("answers in a thread", async () => {
    const root = await refOf({ message: { headline: "Sign-off asked" } });
    await send({ to: toChannel(root), message: { headline: "Signed" } });

    expect(await headlines("general", root)).toEqual(["Signed"]);
    expect(await headlines("general")).not.toContain("Signed");
  });

  it("for a person stands in that person's direct messages and in no other's", async () => {
    await send({ to: toPerson("person", "diego"), message: { headline: "It was signed" } });

    expect(await headlines("direct-diego")).toEqual(["It was signed"]);
    expect(await headlines("direct-amara")).toEqual([]);
  });

  it("for a home replaces what stood there", async () => {
    const first = await refOf({ to: toPerson("home", "amara"), message: { headline: "Two wait" } });
    const second = await refOf({
      to: toPerson("home", "amara"),
      message: { headline: "One waits" },
    });

    expect(second).toBe(first);
    expect(await stage.chat.message(first)).toMatchObject({
      content: { kind: "message", message: { headline: "One waits" } },
    });
  });

  it.each<[string, Partial<Post>]>([
    ["a channel", { to: toChannel(null, "nowhere") }],
    ["a thread", { to: toChannel(randomUUID()) }],
    ["a person", { to: toPerson("person", "nobody") }],
    ["a message to edit", { edit: randomUUID() }],
  ])("without %s fails for good and says why", async (_what, post) => {
    const sent = await send(post);

    expect(sent).toEqual({ outcome: "failed", why: expect.stringMatching(/\w/) });
  });
});

describe("a database that does not answer", () => {
  let lonely: Sender;
  beforeAll(() => {
    const chat = new Proxy(stage.chat, {
      get: () => () => Promise.reject(new Error("connection lost")),
    });
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const ready = () => Promise.resolve();
    lonely = createWebSender({ chat, log, clock: () => new Date(), newId: randomUUID, ready });
  });

  it("leaves the outcome uncertain, so that the row is tried again under its attempt", async () => {
    const post = { to: toChannel(), message: { headline: "x" }, edit: null, attempt: "1" };

    expect(await lonely.send({ ...post, uncertain: false, lane: "bulk" })).toMatchObject({
      outcome: "uncertain",
    });
  });
});
