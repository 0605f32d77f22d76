/** A page of the ledger as few large values, which is how a million entries are read fast. */
import { z } from "zod";
import type { Tree } from "../../domain/audit/merkle.ts";
import { type OrganisationId, Sha256 } from "../../domain/ids.ts";
import type { KeptNode } from "../ledger/nodes.ts";
import type { Sql } from "../pool.ts";
import type { Bad } from "./verify.ts";

const ROWS = 1000;
const HASH = 32;

const bytes = z.instanceof(Buffer);
const Row = z.object({
  count: z.number(),
  sequences: z.string().nullable(),
  entries: z.string().nullable(),
  leaves: bytes.nullable(),
  migrations: z.string().nullable(),
  changes: z.string().nullable(),
});
const HeadRow = z.object({
  size: z.coerce.number().int(),
  root: bytes,
  frontier: z.array(bytes),
});
const CheckpointRow = z.object({
  era: z.number(),
  size: z.coerce.number().int(),
  root: bytes,
  key_id: z.string(),
  note: z.string(),
  signed_at: z.date(),
});
export type HeadRow = z.infer<typeof HeadRow>;
export type CheckpointRow = z.infer<typeof CheckpointRow>;

const Entry = z.object({
  type: z.string(),
  organisation: z.string(),
  migrationId: z.string().nullish(),
  personal: Sha256.optional(),
  /** Of the registration of a key. */
  publicKey: z.string().optional(),
});
export type Entry = z.infer<typeof Entry>;

export interface Page {
  readonly count: number;
  readonly last: number;
  readonly sequences: readonly number[];
  readonly entries: readonly string[];
  /** `-` for none. */
  readonly migrations: readonly string[];
  /** One digit an entry. */
  readonly changes: string;
  readonly heads: ReadonlyMap<number, HeadRow>;
  readonly checkpoints: ReadonlyMap<number, readonly CheckpointRow[]>;
  leafAt(place: number): Buffer;
}

const NOTHING: Page = {
  count: 0,
  last: 0,
  sequences: [],
  entries: [],
  migrations: [],
  changes: "",
  heads: new Map(),
  checkpoints: new Map(),
  leafAt: () => Buffer.alloc(0),
};

/** The page after this sequence number; null asks for the first. Its count is 0 at the end. */
export async function loadPage(
  sql: Sql,
  organisation: OrganisationId,
  after: number | null,
): Promise<Page> {
  const from = after ?? Number.MIN_SAFE_INTEGER;
  // Both ends are given, so that a database without statistics does not sort the rest of the ledger for each page.
  const row = await selectPage(sql, organisation, { from, to: (after ?? 0) + ROWS });
  // At the end, or before a gap.
  const rest = { from, to: Number.MAX_SAFE_INTEGER };
  return await toPage(
    sql,
    organisation,
    row.count > 0 ? row : await selectPage(sql, organisation, rest),
  );
}

