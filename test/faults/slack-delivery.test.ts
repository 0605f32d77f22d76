/** Whatever Slack does to a message, it is not lost, not doubled without a word, and no other channel waits for it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { listDeadLetters, replayDeadLetters } from "../../src/app/deliveries/dead-letters.ts";
import type { Log } from "../../src/app/ports.ts";
import { type Running, serve } from "../../src/serve.ts";
import { createDatabase } from "../support/database.ts";
import type { Mood } from "../support/slack/moods.ts";
import { type SlackStandIn, startSlack } from "../support/slack/stand-in.ts";
import { REPEATED } from "./scale.ts";
import { findDamage } from "./workload.ts";

const database = await createDatabase();
const { ownerUrl, asOwner } = database;
const PACE = 300;
/** A quarter of a second, and as much again for a busy machine. */
const DELAY_MAX = 500;
const logged: string[] = [];
const log: Log = {
  info: () => undefined,
  warn: (event) => void logged.push(event),
  error: (event) => void logged.push(event),
};
let slack: SlackStandIn;
let running: Running;
let organisation: Awaited<ReturnType<Running["core"]["store"]["organisationOf"]>>;
let faulty = "";
let healthy = "";

beforeAll(async () => {
  slack = await startSlack();
  running = await serve(
    {
      port: 0,
      host: "127.0.0.1",
      databaseUrl: ownerUrl,
      dataDir: "/nonexistent",
      slack: {
        botToken: slack.botToken,
        signingSecret: slack.signingSecret,
        appToken: null,
        apiUrl: slack.apiUrl,
      },
      webChat: false,
      logLevel: "error",
      signingEmailDomains: [],
      crashAt: null,
      complianceToken: null,
    },
    log,
    { paceMs: { slack: PACE } },
  );
  const workspaceRef = slack.world.teamId;
  organisation = await running.core.store.organisationOf({ surface: "slack", workspaceRef });
}, 60_000);

afterAll(async () => {
  await running.stop();
  await slack.close();
});

let nth = 0;
beforeEach(async () => {
  slack.behave();
  await asOwner("truncate outbox, living_messages, delivery_pauses");
  nth += 1;
  faulty = slack.addChannel(`faulty-${nth}`).id;
  healthy = slack.addChannel(`healthy-${nth}`).id;
  for (const id of [faulty, healthy]) slack.world.channels.get(id)?.members.add("U0BOT");
});

async function say(channelId: string, headline: string, key?: string): Promise<void> {
  const { organisationId, workspaceId } = organisation;
  const channel = { surface: "slack", workspaceId, channelId } as const;
  await running.core.store.write(organisationId, null, (writing) =>
    writing.deliver([
      {
        lane: "interactive",
        to: { kind: "channel", channel },
        message: { headline },
        ...(key ? { key } : {}),
      },
    ]),
  );
}

const heard = (channel: string) =>
  slack.world.messages.filter((message) => message.channel === channel).map(({ text }) => text);
const untilHeard = (channel: string, texts: readonly string[], timeout = 10_000) =>
  expect
    .poll(() => heard(channel).map((text) => text.split("\n")[0]), { timeout, interval: 10 })
    .toEqual(texts);

/** A message for the healthy channel while the other has its trouble. */
async function expectNoDelay(): Promise<void> {
  const began = performance.now();
  await say(healthy, "healthy");
  await untilHeard(healthy, ["healthy"]);
  expect(performance.now() - began).toBeLessThan(DELAY_MAX);
}

function misbehave(mood: Mood, times = 1, method = "chat.postMessage"): void {
  slack.misbehave(method, mood, { times, when: ({ channel }) => channel === faulty });
}

const callsTo = (channel: string) =>
  slack.callsOf("chat.postMessage").filter(({ args }) => args.channel === channel);

describe(
  "a message that Slack does not take at once arrives once, and no other channel waits",
  REPEATED,
  () => {
    test.each<[string, Mood]>([
      ["limits the channel for a second", { kind: "rate_limited", retryAfterSeconds: 1 }],
      ["limits it in the body", { kind: "error", error: "ratelimited" }],
      ["is broken: HTTP 500", { kind: "status", status: 500 }],
      ["is away: HTTP 503", { kind: "status", status: 503 }],
      ["never answers", { kind: "hang" }],
      ["cuts the connection", { kind: "reset" }],
      ["is out of order", { kind: "error", error: "internal_error" }],
      ["takes it and loses the reply", { kind: "lose_reply" }],
    ])("when Slack %s", async (_, mood) => {
      misbehave(mood);
      await say(faulty, "first");
      await say(faulty, "second");
      await expect.poll(() => callsTo(faulty).length).toBeGreaterThan(0);
      await expectNoDelay();

      // Where the body alone says it, our own patience is 30 seconds; nobody has to wait for it here.
      if (mood.kind === "error" && mood.error === "ratelimited") await hurry();
      await untilHeard(faulty, ["first", "second"]);
      expect(await running.core.store.outbox.countDead()).toBe(0);
    });

    test("when Slack does not say for how long: it waits, and is there when the time has come", async () => {
      misbehave({ kind: "rate_limited", retryAfterSeconds: null });
      await say(faulty, "first");
      await expect.poll(() => callsTo(faulty).length).toBe(1);
      await expectNoDelay();
      expect(heard(faulty)).toEqual([]);

      await hurry();
      await untilHeard(faulty, ["first"]);
    });

    test("when an edit is limited: the newest text stands there in the end, once", async () => {
      await say(faulty, "card 1", "card");
      await untilHeard(faulty, ["card 1"]);
      misbehave({ kind: "rate_limited", retryAfterSeconds: 1 }, 1, "chat.update");
      await say(faulty, "card 2", "card");
      await expectNoDelay();

      await untilHeard(faulty, ["card 2"]);
    });
  },
);

