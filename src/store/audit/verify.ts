/** Recomputes the live ledger of an organisation from its first entry and names the first that is wrong. */
import type pg from "pg";
import { z } from "zod";
import type { LedgerVerdict } from "../../app/ledger-ports.ts";
import { EMPTY_TREE, growTree, leafHash, rootOf, type Tree } from "../../domain/audit/merkle.ts";
import { instantOf, type OrganisationId, Sha256 } from "../../domain/ids.ts";
import { recordBreak } from "../ledger/breaks.ts";
import type { KeptFile } from "../ledger/kept-file.ts";
import { type KeptNode, keepInto } from "../ledger/nodes.ts";
import type { Sql } from "../pool.ts";
import { changesState } from "../projectors/project.ts";
import { inTransaction } from "../transaction.ts";
import { createKeptWalk, type KeptWalk } from "./kept-walk.ts";
import {
  type CheckpointRow,
  findBadNode,
  findBadPart,
  isHead,
  loadPage,
  type Page,
  readEntry,
} from "./page.ts";
import { findUnprotected } from "./protection.ts";
import { checkKeys, checkSignature, type Keys, loadKeys } from "./signatures.ts";

/** Each page is short; the whole may take long. */
const DEADLINE_MS = 30 * 60 * 1000;

export interface VerifyParts {
  /** Connections for long reads of one organisation. */
  readonly audits: pg.Pool;
  readonly pool: pg.Pool;
  readonly deadlineMs: number;
  readonly clock: () => Date;
  readonly kept: KeptFile | null;
}

type Whole = Extract<LedgerVerdict, { readonly ok: true }>;

export interface Bad {
  readonly firstBad: number;
  readonly why: string;
}

/** The verdict; a bad entry is recorded as a break, which closes the gates. */
export async function verifyLedger(
  parts: VerifyParts,
  organisation: OrganisationId,
): Promise<LedgerVerdict> {
  // Read before the database is: what is signed meanwhile is kept outside, and no part of what is seen here.
  const kept = [...(parts.kept?.notes(organisation) ?? [])];
  const verdict = await inTransaction(
    parts.audits,
    {
      begin: "begin isolation level repeatable read read only",
      deadlineMs: DEADLINE_MS,
      organisation,
    },
    async (sql) => {
      await sql.query("set local idle_in_transaction_session_timeout = 0");
      return await judgeLedger(sql, organisation, kept);
    },
  );
  if (!verdict.ok && verdict.firstBad !== null) {
    await recordTampering(parts, organisation, { ...verdict, firstBad: verdict.firstBad });
  }
  return verdict;
}

/**
 * Every entry, and what keeps them from being changed, as one transaction sees them. `kept`: the checkpoints that were
 * kept outside before it began.
 */
export async function judgeLedger(
  sql: Sql,
  organisation: OrganisationId,
  kept: readonly string[],
): Promise<LedgerVerdict> {
  const unprotected = await findUnprotected(sql);
  const [first] = unprotected;
  if (first === undefined) {
    const verdict = await check(sql, organisation, kept);
    return verdict.ok ? verdict : { ...verdict, unprotected };
  }
  // A table that lost a column or a right may be past reading.
  const verdict = await check(sql, organisation, kept).catch(() => null);
  if (verdict?.ok === false) return { ...verdict, unprotected };
  const entries = verdict === null ? "could not be read, and" : "fit, but";
  const why = `The entries ${entries} what protects them is not as it was made.`;
  return { ok: false, entries: verdict?.entries ?? 0, firstBad: null, why, unprotected };
}

async function recordTampering(
  { pool, deadlineMs, clock }: VerifyParts,
  organisation: OrganisationId,
  { firstBad, why, entries }: Bad & { readonly entries: number },
): Promise<void> {
  const found = {
    kind: "tampered",
    why: `Entry ${firstBad} of the ledger is not as it was sealed: ${why}`,
    kept: null,
    live: { size: entries, root: null },
    newKey: null,
  } as const;
  await inTransaction(pool, { begin: "begin", deadlineMs, organisation }, (sql) =>
    recordBreak(sql, organisation, found, clock()),
  );
}

