/** That stored checkpoints say what their columns say, under keys that the ledger itself registered. */
import { z } from "zod";
import { readCheckpoint } from "../../domain/audit/checkpoint.ts";
import { isSignedBy, type PublicKey, publicKeyOf } from "../../domain/audit/signed-note.ts";
import type { OrganisationId } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";
import type { CheckpointRow } from "./page.ts";
import type { Bad } from "./verify.ts";

export interface Keys {
  readonly byId: ReadonlyMap<string, PublicKey>;
  /** Of the newest checkpoint of this era. */
  readonly newestSize: number;
  /** Base64 of the keys that entries registered, as they are met. */
  readonly registered: Set<string>;
  /** Of the checkpoints that were met, with the first size that each signed. */
  readonly used: Map<string, number>;
}

export async function loadKeys(sql: Sql, organisation: OrganisationId, era: number): Promise<Keys> {
  const keys = await sql.query(
    "select public_key as key from ledger_keys where organisation_id = $1",
    [organisation],
  );
  const newest = await sql.query(
    `select coalesce(max(size), 0) as size from ledger_checkpoints
     where organisation_id = $1 and era = $2`,
    [organisation, era],
  );
  const known = z
    .array(z.object({ key: z.instanceof(Buffer) }))
    .parse(keys.rows)
    .map(({ key }) => publicKeyOf(key));
  const Size = z.object({ size: z.coerce.number() });
  return {
    byId: new Map(known.map((key) => [key.keyId, key])),
    newestSize: Size.parse(newest.rows[0]).size,
    registered: new Set(),
    used: new Map(),
  };
}

/** What is wrong with a stored checkpoint; null when it is signed and says what its columns say. */
export function checkSignature(
  { size, root, note, key_id: keyId }: CheckpointRow,
  organisation: OrganisationId,
  keys: Keys,
): string | null {
  const read = readCheckpoint(note);
  const key = keys.byId.get(keyId);
  const saysSo =
    read?.checkpoint.organisation === organisation &&
    read.checkpoint.size === size &&
    read.checkpoint.root === root.toString("hex");
  if (!read || !saysSo)
    return `The checkpoint of ${size} entries does not say what its columns say.`;
  if (!key) return `The checkpoint of ${size} entries is signed by the unknown key ${keyId}.`;
  if (!isSignedBy(read.note, key)) {
    return `The signature of the checkpoint of ${size} entries is not good.`;
  }
  if (!keys.used.has(keyId)) keys.used.set(keyId, size);
  return null;
}

/** A key that signed was registered by an entry; the newest entry may still wait to be sealed. */
export async function checkKeys(
  sql: Sql,
  organisation: OrganisationId,
  { byId, used, registered }: Keys,
): Promise<Bad | null> {
  for (const [keyId, size] of used) {
    const key = Buffer.from(byId.get(keyId)?.bytes ?? []).toString("base64");
    if (registered.has(key)) continue;
    const { rows } = await sql.query(
      `select 1 from ledger_staging where organisation_id = $1
       and entry::json ->> 'type' = 'SigningKeyRegistered' and entry::json ->> 'publicKey' = $2`,
      [organisation, key],
    );
    if (rows.length > 0) continue;
    const why = `The checkpoint of ${size} entries is signed by the key ${keyId}, which no entry registered.`;
    return { firstBad: size, why };
  }
  return null;
}
