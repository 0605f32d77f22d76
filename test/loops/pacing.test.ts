/** One pace for a channel, whichever process and lane sends, and what Slack limits limits nobody else. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Delivery, Lane, Log, Sender, Sent } from "../../src/app/ports.ts";
import { startDrainer } from "../../src/loops/drainer.ts";
import type { Loop } from "../../src/loops/loop.ts";
import { openStore } from "../../src/store/open-store.ts";
import { createTestStore, migrationsDir } from "../support/database.ts";
import { anOffice, type Office } from "../support/people.ts";

const { store, asOwner, ownerUrl, appUrl } = await createTestStore();
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const running: { stop(): Promise<void> }[] = [];
const PACE = 600;
/** A quarter of a second, and as much again for a busy machine; every pause here is longer. */
const NOT_HELD_UP = 500;
let office: Office;

beforeEach(async () => {
  await asOwner("truncate outbox, living_messages, delivery_pauses");
  office = await anOffice(store);
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((loop) => loop.stop()));
});

type Post = Parameters<Sender["send"]>[0];

/** A platform that answers as told, and remembers what came when. */
function aPlatform(answer: (post: Post) => Promise<Sent> | Sent = () => SENT) {
  const posts: { readonly said: string; readonly at: number }[] = [];
  const sender: Sender = {
    surface: "slack",
    async send(post) {
      posts.push({ said: post.message.headline, at: performance.now() });
      return await answer(post);
    },
  };
  const at = (said: string): number => posts.find((post) => post.said === said)?.at ?? Number.NaN;
  return { posts, sender, at };
}

const SENT: Sent = { outcome: "sent", ref: "C1/1.1" };

function drain(sender: Sender, lane: Lane = "interactive", outbox = store.outbox): Loop {
  const senders = new Map([["slack", sender]] as const);
  const loop = startDrainer({ lane, outbox, senders, log: silent, paceMs: { slack: PACE } });
  running.push(loop);
  return loop;
}

/** A second process: connections of its own on the same database. */
async function anotherProcess() {
  const other = await openStore({ ownerUrl, appUrl, migrationsDir, deadlineMs: 15_000 });
  running.unshift({ stop: () => other.close() });
  return other;
}

function post(headline: string, channelId = "C1", given: Partial<Delivery> = {}): Delivery {
  const channel = { surface: "slack", workspaceId: office.workspaceId, channelId } as const;
  return { lane: "interactive", to: { kind: "channel", channel }, message: { headline }, ...given };
}

async function deliver(...deliveries: readonly Delivery[]): Promise<void> {
  await store.write(office.organisationId, null, (writing) => writing.deliver(deliveries));
}

const untilSaid = (platform: ReturnType<typeof aPlatform>, count: number) =>
  expect.poll(() => platform.posts.length, { timeout: 10_000 }).toBe(count);

const gaps = (posts: readonly { readonly at: number }[]) =>
  posts.slice(1).map(({ at }, nth) => at - (posts[nth]?.at ?? 0));

describe("the pace of a channel", () => {
  test("holds for two processes together", async () => {
    const other = await anotherProcess();
    const platform = aPlatform();
    await deliver(...Array.from({ length: 6 }, (_, nth) => post(`m${nth}`)));
    drain(platform.sender);
    drain(platform.sender, "interactive", other.outbox);
    await untilSaid(platform, 6);

    expect(Math.min(...gaps(platform.posts))).toBeGreaterThanOrEqual(PACE - 10);
    expect(platform.posts.map(({ said }) => said)).toEqual(["m0", "m1", "m2", "m3", "m4", "m5"]);
  });

  test("holds for two lanes together, and what somebody waits for goes first", async () => {
    const platform = aPlatform();
    await deliver(
      ...["b0", "b1", "b2"].map((said) => post(said, "C1", { lane: "bulk" })),
      ...["i0", "i1"].map((said) => post(said)),
    );
    drain(platform.sender, "bulk");
    drain(platform.sender);
    await untilSaid(platform, 5);

    expect(Math.min(...gaps(platform.posts))).toBeGreaterThanOrEqual(PACE - 10);
    expect(platform.posts.map(({ said }) => said)).toEqual(["i0", "i1", "b0", "b1", "b2"]);
  });

  test("is never what an emergency waits for, and the next ordinary message leaves it room", async () => {
    const platform = aPlatform();
    drain(platform.sender);
    drain(platform.sender, "emergency");
    await deliver(post("before"));
    await untilSaid(platform, 1);
    await deliver(post("after"));
    const began = performance.now();
    await deliver(post("fire", "C1", { lane: "emergency" }));
    await untilSaid(platform, 3);

    expect(platform.at("fire") - began).toBeLessThan(NOT_HELD_UP);
    expect(platform.at("after") - platform.at("fire")).toBeGreaterThanOrEqual(PACE - 10);
  });

  test("of one channel delays no other", async () => {
    const platform = aPlatform();
    await deliver(...Array.from({ length: 5 }, (_, nth) => post(`busy ${nth}`, "BUSY")));
    drain(platform.sender);
    await untilSaid(platform, 1);
    await deliver(post("other", "OTHER"));
    const began = performance.now();
    await expect.poll(() => platform.at("other")).toBeGreaterThan(0);

    expect(platform.at("other") - began).toBeLessThan(NOT_HELD_UP);
  });
});

