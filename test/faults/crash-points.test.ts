import { randomUUID } from "node:crypto";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CrashPoint } from "../../src/app/ports.ts";
import { day } from "../scenarios/openings.ts";
import { openWebStage, WEB_CAST } from "../scenarios/web-stage.ts";
import { createDatabase } from "../support/database.ts";
import { act, migrationOf, untilDelivered } from "./deeds.ts";
import { freePort, killServers, startServer } from "./server.ts";
import { untilSealed } from "./workload.ts";

const database = await createDatabase();
const { ownerUrl: databaseUrl, asOwner } = database;

const POINTS: readonly (readonly [CrashPoint, "nothing" | "all"])[] = [
  ["before_commit", "nothing"],
  ["after_commit_before_reply", "all"],
  ["after_claim_before_post", "all"],
  ["after_post_before_settle", "all"],
  ["after_seal_before_checkpoint", "all"],
];
const channelOf = (point: CrashPoint): string => point.replaceAll("_", "-");

beforeAll(async () => {
  const stage = await openWebStage(databaseUrl);
  for (const [point] of POINTS) await stage.enter(channelOf(point));
  await untilDelivered(database);
  await stage.stop();
}, 60_000);
afterEach(killServers);

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

describe("a process that dies at a named point", () => {
  it.each(POINTS)(
    "%s leaves %s of a deed behind, and its repeat makes it whole, once",
    {
      timeout: 120_000,
    },
    async (crashAt, left) => {
      const name = `Shop ${crashAt}`;
      const channel = channelOf(crashAt);
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

      const dying = await startServer({ port, databaseUrl, crashAt });
      await act(dying.origin, deed).catch(() => undefined);
      expect(await dying.ended).toBe("SIGKILL");
      expect(await customersOf(name)).toBe(left === "all" ? 1 : 0);
      await asOwner("update outbox set lease_until = null where state = 'waiting'");

      const { origin } = await startServer({ port, databaseUrl });
      await act(origin, deed);
      await untilDelivered(database);
      await untilSealed(database);

      expect(await customersOf(name)).toBe(1);
      const migration = await migrationOf(database, channel);
      expect(await entriesOf(migration)).toBe(1);
      expect(await postsOf(channel, name)).toBe(1);
      const verify = {
        ...deed,
        command: { type: "VerifyLedger" },
        values: {},
        eventId: randomUUID(),
      };
      expect(await act(origin, verify)).toMatch(/intact/);
    },
  );
});
