import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CrashPoint } from "../../src/app/ports.ts";
import { day } from "../scenarios/openings.ts";
import { openWebStage, WEB_CAST } from "../scenarios/web-stage.ts";
import { createDatabase } from "../support/database.ts";
import { act, migrationOf, untilDelivered } from "./deeds.ts";
import { openProxy, type Wire } from "./proxy.ts";
import { times } from "./scale.ts";
import { freePort, killServers, startServer } from "./server.ts";
import { findDamage, untilSealed } from "./workload.ts";

const database = await createDatabase();
const { ownerUrl: databaseUrl, asOwner } = database;

const POINTS: readonly (readonly [CrashPoint, "nothing" | "all"])[] = [
  ["before_commit", "nothing"],
  ["after_commit_before_reply", "all"],
  ["after_claim_before_post", "all"],
  ["after_post_before_settle", "all"],
  ["after_seal_before_checkpoint", "all"],
];

/** How the database is made to forget what protects. */
interface Removal {
  readonly withoutTransactions?: true;
  /** While the process lives that will die. */
  readonly trigger?: { readonly on: string; readonly before: string; readonly does: string };
  /** After its death. */
  readonly forgets?: string;
}

const REMOVALS: readonly (readonly [CrashPoint, string, Removal, Partial<Outcome>])[] = [
  [
    "before_commit",
    "one transaction leaves a deed behind that nobody heard of",
    { withoutTransactions: true },
    { left: 1 },
  ],
  [
    "after_commit_before_reply",
    "the number of the event does not know what was done",
    { forgets: "delete from inbound_events" },
    { heard: expect.stringMatching(/^This channel already has an open migration/) },
  ],
  [
    "after_claim_before_post",
    "a lease that ends loses the message",
    {
      trigger: {
        on: "outbox",
        before: "update",
        does: `if new.fence > old.fence then
          new.state := 'sent'; new.settled_at := now(); end if; return new;`,
      },
    },
    { posts: 0 },
  ],
  [
    "after_post_before_settle",
    "the number of the attempt posts the message twice",
    { forgets: "update web_messages set attempt = 'lost ' || attempt" },
    { posts: 2 },
  ],
  [
    "after_seal_before_checkpoint",
    "taking away what was sealed in the same transaction seals it twice",
    { trigger: { on: "ledger_staging", before: "delete", does: "return null;" } },
    { entries: 2, damage: [expect.stringMatching(/^replayed: Entry \d+ cannot be replayed/)] },
  ],
];
/** Each run has a channel of its own: a channel has one migration at most. */
const RUNS = Array.from({ length: times(1) }, (_, run) => run);
const channelOf = (point: CrashPoint, run = 0): string =>
  `${point.replaceAll("_", "-")}${run === 0 ? "" : `-${run}`}`;

beforeAll(async () => {
  const stage = await openWebStage(databaseUrl);
  for (const [point] of POINTS) {
    for (const run of RUNS) await stage.enter(channelOf(point, run));
    await stage.enter(`bare-${channelOf(point)}`);
  }
  await untilDelivered(database);
  // An armed process would find the entries of this one and end on them.
  await untilSealed(database);
  await stage.stop();
}, 60_000);
let wire: Wire | undefined;
afterEach(async () => {
  await killServers();
  await wire?.close();
  wire = undefined;
});

async function customersOf(name: string): Promise<number> {
  const rows = await asOwner("select id from migrations where customer = $1", [name]);
  return rows.length;
}

async function entriesOf(migration: string): Promise<number> {
  const [row] = await asOwner(
    `select count(*)::int as n from ledger_entries
     where migration_id = $1 and entry::jsonb ->> 'type' = 'MigrationOpened'`,
    [migration],
  );
  return Number(row?.n);
}

/** How often the outbox posted into the channel what names the customer; private answers go another way. */
async function postsOf(channel: string, name: string): Promise<number> {
  const [row] = await asOwner(
    `select count(*)::int as n from web_messages
     where channel_id = $1 and only_for is null and content like $2`,
    [channel, `%${name}%`],
  );
  return Number(row?.n);
}

interface Outcome {
  /** How many of the deed there were when the process had died. */
  readonly left: number;
  readonly customers: number;
  readonly entries: number;
  readonly posts: number;
  /** By whoever sends it again. */
  readonly heard: string;
  /** Everything that is broken in the end, of this deed and of all before. */
  readonly damage: readonly string[];
}

async function hang({ on, before, does }: NonNullable<Removal["trigger"]>): Promise<void> {
  await asOwner(`create function careless() returns trigger language plpgsql as
    $$ begin ${does} end $$`);
  await asOwner(`create trigger careless before ${before} on ${on}
    for each row execute function careless()`);
}

/** A deed whose process dies at the point, and its repeat. */
async function dieAndRepeat(
  crashAt: CrashPoint,
  channel: string,
  removal: Removal = {},
): Promise<Outcome> {
  const name = `Shop ${channel}`;
  const port = await freePort();
  const deed = {
    as: WEB_CAST.engineer,
    channel,
    command: { type: "OpenMigration" },
    values: {
      customer: name,
      industry: "retail",
      time_zone: "Europe/Berlin",
      proposal_on: day(14),
      go_live_on: day(60),
    },
    eventId: randomUUID(),
  };
  if (removal.trigger) await hang(removal.trigger);
  if (removal.withoutTransactions) wire = await openProxy(databaseUrl, removal);

  const dying = await startServer({ port, databaseUrl: wire?.url ?? databaseUrl, crashAt });
  await act(dying.origin, deed).catch(() => undefined);
  expect(await dying.ended).toBe("SIGKILL");
  await asOwner("drop function if exists careless cascade");
  if (removal.forgets) await asOwner(removal.forgets);
  const left = await customersOf(name);
  await asOwner("update outbox set lease_until = null where state = 'waiting'");

  const { origin } = await startServer({ port, databaseUrl });
  const heard = await act(origin, deed);
  await untilDelivered(database);
  await untilSealed(database);
  return {
    left,
    customers: await customersOf(name),
    entries: await entriesOf(await migrationOf(database, channel)),
    posts: await postsOf(channel, name),
    heard,
    damage: await findDamage(database, databaseUrl),
  };
}

describe("a process that dies at a named point", () => {
  it.each(RUNS.flatMap((run) => POINTS.map(([point, left]) => [point, left, run] as const)))(
    "%s leaves %s of a deed behind, and its repeat makes it whole, once",
    { timeout: 120_000 },
    async (point, left, run) => {
      expect(await dieAndRepeat(point, channelOf(point, run))).toEqual({
        left: left === "all" ? 1 : 0,
        ...{ customers: 1, entries: 1, posts: 1 },
        heard: expect.stringMatching(
          point === "after_commit_before_reply" ? /That is already done/ : /./,
        ),
        damage: [],
      });
    },
  );

  it.each(REMOVALS)("%s without %s", { timeout: 120_000 }, async (point, _, removal, harm) => {
    expect(await dieAndRepeat(point, `bare-${channelOf(point)}`, removal)).toMatchObject(harm);
  });
});
