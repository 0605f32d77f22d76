/** The same insert with and without its ledger row, and beside a hash chain that is built inside the transaction. */
import { createHash, randomUUID } from "node:crypto";
import pg from "pg";
import type { EmbeddedPostgres } from "../../src/store/embedded.ts";
import type { Office } from "../support/people.ts";
import { median, type Result, resultOf } from "./measure.ts";

const ROUNDS = Number(process.env.LEDGER_ROUNDS ?? 5);
export const CLIENTS = 16;
const ROUND_MS = 1500;

const ROW = "insert into bench_rows (id, body) values ($1, $2)";
export const STAGED = `with made as (${ROW})
  insert into ledger_staging (organisation_id, entry, migration_id, changes_state)
  values ($3, $4, null, true)`;

export function entryOf({ organisationId }: Office, n: number): string {
  const personal = createHash("sha256").update(String(n)).digest("hex");
  const id = `0d9f6f3e-8a51-4c0e-9a57-${n.toString(16).padStart(12, "0")}`;
  return `{"actor":{"person":"${id}"},"at":"2026-03-02T09:00:00.000Z","migrationId":"${id}","organisation":"${organisationId}","question":"signed_on","requirement":"hipaa_baa_signed","type":"AnswerWithdrawn","v":1,"note":"${personal}"}`;
}

/** In one transaction the head of the chain is locked, read, hashed on and written back. */
const CHAINED = `with made as (${ROW}),
  head as (select hash from bench_head for update),
  link as (insert into bench_chain (hash, entry)
    select sha256(head.hash || convert_to($3, 'UTF8')), $3 from head returning hash)
  update bench_head set hash = link.hash from link`;

export async function benchCommits(
  plain: pg.Client,
  postgres: EmbeddedPostgres,
  office: Office,
): Promise<readonly Result[]> {
  await plain.query(`create table bench_head (hash bytea not null);
    create table bench_chain (hash bytea not null, entry text not null);
    insert into bench_head values ('');
    grant insert on bench_chain to cleargate_app;
    grant select, update on bench_head to cleargate_app;`);
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, () => connect(postgres, office)),
  );
  const insertRow = (client: pg.Client, n: number) =>
    client.query({ name: "row", text: ROW, values: [randomUUID(), entryOf(office, n)] });
  const insertStaged = (client: pg.Client, n: number) => {
    const entry = entryOf(office, n);
    const values = [randomUUID(), entry, office.organisationId, entry];
    return client.query({ name: "staged", text: STAGED, values });
  };
  const insertChained = (client: pg.Client, n: number) => {
    const entry = entryOf(office, n);
    return client.query({ name: "chained", text: CHAINED, values: [randomUUID(), entry, entry] });
  };
  const inserts = { row: insertRow, staged: insertStaged, chained: insertChained };
  const rates = { row: [] as number[], staged: [] as number[], chained: [] as number[] };
  const both = ["staged", "row", "chained", "chained", "row", "staged"] as const;
  for (const name of both.slice(0, 3)) await rateOf(clients, inserts[name]);
  for (let round = 0; round < ROUNDS; round += 1) {
    const sums = { row: 0, staged: 0, chained: 0 };
    for (const name of both) sums[name] += await rateOf(clients, inserts[name]);
    for (const name of both.slice(0, 3)) rates[name].push(sums[name] / 2);
  }
  await Promise.all(clients.map((client) => client.end()));
  const ours = `an insert with its ledger row (${Math.round(median(rates.staged))} a second)`;
  const compared = (peer: readonly number[]) => ({
    ms: rates.staged.map((each) => 1000 / each),
    peerMs: median(peer.map((each) => 1000 / each)),
    // Shown as time for a commit, so that less is better as in the other rows.
    ratios: rates.staged.map((our, round) => (peer[round] ?? 0) / our),
  });
  const [plainly, chained] = [compared(rates.row), compared(rates.chained)];
  return [
    resultOf({
      ...{ what: `ledger: commits of ${CLIENTS} clients`, ours, ...plainly },
      peer: `the insert alone (${Math.round(median(rates.row))} a second)`,
      goal: "at least 0.8 of the peer's rate",
      met: median(plainly.ratios) <= 1 / 0.8,
    }),
    resultOf({
      ...{ what: `ledger: commits of ${CLIENTS} clients`, ours, ...chained },
      peer: `a hash chain in each transaction (${Math.round(median(rates.chained))} a second)`,
      goal: "at least 5 times the peer's rate",
      met: median(chained.ratios) <= 1 / 5,
    }),
  ];
}

async function rateOf(
  clients: readonly pg.Client[],
  insert: (client: pg.Client, n: number) => Promise<unknown>,
): Promise<number> {
  let done = 0;
  const until = performance.now() + ROUND_MS;
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < until) await insert(client, done++);
    }),
  );
  return done / (ROUND_MS / 1000);
}

export async function connect(postgres: EmbeddedPostgres, office: Office): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: postgres.appUrl,
    options: `-c role=cleargate_app -c search_path=cleargate -c cleargate.organisation=${office.organisationId}`,
  });
  await client.connect();
  return client;
}
