/** Opens the store: migrates the schema, then serves reads and writes under the app's own role. */
import { createHash, randomUUID } from "node:crypto";
import type pg from "pg";
import { z } from "zod";
import type { Ledger, Outbox } from "../app/loop-ports.ts";
import type { Finding, Store } from "../app/ports.ts";
import { Bug } from "../domain/fault.ts";
import { type MigrationId, OrganisationId, WorkspaceId } from "../domain/ids.ts";
import type { Identity } from "../domain/people/person.ts";
import { isRefusal } from "../domain/refusal.ts";
import { examineDatabase } from "./examine.ts";
import { auditReferenceOf } from "./ledger/reference.ts";
import { createLedger } from "./ledger/seal.ts";
import { verifyLedger } from "./ledger/verify.ts";
import { migrate } from "./migrate.ts";
import { createOutbox } from "./outbox/outbox.ts";
import { openPool, type PoolOptions, type Sql } from "./pool.ts";
import { createReading } from "./reading/reading.ts";
import { createReceivedRequests, type ReceivedRequests } from "./received-requests.ts";
import { inTransaction } from "./transaction.ts";
import { createWriting } from "./writing.ts";

/** How long a click may wait for the database, so that the person hears within the platform's three seconds. */
const DEADLINE_MS = 2200;
const READ = "begin isolation level repeatable read read only";

export interface StoreOptions {
  /** Migrates the schema. */
  readonly ownerUrl: string;
  /** The app's own login, or the owner's: either way the app runs as `cleargate_app`. */
  readonly appUrl: string;
  readonly migrationsDir: string;
  readonly clock?: () => Date;
  readonly deadlineMs?: number;
  readonly connections?: number;
}

export interface OpenedStore extends Store {
  readonly outbox: Outbox;
  readonly ledger: Ledger;
  readonly received: ReceivedRequests;
  /** Throws `Unavailable` when the database does not answer. */
  ping(): Promise<void>;
  /** For `doctor`. */
  examine(): Promise<readonly Finding[]>;
  close(): Promise<void>;
}

export async function openStore(options: StoreOptions): Promise<OpenedStore> {
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  const clock = options.clock ?? (() => new Date());
  await migrate(options.ownerUrl, options.migrationsDir);
  const settings: PoolOptions = {
    url: options.appUrl,
    name: "cleargate",
    max: options.connections ?? 10,
    deadlineMs,
  };
  const pool = openPool(settings);
  await requireAppRole(pool, deadlineMs).catch(async (error) => {
    await pool.end();
    throw error;
  });
  // The loops have their own connections: a flood of clicks does not keep a message from leaving.
  const loops = openPool({ ...settings, name: "cleargate-loops", max: 4 });
  const outbox = createOutbox(loops, settings);
  const ledger = createLedger(loops, settings, clock);
  const reading = { begin: READ, deadlineMs } as const;
  return {
    outbox,
    ledger,
    received: createReceivedRequests(pool),
    organisations: () => inTransaction(pool, reading, listOrganisations),
    organisationOfMigration: (id) =>
      inTransaction(pool, reading, (sql) => organisationOfMigration(sql, id)),
    organisationOf: (workspace) => findOrganisation(pool, { deadlineMs, clock }, workspace),
    read: (organisationId, work) =>
      inTransaction(pool, reading, (sql) => work(createReading(sql, organisationId))),
    write: (organisationId, eventKey, work) =>
      inTransaction(pool, { begin: "begin", deadlineMs, undoes: isRefusal }, async (sql) => {
        if (eventKey !== null && !(await isNew(sql, organisationId, eventKey))) return "repeated";
        return await work(createWriting(sql, { organisationId, clock }));
      }),
    verifyLedger: (organisationId) => verifyLedger(loops, organisationId),
    sealLedger: (organisationId) => ledger.sealAll(organisationId),
    auditReference: (organisationId, id) =>
      inTransaction(pool, reading, (sql) => auditReferenceOf(sql, organisationId, id)),
    ping: async () => {
      await inTransaction(pool, reading, (sql) => sql.query("select 1"));
    },
    examine: () => examineDatabase({ pool: loops, outbox, ledger, clock }),
    close: async () => {
      await Promise.all([outbox.close(), ledger.close()]);
      await Promise.all([pool.end(), loops.end()]);
    },
  };
}

