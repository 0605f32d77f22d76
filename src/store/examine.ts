/** What `doctor` asks the database: that it keeps what it was given, and that the app has no more rights than it needs. */
import type pg from "pg";
import { z } from "zod";
import type { Ledger } from "../app/ledger-ports.ts";
import type { Outbox } from "../app/loop-ports.ts";
import type { Finding } from "../app/ports.ts";
import { type AppRole, findExcess, standingOf } from "./tenancy/roles.ts";

const SECOND = 1000;
/** Signatures of requests are judged by this clock; more than a minute apart is wrong somewhere. */
const CLOCK_MS = 60 * SECOND;
const STALE_SECONDS = 60;
const DEADLINE_MS = 5 * SECOND;

const Facts = z.object({
  version: z.string(),
  fsync: z.string(),
  synchronousCommit: z.string(),
  now: z.date(),
});

/** Every finding about the database, its role, its settings, its clock, the outbox and the ledger. */
export async function examineDatabase(parts: {
  readonly pool: pg.Pool;
  readonly loops: pg.Pool;
  readonly outbox: Outbox;
  readonly ledger: Ledger;
  readonly clock: () => Date;
}): Promise<readonly Finding[]> {
  const { pool, loops, outbox, ledger, clock } = parts;
  const { rows } = await pool.query(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync,
       current_setting('synchronous_commit') as "synchronousCommit", clock_timestamp() as now`,
  );
  const facts = Facts.parse(rows[0]);
  const apart = Math.abs(facts.now.getTime() - clock().getTime());
  return [
    { check: "database", ok: true, says: `PostgreSQL ${facts.version} answers.` },
    await examineRole("database role", pool, "cleargate_app"),
    await examineRole("database role of the loops", loops, "cleargate_loops"),
    await examineIsolation(pool),
    {
      check: "durability",
      ok: facts.fsync === "on" && facts.synchronousCommit !== "off",
      says: `fsync is ${facts.fsync}, synchronous_commit is ${facts.synchronousCommit}.`,
      fix: "Set fsync = on and synchronous_commit = on: a sign-off must survive a power failure.",
    },
    {
      check: "clock",
      ok: apart < CLOCK_MS,
      says: `The clocks of the app and the database are ${Math.round(apart / SECOND)} s apart.`,
      fix: "Synchronize both machines with NTP.",
    },
    ...(await examineQueues(outbox, ledger)),
  ];
}

async function examineRole(check: string, pool: pg.Pool, role: AppRole): Promise<Finding> {
  const excess = findExcess(await standingOf(pool, DEADLINE_MS), role);
  return {
    check,
    ok: excess === null,
    says: excess === null ? `Runs as ${role}, within its rights.` : `It ${excess}.`,
    fix: "Give DATABASE_URL a login that may become cleargate_app and cleargate_loops, and give those two no more rights than the operations guide says.",
  };
}

/** Row level security can be switched off by whoever owns a table. */
async function examineIsolation(pool: pg.Pool): Promise<Finding> {
  const { rows } = await pool.query(
    `select c.relname as name from pg_class c
     where c.relnamespace = to_regnamespace('cleargate') and c.relkind in ('r', 'p')
       and exists (select from pg_attribute a
         where a.attrelid = c.oid and a.attname = 'organisation_id' and not a.attisdropped)
       and not (c.relrowsecurity and c.relforcerowsecurity)
     order by 1`,
  );
  const open = z.array(z.object({ name: z.string() })).parse(rows);
  return {
    check: "isolation of organizations",
    ok: open.length === 0,
    says:
      open.length === 0
        ? "Row level security holds on every table of an organization."
        : `Row level security is off on ${open.map(({ name }) => name).join(", ")}.`,
    fix: "As the tables' owner: alter table ... enable row level security, force row level security.",
  };
}

async function examineQueues(outbox: Outbox, ledger: Ledger): Promise<readonly Finding[]> {
  const [dead, pending, unsealed] = await Promise.all([
    outbox.countDead(),
    outbox.pending(),
    ledger.unsealed(),
  ]);
  const lanes = Object.values(pending);
  const oldest = Math.max(0, ...lanes.map(({ oldestSeconds }) => oldestSeconds));
  const waiting = lanes.reduce((sum, lane) => sum + lane.waiting, 0);
  return [
    {
      check: "deliveries",
      ok: oldest < STALE_SECONDS,
      says: `${waiting} messages wait; the oldest for ${Math.round(oldest)} s.`,
      fix: "See whether the chat platform answers, and whether a process with the loops is running.",
    },
    {
      check: "dead letters",
      ok: dead === 0,
      says: `${dead} ${dead === 1 ? "message" : "messages"} could not be delivered.`,
      fix: "Run compliance dead-letters to see why, mend the cause, then compliance dead-letters replay all.",
    },
    { check: "ledger", ok: true, says: `${unsealed} entries wait to be sealed.` },
    ...(await ledger.examine()),
  ];
}
