import { randomUUID } from "node:crypto";
import http from "node:http";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createTestStore } from "../../support/database.ts";
import { play } from "./play.ts";
import { ask, openStage } from "./stage.ts";

const { store, appUrl, asOwner } = await createTestStore();
const ids = await store.organisationOf({ surface: "web", workspaceRef: "local" });
const stage = await openStage({ appUrl, ...ids, converse: play });
const twin = await openStage({ appUrl, ...ids, converse: play });
const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});
afterAll(() => Promise.all([stage.close(), twin.close()]));

interface Heard {
  readonly event: string;
  readonly value: Record<string, unknown>;
}

/** Follows the live events of a person until the test ends. */
async function follow(origin: string, userId: string): Promise<Heard[]> {
  const heard: Heard[] = [];
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const request = http.get(`${origin}/chat/api/live?as=${userId}`, resolve);
    request.on("error", reject);
    open.push(() => request.destroy());
  });
  expect(response.headers["content-type"]).toMatch(/^text\/event-stream/);
  let text = "";
  response.on("error", () => undefined);
  response.on("data", (chunk) => {
    text += String(chunk);
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const block of events) {
      const found = /^event: (\w+)\ndata: (.*)$/.exec(block);
      if (found) heard.push({ event: String(found[1]), value: JSON.parse(String(found[2])) });
    }
  });
  return heard;
}

const say = async (text: string, more: object = {}) => {
  const body = { as: "amara", channel: "general", eventId: randomUUID(), text, ...more };
  return (await ask(stage.origin, { path: "/chat/api/say", body })).json.message;
};
const eventually = (heard: readonly Heard[], event: string) =>
  expect.poll(() => heard.find((each) => each.event === event)?.value, { timeout: 5000 });

describe("a page that is open", () => {
  it("hears what others say, also through another process", async () => {
    const heard = await follow(stage.origin, "diego");
    const through = await follow(twin.origin, "diego");
    const message = await say("Hello");

    await eventually(heard, "message").toEqual(message);
    await eventually(through, "message").toEqual(message);
  });

  it("hears nothing of what is for another alone", async () => {
    const amara = await follow(stage.origin, "amara");
    const diego = await follow(stage.origin, "diego");
    await say("/compliance sign");
    await say("psst", { channel: "direct-amara" });
    const last = await say("For all");

    await expect.poll(() => diego.at(-1)?.value).toEqual(last);
    expect(diego).toHaveLength(1);
    expect(amara.map(({ value }) => value.onlyForYou)).toEqual([true, false, false, false]);
  });

  it("hears of a new channel and of a message that was taken away", async () => {
    const heard = await follow(twin.origin, "amara");
    await ask(stage.origin, { path: "/chat/api/channels", body: { as: "theo", name: "news" } });
    const { ref } = await say("/compliance sign");
    await ask(stage.origin, { path: "/chat/api/dismiss", body: { as: "amara", ref } });

    await eventually(heard, "channel").toEqual({ channel: "news" });
    await eventually(heard, "gone").toEqual({ ref, channel: "general" });
  });

  it("hears of a reply with the count of the message above it", async () => {
    const root = await say("Question");
    const heard = await follow(stage.origin, "priya");
    const reply = await say("Answer", { thread: root.ref });

    await expect.poll(() => heard.map(({ value }) => value.ref)).toEqual([reply.ref, root.ref]);
    expect(heard[1]?.value.replies).toBe(1);
  });

  it("is told to look again when something may have been missed, and hears on", async () => {
    const heard = await follow(stage.origin, "amara");
    await asOwner(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen cleargate_web_chat%' and datname = current_database()",
    );

    await eventually(heard, "refresh").toEqual({});
    await expect
      .poll(
        async () => {
          await say("Are you there?");
          return heard.some(({ event }) => event === "message");
        },
        { timeout: 10_000, interval: 300 },
      )
      .toBe(true);
  });

  it("of nobody gets nothing", async () => {
    const answer = await ask(stage.origin, { path: "/chat/api/live?as=nobody" });

    expect(answer.status).toBe(404);
  });
});