/** A pooler between us and the database may drop what a connection asks for at its start. */
async function requireAppRole(pool: pg.Pool, deadlineMs: number): Promise<void> {
  const { rows } = await inTransaction(pool, { begin: READ, deadlineMs }, (sql) =>
    sql.query("select current_user as role, current_schema() as schema"),
  );
  const found = z.object({ role: z.string(), schema: z.string().nullable() }).parse(rows[0]);
  if (found.role === "cleargate_app" && found.schema === "cleargate") return;
  throw new Bug(
    `The app runs as ${found.role} in ${found.schema} instead of cleargate_app in cleargate: ` +
      "connect directly or through a pooler in session mode.",
  );
}

/** Remembers the event; false when it is known. Keys of foreign shape are kept by their hash. */
async function isNew(sql: Sql, organisation: OrganisationId, eventKey: string): Promise<boolean> {
  const isPlain = /^[\x20-\x7e]{1,200}$/.test(eventKey) && !eventKey.startsWith("sha256:");
  const key = isPlain ? eventKey : `sha256:${createHash("sha256").update(eventKey).digest("hex")}`;
  const { rows } = await sql.query(
    `insert into inbound_events (organisation_id, event_key) values ($1, $2)
     on conflict do nothing returning 1`,
    [organisation, key],
  );
  return rows.length > 0;
}

async function listOrganisations(sql: Sql): Promise<readonly OrganisationId[]> {
  const { rows } = await sql.query("select id from organisations order by created_at, id");
  return z.array(z.object({ id: OrganisationId }).transform(({ id }) => id)).parse(rows);
}

async function organisationOfMigration(
  sql: Sql,
  migration: MigrationId,
): Promise<OrganisationId | null> {
  const { rows } = await sql.query("select organisation_id as id from migrations where id = $1", [
    migration,
  ]);
  return z.array(z.object({ id: OrganisationId })).parse(rows)[0]?.id ?? null;
}

const Found = z.object({ organisationId: OrganisationId, workspaceId: WorkspaceId });

async function findOrganisation(
  pool: pg.Pool,
  options: { readonly deadlineMs: number; readonly clock: () => Date },
  workspace: Pick<Identity, "surface" | "workspaceRef">,
): Promise<z.infer<typeof Found>> {
  const { surface, workspaceRef } = workspace;
  const { deadlineMs } = options;
  return await inTransaction(pool, { begin: "begin", deadlineMs }, async (sql) => {
    const known = await selectWorkspace(sql, surface, workspaceRef);
    if (known) return known;
    // One at a time: two first requests of a workspace make one organisation.
    await sql.query("select pg_advisory_xact_lock(hashtextextended($1, 8))", [workspaceRef]);
    const late = await selectWorkspace(sql, surface, workspaceRef);
    if (late) return late;
    await sql.query(
      `with organisation as (
         insert into organisations (id, name, created_at) values ($1, $4, $5) returning id
       )
       insert into workspaces (id, organisation_id, surface, ref)
       select $2, organisation.id, $3, $4 from organisation`,
      [randomUUID(), randomUUID(), surface, workspaceRef, options.clock().toISOString()],
    );
    const made = await selectWorkspace(sql, surface, workspaceRef);
    if (!made) throw new Bug("a workspace was not kept");
    return made;
  });
}

async function selectWorkspace(
  sql: Sql,
  surface: string,
  ref: string,
): Promise<z.infer<typeof Found> | null> {
  const { rows } = await sql.query(
    `select organisation_id as "organisationId", id as "workspaceId" from workspaces
     where surface = $1 and ref = $2`,
    [surface, ref],
  );
  return z.array(Found).parse(rows)[0] ?? null;
}
