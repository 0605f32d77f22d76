/** The proof of one sign-off: its entry, and the path from it to the newest checkpoint. */
import { z } from "zod";
import type { Proof } from "../../app/audit-ports.ts";
import type { OrganisationId, SignOffId } from "../../domain/ids.ts";
import { proveEntry } from "../ledger/nodes.ts";
import type { Sql } from "../pool.ts";
import { loadBeside } from "./beside.ts";

const Row = z.object({ sequence: z.coerce.number().int(), entry: z.string() });
const Signed = z.object({
  size: z.coerce.number().int(),
  root: z.instanceof(Buffer),
  note: z.string(),
});

export async function proveSignOff(
  sql: Sql,
  organisation: OrganisationId,
  signOff: SignOffId,
): Promise<Proof | null> {
  const found = await findEntry(sql, organisation, signOff);
  const signed = await newest(sql, organisation);
  if (!found || !signed || signed.size < found.sequence) return null;
  const { sequence: n, entry } = found;
  const { size, root, note: checkpoint } = signed;
  const proof = await proveEntry(sql, organisation, { sequence: n, size, root });
  const nothing = new Set<string>();
  const [personal] = await loadBeside(sql, organisation, { page: [found], privileged: nothing });
  const text = JSON.stringify({
    format: "cleargate-proof-1",
    n,
    entry,
    personal,
    proof: proof.map((hash) => Buffer.from(hash).toString("hex")),
    checkpoint,
  });
  return { text: `${text}\n`, entry: n, size };
}

/** Canonical text is compared as it is written: the sign-off's migration keeps the search short. */
async function findEntry(
  sql: Sql,
  organisation: OrganisationId,
  signOff: SignOffId,
): Promise<z.infer<typeof Row> | undefined> {
  const { rows } = await sql.query(
    `select e.sequence, e.entry from sign_offs s join ledger_entries e
       on e.organisation_id = s.organisation_id and e.migration_id = s.migration_id
     where s.organisation_id = $1 and s.id = $2 and e.changes_state
       and e.entry like '%"signOffId":"' || s.id || '"%' and e.entry like '%"type":"SignOffRecorded"%'
     order by e.sequence limit 1`,
    [organisation, signOff],
  );
  return z.array(Row).parse(rows)[0];
}

async function newest(
  sql: Sql,
  organisation: OrganisationId,
): Promise<z.infer<typeof Signed> | undefined> {
  const { rows } = await sql.query(
    `select size, root, note from ledger_checkpoints
     where organisation_id = $1 and era = (select count(*)::int from ledger_break_acceptances
       where organisation_id = $1 and is_final)
     order by size desc limit 1`,
    [organisation],
  );
  return z.array(Signed).parse(rows)[0];
}
