/** What the ledger costs: its staging row beside a plain insert, the time until sealed, and a check of all of it. */
import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Log } from "../../src/app/ports.ts";
import { appendLeaf, EMPTY_TREE, leafHash } from "../../src/domain/audit/merkle.ts";
import { startSealer } from "../../src/loops/sealer.ts";
import { type EmbeddedPostgres, openEmbeddedPostgres } from "../../src/store/embedded.ts";
import { type OpenedStore, openStore } from "../../src/store/open-store.ts";
import { anOffice, type Office } from "../support/people.ts";
import { benchCommits, CLIENTS, connect, entryOf, STAGED } from "./commits.ts";
import { median, type Result, resultOf, rounded } from "./measure.ts";
import { benchProofs } from "./proofs.ts";
import { aFolder } from "./stage.ts";

const ROUNDS = Number(process.env.LEDGER_ROUNDS ?? 5);
const RATE = 1000;
const OPEN_LOOP_MS = 4000;
const SEALED_WITHIN_MS = 1000;
const LARGE = Number(process.env.LEDGER_ENTRIES ?? 1_000_000);
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export async function benchLedger(): Promise<readonly Result[]> {
  const folder = aFolder();
  const postgres = await openEmbeddedPostgres({ dataDir: folder });
  const store = await openStore({ ...postgres, migrationsDir: path.resolve("migrations") });
  const plain = new pg.Client({
    connectionString: postgres.ownerUrl,
    options: "-c search_path=cleargate",
  });
  await plain.connect();
  try {
    const office = await anOffice(store);
    await plain.query("create table bench_rows (id uuid primary key, body text not null)");
    await plain.query("grant insert on bench_rows to cleargate_app");
    const commits = await benchCommits(plain, postgres, office);
    const sealing = startSealer({ ledger: store.ledger, log: silent });
    const sealed = await benchSealed(plain, postgres, office);
    while ((await store.ledger.unsealed()) > 0) await sleep(200);
    await sealing.stop();
    const large = await anOffice(store);
    const sequenced = await benchSequencer(plain, store, large);
    const proofs = await benchProofs(plain, large);
    const verified = await benchVerifyLive(postgres, large);
    return [...commits, sealed, sequenced, ...proofs, verified];
  } finally {
    await plain.end();
    await store.close();
    await postgres.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

// ---- Time until sealed ----

async function benchSealed(
  plain: pg.Client,
  postgres: EmbeddedPostgres,
  office: Office,
): Promise<Result> {
  const rounds: { readonly middle: number; readonly p99: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push(await sealedOnce({ plain, postgres, office }, round));
  const p99 = median(rounds.map((each) => each.p99));
  const result = resultOf({
    what: `ledger: until sealed at ${RATE} a second`,
    ours: "from when it was meant to be sent until its head was made",
    peer: "the limit",
    ms: rounds.map(({ middle }) => middle),
    peerMs: SEALED_WITHIN_MS,
    ratios: rounds.map((each) => each.p99 / SEALED_WITHIN_MS),
    goal: `p99 at most ${SEALED_WITHIN_MS} ms`,
    met: p99 <= SEALED_WITHIN_MS,
  });
  return { ...result, oursP99Ms: rounded(p99) };
}

/** Arrivals by the clock, whether or not the ones before are done. */
async function sealedOnce(
  { plain, postgres, office }: Sealing,
  round: number,
): Promise<{ readonly middle: number; readonly p99: number }> {
  const clients = await Promise.all(
    Array.from({ length: 2 * CLIENTS }, () => connect(postgres, office)),
  );
  const began = performance.now();
  const sent: Promise<unknown>[] = [];
  const free: Free = { clients: [...clients], waiting: [] };
  const wallBegan = Date.now();
  for (let n = 0; performance.now() - began < OPEN_LOOP_MS; ) {
    const due = Math.floor(((performance.now() - began) * RATE) / 1000);
    for (; n < due; n += 1) {
      const at = wallBegan + (n * 1000) / RATE;
      const entry = JSON.stringify({ at: new Date(at).toISOString(), bench: at, n, round });
      const values = [randomUUID(), "", office.organisationId, entry];
      sent.push(
        withClient(free, (client) => client.query({ name: "staged", text: STAGED, values })),
      );
    }
    await sleep(2);
  }
  await Promise.all(sent);
  while ((await plain.query("select 1 from ledger_staging limit 1")).rowCount !== 0)
    await sleep(50);
  await Promise.all(clients.map((client) => client.end()));
  const { rows } = await plain.query(
    `select percentile_cont(array[0.5, 0.99]) within group (order by
       extract(epoch from h.sealed_at) * 1000 - (e.entry::json ->> 'bench')::float8) as ms
     from ledger_entries e cross join lateral (select sealed_at from ledger_heads
       where organisation_id = e.organisation_id and size >= e.sequence order by size limit 1) h
     where e.organisation_id = $1 and e.entry like $2`,
    [office.organisationId, `%"round":${round}}`],
  );
  const [middle = Number.NaN, p99 = Number.NaN]: number[] = rows[0]?.ms ?? [];
  return { middle, p99 };
}

interface Sealing {
  readonly plain: pg.Client;
  readonly postgres: EmbeddedPostgres;
  readonly office: Office;
}

interface Free {
  readonly clients: pg.Client[];
  readonly waiting: ((client: pg.Client) => void)[];
}

async function withClient(
  free: Free,
  work: (client: pg.Client) => Promise<unknown>,
): Promise<void> {
  const idle = free.clients.pop();
  const client = idle ?? (await new Promise<pg.Client>((give) => free.waiting.push(give)));
  await work(client);
  const next = free.waiting.shift();
  if (next) next(client);
  else free.clients.push(client);
}

// ---- Sealing and checking a large ledger ----

/** A fifth of the entries is staged and then sealed in each round, beside hashing them in memory. */
async function benchSequencer(
  plain: pg.Client,
  store: OpenedStore,
  office: Office,
): Promise<Result> {
  const runs: { readonly ms: number; readonly bareMs: number }[] = [];
  const share = Math.ceil(LARGE / ROUNDS);
  for (let round = 0; round < ROUNDS; round += 1) {
    await fillLedger(plain, office, { from: round * share, to: (round + 1) * share });
    const began = performance.now();
    while ((await store.ledger.seal()) > 0);
    runs.push({ ms: performance.now() - began, bareMs: hashAlone(office, share) });
  }
  const ms = median(runs.map((run) => run.ms));
  const rate = Math.round((share / ms) * 1000);
  return resultOf({
    what: `ledger: seal ${share.toLocaleString("en-US")} staged entries`,
    ours: `sequenced, hashed, written (${rate.toLocaleString("en-US")} a second)`,
    peer: "the same entries in memory, hashed",
    ms: runs.map((run) => run.ms),
    peerMs: median(runs.map(({ bareMs }) => bareMs)),
    ratios: runs.map((run) => run.ms / run.bareMs),
    goal: "at least 50,000 a second",
    met: rate >= 50_000,
  });
}

function hashAlone(office: Office, count: number): number {
  const entries = Array.from({ length: 10_000 }, (_, n) => entryOf(office, n));
  const began = performance.now();
  let tree = EMPTY_TREE;
  for (let n = 0; n < count; n += 1) {
    tree = appendLeaf(tree, leafHash(entries[n % entries.length] ?? ""));
  }
  return performance.now() - began;
}

async function fillLedger(
  plain: pg.Client,
  office: Office,
  part: { readonly from: number; readonly to: number },
): Promise<void> {
  for (let from = part.from; from < part.to; from += 10_000) {
    const count = Math.min(10_000, part.to - from);
    const entries = Array.from({ length: count }, (_, n) => entryOf(office, from + n));
    await plain.query(
      `insert into ledger_staging (organisation_id, entry, migration_id, changes_state)
       select $1, e, (e::json ->> 'migrationId')::uuid, true from unnest($2::text[]) e`,
      [office.organisationId, entries],
    );
  }
}

interface Checked {
  readonly ms: number;
  readonly cpuMs: number;
  readonly bareMs: number;
  readonly rssMb: number;
  readonly outcome: string;
}

/** Each in a process of its own, whose memory is then its own. */
async function benchVerifyLive(postgres: EmbeddedPostgres, office: Office): Promise<Result> {
  const { ownerUrl, appUrl } = postgres;
  const runs: Checked[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const child = fork(path.resolve("test/bench/verify-live.ts"), [], {
      execArgv: ["--import", "tsx"],
      env: { ...process.env, ownerUrl, appUrl, ORGANISATION: office.organisationId },
    });
    const [checked] = (await once(child, "message")) as [Checked];
    if (checked.outcome !== "whole") throw new Error(`verified: ${checked.outcome}`);
    runs.push(checked);
  }
  const ratios = runs.map(({ ms, bareMs }) => ms / bareMs);
  const rss = Math.round(Math.max(...runs.map(({ rssMb }) => rssMb)));
  const count = LARGE.toLocaleString("en-US");
  return resultOf({
    what: `ledger: verify ${count} live entries`,
    ours: `read, parsed, hashed and compared (at most ${rss} MB)`,
    peer: "the same entries in memory, hashed",
    ms: runs.map(({ ms }) => ms),
    peerMs: median(runs.map(({ bareMs }) => bareMs)),
    ratios,
    cpuMs: runs.map(({ cpuMs }) => cpuMs),
    goal: "at most 2 times the peer, 150 MB",
    met: median(ratios) <= 2 && rss <= 150,
  });
}