async function check(
  sql: Sql,
  organisation: OrganisationId,
  kept: readonly string[],
): Promise<Whole | (Bad & { readonly ok: false; readonly entries: number })> {
  const totals = await loadTotals(sql, organisation);
  const keys = await loadKeys(sql, organisation, totals.era);
  const walk: Walk = {
    sql,
    organisation,
    era: totals.era,
    keys,
    kept: createKeptWalk(kept),
    tree: EMPTY_TREE,
    covered: 0,
    checkpoints: 0,
    signed: null,
  };
  const bad =
    (await walkAll(walk)) ??
    checkEnd(walk, totals.newestHead) ??
    (await checkKeys(sql, organisation, keys));
  if (bad) return { ok: false, entries: totals.entries, ...bad };
  const { tree, signed, checkpoints } = walk;
  const rootHash = tree.size === 0 ? null : toHex(rootOf(tree));
  const { unsealed, era } = totals;
  return { ok: true, entries: tree.size, rootHash, unsealed, checkpoints, signed, breaks: era };
}

const toHex = (bytes: Uint8Array) => Sha256.parse(Buffer.from(bytes).toString("hex"));

const Totals = z.object({
  entries: z.coerce.number().int(),
  newestHead: z.coerce.number().int(),
  unsealed: z.coerce.number().int(),
  era: z.coerce.number().int(),
});

async function loadTotals(sql: Sql, organisation: OrganisationId): Promise<z.infer<typeof Totals>> {
  const { rows } = await sql.query(
    `select
       (select count(*) from ledger_entries where organisation_id = $1) as entries,
       (select coalesce(max(size), 0) from ledger_heads where organisation_id = $1) as "newestHead",
       (select count(*) from ledger_staging where organisation_id = $1) as unsealed,
       (select count(*) from ledger_break_acceptances
        where organisation_id = $1 and is_final) as era`,
    [organisation],
  );
  return Totals.parse(rows[0]);
}

/** How far the tree was rebuilt, and up to which entry a sealed head agreed. */
interface Walk {
  readonly sql: Sql;
  readonly organisation: OrganisationId;
  /** Checkpoints of earlier eras are about a history that two people gave up. */
  readonly era: number;
  readonly keys: Keys;
  readonly kept: KeptWalk;
  tree: Tree;
  covered: number;
  checkpoints: number;
  signed: Whole["signed"];
}

/** Reads page by page, the next one while this one is hashed: memory does not grow with the ledger. */
async function walkAll(walk: Walk): Promise<Bad | null> {
  const { sql, organisation } = walk;
  let next = loadPage(sql, organisation, null);
  for (;;) {
    const page = await next;
    if (page.count === 0) return null;
    next = loadPage(sql, organisation, page.last);
    // Where this page cannot be checked, nobody waits for the next.
    next.catch(() => undefined);
    const seen: Seen = { nodes: [], committed: [] };
    const bad = walkPage(walk, page, seen);
    const part = await findBadPart(sql, organisation, seen.committed);
    const node = await findBadNode(sql, organisation, { ...seen, before: bad });
    const first = earlier(bad, earlier(part, node));
    if (first === null) continue;
    // What was read ahead is not looked at.
    await next;
    return first;
  }
}

/** What the database itself compares: personal parts with their commitments, kept nodes with ours. */
interface Seen {
  readonly nodes: KeptNode[];
  readonly committed: { readonly sequence: number; readonly commitment: string }[];
}

function earlier(left: Bad | null, right: Bad | null): Bad | null {
  if (!left || !right) return left ?? right;
  return right.firstBad < left.firstBad ? right : left;
}

