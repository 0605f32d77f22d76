/** Ledger entries as they wait for the sealer, written in the transaction that causes them. */
import { createHash, randomBytes } from "node:crypto";
import { canonicalJson, type Json } from "../../domain/audit/canonical.ts";
import type { Fact, RecordedFact } from "../../domain/facts.ts";
import { Bug } from "../../domain/fault.ts";
import type { MigrationId } from "../../domain/ids.ts";
import type { Sql } from "../pool.ts";

export interface Staged {
  readonly entry: string;
  readonly migrationId: MigrationId | null;
  readonly changesState: boolean;
  readonly personal: {
    readonly salt: Buffer;
    readonly body: string;
    readonly commitment: Buffer;
  } | null;
}

/** SHA-256(salt ‖ body): tells nothing without the salt, and binds the body to its entry with it. */
export function commitmentOf(salt: Uint8Array, body: string): Buffer {
  return createHash("sha256").update(salt).update(body, "utf8").digest();
}

const STAGE = `
  insert into ledger_staging (organisation_id, entry, migration_id, changes_state)
  select $1, given.entry, given.migration_id, given.changes_state
  from unnest($2::text[], $3::uuid[], $4::boolean[]) with ordinality
    as given (entry, migration_id, changes_state, position)
  order by given.position`;

/** Left out where nothing is personal: the loops stage entries too, and may not write this table. */
const KEEP_PERSONAL = `
  with personal as (
    insert into ledger_personal (organisation_id, commitment, salt, body)
    select $1, * from unnest($5::bytea[], $6::bytea[], $7::text[])
  )`;

/** Writes one staging row a fact, and the personal part of each into the erasable side table. */
export async function stageFacts(
  sql: Sql,
  facts: readonly RecordedFact[],
  changesState: (fact: Fact) => boolean,
): Promise<readonly Staged[]> {
  const staged = facts.map((recorded) => stageOne(recorded, changesState(recorded.fact)));
  const organisationId = facts[0]?.organisationId;
  if (organisationId === undefined) return staged;
  const personal = staged.flatMap((row) => (row.personal ? [row.personal] : []));
  const entries = [
    organisationId,
    staged.map((row) => row.entry),
    staged.map((row) => row.migrationId),
    staged.map((row) => row.changesState),
  ];
  if (personal.length === 0) {
    await sql.query(STAGE, entries);
    return staged;
  }
  await sql.query(`${KEEP_PERSONAL} ${STAGE}`, [
    ...entries,
    personal.map((row) => row.commitment),
    personal.map((row) => row.salt),
    personal.map((row) => row.body),
  ]);
  return staged;
}

function stageOne(recorded: RecordedFact, changesState: boolean): Staged {
  const { organisationId, actor, at, fact } = recorded;
  const { personal: personalPart, ...open } =
    "personal" in fact ? fact : { ...fact, personal: null };
  const personal = personalPart === null ? null : seal(toJson(personalPart));
  const entry = canonicalText({
    v: 1,
    at,
    organisation: organisationId,
    actor: actor === null ? null : { person: actor.personId },
    ...toJson(open),
    ...(personal ? { personal: personal.commitment.toString("hex") } : {}),
  });
  const migrationId = "migrationId" in fact ? fact.migrationId : null;
  return { entry, migrationId, changesState, personal };
}

function seal(part: JsonObject): NonNullable<Staged["personal"]> {
  const salt = randomBytes(32);
  const body = canonicalText(part);
  return { salt, body, commitment: commitmentOf(salt, body) };
}

type JsonObject = { readonly [key: string]: Json | undefined };

/** A fact's part as JSON: what is not JSON, such as undefined, is left out. */
function toJson(part: object): JsonObject {
  return JSON.parse(JSON.stringify(part));
}

/** PostgreSQL cannot keep U+0000 in a text; the edges refuse it, so here it is a bug of ours. */
function canonicalText(value: Json): string {
  const text = canonicalJson(value);
  if (/(?<!\\)(?:\\\\)*\\u0000/.test(text)) throw new Bug("a fact holds the character U+0000");
  return text;
}
