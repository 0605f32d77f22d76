import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { createDatabase, migrationsDir } from "../support/database.ts";
import { type SlackStandIn, startSlack } from "../support/slack/stand-in.ts";
import { REPEATED } from "./scale.ts";
import { freePort, killServers, type Server, startServer } from "./server.ts";
import { findDamage } from "./workload.ts";

const database = await createDatabase();
const { ownerUrl: databaseUrl, asOwner } = database;

let slack: SlackStandIn | undefined;
afterEach(async () => {
  await killServers();
  await slack?.close();
});

async function startProduct({ botToken, signingSecret, apiUrl }: SlackStandIn): Promise<Server> {
  return await startServer({
    port: await freePort(),
    databaseUrl,
    settings: {
      SLACK_BOT_TOKEN: botToken,
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_API_URL: apiUrl,
      WEB_CHAT: "off",
    },
  });
}

async function postTo({ world }: SlackStandIn, channelId: string, headline: string): Promise<void> {
  const store = await openStore({ ownerUrl: databaseUrl, appUrl: databaseUrl, migrationsDir });
  const workspace = { surface: "slack", workspaceRef: world.teamId } as const;
  const { organisationId, workspaceId } = await store.organisationOf(workspace);
  const channel = { surface: "slack", workspaceId, channelId } as const;
  await store.write(organisationId, null, (writing) =>
    writing.deliver([
      { lane: "interactive", to: { kind: "channel", channel }, message: { headline } },
    ]),
  );
  await store.close();
}

async function outboxOf(headline: string) {
  const [row] = await asOwner(
    "select state, fence::int as fence, lease_until from outbox where message like $1",
    [`%${headline}%`],
  );
  return row;
}

/** A process holds a delivery and is stopped in mid-post; another takes over; the first comes back. */
async function wakeTheDead(options: { readonly mayLook: boolean }) {
  const standIn = await startSlack();
  slack = standIn;
  if (!options.mayLook) standIn.scopes.delete("channels:history");
  const channel = standIn.addChannel("northside").id;
  const headline = `Only once ${randomUUID()}`;
  const posts = () =>
    standIn.calls.filter(
      ({ method, args }) =>
        method === "chat.postMessage" && JSON.stringify(args).includes(headline),
    ).length;
  standIn.misbehave("chat.postMessage", { kind: "slow_reply", ms: 1500 });
  const first = await startProduct(standIn);
  await postTo(standIn, channel, headline);
  await expect.poll(posts, { timeout: 20_000, interval: 5 }).toBe(1);
  process.kill(first.pid, "SIGSTOP");
  const held = await outboxOf(headline);

  await asOwner("update outbox set lease_until = clock_timestamp() where lease_until is not null");
  const second = await startProduct(standIn);
  await expect
    .poll(async () => (await outboxOf(headline))?.state, { timeout: 20_000 })
    .toBe("sent");
  const settled = await outboxOf(headline);
  process.kill(first.pid, "SIGCONT");
  // It serves again, and has had its say about the delivery.
  await expect.poll(() => isReady(first), { timeout: 20_000 }).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const inTheEnd = await outboxOf(headline);
  return { held, settled, inTheEnd, posts: posts(), stillReady: await isReady(second) };
}

async function isReady({ origin }: Server): Promise<boolean> {
  return (await fetch(`${origin}/readyz`, { signal: AbortSignal.timeout(2000) })).ok;
}

it("what a stopped process held is done once by another, and its late word changes nothing", {
  timeout: 120_000,
  ...REPEATED,
}, async () => {
  const { held, settled, inTheEnd, posts, stillReady } = await wakeTheDead({ mayLook: true });

  expect(held).toMatchObject({ state: "waiting", fence: 1 });
  expect(settled).toMatchObject({ state: "sent", fence: 2 });
  expect(inTheEnd).toEqual(settled);
  expect(posts).toBe(1);
  expect(stillReady).toBe(true);
  expect(await findDamage(database, databaseUrl)).toEqual([]);
});

it("whoever may not look what stands in the channel posts it a second time", {
  timeout: 120_000,
}, async () => {
  const { inTheEnd, posts } = await wakeTheDead({ mayLook: false });

  expect(inTheEnd).toMatchObject({ state: "sent" });
  expect(posts).toBe(2);
});

describe("a process that wakes while another is in mid-post", () => {
  /** What stands in the outbox when the other holds the delivery, and when the first has had its say. */
  async function speakTooLate(): Promise<{ readonly held: unknown; readonly after: unknown }> {
    const standIn = await startSlack();
    slack = standIn;
    standIn.scopes.delete("channels:history");
    // What the story before has left would go first.
    await asOwner("truncate outbox");
    const channel = standIn.addChannel("southside").id;
    const headline = `Too late ${randomUUID()}`;
    const posts = () =>
      standIn.calls.filter(
        ({ method, args }) =>
          method === "chat.postMessage" && JSON.stringify(args).includes(headline),
      ).length;
    standIn.misbehave("chat.postMessage", { kind: "slow_reply", ms: 1500 }, { times: 2 });
    const first = await startProduct(standIn);
    await postTo(standIn, channel, headline);
    await expect.poll(posts, { timeout: 20_000, interval: 5 }).toBe(1);
    process.kill(first.pid, "SIGSTOP");
    await asOwner(
      "update outbox set lease_until = clock_timestamp() where lease_until is not null",
    );
    const second = await startProduct(standIn);
    await expect.poll(posts, { timeout: 20_000, interval: 5 }).toBe(2);
    // It holds the delivery for as long as this takes.
    process.kill(second.pid, "SIGSTOP");
    await asOwner(
      "update outbox set lease_until = clock_timestamp() + interval '1 hour' where lease_until is not null",
    );
    const held = await outboxOf(headline);
    process.kill(first.pid, "SIGCONT");
    await expect.poll(() => settledBy(first), { timeout: 20_000 }).toBeGreaterThan(0);
    return { held, after: await outboxOf(headline) };
  }

  /** How many attempts it has had its say about. */
  async function settledBy({ origin }: Server): Promise<number> {
    const figures = await (await fetch(`${origin}/metrics`)).text();
    return [...figures.matchAll(/^cleargate_deliveries_total\{[^}]*\} (\d+)/gm)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
  }

  it("changes nothing of what the other holds", { timeout: 120_000, ...REPEATED }, async () => {
    const { held, after } = await speakTooLate();

    expect(held).toMatchObject({ state: "waiting", fence: 2 });
    expect(after).toEqual(held);
  });

  it("takes it from the other where every holder has the same number", {
    timeout: 120_000,
  }, async () => {
    await asOwner(`
      create function unfenced() returns trigger language plpgsql as
        $$ begin new.fence := old.fence; return new; end $$;
      create trigger unfenced before update on outbox for each row execute function unfenced()`);
    try {
      const { held, after } = await speakTooLate();

      expect(held).toMatchObject({ state: "waiting", fence: 0 });
      expect(after).not.toEqual(held);
    } finally {
      await asOwner("drop function unfenced cascade");
    }
  });
});
