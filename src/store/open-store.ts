/** Opens the store: migrates the schema, then serves reads and writes under the app's own role. */
import { createHash } from "node:crypto";
import type pg from "pg";
import type { LedgerExports } from "../app/audit-ports.ts";
import type { Ledger } from "../app/ledger-ports.ts";
import type { Outbox } from "../app/loop-ports.ts";
import type { StoreMeasures } from "../app/measure-ports.ts";
import type { Finding, Log, Store, Writing } from "../app/ports.ts";
import type { Shipping } from "../app/shipping-ports.ts";
import type { OrganisationId } from "../domain/ids.ts";
import { isRefusal } from "../domain/refusal.ts";
import { createExports } from "./audit/export.ts";
import { verifyLedger } from "./audit/verify.ts";
import { examineDatabase } from "./examine.ts";
import { loadPublicKeys } from "./ledger/examine.ts";
import { createLedger, type Signing } from "./ledger/ledger.ts";
import { auditReferenceOf } from "./ledger/reference.ts";
import { migrate } from "./migrate.ts";
import { createOutbox } from "./outbox/outbox.ts";
import { openPool, type PoolOptions, type Sql } from "./pool.ts";
import { measureStore } from "./reading/measures.ts";
import { createReading } from "./reading/reading.ts";
import { forgetWithLost } from "./reading/recall.ts";
import { createReceivedRequests, type ReceivedRequests } from "./received-requests.ts";
import { replayLedger } from "./replay/replay.ts";
import { createShipping } from "./splunk/cursor.ts";
import { createJoining, type TokenBearer } from "./tenancy/join.ts";
import {
  enter,
  findOrganisation,
  listOrganisations,
  organisationOfMigration,
} from "./tenancy/organisations.ts";
import { requireRole } from "./tenancy/roles.ts";
import { inTransaction, type Work } from "./transaction.ts";
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
  /** Absent: this store seals, and leaves signing to others. */
  readonly signing?: Signing;
  readonly log?: Log;
  readonly deadlineMs?: number;
  readonly connections?: number;
}

export interface OpenedStore extends Store {
  readonly outbox: Outbox;
  readonly ledger: Ledger;
  readonly received: ReceivedRequests;
  readonly exports: LedgerExports;
  /** The ledger's way to whoever keeps events. */
  readonly shipping: Shipping;
  /** For the figures that operators watch. */
  measure(): Promise<StoreMeasures>;
  /** Throws `Unavailable` when the database does not answer. */
  ping(): Promise<void>;
  /** For `doctor`. */
  examine(): Promise<readonly Finding[]>;
  /** Whoever can open the tokens of installed apps, so that they go along when a workspace joins. */
  carryTokensWith(bearer: TokenBearer): void;
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
  const pools = await openPools(settings);
  const { pool, loops, audits, emergencies, working } = pools;
  const outbox = createOutbox(loops, working, emergencies);
  const { signing = null, log = null } = options;
  const ledger = createLedger({ pool: loops, settings: working, clock, signing, log });
  const reading = { begin: READ, deadlineMs } as const;
  return {
    outbox,
    ledger,
    received: createReceivedRequests(pool),
    shipping: createShipping({ loops, pages: audits, deadlineMs }),
    measure: () =>
      measureStore({ pools: { pool, loops, audits, emergencies }, outbox, deadlineMs }),
    organisations: () => inTransaction(loops, reading, listOrganisations),
    organisationOfMigration: (id) =>
      inTransaction(pool, reading, (sql) => organisationOfMigration(sql, id)),
    // Asked each time: a workspace joins another organisation, and any process may have done it.
    organisationOf: (workspace) => findOrganisation(pool, { deadlineMs, clock }, workspace),
    enter: async (identity) =>
      (await enter(pool, deadlineMs, identity)) ?? {
        ...(await findOrganisation(pool, { deadlineMs, clock }, identity)),
        known: null,
      },
    ...createJoining({ pool, deadlineMs, clock, isNew, wake: () => ledger.wake() }),
    read: (organisation, work) =>
      inTransaction(pool, { ...reading, organisation }, (sql) =>
        work(createReading(sql, organisation)),
      ),
    write: async (organisationId, eventKey, work) => {
      const done = await writeOnce({ pool, deadlineMs, clock }, { organisationId, eventKey }, work);
      ledger.wake();
      return done;
    },
    verifyLedger: (organisation) =>
      verifyLedger({ audits, pool, deadlineMs, clock, kept: signing?.kept ?? null }, organisation),
    exports: createExports({ pool: audits, clock, key: signing?.key ?? null }),
    replay: (organisation) => replayLedger(settings, organisation),
    publicKeys: () => inTransaction(loops, reading, (sql) => loadPublicKeys(sql, signing)),
    sealLedger: (organisationId) => ledger.sealAll(organisationId),
    auditReference: (organisation, id) =>
      inTransaction(pool, { ...reading, organisation }, (sql) =>
        auditReferenceOf(sql, organisation, id),
      ),
    ping: async () => {
      await inTransaction(pool, reading, (sql) => sql.query("select 1"));
    },
    examine: () => examineDatabase({ pool, loops, outbox, ledger, clock }),
    close: async () => {
      await outbox.close();
      await pools.close();
    },
  };
}

