/** What `doctor` asks the database: that it keeps what it was given, and that the app has no more rights than it needs. */
import type pg from "pg";
import { z } from "zod";
import type { Ledger, Outbox } from "../app/loop-ports.ts";
import type { Finding } from "../app/ports.ts";

const SECOND = 1000;
/** Signatures of requests are judged by this clock; more than a minute apart is wrong somewhere. */
const CLOCK_MS = 60 * SECOND;
const STALE_SECONDS = 60;

const Facts = z.object({
  version: z.string(),
  role: z.string(),
  superuser: z.boolean(),
  bypassrls: z.boolean(),
  fsync: z.string(),
  synchronousCommit: z.string(),
  now: z.date(),
});

/** Every finding about the database, its role, its settings, its clock, the outbox and the ledger. */
export async function examineDatabase(parts: {
  readonly pool: pg.Pool;
  readonly outbox: Outbox;
  readonly ledger: Ledger;
  readonly clock: () => Date;
}): Promise<readonly Finding[]> {
  const { pool, outbox, ledger, clock } = parts;
  const { rows } = await pool.query(
    `select current_setting('server_version') as version, current_user as role,
       rolsuper as superuser, rolbypassrls as bypassrls,
       current_setting('fsync') as fsync,
       current_setting('synchronous_commit') as "synchronousCommit", clock_timestamp() as now
     from pg_roles where rolname = current_user`,
  );
  const facts = Facts.parse(rows[0]);
  const apart = Math.abs(facts.now.getTime() - clock().getTime());
  return [
    { check: "database", ok: true, says: `PostgreSQL ${facts.version} answers.` },
    {
      check: "database role",
      ok: !facts.superuser && !facts.bypassrls,
      says: `The app runs as ${facts.role}${facts.superuser ? ", a superuser" : ""}.`,
      fix: "Give DATABASE_URL a role that may become cleargate_app, and run the app as that role.",
    },
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

async function examineQueues(outbox: Outbox, ledger: Ledger): Promise<readonly Finding[]> {
  const [dead, pending, unsealed] = await Promise.all([
    outbox.deadLetters(),
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
      ok: dead.length === 0,
      says: `${dead.length} messages could not be delivered.`,
      fix: "Read why in the table outbox, mend the cause, and replay them.",
    },
    { check: "ledger", ok: true, says: `${unsealed} entries wait to be sealed.` },
  ];
}
