/** Writes the ledger of an organization as one file that can be checked alone: docs/ledger-format.md. */
import { createHash } from "node:crypto";
import type pg from "pg";
import { z } from "zod";
import type { Bundle, LedgerExports, NoExport } from "../../app/audit-ports.ts";
import { type SigningKey, signNote } from "../../domain/audit/signed-note.ts";
import type { OrganisationId } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";
import { inTransaction } from "../transaction.ts";
import { loadBeside, loadPrivileged } from "./beside.ts";
import { proveSignOff } from "./prove.ts";

const ROWS = 1000;
/** Each page is short; the whole may take long. */
const DEADLINE_MS = 12 * 60 * 60 * 1000;

export interface ExportOptions {
  readonly pool: pg.Pool;
  readonly clock: () => Date;
  /** Null: this process leaves signing to others. */
  readonly key: SigningKey | null;
}

export function createExports({ pool, clock, key }: ExportOptions): LedgerExports {
  const reading = {
    begin: "begin isolation level repeatable read read only",
    deadlineMs: DEADLINE_MS,
  } as const;
  return {
    async bundle(organisation, write) {
      if (!key) return "no_signing_key";
      return await inTransaction(pool, { ...reading, organisation }, async (sql) => {
        await sql.query("set local idle_in_transaction_session_timeout = 0");
        return await writeBundle(sql, { organisation, key, now: clock() }, write);
      });
    },
    proof: (organisation, signOff) =>
      inTransaction(pool, { ...reading, organisation }, (sql) =>
        proveSignOff(sql, organisation, signOff),
      ),
  };
}

interface About {
  readonly organisation: OrganisationId;
  readonly key: SigningKey;
  readonly now: Date;
}

async function writeBundle(
  sql: Sql,
  about: About,
  write: (text: string) => Promise<void>,
): Promise<Bundle | NoExport> {
  const { organisation, key, now } = about;
  const bundle = await measure(sql, organisation);
  if (bundle.entries === 0) return "nothing_signed";
  const passed = createHash("sha256");
  const writeLines = async (lines: readonly object[]): Promise<void> => {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    passed.update(text);
    await write(text);
  };
  const exportedAt = now.toISOString();
  await writeLines([{ format: "cleargate-bundle-1", organisation, exportedAt, ...bundle }]);
  const privileged = await loadPrivileged(sql);
  for (let after = 0; after < bundle.entries; after += ROWS) {
    const last = Math.min(after + ROWS, bundle.entries);
    const range = { organisation, after, last };
    await writeLines(await loadLines(sql, range, privileged));
  }
  const digest = passed.digest("base64");
  const seal = signNote(`cleargate/bundle/${organisation}\n${bundle.entries}\n${digest}\n`, key);
  await write(`${JSON.stringify({ seal })}\n`);
  return bundle;
}

/** Two people who accept a break begin an era; the checkpoints before it do not fit what came after. */
const ERA = `(select count(*)::int from ledger_break_acceptances
  where organisation_id = $1 and is_final)`;

async function measure(sql: Sql, organisation: OrganisationId): Promise<Bundle> {
  const { rows } = await sql.query(
    `select coalesce(max(size), 0) as entries, count(*) as checkpoints
     from ledger_checkpoints where organisation_id = $1 and era = ${ERA}`,
    [organisation],
  );
  const count = z.coerce.number().int();
  return z.object({ entries: count, checkpoints: count }).parse(rows[0]);
}

const Row = z.object({
  sequence: z.coerce.number().int(),
  migration: z.string().nullable(),
  state: z.boolean(),
  entry: z.string(),
  checkpoint: z.string().nullable(),
});

/** Every row as it stands: what somebody has changed in the database is for the verifier to find. */
async function loadLines(
  sql: Sql,
  range: { readonly organisation: OrganisationId; readonly after: number; readonly last: number },
  privileged: ReadonlySet<string>,
): Promise<readonly object[]> {
  const { organisation, after, last } = range;
  const { rows } = await sql.query(
    `select e.sequence, e.migration_id as migration, e.changes_state as state, e.entry,
       c.note as checkpoint
     from ledger_entries e left join ledger_checkpoints c
       on c.organisation_id = e.organisation_id and c.size = e.sequence and c.era = ${ERA}
     where e.organisation_id = $1 and e.sequence > $2 and e.sequence <= $3 order by e.sequence`,
    [organisation, after, last],
  );
  const page = z.array(Row).parse(rows);
  const beside = await loadBeside(sql, organisation, { page, privileged });
  return page.flatMap(({ sequence, migration, state, entry, checkpoint }, place) => [
    { n: sequence, migration, state, entry, personal: beside[place] },
    ...(checkpoint === null ? [] : [{ checkpoint }]),
  ]);
}
