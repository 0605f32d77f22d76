/** Where a ledger stands: its newest head, what was signed of it, by which key, and whether that still fits. */
import { z } from "zod";
import type { BreakKind, FoundBreak } from "../../domain/audit/ledger-break.ts";
import { EMPTY_TREE, rootOf, type Tree } from "../../domain/audit/merkle.ts";
import type { SigningKey } from "../../domain/audit/signed-note.ts";
import { type OrganisationId, Sha256 } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";
import type { Kept } from "./kept-file.ts";
import { OPEN_BREAKS } from "./open-breaks.ts";

const bytes = z.instanceof(Buffer);
const hex = (value: Uint8Array | null) =>
  value === null ? null : Sha256.parse(Buffer.from(value).toString("hex"));

const Row = z.object({
  size: z.coerce.number().nullable(),
  root: bytes.nullable(),
  frontier: z.array(bytes).nullable(),
  era: z.number(),
  open: z.array(z.string()),
  registered: z.string().nullable(),
  signed: z.object({ size: z.number(), root: Sha256, live: Sha256.nullable() }).nullable(),
  keptLive: bytes.nullable(),
});

export interface Standing {
  readonly tree: Tree;
  /** Of the newest head; null when nothing is sealed yet. */
  readonly root: Sha256 | null;
  /** How often two people have accepted a break. */
  readonly era: number;
  /** Kinds of the breaks that are not accepted. */
  readonly open: readonly string[];
  /** Base64; null: none yet. */
  readonly registeredKey: string | null;
  /** The newest checkpoint of this era, and the root that the live ledger has at its size. */
  readonly signed: (Kept & { readonly live: Sha256 | null }) | null;
  readonly kept: (Kept & { readonly live: Sha256 | null }) | null;
}

export async function loadStanding(
  sql: Sql,
  organisation: OrganisationId,
  kept: Kept | null,
): Promise<Standing> {
  const { rows } = await sql.query(
    `select head.size, head.root, head.frontier, eras.era,
       array(select open.found ->> 'kind' from (${OPEN_BREAKS("$1")}) open) as open,
       (select encode(public_key, 'base64') from ledger_keys
        where organisation_id = $1 order by id desc limit 1) as registered,
       (select json_build_object('size', c.size, 'root', encode(c.root, 'hex'),
          'live', (select encode(h.root, 'hex') from ledger_heads h
            where h.organisation_id = $1 and h.size = c.size))
        from ledger_checkpoints c where c.organisation_id = $1 and c.era = eras.era
        order by c.size desc limit 1) as signed,
       (select root from ledger_heads where organisation_id = $1 and size = $2) as "keptLive"
     from (select count(*)::int as era from ledger_break_acceptances
       where organisation_id = $1 and is_final) eras
     left join lateral (select size, root, frontier from ledger_heads
       where organisation_id = $1 order by size desc limit 1) head on true`,
    [organisation, kept?.size ?? 0],
  );
  const row = Row.parse(rows[0]);
  return {
    tree: row.size === null ? EMPTY_TREE : { size: row.size, frontier: row.frontier ?? [] },
    root: hex(row.root),
    era: row.era,
    open: row.open,
    registeredKey: row.registered,
    signed: row.signed,
    kept: kept && { ...kept, live: hex(row.keptLive) },
  };
}

/** A break keeps the ledger as it is; that another process has another key does not concern the one that has this. */
export function mayGoOn({ open, registeredKey }: Standing, key: SigningKey | null): boolean {
  const isOurs = key === null || registeredKey === null || publicKeyText(key) === registeredKey;
  return open.every((kind) => kind === "key_changed" && isOurs);
}

/** What keeps the ledger from going on; null when it continues what was signed. */
export function findBreak(standing: Standing, key: SigningKey | null): FoundBreak | null {
  const { tree, root, signed, kept, registeredKey } = standing;
  const live = { size: tree.size, root };
  const found = (kind: BreakKind, why: string, was: Kept | null = null): FoundBreak => ({
    kind,
    why,
    kept: was && { size: was.size, root: was.root },
    live,
    newKey: null,
  });
  if (root !== null && hex(rootOf(tree)) !== root) {
    return found("tampered", "The newest head does not fit the hashes that it is made of.");
  }
  for (const [was, where] of [
    [kept, "the file of checkpoints"],
    [signed, "the database"],
  ] as const) {
    if (was === null) continue;
    if (was.size > tree.size) {
      const why = `The ledger has ${tree.size} entries, but ${where} has a checkpoint of ${was.size}: an older state was restored.`;
      return found("rolled_back", why, was);
    }
    if (was.live !== was.root) {
      const why = `At ${was.size} entries the ledger is not the one of which ${where} has a checkpoint.`;
      return found("forked", why, was);
    }
  }
  return findOtherKey(registeredKey, key, found);
}

function findOtherKey(
  registeredKey: string | null,
  key: SigningKey | null,
  found: (kind: BreakKind, why: string) => FoundBreak,
): FoundBreak | null {
  if (key === null || registeredKey === null) return null;
  const publicKey = publicKeyText(key);
  if (publicKey === registeredKey) return null;
  const why =
    "This process has another signing key than the one that signed the ledger before: " +
    "set CLEARGATE_SIGNING_KEY to the same value in every process.";
  return { ...found("key_changed", why), newKey: { keyId: key.keyId, publicKey } };
}

export function publicKeyText({ bytes: raw }: Pick<SigningKey, "bytes">): string {
  return Buffer.from(raw).toString("base64");
}
