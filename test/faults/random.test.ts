import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { confirm, day, openClinic, start } from "../scenarios/openings.ts";
import { openWebStage, WEB_CAST } from "../scenarios/web-stage.ts";
import { createDatabase } from "../support/database.ts";
import { act, type Deed, formCommand, migrationOf, untilDelivered } from "./deeds.ts";
import { judge, type Stored } from "./history.ts";
import { freePort, killServers, startServer } from "./server.ts";

const KILLS = 5;
const SHOPS = 4;
const PLAN = "breach_response_plan_signed";
const database = await createDatabase();
const { ownerUrl: databaseUrl, asOwner } = database;
const as = WEB_CAST.engineer;

afterEach(killServers);

interface Marked extends Deed {
  readonly mark: string;
}

/** One migration to fill, and shops that pass gate 5 as soon as one person has signed one sentence. */
interface Prepared {
  readonly clinic: string;
  readonly shops: readonly { readonly migration: string; readonly signature: Marked }[];
}

async function prepare(): Promise<Prepared> {
  const stage = await openWebStage(databaseUrl);
  try {
    await openClinic(stage, "clinic");
    const shops: Prepared["shops"][number][] = [];
    for (let n = 0; n < SHOPS; n += 1) {
      const channel = `shop-${n}`;
      await stage.enter(channel);
      await start(stage.as("engineer"), { customer: `Shop ${n}`, industry: "retail" });
      await confirm(stage, { verticals: ["none"], signers: [] });
      const migration = await migrationOf(database, channel);
      const review = { type: "ReviewSignOff", migration, requirement: "vertical_confirmed" };
      const deed = { as, channel, command: review, eventId: randomUUID() };
      const command = await formCommand(stage.running.url, deed);
      const signature = { ...deed, command, eventId: randomUUID(), mark: `sign:${migration}` };
      shops.push({ migration, signature });
    }
    await untilDelivered(database);
    return { clinic: await migrationOf(database, "clinic"), shops };
  } finally {
    await stage.stop();
  }
}

function evidence(migration: string, n: number): Marked {
  const mark = `https://proofs.example/page-${n}`;
  const command = { type: "SaveEvidence", migration, requirement: PLAN };
  const values = { slot: "irp_page", link: mark };
  return { as, channel: "clinic", command, values, eventId: randomUUID(), mark };
}

function answer(migration: string, n: number): Marked {
  const mark = `Plan version ${n}`;
  const command = { type: "SaveAnswers", migration, requirement: PLAN, page: 0 };
  const values = {
    irp_version: mark,
    irp_date: day(-20),
    platform_named: "yes",
    provider_contact: "security@ucaas.example",
  };
  return { as, channel: "clinic", command, values, eventId: randomUUID(), mark };
}

/** Numbers from 0 to 1, the same for the same seed. */
function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Clients {
  readonly acked: readonly string[];
  readonly sent: readonly string[];
  /** The stream ends, and everything under way is repeated until it is answered. */
  finish(): Promise<void>;
}

/** People at work: each sends a deed again, under the same event, until the answer arrives. */
function startClients(origin: string, { clinic, shops }: Prepared): Clients {
  const acked: string[] = [];
  const sent: string[] = [];
  let isOver = false;
  const insist = async (deed: Deed): Promise<void> => {
    for (;;) {
      try {
        await act(origin, deed);
        return;
      } catch (error) {
        // What the product refused outright will not be mended by a repeat.
        if (error instanceof Error && /^4\d\d:/.test(error.message)) throw error;
        await sleep(40);
      }
    }
  };
  const doMarked = async ({ mark, ...deed }: Marked): Promise<void> => {
    sent.push(mark);
    await insist(deed);
    acked.push(mark);
  };
  const repeatedly = async (work: (n: number) => Promise<void>): Promise<void> => {
    for (let n = 0; !isOver; n += 1) await work(n);
  };
  const askGate = (migration: string | undefined): Promise<void> =>
    insist({
      as,
      channel: "clinic",
      command: { type: "CheckGate", migration, stage: 5 },
      eventId: randomUUID(),
    });
  // Both verdicts stand in the ledger whatever the moments are: each gate is asked before and after its signature.
  const sign = async (): Promise<void> => {
    for (const { migration, signature } of shops) {
      await askGate(migration);
      await doMarked(signature);
      await askGate(migration);
      if (!isOver) await sleep(300);
    }
  };
  const loops = [
    repeatedly((n) => doMarked(evidence(clinic, n))),
    repeatedly((n) => doMarked(answer(clinic, n))),
    repeatedly((n) => askGate(shops[n % shops.length]?.migration)),
    sign(),
  ];
  return {
    acked,
    sent,
    finish: async () => {
      isOver = true;
      await Promise.all(loops);
    },
  };
}

