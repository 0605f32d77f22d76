import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Delivery, Log, Sender, Sent } from "../../src/app/ports.ts";
import type { Surface } from "../../src/domain/people/person.ts";
import { type DrainerDeps, startDrainer } from "../../src/loops/drainer.ts";
import type { Loop } from "../../src/loops/loop.ts";
import { createTestStore } from "../support/database.ts";
import { anOffice, aPerson, type Office } from "../support/people.ts";

const { store, asOwner } = await createTestStore();
const { outbox } = store;
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const running: Loop[] = [];
let office: Office;

type Post = Parameters<Sender["send"]>[0];

beforeEach(async () => {
  await asOwner("truncate outbox, living_messages");
  office = await anOffice(store);
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((loop) => loop.stop()));
});

/** A platform that answers as told, and remembers what it was asked. */
function aPlatform(answer: (post: Post, nth: number) => Promise<Sent> | Sent) {
  const posts: (Post & { readonly at: number })[] = [];
  const sender: Sender = {
    surface: "slack",
    async send(post) {
      posts.push({ ...post, at: performance.now() });
      return await answer(post, posts.length);
    },
  };
  return { posts, sender, said: () => posts.map(({ message }) => message.headline) };
}

const sent = (nth: number): Sent => ({ outcome: "sent", ref: `ref-${nth}` });

function drain(sender: Sender | null, given: Partial<DrainerDeps> = {}): Loop {
  const senders = new Map<Surface, Sender>(sender ? [["slack", sender]] : []);
  const loop = startDrainer({
    lane: "interactive",
    outbox,
    senders,
    log: silent,
    paceMs: {},
    ...given,
  });
  running.push(loop);
  return loop;
}

function post(headline: string, channelId = "C1", given: Partial<Delivery> = {}): Delivery {
  const channel = { surface: "slack", workspaceId: office.workspaceId, channelId } as const;
  return { lane: "interactive", to: { kind: "channel", channel }, message: { headline }, ...given };
}

async function deliver(...deliveries: readonly Delivery[]): Promise<void> {
  await store.write(office.organisationId, null, (writing) => writing.deliver(deliveries));
}

const waiting = async () => (await outbox.pending()).interactive.waiting;
const untilEmpty = () => expect.poll(waiting, { timeout: 8000 }).toBe(0);

test("what is committed leaves at once, in order", async () => {
  const platform = aPlatform((_, nth) => sent(nth));
  drain(platform.sender);
  await sleep(300);
  const start = performance.now();
  await deliver(post("one"), post("two"), post("three"));
  await untilEmpty();

  expect(platform.said()).toEqual(["one", "two", "three"]);
  expect((platform.posts[0]?.at ?? 0) - start).toBeLessThan(400);
});

test("a slow channel delays no other", async () => {
  const platform = aPlatform(async ({ message }, nth) => {
    if (message.headline === "slow") await sleep(1500);
    return sent(nth);
  });
  await deliver(post("slow", "C1"), post("after slow", "C1"));
  await deliver(...Array.from({ length: 5 }, (_, nth) => post(`quick ${nth}`, `Q${nth}`)));
  drain(platform.sender);
  await expect.poll(() => platform.posts.length).toBe(6);

  expect(platform.said()).not.toContain("after slow");
  await untilEmpty();
  expect(platform.said().at(-1)).toBe("after slow");
});

test("a channel of Slack hears one message a pause; others do not wait for it", async () => {
  const platform = aPlatform((_, nth) => sent(nth));
  await deliver(post("a1", "A"), post("a2", "A"), post("b1", "B"));
  drain(platform.sender, { paceMs: { slack: 400 } });
  await untilEmpty();

  const at = (headline: string) =>
    platform.posts.find(({ message }) => message.headline === headline)?.at ?? 0;
  expect(at("a2") - at("a1")).toBeGreaterThanOrEqual(390);
  expect(at("b1") - at("a1")).toBeLessThan(300);
});

test("a failure that may pass is tried again, with the same attempt's name", async () => {
  const platform = aPlatform((_, nth) =>
    nth === 1 ? { outcome: "retry", why: "500" } : sent(nth),
  );
  await deliver(post("one"), post("two"));
  drain(platform.sender);
  await untilEmpty();

  expect(platform.said()).toEqual(["one", "one", "two"]);
  expect(platform.posts[1]?.attempt).toBe(platform.posts[0]?.attempt);
  expect(platform.posts[1]?.uncertain).toBe(false);
});

