/** What `doctor` says of the ledgers: what signs them, what remembers it, and what keeps them from going on. */
import { z } from "zod";
import type { Finding } from "../../app/ports.ts";
import { publicKeyOf, vkeyOf } from "../../domain/audit/signed-note.ts";
import { findUnprotected } from "../audit/protection.ts";
import type { Sql } from "../pool.ts";
import type { Signing } from "./ledger.ts";
import { OPEN_BREAKS } from "./open-breaks.ts";

export async function examineLedgers(
  sql: Sql,
  signing: Signing | null,
): Promise<readonly Finding[]> {
  return [
    examineKey(signing),
    examineMemory(signing),
    await examineBreaks(sql),
    await examineProtection(sql),
  ];
}

function examineKey(signing: Signing | null): Finding {
  return {
    check: "signing key",
    ok: signing !== null,
    says: signing
      ? `Checkpoints are signed by the key ${signing.key.keyId}: ${signing.lies}.`
      : "This process has no signing key; another one signs.",
    fix: "Set CLEARGATE_SIGNING_KEY to the same value as where the service runs.",
  };
}

function examineMemory(signing: Signing | null): Finding {
  const isKept = signing?.isKept ?? true;
  return {
    check: "checkpoints outside the database",
    ok: isKept,
    says: isKept
      ? "Every checkpoint is kept in checkpoints.txt in the data folder."
      : "The data folder cannot be written, so a restored older database may go unnoticed.",
    fix: "Set CLEARGATE_DATA_DIR to a folder that can be written and that outlives the process.",
  };
}

async function examineBreaks(sql: Sql): Promise<Finding> {
  const { rows } = await sql.query(
    `select open.found ->> 'why' as why from (select distinct organisation_id as id from ledger_breaks) o
     cross join lateral (${OPEN_BREAKS("o.id")}) open`,
  );
  const [first, ...more] = z.array(z.object({ why: z.string() })).parse(rows);
  return {
    check: "ledger integrity",
    ok: first === undefined,
    says: first
      ? `${first.why}${more.length > 0 ? ` And ${more.length} more.` : ""} Nothing is sealed, and gates are closed.`
      : "Every ledger continues what was signed of it.",
    fix: "Find out why. Then two people, administrators or compliance officers, accept it in chat with /compliance audit accept and the reason.",
  };
}

async function examineProtection(sql: Sql): Promise<Finding> {
  const [first, ...more] = await findUnprotected(sql);
  return {
    check: "ledger protection",
    ok: first === undefined,
    says: first
      ? `${first}${more.length > 0 ? ` And ${more.length} more; compliance verify names them.` : ""}`
      : "Triggers, constraints, policies and rights of the ledger's tables are as they were made.",
    fix: "Find out who changed the schema, and put it back as the operations guide says. Then compliance verify.",
  };
}

/** Of every ledger; an old key checks what it signed. */
export async function loadPublicKeys(
  sql: Sql,
  signing: Signing | null,
): Promise<readonly string[]> {
  const { rows } = await sql.query(
    "select distinct on (key_id) public_key as key from ledger_keys order by key_id, id",
  );
  const known = z.array(z.object({ key: z.instanceof(Buffer) })).parse(rows);
  const own = signing ? [vkeyOf(signing.key)] : [];
  return [...new Set([...own, ...known.map(({ key }) => vkeyOf(publicKeyOf(key)))])];
}
