/** The wall clock of a running process leaps, by hours and by more than a year, ahead and back. */
import { randomUUID } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, it } from "vitest";
import { WEB_CAST } from "../scenarios/web-stage.ts";
import { createDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { act, untilDelivered } from "./deeds.ts";
import { times } from "./scale.ts";
import { freePort, killServers, startServer } from "./server.ts";
import { evidence, findBroken, prepareWork, untilSealed } from "./workload.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LEAPS = [HOUR, -HOUR, 400 * DAY, -400 * DAY, 0];
const database = await createDatabase();
const { ownerUrl: databaseUrl, asOwner } = database;

afterEach(killServers);

/** A clock that is set for whoever is started with it. */
function openClock() {
  const file = path.join(temporaryFolder(), "leap");
  const leap = (milliseconds: number): void => {
    writeFileSync(`${file}.next`, String(milliseconds));
    renameSync(`${file}.next`, file);
  };
  leap(0);
  const module = pathToFileURL(path.join(import.meta.dirname, "leap.mjs"));
  return { leap, settings: { LEAP_FILE: file, NODE_OPTIONS: `--import ${module}` } };
}

/** How far the newest checkpoint of all is behind what is sealed. */
async function unsignedEntries(): Promise<number> {
  const [row] = await asOwner(
    `select (select max(sequence) from ledger_entries) -
       (select max(size) from ledger_checkpoints) as n`,
  );
  return Number(row?.n);
}

/** How far the newest entry's clock was from the database's, in hours. */
async function hoursAhead(mark: string): Promise<number> {
  const [row] = await asOwner(
    `select round(extract(epoch from (given_at - clock_timestamp())) / 3600) as hours
     from evidence where link = $1`,
    [mark],
  );
  return Number(row?.hours);
}

it("work goes on, is delivered, sealed and signed, and is whole wherever the clock stands", {
  timeout: times(90_000),
}, async () => {
  const { clinic } = await prepareWork(databaseUrl, database, 0);
  const clock = openClock();
  const { settings } = clock;
  const { origin } = await startServer({ port: await freePort(), databaseUrl, settings });
  const acked: string[] = [];
  const gate = { type: "CheckGate", migration: clinic, stage: 5 };
  const ask = { as: WEB_CAST.engineer, channel: "clinic", command: gate };

  for (let turn = 0; turn < times(1); turn += 1)
    for (const leap of LEAPS) {
      clock.leap(leap);
      const { mark, ...deed } = evidence(clinic, acked.length);
      await act(origin, deed);
      acked.push(mark);
      expect(await hoursAhead(mark)).toBe(leap / HOUR);
      expect(await act(origin, { ...ask, eventId: randomUUID() })).toMatch(/BLOCKED/);
      await untilDelivered(database);
      await untilSealed(database);
      await expect.poll(unsignedEntries, { timeout: 5_000 }).toBe(0);
    }

  expect(
    await findBroken({ acked, sent: acked, refused: [], granted: [] }, database, databaseUrl),
  ).toEqual([]);
});
