/** Signs the newest head of a ledger, never one that does not continue what was signed before. */
import { z } from "zod";
import type { StoredCheckpoint } from "../../app/ledger-ports.ts";
import { signCheckpoint } from "../../domain/audit/checkpoint.ts";
import type { FoundBreak } from "../../domain/audit/ledger-break.ts";
import { isConsistent } from "../../domain/audit/proof.ts";
import type { SigningKey } from "../../domain/audit/signed-note.ts";
import { Instant, OrganisationId, Sha256 } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";
import { proveGrowth } from "./nodes.ts";
import type { Standing } from "./standing.ts";

/** The new note; null when nothing is new; a break when the head does not begin with what was signed. */
export async function signNewest(
  sql: Sql,
  about: {
    readonly organisation: OrganisationId;
    readonly standing: Standing;
    readonly key: SigningKey;
    readonly now: Date;
  },
): Promise<{ readonly note: string } | FoundBreak | null> {
  const { organisation, standing, key, now } = about;
  const { tree, root, signed, era } = standing;
  if (root === null || signed?.size === tree.size) return null;
  if (
    signed &&
    !(await continues(sql, organisation, { signed, tree: { size: tree.size, root } }))
  ) {
    return {
      kind: "forked",
      why: `The ledger of ${tree.size} entries does not begin with the ${signed.size} that were signed.`,
      kept: { size: signed.size, root: signed.root },
      live: { size: tree.size, root },
      newKey: null,
    };
  }
  const note = signCheckpoint({ organisation, size: tree.size, root }, key);
  // Whoever follows by cursor must not see a later id first.
  await sql.query("select pg_advisory_xact_lock(13, 1)");
  await sql.query(
    `insert into ledger_checkpoints (organisation_id, era, size, root, key_id, note, signed_at)
     values ($1, $2, $3, decode($4, 'hex'), $5, $6, $7)`,
    [organisation, era, tree.size, root, key.keyId, note, now.toISOString()],
  );
  return { note };
}

interface Hexed {
  readonly size: number;
  readonly root: Sha256;
}

async function continues(
  sql: Sql,
  organisation: OrganisationId,
  { signed, tree }: { readonly signed: Hexed; readonly tree: Hexed },
): Promise<boolean> {
  const proof = await proveGrowth(sql, organisation, { before: signed.size, size: tree.size });
  const headOf = ({ size, root }: Hexed) => ({ size, root: Buffer.from(root, "hex") });
  return isConsistent(headOf(signed), headOf(tree), proof);
}

const Row = z.object({
  id: z.string(),
  organisationId: OrganisationId,
  size: z.coerce.number(),
  root: Sha256,
  keyId: z.string(),
  note: z.string(),
  signedAt: Instant,
});

const COLUMNS = `id, organisation_id as "organisationId", size, encode(root, 'hex') as root,
  key_id as "keyId", note, instant(signed_at) as "signedAt"`;

/** Checkpoints of every ledger after the one of this id, in the order in which they were committed. */
export async function checkpointsAfter(
  sql: Sql,
  id: string,
  limit: number,
): Promise<readonly StoredCheckpoint[]> {
  const { rows } = await sql.query(
    `select ${COLUMNS} from ledger_checkpoints where id > $1 order by ledger_checkpoints.id limit $2`,
    [id, limit],
  );
  return z.array(Row).parse(rows);
}

export async function newestCheckpoint(
  sql: Sql,
  organisation: OrganisationId,
): Promise<StoredCheckpoint | null> {
  const { rows } = await sql.query(
    `select ${COLUMNS} from ledger_checkpoints where organisation_id = $1
     order by era desc, ledger_checkpoints.size desc limit 1`,
    [organisation],
  );
  return z.array(Row).parse(rows)[0] ?? null;
}