test("after an uncertain post the sender is told to ask before it repeats", async () => {
  const platform = aPlatform((_, nth) =>
    nth === 1 ? { outcome: "uncertain", why: "timeout" } : sent(nth),
  );
  await deliver(post("one"));
  drain(platform.sender);
  await untilEmpty();

  expect(platform.posts.map(({ uncertain }) => uncertain)).toEqual([false, true]);
});

test("a process that dies between post and settlement leaves the message uncertain", async () => {
  const platform = aPlatform((_, nth) => sent(nth));
  await deliver(post("one", "C1", { lane: "emergency" }));
  const dead = drain(platform.sender, {
    lane: "emergency",
    reached: (point) => {
      if (point === "after_post_before_settle") throw new Error("killed here");
    },
  });
  await expect.poll(() => platform.posts.length, { timeout: 5000 }).toBe(1);
  await dead.stop();
  const start = performance.now();
  drain(platform.sender, { lane: "emergency" });
  await expect.poll(() => platform.posts.length, { timeout: 5000 }).toBe(2);

  expect(platform.posts[1]).toMatchObject({
    uncertain: true,
    attempt: platform.posts[0]?.attempt,
  });
  expect(performance.now() - start).toBeLessThan(3500);
});

test("a sender that throws is one whose post may have arrived", async () => {
  const platform = aPlatform((_, nth) => {
    if (nth === 1) throw new Error("socket hang up");
    return sent(nth);
  });
  await deliver(post("one"));
  drain(platform.sender);
  await untilEmpty();

  expect(platform.posts[1]?.uncertain).toBe(true);
});

test("a sender that never answers loses its lease, and the message is tried again", async () => {
  const platform = aPlatform((_, nth) =>
    nth === 1 ? new Promise<Sent>(() => undefined) : sent(nth),
  );
  await deliver(post("fire", "C1", { lane: "emergency" }));
  drain(platform.sender, { lane: "emergency" });
  await expect.poll(() => platform.posts.length, { timeout: 5000 }).toBe(2);

  expect(platform.posts[1]?.uncertain).toBe(true);
});

test("a permanent failure is a dead letter and stops nothing", async () => {
  const platform = aPlatform(({ message }, nth) =>
    message.headline === "bad" ? { outcome: "failed", why: "is_archived" } : sent(nth),
  );
  await deliver(post("bad"), post("good"));
  drain(platform.sender);
  await untilEmpty();

  expect(platform.said()).toEqual(["bad", "good"]);
  expect(await outbox.deadLetters()).toMatchObject([{ headline: "bad", why: "is_archived" }]);
});

test("a living message that was deleted is posted anew once", async () => {
  const platform = aPlatform(({ edit }, nth) =>
    edit === "ref-1" ? { outcome: "failed", why: "message_not_found" } : sent(nth),
  );
  drain(platform.sender);
  for (const headline of ["card 1", "card 2", "card 3"]) {
    await deliver(post(headline, "C1", { key: "card" }));
    await untilEmpty();
  }

  expect(platform.posts.map(({ message, edit }) => [message.headline, edit])).toEqual([
    ["card 1", null],
    ["card 2", "ref-1"],
    ["card 2", null],
    ["card 3", "ref-3"],
  ]);
});

test("for a surface that is not connected a message is a dead letter, a home is nothing", async () => {
  const dana = await aPerson(store, office, { userId: `U${randomUUID()}` });
  await deliver(post("hello"), {
    lane: "interactive",
    to: { kind: "home", personId: dana.id },
    message: { headline: "home" },
  });
  drain(null);
  await untilEmpty();

  expect(await outbox.deadLetters()).toMatchObject([{ why: "slack is not connected" }]);
});

test("two drainers send each message once", async () => {
  const platform = aPlatform((_, nth) => sent(nth));
  await deliver(...Array.from({ length: 60 }, (_, nth) => post(`m${nth}`, `C${nth % 6}`)));
  drain(platform.sender);
  drain(platform.sender);
  await untilEmpty();

  expect(platform.posts).toHaveLength(60);
  expect(new Set(platform.said()).size).toBe(60);
});

test("stopping waits for what is on its way", async () => {
  const platform = aPlatform(async (_, nth) => {
    await sleep(400);
    return sent(nth);
  });
  await deliver(post("one"), post("two"));
  const loop = drain(platform.sender);
  await expect.poll(() => platform.posts.length).toBe(1);
  await loop.stop();

  expect(platform.said()).toEqual(["one"]);
  expect(await waiting()).toBe(1);
});
