import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WEB_CAST } from "../scenarios/web-stage.ts";
import { chanceOf, seedOf } from "../support/chance.ts";
import { createDatabase } from "../support/database.ts";
import { act, untilDelivered } from "./deeds.ts";
import { judge, type Stored } from "./history.ts";
import { type Line, openLine } from "./line.ts";
import { times } from "./scale.ts";
import { freePort, killServers, startServer } from "./server.ts";
import {
  type Clients,
  findBroken,
  prepareWork,
  readStored,
  startClients,
  untilMore,
  untilSealed,
} from "./workload.ts";

const KILLS = times(5);
const SHOPS = 4;
const database = await createDatabase();
const { ownerUrl: databaseUrl } = database;
const forgetful = await createDatabase();
const as = WEB_CAST.engineer;

let line: Line | undefined;
afterEach(async () => {
  await killServers();
  await line?.close();
});

describe("killed at random moments", () => {
  it("nothing acknowledged is lost, nothing counts twice and no gate opens unsigned", {
    timeout: times(240_000),
  }, async () => {
    const chance = chanceOf(seedOf("the moments of the kills"));
    const prepared = await prepareWork(databaseUrl, database, SHOPS);
    const port = await freePort();
    let server = await startServer({ port, databaseUrl });
    const { origin } = server;
    const clients = startClients({ origin: () => origin }, prepared);
    for (let kill = 0; kill < KILLS; kill += 1) {
      // On a busy machine a process is slow at first: it shall have done something before it dies.
      const before = clients.acked.length;
      while (clients.acked.length <= before + kill) await sleep(10);
      await sleep(chance() * 400);
      expect(await server.kill("SIGKILL")).toBe("SIGKILL");
      server = await startServer({ port, databaseUrl });
    }
    await clients.finish();
    await untilDelivered(database);
    await untilSealed(database);
    const stored = await readStored(database);

    expect(await findBroken(clients, database, databaseUrl)).toEqual([]);
    expect(clients.acked.filter((mark) => mark.startsWith("sign:"))).toHaveLength(SHOPS);
    expect(clients.acked.length).toBeGreaterThan(SHOPS + KILLS);
    expect(stored.entries.some(({ verdict }) => verdict === "pass")).toBe(true);
    expect(stored.entries.some(({ verdict }) => verdict === "blocked")).toBe(true);
    const ask = { as, channel: "clinic", eventId: randomUUID() };
    expect(await act(origin, { ...ask, command: { type: "VerifyLedger" } })).toMatch(/intact/);
  });
});

/** A link is stored whose sender was never told so. */
async function untilStoredUnanswered({ sent, acked }: Clients): Promise<void> {
  const isUnanswered = (mark: string) => sent.includes(mark) && !acked.includes(mark);
  await vi.waitUntil(
    async () => {
      const { marks } = await readStored(forgetful);
      return marks.some((mark) => mark.startsWith("https:") && isUnanswered(mark));
    },
    { timeout: 30_000 },
  );
}

describe("killed before an answer arrived, where a repeat comes without the number of its event", () => {
  it("what was stored and never answered is stored twice", {
    timeout: times(240_000),
  }, async () => {
    const { ownerUrl } = forgetful;
    const prepared = await prepareWork(ownerUrl, forgetful, 1);
    const port = await freePort();
    let server = await startServer({ port, databaseUrl: ownerUrl });
    const train = await openLine(port);
    line = train;
    const clients = startClients({ origin: () => train.origin, forgetful: true }, prepared);
    await untilMore(clients, 1);
    train.enterTunnel();
    await untilStoredUnanswered(clients);
    await server.kill("SIGKILL");
    train.leaveTunnel();
    server = await startServer({ port, databaseUrl: ownerUrl });
    await clients.finish();

    const broken = judge(clients, await readStored(forgetful));
    expect(broken.join("\n")).toMatch(/is stored twice/);
  });
});

describe("the judgment", () => {
  const stored: Stored = {
    marks: ["a", "sign:m"],
    signatures: ["m vertical_confirmed p"],
    refusals: ["role_needed r", "role_needed r"],
    entries: [
      { type: "GateChecked", migration: "m", verdict: "blocked" },
      { type: "SignOffRecorded", migration: "m", verdict: null },
      { type: "GateChecked", migration: "m", verdict: "pass" },
    ],
  };
  const refused = ["role_needed r"];
  const history = { acked: ["a"], sent: ["a", "sign:m", ...refused], refused, granted: [] };

  it.each<[string, Partial<Stored>, string[]]>([
    ["nothing where all is well", {}, []],
    ["a lost deed", { marks: ["sign:m"] }, ["a was acknowledged and is not stored"]],
    ["a deed that counts twice", { marks: ["a", "a"] }, ["a is stored twice"]],
    ["a deed of nobody", { marks: ["a", "x"] }, ["x is stored and was never sent"]],
    [
      "a refusal without an entry",
      { refusals: [] },
      ["role_needed r was refused and no entry says so"],
    ],
    [
      "a refusal of nobody",
      { refusals: [...refused, "role_needed x"] },
      ["role_needed x is called refused and was never sent"],
    ],
    ["a signature given twice", { signatures: ["s", "s"] }, ["s signed twice"]],
    [
      "a gate that opened before the signature",
      { entries: stored.entries.toReversed() },
      ["m passed before it was signed"],
    ],
  ])("finds %s", (_, broken, says) => {
    expect(judge(history, { ...stored, ...broken })).toEqual(says);
  });

  it("finds what had to be refused and was not", () => {
    const granted = ["not_a_member g (Signed off)"];
    expect(judge({ ...history, granted }, stored)).toEqual([
      "not_a_member g (Signed off) was not refused",
    ]);
  });
});