function walkPage(walk: Walk, page: Page, seen: Seen): Bad | null {
  const onFull = keepInto(seen.nodes);
  for (let place = 0; place < page.count; place += 1) {
    const expected = walk.tree.size + 1;
    const why = checkLine(walk, page, { place, expected, seen });
    if (why) return { firstBad: expected, why };
    walk.tree = growTree(walk.tree, page.leafAt(place), onFull);
    const bad = checkSealed(walk, page);
    if (bad) return bad;
  }
  return null;
}

function checkLine(
  { organisation, keys }: Walk,
  page: Page,
  at: { readonly place: number; readonly expected: number; readonly seen: Seen },
): string | null {
  const { place, expected: sequence, seen } = at;
  if (page.sequences[place] !== sequence) return `Entry ${sequence} is missing.`;
  const text = page.entries[place] ?? "";
  if (!page.leafAt(place).equals(leafHash(text))) return "The text is not the one that was sealed.";
  const entry = readEntry(text);
  if (!entry) return "The entry is not one of ours.";
  if (entry.organisation !== organisation) return "The entry belongs to another organisation.";
  if ((entry.migrationId ?? "-") !== page.migrations[place])
    return "The migration's column was changed.";
  if ((page.changes[place] === "1") !== changesState(entry))
    return "The kind's column was changed.";
  if (entry.personal) seen.committed.push({ sequence, commitment: entry.personal });
  if (entry.publicKey) keys.registered.add(entry.publicKey);
  return null;
}

/** Heads, checkpoints and what was kept outside, where the ledger has just grown to their size. */
function checkSealed(walk: Walk, page: Page): Bad | null {
  const { size } = walk.tree;
  const head = page.heads.get(size);
  const checkpoints = page.checkpoints.get(size) ?? [];
  const kept = walk.kept.rootsAt(size);
  if (!head && checkpoints.length === 0 && kept.length === 0) return null;
  const root = Buffer.from(rootOf(walk.tree));
  const firstBad = walk.covered + 1;
  if (head && !isHead(head, walk.tree, root)) {
    return { firstBad, why: `The root over entries ${firstBad} to ${size} is not the sealed one.` };
  }
  if (kept.some((other) => other !== root.toString("hex"))) {
    const why = `The checkpoint of ${size} entries that was kept outside the database has another root.`;
    return { firstBad, why };
  }
  for (const checkpoint of checkpoints) {
    const why = checkCheckpoint(walk, checkpoint, root);
    if (why) return { firstBad, why };
  }
  if (head) walk.covered = size;
  return null;
}

function checkCheckpoint(walk: Walk, checkpoint: CheckpointRow, root: Buffer): string | null {
  const { size, era, key_id: keyId, signed_at: at } = checkpoint;
  const isOld = era < walk.era;
  if (!isOld && !checkpoint.root.equals(root)) {
    return `The checkpoint of ${size} entries has another root.`;
  }
  const why = checkSignature(checkpoint, walk.organisation, walk.keys);
  if (why) return why;
  walk.checkpoints += 1;
  if (!isOld) walk.signed = { size, keyId, at: instantOf(at) };
  return null;
}

function checkEnd({ tree, covered, kept, keys }: Walk, newestHead: number): Bad | null {
  const { size } = tree;
  const missing = { firstBad: size + 1, why: `Entry ${size + 1} is missing.` };
  if (newestHead > size) return missing;
  if (covered < size) {
    return { firstBad: covered + 1, why: `Entry ${covered + 1} was never sealed.` };
  }
  if (keys.newestSize > size) {
    return {
      ...missing,
      why: `Entry ${size + 1} is missing: a checkpoint of ${keys.newestSize} was signed.`,
    };
  }
  const outside = kept.nextSize();
  if (outside === null) return null;
  const why = `Entry ${size + 1} is missing: a checkpoint of ${outside} was kept outside the database.`;
  return { ...missing, why };
}
