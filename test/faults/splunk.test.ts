/** The ledger reaches Splunk whole, through an outage and the death of the process that ships it. */
import { afterEach, expect, it } from "vitest";
import { createDatabase } from "../support/database.ts";
import { dataFolder } from "../support/folder.ts";
import { type SplunkStandIn, startSplunk } from "../support/splunk/stand-in.ts";
import { freePort, killServers, startServer } from "./server.ts";
import { findDamage } from "./workload.ts";

const database = await createDatabase();
const { ownerUrl: databaseUrl, asOwner } = database;
const hasty = await createDatabase();
let splunk: SplunkStandIn | undefined;
afterEach(async () => {
  await killServers();
  await splunk?.close();
});

it("every entry from the first to the last, repeats known by their number", {
  timeout: 120_000,
}, async () => {
  const hec = await startSplunk();
  splunk = hec;
  const settings = {
    CLEARGATE_DATA_DIR: dataFolder(),
    SPLUNK_HEC_URL: hec.url,
    SPLUNK_HEC_TOKEN: hec.token,
  };
  const port = await freePort();
  const start = () => startServer({ port, databaseUrl, settings });
  // It takes the events, and the process dies before it hears so.
  hec.misbehave({ kind: "slow", ms: 3000 }, 1);
  const first = await start();
  await expect.poll(() => hec.requests.length, { timeout: 20_000 }).toBeGreaterThan(0);
  await first.kill("SIGKILL");
  await expect.poll(() => hec.events.length, { timeout: 10_000 }).toBeGreaterThan(0);
  const before = hec.events.length;
  hec.misbehave({ kind: "busy" });
  const second = await start();
  await expect.poll(() => hec.requests.length, { timeout: 30_000 }).toBeGreaterThan(2);
  await second.kill("SIGKILL");
  hec.behave();
  await start();

  const [sealed] = await asOwner(
    "select organisation_id as organisation, count(*)::int as count from ledger_entries group by 1",
  );
  const all = Array.from({ length: Number(sealed?.count) }, (_, nth) => nth + 1);
  expect(all.length).toBeGreaterThan(3);
  await expect
    .poll(
      async () => (await asOwner("select entries_through::int as n from splunk_cursors"))[0]?.n,
      { timeout: 40_000 },
    )
    .toBeGreaterThanOrEqual(all.length);
  expect(hec.sequences(String(sealed?.organisation))).toEqual(expect.arrayContaining(all));
  // What the first process shipped came twice, under the same ids.
  expect(hec.events.length).toBeGreaterThan(before);
  const ids = hec.events.map(({ event }) => event.event_id);
  expect(new Set(ids).size).toBeLessThan(ids.length);
  expect(await findDamage(database, databaseUrl)).toEqual([]);
});

it("a cursor that goes on before Splunk took the events leaves a gap", {
  timeout: 120_000,
}, async () => {
  const hec = await startSplunk();
  splunk = hec;
  const settings = { SPLUNK_HEC_URL: hec.url, SPLUNK_HEC_TOKEN: hec.token };
  const start = async () =>
    startServer({ port: await freePort(), databaseUrl: hasty.ownerUrl, settings });
  hec.misbehave({ kind: "busy" });
  const first = await start();
  await expect.poll(() => hec.requests.length, { timeout: 20_000 }).toBeGreaterThan(0);
  await first.kill("SIGKILL");
  const [ahead] = await hasty.asOwner(
    "update splunk_cursors set entries_through = 3, lease_until = null returning organisation_id",
  );
  hec.behave();
  await start();
  await expect.poll(() => hec.events.length, { timeout: 40_000 }).toBeGreaterThan(0);

  expect(Math.min(...hec.sequences(String(ahead?.organisation_id)))).toBe(4);
});