describe("what the platform limits", () => {
  const limited = (limits: "target" | "kind"): Sent => ({
    outcome: "retry",
    why: "rate limited",
    afterSeconds: 1,
    limits,
    isPassing: true,
  });

  test("in one channel pauses that channel in every process and lane, and no other channel", async () => {
    const other = await anotherProcess();
    let isFirst = true;
    const platform = aPlatform(() => {
      const answer = isFirst ? limited("target") : SENT;
      isFirst = false;
      return answer;
    });
    drain(platform.sender);
    await deliver(post("limited"));
    await untilSaid(platform, 1);
    const began = performance.now();
    drain(platform.sender, "bulk", other.outbox);
    await deliver(post("same", "C1", { lane: "bulk" }), post("elsewhere", "C2", { lane: "bulk" }));
    await untilSaid(platform, 4);

    expect(platform.at("elsewhere") - began).toBeLessThan(NOT_HELD_UP);
    expect(platform.at("same") - began).toBeGreaterThan(900);
  });

  test("of one kind of call pauses that kind of one lane in the workspace", async () => {
    let limits = 1;
    const platform = aPlatform(({ edit }) => {
      if (edit === null || limits === 0) return SENT;
      limits -= 1;
      return limited("kind");
    });
    drain(platform.sender);
    await deliver(post("card 1", "C1", { key: "one" }), post("card 2", "C2", { key: "two" }));
    await untilSaid(platform, 2);
    await sleep(PACE);
    await deliver(post("edit 1", "C1", { key: "one" }));
    await untilSaid(platform, 3);
    const began = performance.now();
    await deliver(post("edit 2", "C2", { key: "two" }), post("new", "C3"));
    await untilSaid(platform, 6);

    expect(platform.at("new") - began).toBeLessThan(NOT_HELD_UP);
    expect(platform.at("edit 2") - began).toBeGreaterThan(800);
  });

  test("is told of the kind of call to the lane that heard it alone", async () => {
    const platform = aPlatform(({ edit, lane }) =>
      edit !== null && lane === "bulk" ? limited("kind") : SENT,
    );
    drain(platform.sender);
    drain(platform.sender, "bulk");
    await deliver(post("card 1", "C1", { key: "one" }), post("card 2", "C2", { key: "two" }));
    await untilSaid(platform, 2);
    await sleep(PACE);
    await deliver(post("bulk edit", "C1", { key: "one", lane: "bulk" }));
    await untilSaid(platform, 3);
    const began = performance.now();
    await deliver(post("edit", "C2", { key: "two" }));
    await expect.poll(() => platform.at("edit")).toBeGreaterThan(0);

    expect(platform.at("edit") - began).toBeLessThan(NOT_HELD_UP);
  });
});

test("with thousands of messages waiting for other channels an emergency leaves at once", async () => {
  const platform = aPlatform(async () => {
    await sleep(50);
    return SENT;
  });
  await asOwner(
    `insert into outbox (organisation_id, lane, recipient, target, message, edit_only, digest)
     select $1, 'bulk', $2, 'channel:' || $3 || ':B' || n % 500, '{"headline":"bulk"}', false, 'd'
     from generate_series(1, 5000) as n`,
    [office.organisationId, JSON.stringify(post("bulk").to), office.workspaceId],
  );
  drain(platform.sender, "bulk");
  drain(platform.sender, "emergency");
  await expect.poll(() => platform.posts.length).toBeGreaterThan(10);
  const began = performance.now();
  await deliver(post("fire", "C1", { lane: "emergency" }));
  await expect.poll(() => platform.at("fire")).toBeGreaterThan(0);

  expect(platform.at("fire") - began).toBeLessThan(NOT_HELD_UP);
});

describe("a message that fails again and again", () => {
  const exhaust = () =>
    asOwner("update outbox set attempts = 20, next_attempt_at = now() where state = 'waiting'");
  const busy: Sent = { outcome: "uncertain", why: "HTTP 500" };

  test("is given up when the platform takes what others send", async () => {
    const platform = aPlatform(({ message }) => (message.headline === "bad" ? busy : SENT));
    drain(platform.sender);
    await deliver(post("good", "C2"));
    await untilSaid(platform, 1);
    await deliver(post("bad"));
    await untilSaid(platform, 2);
    await exhaust();

    await expect.poll(() => store.outbox.countDead()).toBe(1);
  });

  test("is kept while the platform takes nothing from anybody", async () => {
    const platform = aPlatform(() => busy);
    await deliver(post("one"), post("two", "C2"));
    await exhaust();
    drain(platform.sender);
    await untilSaid(platform, 2);
    await sleep(200);

    expect(await store.outbox.countDead()).toBe(0);
    expect((await store.outbox.pending()).interactive.waiting).toBe(2);
  });
});