/** Several, so that a flood in one keeps nothing in another from being done. */
async function openPools(settings: PoolOptions) {
  const { deadlineMs } = settings;
  const working: PoolOptions = { ...settings, role: "cleargate_loops" };
  const pool = openPool(settings);
  const loops = openPool({ ...working, name: "cleargate-loops", max: 4 });
  // An audit reads one organisation, and may take long.
  const audits = openPool({ ...settings, name: "cleargate-audits", max: 2 });
  // An emergency waits for no connection.
  const emergencies = openPool({ ...working, name: "cleargate-emergency", max: 2 });
  const all = [pool, loops, audits, emergencies];
  all.forEach(forgetWithLost);
  const close = () => Promise.all(all.map((one) => one.end()));
  await Promise.all([
    requireRole(pool, "cleargate_app", deadlineMs),
    requireRole(loops, "cleargate_loops", deadlineMs),
  ]).catch(async (error) => {
    await close();
    throw error;
  });
  return { pool, loops, audits, emergencies, working, close };
}

interface WritingOptions {
  readonly pool: pg.Pool;
  readonly deadlineMs: number;
  readonly clock: () => Date;
}

/** A repeat and a refusal leave nothing behind. */
function writeOnce<T>(
  { pool, deadlineMs, clock }: WritingOptions,
  of: { readonly organisationId: OrganisationId; readonly eventKey: string | null },
  work: (writing: Writing) => Promise<T>,
): Promise<T | "repeated"> {
  const { organisationId, eventKey } = of;
  const whose = { begin: "begin", deadlineMs, organisation: organisationId } as const;
  const undoes = (result: unknown) => result === "repeated" || isRefusal(result);
  return inTransaction(pool, { ...whose, undoes }, (connection, finish) => {
    const write = (sql: Sql, close: () => void) =>
      work(createWriting(sql, { organisationId, clock, close }));
    if (eventKey === null) return write(connection, finish);
    const asked = isNew(connection, organisationId, eventKey);
    return once({ sql: connection, close: finish }, asked, write);
  });
}

class Repeated extends Error {}

/** The first statement travels with the question whether the event is new; what it says waits for that answer. */
async function once<T>(
  { sql, close }: { readonly sql: Sql; readonly close: () => void },
  asked: Promise<boolean>,
  work: Work<T>,
): Promise<T | "repeated"> {
  let isClaimed = false;
  const claimed = asked.then((isNewEvent) => {
    if (!isNewEvent) throw new Repeated();
    isClaimed = true;
  });
  // Heard below, unless the work fails first.
  claimed.catch(() => undefined);
  const guarded: Sql = {
    async query(text, values) {
      const [, answer] = await Promise.all([claimed, sql.query(text, values)]);
      return answer;
    },
  };
  try {
    // What was sent with the question is not committed before its answer.
    const closeClaimed = (): void => {
      if (isClaimed) close();
    };
    const [result] = await Promise.all([work(guarded, closeClaimed), claimed]);
    return result;
  } catch (error) {
    if (error instanceof Repeated) return "repeated";
    throw error;
  }
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
