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
/** Each page is short; the whole may take long. */
const DEADLINE_MS = 30 * 60 * 1000;
const NOTES = new Set(["GateChecked", "ReportExported", "CommandRefused"]);

const bytes = z.instanceof(Buffer);
const EntryRow = z.object({
  sequence: z.coerce.number().int(),
  leaf_hash: bytes,
  entry: z.string(),
  migration_id: z.string().nullable(),
  changes_state: z.boolean(),
});
const HeadRow = z.object({
  size: z.coerce.number().int(),
  root: bytes,
  frontier: z.array(bytes),
});
const PersonalRow = z.object({
  commitment: z.string(),
  salt: bytes.nullable(),
  body: z.string().nullable(),
});
type HeadRow = z.infer<typeof HeadRow>;
type PersonalRow = z.infer<typeof PersonalRow>;

/** An entry with what stands beside it. */
interface Line {
  readonly row: z.infer<typeof EntryRow>;
  readonly entry: z.infer<typeof Entry> | null;
  readonly personal: PersonalRow | undefined;
  readonly head: HeadRow | undefined;
}

const Entry = z.object({
  type: z.string(),
  organisation: z.string(),
  migrationId: z.string().nullish(),
  personal: Sha256.optional(),
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
    organisation,
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

/** Reads the entries page by page: memory does not grow with the ledger. */
async function walk(sql: Sql, organisation: OrganisationId): Promise<Bad | Walked> {
  let walked: Walked = { tree: EMPTY_TREE, covered: 0 };
  for (let after = 0; ; ) {
    const lines = await loadPage(sql, organisation, after);
    if (lines.length === 0) return walked;
    for (const line of lines) {
      const next = step(walked, line, organisation);
      if ("firstBad" in next) return next;
      walked = next;
    }
    after = walked.tree.size;
  }
}

async function loadPage(
  sql: Sql,
  organisation: OrganisationId,
  after: number,
): Promise<readonly Line[]> {
  const page = await sql.query(
    `select sequence, leaf_hash, entry, migration_id, changes_state from ledger_entries
     where organisation_id = $1 and sequence > $2 order by sequence limit ${ROWS}`,
    [organisation, after === 0 ? Number.MIN_SAFE_INTEGER : after],
  );
  const rows = z.array(EntryRow).parse(page.rows);
  const entries = rows.map(({ entry }) => readEntry(entry));
  const heads = await sql.query(
    `select size, root, frontier from ledger_heads
     where organisation_id = $1 and size = any($2::bigint[])`,
    [organisation, rows.map(({ sequence }) => sequence)],
  );
  const personal = await sql.query(
    `select encode(commitment, 'hex') as commitment, salt, body from ledger_personal
     where organisation_id = $1
       and commitment = any(select decode(given, 'hex') from unnest($2::text[]) as given)`,
    [organisation, entries.flatMap((entry) => entry?.personal ?? [])],
  );
  const headOf = new Map(
    z
      .array(HeadRow)
      .parse(heads.rows)
      .map((head) => [head.size, head]),
  );
  const personalOf = new Map(
    z
      .array(PersonalRow)
      .parse(personal.rows)
      .map((part) => [part.commitment, part]),
  );
  return rows.map((row, place) => {
    const entry = entries[place] ?? null;
    const part = personalOf.get(entry?.personal ?? "");
    return { row, entry, personal: part, head: headOf.get(row.sequence) };
  });
}

function readEntry(text: string): z.infer<typeof Entry> | null {
  try {
    return Entry.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function step({ tree, covered }: Walked, line: Line, organisation: string): Walked | Bad {
  const why = checkLine(line, tree.size + 1, organisation);
  if (why) return { firstBad: tree.size + 1, why };
  const next = appendLeaf(tree, line.row.leaf_hash);
  if (!line.head) return { tree: next, covered };
  if (isHead(line.head, next)) return { tree: next, covered: next.size };
  return {
    firstBad: covered + 1,
    why: `The root over entries ${covered + 1} to ${next.size} is not the sealed one.`,
  };
}

function isHead(head: HeadRow, tree: Tree): boolean {
  return (
    head.root.equals(rootOf(tree)) &&
    head.frontier.length === tree.frontier.length &&
    tree.frontier.every((node, place) => head.frontier[place]?.equals(node))
  );
}

function checkLine({ row, entry, personal }: Line, expected: number, organisation: string) {
  if (row.sequence !== expected) return `Entry ${expected} is missing.`;
  if (!row.leaf_hash.equals(leafHash(row.entry))) return "The text is not the one that was sealed.";
  if (!entry) return "The entry is not one of ours.";
  if (entry.organisation !== organisation) return "The entry belongs to another organisation.";
  if ((entry.migrationId ?? null) !== row.migration_id)
    return "The migration's column was changed.";
  if (row.changes_state === NOTES.has(entry.type)) return "The kind's column was changed.";
  return entry.personal === undefined ? null : checkPersonal(personal);
}

function checkPersonal(personal: PersonalRow | undefined): string | null {
  if (!personal) return "The personal part is missing.";
  // Erased: by the table's rule both are gone, and when.
  if (personal.salt === null || personal.body === null) return null;
  const actual = commitmentOf(personal.salt, personal.body).toString("hex");
  return actual === personal.commitment
    ? null
    : "The personal part is not the one that was committed to.";
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
