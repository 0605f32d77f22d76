import { afterEach, expect, it } from "vitest";
import { createDatabase } from "../support/database.ts";
import { untilDelivered } from "./deeds.ts";
import { openProxy, type Wire } from "./proxy.ts";
import { times } from "./scale.ts";
import { freePort, killServers, startServer } from "./server.ts";
import {
  type Clients,
  findBroken,
  prepareWork,
  startClients,
  untilMore,
  untilSealed,
} from "./workload.ts";

const CUTS = times(4);
/** Some hit what is not there twice when it is done twice: an answer, a look at a gate. */
const CUTS_MAX = 40;
const numbered = await createDatabase();
const unnumbered = await createDatabase();

let proxy: Wire | undefined;
afterEach(async () => {
  await killServers();
  await proxy?.close();
});

/** People work while the answers to some commits are lost between the database and the product. */
async function loseCommits(
  database: typeof numbered,
  options: {
    readonly forgetful: boolean;
    readonly cuts: number;
    /** Enough was lost. */
    readonly until?: () => Promise<boolean>;
  },
): Promise<Clients> {
  const { ownerUrl } = database;
  const line = await openProxy(ownerUrl);
  proxy = line;
  const prepared = await prepareWork(ownerUrl, database, 2);
  const port = await freePort();
  const { origin } = await startServer({ port, databaseUrl: line.url });
  const clients = startClients({ origin: () => origin, ...options }, prepared);
  for (let cut = 0; cut < options.cuts; cut += 1) {
    await untilMore(clients, 2);
    line.swallowCommits(2);
    await expect.poll(() => line.swallowed, { timeout: 20_000 }).toBe((cut + 1) * 2);
    if (await options.until?.()) break;
  }
  await clients.finish();
  await untilDelivered(database);
  await untilSealed(database);
  return clients;
}

it("a commit whose answer was lost is found by the repeat, and counts once", {
  timeout: times(180_000),
}, async () => {
  const clients = await loseCommits(numbered, { forgetful: false, cuts: CUTS });

  expect(clients.failures.length).toBeGreaterThan(0);
  expect(await findBroken(clients, numbered, numbered.ownerUrl)).toEqual([]);
});

it("without the number of the event the same loss counts twice", {
  timeout: times(180_000),
}, async () => {
  const twice = "select 1 from evidence group by link having count(*) > 1";
  const until = async () => (await unnumbered.asOwner(twice)).length > 0;
  const clients = await loseCommits(unnumbered, { forgetful: true, cuts: CUTS_MAX, until });

  const broken = await findBroken(clients, unnumbered, unnumbered.ownerUrl);
  expect(broken.join("\n")).toMatch(/is stored twice/);
});