/** What was not taken at the first attempt is given up. */
const IMPATIENT = `
  create function impatient() returns trigger language plpgsql as $$ begin
    if old.lease_until is not null and new.lease_until is null and new.state = 'waiting' then
      new.state := 'dropped'; new.settled_at := now();
    end if;
    return new;
  end $$;
  create trigger impatient before update on outbox for each row execute function impatient()`;

test("without a second attempt each of these faults loses the message", async () => {
  const moods: readonly Mood[] = [
    { kind: "rate_limited", retryAfterSeconds: 1 },
    { kind: "status", status: 500 },
    { kind: "status", status: 503 },
    { kind: "hang" },
    { kind: "reset" },
  ];
  const channels = moods.map((mood) => {
    const { id } = slack.addChannel(`impatient-${"status" in mood ? mood.status : mood.kind}`);
    slack.world.channels.get(id)?.members.add("U0BOT");
    slack.misbehave("chat.postMessage", mood, { when: ({ channel }) => channel === id });
    return id;
  });
  await asOwner(IMPATIENT);
  try {
    for (const text of ["first", "second"]) for (const id of channels) await say(id, text);
    await Promise.all(channels.map((id) => untilHeard(id, ["second"])));
  } finally {
    await asOwner("drop function impatient cascade");
  }
});

/** As if the pauses were over. */
async function hurry(): Promise<void> {
  await expect
    .poll(async () => (await asOwner("select 1 from outbox where last_error is not null")).length)
    .toBeGreaterThan(0);
  await asOwner("update outbox set next_attempt_at = now() where state = 'waiting'");
  await asOwner("delete from delivery_pauses");
}

test("a reply that was lost is asked for before anything is posted again", async () => {
  misbehave({ kind: "lose_reply" });
  await say(faulty, "once");
  await expect
    .poll(async () => (await running.core.store.outbox.pending()).interactive.waiting)
    .toBe(0);

  expect(heard(faulty)).toEqual(["once"]);
  expect(callsTo(faulty)).toHaveLength(1);
  expect(slack.callsOf("conversations.history").at(-1)?.args.channel).toBe(faulty);
});

test("where Slack does not let us ask, the repeat says that it is one", async () => {
  slack.scopes.delete("channels:history");
  misbehave({ kind: "lose_reply" });
  await say(faulty, "twice");
  await expect.poll(() => heard(faulty).length, { timeout: 5000 }).toBe(2);
  slack.scopes.add("channels:history");

  const blocks = slack.world.messages.filter(({ channel }) => channel === faulty);
  expect(JSON.stringify(blocks[1])).toContain("you may see this message twice");
});

test("a message that is too long is posted shorter", async () => {
  misbehave({ kind: "error", error: "msg_too_long" });
  await say(faulty, `long ${"word ".repeat(300)}`);
  await expect.poll(() => heard(faulty).length).toBe(1);

  expect(heard(faulty)[0]).toMatch(/^long word/);
  expect(await running.core.store.outbox.countDead()).toBe(0);
});

describe("a message that Slack will never take is a dead letter, seen and sent again", () => {
  test.each([
    ["channel_not_found", "Slack shows Cleargate no such channel"],
    ["is_archived", "the channel is archived"],
    ["invalid_auth", "Slack does not accept the token"],
    ["restricted_action", "the workspace does not let apps post in this channel"],
  ])("%s", async (error, why) => {
    const { deps } = running.core;
    misbehave({ kind: "error", error }, 5);
    await say(faulty, "kept");
    await expect.poll(() => running.core.store.outbox.countDead()).toBe(1);
    await expectNoDelay();

    const [letter] = await listDeadLetters(deps);
    expect(letter).toMatchObject({ headline: "kept", lane: "interactive" });
    expect(letter?.why).toContain(why);
    expect(logged).toContain("delivery_dead");
    const [finding] = (await running.core.store.examine()).filter(
      ({ check }) => check === "dead letters",
    );
    expect(finding).toMatchObject({ ok: false, says: "1 message could not be delivered." });

    slack.behave();
    expect(await replayDeadLetters(deps, letter?.id ?? "")).toHaveLength(1);
    await untilHeard(faulty, ["kept"]);
    expect(await listDeadLetters(deps)).toEqual([]);
    expect(
      await asOwner(
        `select entry::json ->> 'by' as by from (select entry from ledger_staging
           union all select entry from ledger_entries) as e
         where entry like '%DeadLetterReplayed%' and entry like $1`,
        [`%"delivery":"${letter?.id}"%`],
      ),
    ).toEqual([{ by: "terminal" }]);
  });
});

test("a channel that was limited again and again keeps the order of its messages", async () => {
  misbehave({ kind: "rate_limited", retryAfterSeconds: 1 }, 2);
  for (const text of ["one", "two", "three"]) await say(faulty, text);

  await untilHeard(faulty, ["one", "two", "three"], 15_000);
});

test("after all of it the ledger is whole and the tables are what it says", async () => {
  expect(await findDamage(database, ownerUrl)).toEqual([]);
});
