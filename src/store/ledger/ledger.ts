/** The ledger as the loops use it: sealing and signing, one process at a time, and never on what does not continue. */
import type pg from "pg";
import { z } from "zod";
import type { Ledger } from "../../app/ledger-ports.ts";
import type { Log } from "../../app/ports.ts";
import type { FoundBreak } from "../../domain/audit/ledger-break.ts";
import type { SigningKey } from "../../domain/audit/signed-note.ts";
import { instantOf, OrganisationId } from "../../domain/ids.ts";
import type { PoolOptions, Sql } from "../pool.ts";
import { recordFacts } from "../projectors/project.ts";
import { inTransaction, withoutTransaction } from "../transaction.ts";
import { loadAcceptedBreaks, recordBreak } from "./breaks.ts";
import { checkpointsAfter, newestCheckpoint, signNewest } from "./checkpoints.ts";
import { examineLedgers } from "./examine.ts";
import type { KeptFile } from "./kept-file.ts";
import { fillNodes, hasNodes } from "./nodes.ts";
import { BATCH, sealBatch } from "./seal.ts";
import { findBreak, loadStanding, mayGoOn, publicKeyText, type Standing } from "./standing.ts";

const LOCK = "hashtextextended($1, 9)";
const LONG_MS = 30 * 60 * 1000;

/** What signs, and what it remembers outside the database. */
export interface Signing {
  readonly key: SigningKey;
  /** Where the key lies, for people. */
  readonly lies: string;
  readonly kept: KeptFile;
  /** False: what was signed is remembered only while the process lives. */
  readonly isKept: boolean;
}

export interface LedgerOptions {
  readonly pool: pg.Pool;
  readonly settings: PoolOptions;
  readonly clock: () => Date;
  /** Null: this process seals, and leaves signing to others. */
  readonly signing: Signing | null;
  readonly log: Log | null;
}

export function createLedger(options: LedgerOptions): Ledger {
  const { pool, settings } = options;
  const wakes = new Set<() => void>();
  const writing = { begin: "begin", deadlineMs: settings.deadlineMs * 4 } as const;
  const reading = { ...writing, begin: "begin isolation level repeatable read read only" } as const;
  /** Sealed here, and perhaps not signed yet. */
  const unsigned = new Set<OrganisationId>();

  async function sealOne(organisation: OrganisationId, how: "try" | "wait"): Promise<number> {
    const sealed = await inTransaction(pool, writing, async (sql) => {
      const standing = await stand(sql, options, { organisation, how });
      if (!standing) return 0;
      return await sealBatch(sql, organisation, { standing, now: options.clock() });
    });
    if (sealed > 0) unsigned.add(organisation);
    return sealed;
  }

  async function signOne(organisation: OrganisationId, key: SigningKey): Promise<void> {
    const outcome = await inTransaction(pool, writing, async (sql) => {
      const standing = await stand(sql, options, { organisation, how: "wait" });
      if (!standing) return null;
      if (!(await hasNodes(sql, organisation, standing.tree.size))) return "nodes_missing";
      const signed = await signNewest(sql, { organisation, standing, key, now: options.clock() });
      if (!signed) return await findUnkept(sql, organisation, standing);
      if ("note" in signed) return signed;
      await report(sql, options, { organisation, found: signed });
      return null;
    });
    if (outcome === "nodes_missing") {
      const long = { ...writing, deadlineMs: LONG_MS };
      await inTransaction(pool, long, (sql) => fillNodes(sql, organisation));
      return await signOne(organisation, key);
    }
    unsigned.delete(organisation);
    if (outcome) options.signing?.kept.keep(outcome.note);
  }

  async function signSome(organisations: Iterable<OrganisationId>): Promise<void> {
    const key = options.signing?.key;
    if (key) for (const organisation of [...organisations]) await signOne(organisation, key);
  }

  return {
    onWake(wake) {
      wakes.add(wake);
      return () => wakes.delete(wake);
    },
    wake() {
      for (const wake of wakes) wake();
    },
    async seal() {
      let sealed = 0;
      let waiting = await waitingOrganisations(withoutTransaction(pool));
      while (waiting.length > 0) {
        const more: OrganisationId[] = [];
        for (const organisation of waiting) {
          const count = await sealOne(organisation, "try");
          sealed += count;
          if (count === BATCH) more.push(organisation);
        }
        waiting = more;
      }
      return sealed;
    },
    async sealAll(organisation) {
      while ((await sealOne(organisation, "wait")) === BATCH);
      await signSome([organisation]);
    },
    sign: () => signSome(unsigned),
    signAll: async () => signSome(await inTransaction(pool, reading, ledgers)),
    checkpointsAfter: (id, limit) =>
      inTransaction(pool, reading, (sql) => checkpointsAfter(sql, id, limit)),
    newestCheckpoint: (organisation) =>
      inTransaction(pool, reading, (sql) => newestCheckpoint(sql, organisation)),
    examine: () => inTransaction(pool, reading, (sql) => examineLedgers(sql, options.signing)),
    unsealed: () => inTransaction(pool, reading, countStaged),
  };
}

