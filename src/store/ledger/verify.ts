/** Recomputes the live ledger of an organisation from its first entry and names the first that is wrong. */
import type pg from "pg";
import { z } from "zod";
import type { LedgerVerdict } from "../../app/ports.ts";
import { appendLeaf, EMPTY_TREE, leafHash, rootOf, type Tree } from "../../domain/audit/merkle.ts";
import { type OrganisationId, Sha256 } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";
import { inTransaction } from "../transaction.ts";
import { commitmentOf } from "./stage.ts";

const ROWS = 1000;
/** Each fetch is short; the whole may take long. */
const DEADLINE_MS = 30 * 60 * 1000;
const NOTES = new Set(["GateChecked", "ReportExported", "CommandRefused"]);

const bytes = z.instanceof(Buffer);
const EntryRow = z.object({
  sequence: z.coerce.number().int(),
  leaf_hash: bytes,
  entry: z.string(),
  migration_id: z.string().nullable(),
  changes_state: z.boolean(),
  head_root: bytes.nullable(),
  head_frontier: z.array(bytes).nullable(),
  commitment: bytes.nullable(),
  salt: bytes.nullable(),
  body: z.string().nullable(),
  erased: z.boolean().nullable(),
});
type EntryRow = z.infer<typeof EntryRow>;

const Entry = z.object({
  type: z.string(),
  organisation: z.string(),
  migrationId: z.string().nullish(),
  personal: z.string().optional(),
});

/** How far the tree was rebuilt, and up to which entry a sealed head agreed. */
interface Walked {
  readonly tree: Tree;
  readonly covered: number;
}

interface Bad {
  readonly firstBad: number;
  readonly why: string;
}

export async function verifyLedger(
  pool: pg.Pool,
  organisation: OrganisationId,
): Promise<LedgerVerdict> {
  const options = {
    begin: "begin isolation level repeatable read read only",
    deadlineMs: DEADLINE_MS,
  } as const;
  return await inTransaction(pool, options, async (sql) => {
    await sql.query("set local idle_in_transaction_session_timeout = 0");
    const totals = await loadTotals(sql, organisation);
    const walked = await walk(sql, organisation);
    if ("firstBad" in walked) return { ok: false, entries: totals.entries, ...walked };
    const { tree, covered } = walked;
    const ending = checkEnd(tree, covered, totals.newest_head);
    if (ending) return { ok: false, entries: totals.entries, ...ending };
    const root = tree.size === 0 ? null : Sha256.parse(Buffer.from(rootOf(tree)).toString("hex"));
    return { ok: true, entries: tree.size, rootHash: root, unsealed: totals.unsealed };
  });
}

const Totals = z.object({
  entries: z.coerce.number().int(),
  newest_head: z.coerce.number().int(),
  unsealed: z.coerce.number().int(),
});

async function loadTotals(sql: Sql, organisation: OrganisationId): Promise<z.infer<typeof Totals>> {
  const { rows } = await sql.query(
    `select
       (select count(*) from ledger_entries where organisation_id = $1) as entries,
       (select coalesce(max(size), 0) from ledger_heads where organisation_id = $1) as newest_head,
       (select count(*) from ledger_staging where organisation_id = $1) as unsealed`,
    [organisation],
  );
  return Totals.parse(rows[0]);
}

/** Reads the entries through a cursor: memory does not grow with the ledger. */
async function walk(sql: Sql, organisation: OrganisationId): Promise<Bad | Walked> {
  // A cursor's query takes no parameters; an organisation's id is a UUID.
  await sql.query(
    `declare entries no scroll cursor for
     select e.sequence, e.leaf_hash, e.entry, e.migration_id, e.changes_state,
       h.root as head_root, h.frontier as head_frontier,
       p.commitment, p.salt, p.body, p.erased_at is not null as erased
     from ledger_entries e
     left join ledger_heads h on h.organisation_id = e.organisation_id and h.size = e.sequence
     left join ledger_personal p on p.organisation_id = e.organisation_id
       and p.commitment = decode(coalesce(substring(e.entry from '"personal":"([0-9a-f]{64})"'), ''), 'hex')
     where e.organisation_id = '${organisation}'
     order by e.sequence`,
  );
  let walked: Walked = { tree: EMPTY_TREE, covered: 0 };
  for (;;) {
    const { rows } = await sql.query(`fetch ${ROWS} from entries`);
    if (rows.length === 0) return walked;
    for (const row of z.array(EntryRow).parse(rows)) {
      const next = step(walked, row, organisation);
      if ("firstBad" in next) return next;
      walked = next;
    }
  }
}

function step({ tree, covered }: Walked, row: EntryRow, organisation: string): Walked | Bad {
  const why = checkEntry(row, tree.size + 1, organisation);
  if (why) return { firstBad: tree.size + 1, why };
  const next = appendLeaf(tree, row.leaf_hash);
  if (row.head_root === null) return { tree: next, covered };
  if (isHead(row, next)) return { tree: next, covered: next.size };
  return {
    firstBad: covered + 1,
    why: `The root over entries ${covered + 1} to ${next.size} is not the sealed one.`,
  };
}

function isHead(row: EntryRow, tree: Tree): boolean {
  const frontier = row.head_frontier ?? [];
  return (
    row.head_root?.equals(rootOf(tree)) === true &&
    frontier.length === tree.frontier.length &&
    tree.frontier.every((node, place) => frontier[place]?.equals(node))
  );
}

function checkEntry(row: EntryRow, expected: number, organisation: string): string | null {
  if (row.sequence !== expected) return `Entry ${expected} is missing.`;
  if (!row.leaf_hash.equals(leafHash(row.entry))) return "The text is not the one that was sealed.";
  const entry = readEntry(row.entry);
  if (!entry) return "The entry is not one of ours.";
  if (entry.organisation !== organisation) return "The entry belongs to another organisation.";
  if ((entry.migrationId ?? null) !== row.migration_id)
    return "The migration's column was changed.";
  if (row.changes_state === NOTES.has(entry.type)) return "The kind's column was changed.";
  return entry.personal === undefined ? null : checkPersonal(row, entry.personal);
}

function readEntry(text: string): z.infer<typeof Entry> | null {
  try {
    return Entry.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function checkPersonal(row: EntryRow, commitment: string): string | null {
  if (row.commitment?.toString("hex") !== commitment) return "The personal part is missing.";
  if (row.erased) return null;
  if (row.salt === null || row.body === null) return "The personal part is incomplete.";
  const actual = commitmentOf(row.salt, row.body).toString("hex");
  return actual === commitment ? null : "The personal part is not the one that was committed to.";
}

function checkEnd(tree: Tree, covered: number, newestHead: number): Bad | null {
  if (newestHead > tree.size) {
    return { firstBad: tree.size + 1, why: `Entry ${tree.size + 1} is missing.` };
  }
  if (covered < tree.size) {
    return { firstBad: covered + 1, why: `Entry ${covered + 1} was never sealed.` };
  }
  return null;
}