async function selectPage(
  sql: Sql,
  organisation: OrganisationId,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<z.infer<typeof Row>> {
  const { rows } = await sql.query(
    `select count(*)::int as count, string_agg(sequence::text, ',' order by sequence) as sequences,
       string_agg(entry, E'\\n' order by sequence) as entries,
       string_agg(leaf_hash, ''::bytea order by sequence) as leaves,
       string_agg(coalesce(migration_id::text, '-'), ',' order by sequence) as migrations,
       string_agg(case when changes_state then '1' else '0' end, '' order by sequence) as changes
     from (select * from ledger_entries where organisation_id = $1
       and sequence > $2 and sequence <= $3 order by sequence limit ${ROWS}) page`,
    [organisation, from, to],
  );
  return Row.parse(rows[0]);
}

async function toPage(
  sql: Sql,
  organisation: OrganisationId,
  row: z.infer<typeof Row>,
): Promise<Page> {
  if (row.count === 0) return NOTHING;
  const sequences = (row.sequences ?? "").split(",").map(Number);
  const [first = 0] = sequences;
  const last = sequences.at(-1) ?? 0;
  const leaves = row.leaves ?? Buffer.alloc(0);
  return {
    count: row.count,
    last,
    sequences,
    entries: await splitEntries(sql, organisation, { ...row, first, last }),
    migrations: (row.migrations ?? "").split(","),
    changes: row.changes ?? "",
    leafAt: (place) => leaves.subarray(place * HASH, (place + 1) * HASH),
    ...(await loadSealed(sql, organisation, { first, last })),
  };
}

/** Entries have no line break in them; where somebody put one they are read one by one. */
async function splitEntries(
  sql: Sql,
  organisation: OrganisationId,
  page: z.infer<typeof Row> & { readonly first: number; readonly last: number },
): Promise<readonly string[]> {
  const entries = (page.entries ?? "").split("\n");
  if (entries.length === page.count) return entries;
  const { rows } = await sql.query(
    `select entry from ledger_entries
     where organisation_id = $1 and sequence between $2 and $3 order by sequence`,
    [organisation, page.first, page.last],
  );
  return z
    .array(z.object({ entry: z.string() }))
    .parse(rows)
    .map(({ entry }) => entry);
}

async function loadSealed(
  sql: Sql,
  organisation: OrganisationId,
  { first, last }: { readonly first: number; readonly last: number },
): Promise<Pick<Page, "heads" | "checkpoints">> {
  const [heads, checkpoints] = await Promise.all([
    sql.query(
      `select size, root, frontier from ledger_heads
       where organisation_id = $1 and size between $2 and $3`,
      [organisation, first, last],
    ),
    sql.query(
      `select era, size, root, key_id, note, signed_at from ledger_checkpoints
       where organisation_id = $1 and size between $2 and $3 order by era`,
      [organisation, first, last],
    ),
  ]);
  const bySize = new Map<number, CheckpointRow[]>();
  for (const row of z.array(CheckpointRow).parse(checkpoints.rows)) {
    bySize.set(row.size, [...(bySize.get(row.size) ?? []), row]);
  }
  const found = z.array(HeadRow).parse(heads.rows);
  return { heads: new Map(found.map((head) => [head.size, head])), checkpoints: bySize };
}

/** Null when it is not one of ours. */
export function readEntry(text: string): Entry | null {
  try {
    return Entry.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

const BadPart = z.object({ place: z.coerce.number(), missing: z.boolean() });

/** The first entry whose personal part is not the one that it commits to; an erased one is in order. */
export async function findBadPart(
  sql: Sql,
  organisation: OrganisationId,
  committed: readonly { readonly sequence: number; readonly commitment: string }[],
): Promise<Bad | null> {
  if (committed.length === 0) return null;
  const { rows } = await sql.query(
    `select given.place, part.commitment is null as missing
     from unnest($2::text[]) with ordinality as given (hex, place)
     left join ledger_personal part
       on part.organisation_id = $1 and part.commitment = decode(given.hex, 'hex')
     where part.commitment is null
       or sha256(part.salt || convert_to(part.body, 'UTF8')) <> part.commitment
     order by given.place limit 1`,
    [organisation, committed.map(({ commitment }) => commitment)],
  );
  const [bad] = z.array(BadPart).parse(rows);
  if (!bad) return null;
  return {
    firstBad: committed[bad.place - 1]?.sequence ?? 0,
    why: bad.missing
      ? "The personal part is missing."
      : "The personal part is not the one that was committed to.",
  };
}

const BadNode = z.object({ level: z.number(), place: z.coerce.number() });

/**
 * The first full subtree whose kept hash is not ours; without it no short proof can be given. One over a bad entry is
 * bad because of it, and would name an entry before it.
 */
export async function findBadNode(
  sql: Sql,
  organisation: OrganisationId,
  seen: { readonly nodes: readonly KeptNode[]; readonly before: Bad | null },
): Promise<Bad | null> {
  const end = seen.before?.firstBad ?? Number.POSITIVE_INFINITY;
  const nodes = seen.nodes.filter(({ level, place }) => (place + 1) * 2 ** level < end);
  if (nodes.length === 0) return null;
  const { rows } = await sql.query(
    `select given.level, given.place
     from unnest($2::int[], $3::bigint[], $4::bytea[]) as given (level, place, hash)
     left join ledger_nodes node on node.organisation_id = $1
       and node.level = given.level and node.place = given.place
     where node.hash is distinct from given.hash order by given.level, given.place limit 1`,
    [
      organisation,
      nodes.map(({ level }) => level),
      nodes.map(({ place }) => place),
      nodes.map(({ hash }) => hash),
    ],
  );
  const [bad] = z.array(BadNode).parse(rows);
  if (!bad) return null;
  const first = bad.place * 2 ** bad.level + 1;
  const last = (bad.place + 1) * 2 ** bad.level;
  return { firstBad: first, why: `The kept hash over entries ${first} to ${last} is not theirs.` };
}

/** Whether a sealed head is that of our tree. */
export function isHead(head: HeadRow, tree: Tree, root: Buffer): boolean {
  return head.root.equals(root) && isFrontier(head.frontier, tree);
}

function isFrontier(frontier: readonly Buffer[], tree: Tree): boolean {
  return (
    frontier.length === tree.frontier.length &&
    tree.frontier.every((node, place) => frontier[place]?.equals(node))
  );
}