/**
 * Null when another seals it, or when it may not go on now; what is new about that is recorded and logged. The lock
 * and the first look travel together: the look is taken when the lock is held.
 */
async function stand(
  sql: Sql,
  options: LedgerOptions,
  asked: { readonly organisation: OrganisationId; readonly how: "try" | "wait" },
): Promise<Standing | null> {
  const { organisation, how } = asked;
  const key = options.signing?.key ?? null;
  const kept = options.signing?.kept.newest(organisation) ?? null;
  const [isLocked, seen] = await Promise.all([
    lock(sql, organisation, how),
    loadStanding(sql, organisation, kept),
  ]);
  if (!isLocked) return null;
  const standing = await catchUp(sql, options, { organisation, seen });
  if (!mayGoOn(standing, key)) return null;
  const found = findBreak(standing, key);
  if (found) {
    await report(sql, options, { organisation, found });
    return null;
  }
  if (key && standing.registeredKey === null) await register(sql, options, { organisation, key });
  return standing;
}

/** What two people accepted becomes a line in our file, and the head that they accepted what it continues. */
async function catchUp(
  sql: Sql,
  { signing }: LedgerOptions,
  { organisation, seen }: { readonly organisation: OrganisationId; readonly seen: Standing },
): Promise<Standing> {
  if (!signing || seen.era === 0) return seen;
  const known = signing.kept.accepted(organisation);
  const breaks = await loadAcceptedBreaks(sql, organisation);
  const missing = breaks.filter(({ id }) => !known.has(id));
  if (missing.length === 0) return seen;
  for (const accepted of missing) signing.kept.keepAcceptance(organisation, accepted);
  return await loadStanding(sql, organisation, signing.kept.newest(organisation));
}

async function report(
  sql: Sql,
  { log, clock }: LedgerOptions,
  { organisation, found }: { readonly organisation: OrganisationId; readonly found: FoundBreak },
): Promise<void> {
  const isNew = await recordBreak(sql, organisation, found, clock());
  if (!isNew) return;
  const { kind, why, kept, live } = found;
  log?.error("ledger_fork", { provider: "postgres", organisation, kind, why, kept, live });
}

async function register(
  sql: Sql,
  { clock }: LedgerOptions,
  { organisation, key }: { readonly organisation: OrganisationId; readonly key: SigningKey },
): Promise<void> {
  const publicKey = publicKeyText(key);
  const fact = { type: "SigningKeyRegistered", keyId: key.keyId, publicKey } as const;
  const at = instantOf(clock());
  await recordFacts(sql, { organisationId: organisation, grown: new Set() }, [
    { organisationId: organisation, actor: null, at, fact },
  ]);
}

const LockRow = z.object({ got: z.boolean() });

/**
 * One sealer at a time: the lock belongs to the transaction that writes, so a sealer that lost its connection
 * has lost its batch too, and the primary keys refuse a second entry or head of one number.
 */
async function lock(sql: Sql, organisation: OrganisationId, how: "try" | "wait"): Promise<boolean> {
  if (how === "wait") {
    await sql.query(`select pg_advisory_xact_lock(${LOCK})`, [organisation]);
    return true;
  }
  const { rows } = await sql.query(`select pg_try_advisory_xact_lock(${LOCK}) as got`, [
    organisation,
  ]);
  return z.array(LockRow).parse(rows)[0]?.got ?? false;
}

const Organisations = z.array(z.object({ id: OrganisationId }).transform((row) => row.id));

async function waitingOrganisations(sql: Sql): Promise<readonly OrganisationId[]> {
  const { rows } = await sql.query(stepOver("ledger_staging"));
  return Organisations.parse(rows);
}

/** What another process signed and our file does not have. */
async function findUnkept(
  sql: Sql,
  organisation: OrganisationId,
  { signed, kept }: Standing,
): Promise<{ readonly note: string } | null> {
  if (!signed || (kept && kept.size >= signed.size)) return null;
  return await newestCheckpoint(sql, organisation);
}

/** Every organisation with a sealed ledger. */
async function ledgers(sql: Sql): Promise<readonly OrganisationId[]> {
  const { rows } = await sql.query(stepOver("ledger_heads"));
  return Organisations.parse(rows);
}

/** The organisations of a table: one step along its index for each, however many rows they have. */
function stepOver(table: "ledger_staging" | "ledger_heads"): string {
  return `
    with recursive found as (
      (select organisation_id as id from ${table} order by 1 limit 1)
      union all
      select (select organisation_id from ${table}
        where organisation_id > found.id order by 1 limit 1)
      from found where found.id is not null
    )
    select id from found where id is not null`;
}

async function countStaged(sql: Sql): Promise<number> {
  const { rows } = await sql.query("select count(*)::int as count from ledger_staging");
  return z.array(z.object({ count: z.number() })).parse(rows)[0]?.count ?? 0;
}