async function readStored(): Promise<Stored> {
  const marks = await asOwner(
    `select link as mark from evidence
     union all select value #>> '{}' from answers where question = 'irp_version'
     union all select 'sign:' || migration_id from sign_offs
       where migration_id in (select migration_id from migration_channels where channel_id ~ '^shop')`,
  );
  const signatures = await asOwner(
    `select concat_ws(' ', migration_id, requirement, by_person, meaning) as signature
     from sign_offs where revoked is null`,
  );
  const entries = await asOwner(
    `select entry::jsonb ->> 'type' as type, migration_id as migration,
       jsonb_path_query_first(entry::jsonb, '$.**.verdict') #>> '{}' as verdict
     from ledger_entries where entry::jsonb ->> 'type' in ('SignOffRecorded', 'GateChecked')
     order by sequence`,
  );
  return {
    marks: marks.map(({ mark }) => String(mark)),
    signatures: signatures.map(({ signature }) => String(signature)),
    entries: entries.map(({ type, migration, verdict }) => ({ type, migration, verdict })),
  };
}

async function untilSealed(): Promise<void> {
  await expect
    .poll(() => asOwner("select id from ledger_staging limit 1"), { timeout: 10_000 })
    .toEqual([]);
}

describe("killed at random moments", () => {
  it("nothing acknowledged is lost, nothing counts twice and no gate opens unsigned", {
    timeout: 240_000,
  }, async () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
    process.stdout.write(`random kills: SEED=${seed} repeats the moments\n`);
    const chance = chanceOf(seed);
    const prepared = await prepare();
    const port = await freePort();
    let server = await startServer({ port, databaseUrl });
    const { origin } = server;
    const clients = startClients(origin, prepared);
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
    await untilSealed();
    const stored = await readStored();

    expect(judge(clients, stored)).toEqual([]);
    expect(clients.acked.filter((mark) => mark.startsWith("sign:"))).toHaveLength(SHOPS);
    expect(clients.acked.length).toBeGreaterThan(SHOPS + KILLS);
    expect(stored.entries.some(({ verdict }) => verdict === "pass")).toBe(true);
    expect(stored.entries.some(({ verdict }) => verdict === "blocked")).toBe(true);
    const ask = { as, channel: "clinic", eventId: randomUUID() };
    expect(await act(origin, { ...ask, command: { type: "VerifyLedger" } })).toMatch(/intact/);
  });
});

describe("the judgment", () => {
  const stored: Stored = {
    marks: ["a", "sign:m"],
    signatures: ["m vertical_confirmed p"],
    entries: [
      { type: "GateChecked", migration: "m", verdict: "blocked" },
      { type: "SignOffRecorded", migration: "m", verdict: null },
      { type: "GateChecked", migration: "m", verdict: "pass" },
    ],
  };
  const history = { acked: ["a"], sent: ["a", "sign:m"] };

  it.each<[string, Partial<Stored>, string[]]>([
    ["nothing where all is well", {}, []],
    ["a lost deed", { marks: ["sign:m"] }, ["a was acknowledged and is not stored"]],
    ["a deed that counts twice", { marks: ["a", "a"] }, ["a is stored twice"]],
    ["a deed of nobody", { marks: ["a", "x"] }, ["x is stored and was never sent"]],
    ["a signature given twice", { signatures: ["s", "s"] }, ["s signed twice"]],
    [
      "a gate that opened before the signature",
      { entries: stored.entries.toReversed() },
      ["m passed before it was signed"],
    ],
  ])("finds %s", (_, broken, says) => {
    expect(judge(history, { ...stored, ...broken })).toEqual(says);
  });
});
