/**
 * What one sign-off costs: a compliance officer signs the audit logging of a clinic, each time of another clinic, through
 * the whole application from the command to the reply. The loops are off, so that what is counted is the sign-off's own.
 */
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import pg from "pg";
import { converse } from "../../src/app/conversation/converse.ts";
import type { Deps } from "../../src/app/ports.ts";
import { buildCore } from "../../src/build.ts";
import { identifyWebPerson, webDirectory } from "../../src/chat/web/people.ts";
import { Command } from "../../src/domain/command.ts";
import type { WorkspaceId } from "../../src/domain/ids.ts";
import { createLog } from "../../src/log.ts";
import { openEmbeddedPostgres } from "../../src/store/embedded.ts";
import { LOGGING, requested } from "../scenarios/openings.ts";
import { openWebStage, stageConfig, WEB_CAST } from "../scenarios/web-stage.ts";
import { median, type Result, resultOf, rounded } from "./measure.ts";
import { aFolder, countStatements, countTrips } from "./stage.ts";

const WARM = 4;
const COUNT = Number(process.env.COST_COUNT ?? 24);

interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
  readonly statements: number;
  readonly trips: number;
  readonly walBytes: number;
}

export async function benchCost(): Promise<readonly Result[]> {
  const folder = aFolder();
  const postgres = await openEmbeddedPostgres({ dataDir: folder });
  const plain = new pg.Client({ connectionString: postgres.ownerUrl });
  await plain.connect();
  try {
    await prepare(postgres.ownerUrl);
    const rows = await plain.query(
      `select migration_id as migration, requirement, meaning, content_hash as "contentHash", id as request
       from cleargate.sign_off_requests where ended is null and requirement = $1`,
      [LOGGING.requirement],
    );
    const commands = rows.rows.map((row) => Command.parse({ type: "SignOff", ...row }));
    const idle = await countFsyncs(plain, () => withDeps(postgres.ownerUrl, async () => undefined));
    const costs: Cost[] = [];
    let grown: Rows = { all: 0, outbox: 0 };
    const waits = await countFsyncs(plain, () =>
      withDeps(postgres.ownerUrl, async (deps, workspaceId) => {
        const sign = (command: Command) => signOff(deps, workspaceId, command);
        for (const command of commands.slice(0, WARM)) await sign(command);
        const before = await bytesOfRows(plain);
        for (const command of commands.slice(WARM))
          costs.push(await measureOne(plain, sign, command));
        const after = await bytesOfRows(plain);
        grown = {
          all: (after.all - before.all) / costs.length,
          outbox: (after.outbox - before.outbox) / costs.length,
        };
      }),
    );
    return resultsOf(costs, { grown, fsyncs: (waits - idle) / commands.length });
  } finally {
    await plain.end();
    await postgres.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Clinics whose audit logging waits for a signature, made in chat. */
async function prepare(databaseUrl: string): Promise<void> {
  const stage = await openWebStage(databaseUrl);
  try {
    for (let n = 0; n < WARM + COUNT; n += 1) await requested(stage, `clinic-${n}`);
  } finally {
    await stage.stop();
  }
}

/** The application without its server and its loops. */
async function withDeps(
  databaseUrl: string,
  work: (deps: Deps, workspaceId: WorkspaceId) => Promise<void>,
): Promise<void> {
  const core = await buildCore(stageConfig(databaseUrl), createLog("error", process.stderr));
  core.directories.set("web", webDirectory);
  const home = { surface: "web", workspaceRef: "local" } as const;
  const { workspaceId } = await core.store.organisationOf(home);
  await work(core.deps, workspaceId);
  await core.close();
}

async function signOff(deps: Deps, workspaceId: WorkspaceId, command: Command): Promise<void> {
  const reply = await converse(deps, {
    identity: identifyWebPerson(WEB_CAST.compliance, workspaceId),
    place: { kind: "home", channel: null },
    command,
    values: {},
    eventKey: randomUUID(),
    correlationId: randomUUID(),
  });
  const says = reply.kind === "show" ? reply.message.headline : reply.kind;
  if (!/signed/iu.test(says)) throw new Error(`nothing was signed: ${says}`);
}

async function measureOne(
  plain: pg.Client,
  sign: (command: Command) => Promise<void>,
  command: Command,
): Promise<Cost> {
  const from = await plain.query("select pg_current_wal_insert_lsn() as lsn");
  const began = performance.now();
  const cpu = process.cpuUsage();
  let trips = 0;
  const statements = await countStatements(async () => {
    trips = await countTrips(() => sign(command));
  });
  const { user, system } = process.cpuUsage(cpu);
  const ms = performance.now() - began;
  const wal = await plain.query("select (pg_current_wal_insert_lsn() - $1::pg_lsn)::int as bytes", [
    from.rows[0].lsn,
  ]);
  return { ms, cpuMs: (user + system) / 1000, statements, trips, walBytes: wal.rows[0].bytes };
}

/** How often the sessions of clients waited for the log to be on disk; they say so when they end. */
async function countFsyncs(plain: pg.Client, work: () => Promise<void>): Promise<number> {
  const count = async (): Promise<number> => {
    const { rows } = await plain.query(
      `select coalesce(sum(fsyncs), 0)::int as fsyncs from pg_stat_io
       where object = 'wal' and backend_type = 'client backend'`,
    );
    return rows[0].fsyncs;
  };
  const before = await count();
  await work();
  await untilAlone(plain);
  return (await count()) - before;
}

async function untilAlone(plain: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await plain.query(
      `select count(*)::int as others from pg_stat_activity
       where backend_type = 'client backend' and pid <> pg_backend_pid() and datname = current_database()`,
    );
    if (rows[0].others === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Rows {
  readonly all: number;
  /** Messages that wait to be sent, and are taken away some time after. */
  readonly outbox: number;
}

/** The bytes of rows, without indexes and without the pages' own. */
async function bytesOfRows(plain: pg.Client): Promise<Rows> {
  const sizeOf = (table: string) =>
    `(select coalesce(sum(pg_column_size(t.*)), 0) from cleargate.${table} t)`;
  const tables = await plain.query(
    `select quote_ident(relname) as name from pg_class
     where relnamespace = 'cleargate'::regnamespace and relkind = 'r'`,
  );
  const all = tables.rows.map(({ name }) => sizeOf(name)).join(" + ");
  const { rows } = await plain.query(
    `select (${all})::int as all, ${sizeOf("outbox")}::int as outbox`,
  );
  return rows[0];
}

function resultsOf(
  costs: readonly Cost[],
  { grown, fsyncs }: { readonly grown: Rows; readonly fsyncs: number },
): readonly Result[] {
  const what = "cost of one sign-off";
  const of = (read: (cost: Cost) => number) => costs.map(read);
  const row = (ours: string, unit: string, values: readonly number[], most: number): Result => {
    const limit = { peer: "the limit", peerMs: most, goal: `at most ${most} ${unit}` };
    const ratios = values.map((value) => value / most);
    const met = median(values) <= most;
    return resultOf({
      ...limit,
      what,
      ours,
      unit,
      ms: values,
      ratios,
      met,
      cpuMs: of(({ cpuMs }) => cpuMs),
    });
  };
  const wal = of(({ walBytes }) => walBytes);
  const took = `${rounded(median(of(({ ms }) => ms)))} ms on the clock`;
  return [
    row(
      `processor of this process (${took})`,
      "ms",
      of(({ cpuMs }) => cpuMs),
      2,
    ),
    row(
      "statements",
      "statements",
      of(({ statements }) => statements),
      6,
    ),
    row(
      "round trips to the database",
      "round trips",
      of(({ trips }) => trips),
      3,
    ),
    row("waits for the disk", "waits", [fsyncs], 1),
    row(
      `write-ahead log (${Math.round(median(wal))}) and rows (${Math.round(grown.all)}, ${Math.round(grown.outbox)} of them messages to be sent)`,
      "bytes",
      wal.map((bytes) => bytes + grown.all),
      2000,
    ),
  ];
}
