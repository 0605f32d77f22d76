/** Tokens as rows: sealed for the row they stand in, read back only there, taken over by the newest key. */
import { z } from "zod";
import { OrganisationId, WorkspaceId } from "../../domain/ids.ts";
import { decrypt, type Envelope, encrypt, type Place, rewrap } from "../encryption/envelope.ts";
import type { KeyService } from "../encryption/key-service.ts";
import type { Sql } from "../pool.ts";
import type { Linked } from "./link-workspace.ts";

export const EnvelopeRow = z
  .object({
    key_id: z.string(),
    wrapped_key: z.instanceof(Uint8Array),
    key_version: z.string(),
    bot_token: z.instanceof(Uint8Array),
  })
  .transform(
    (row): Envelope => ({
      keyId: row.key_id,
      wrappedKey: row.wrapped_key,
      keyVersion: row.key_version,
      sealed: row.bot_token,
    }),
  );

export async function writeToken(
  sql: Sql,
  keys: KeyService,
  at: Linked,
  token: string,
): Promise<void> {
  const { keyId, wrappedKey, keyVersion, sealed } = await encrypt(keys, placeOf(at), token);
  await sql.query(
    `insert into slack_tokens
       (organisation_id, workspace_id, key_id, wrapped_key, key_version, bot_token)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (workspace_id) do update set key_id = excluded.key_id,
       wrapped_key = excluded.wrapped_key, key_version = excluded.key_version,
       bot_token = excluded.bot_token`,
    [at.organisationId, at.workspaceId, keyId, wrappedKey, keyVersion, sealed],
  );
}

export function readToken(keys: KeyService, at: Linked, row: unknown): Promise<string> {
  return decrypt(keys, placeOf(at), EnvelopeRow.parse(row));
}

/**
 * Takes every token of an organisation away, and answers with what puts them down in another: there each is under a
 * data key of its own anew, since it could not be read where it stands otherwise.
 */
export async function takeTokens(
  sql: Sql,
  keys: KeyService,
  from: OrganisationId,
): Promise<((to: OrganisationId) => Promise<void>) | { readonly unreadable: string }> {
  const { rows } = await sql.query(
    `with taken as (delete from slack_tokens where organisation_id = $1 returning *)
     select t.workspace_id as "workspaceId", w.ref, t.key_id, t.wrapped_key, t.key_version, t.bot_token
     from taken t join workspaces w on w.id = t.workspace_id`,
    [from],
  );
  const tokens = new Map<WorkspaceId, string>();
  for (const row of rows) {
    const { workspaceId, ref } = TakenRow.parse(row);
    const token = await readToken(keys, { organisationId: from, workspaceId }, row).catch(
      () => null,
    );
    if (token === null) return { unreadable: ref };
    tokens.set(workspaceId, token);
  }
  return async (to) => {
    for (const [workspaceId, token] of tokens)
      await writeToken(sql, keys, { organisationId: to, workspaceId }, token);
  };
}

const TakenRow = z.object({ workspaceId: WorkspaceId, ref: z.string() });

/** False when the token is gone or under the current key already. */
export async function rewrapToken(sql: Sql, keys: KeyService, at: Linked): Promise<boolean> {
  const { rows } = await sql.query(
    `select key_id, wrapped_key, key_version, bot_token from slack_tokens
     where organisation_id = $1 and workspace_id = $2 and key_id <> $3 for update`,
    [at.organisationId, at.workspaceId, keys.currentKeyId],
  );
  const envelope = z.array(EnvelopeRow).parse(rows)[0];
  if (!envelope) return false;
  const { keyId, wrappedKey } = await rewrap(keys, placeOf(at), envelope);
  await sql.query(
    `update slack_tokens set key_id = $3, wrapped_key = $4
     where organisation_id = $1 and workspace_id = $2`,
    [at.organisationId, at.workspaceId, keyId, wrappedKey],
  );
  return true;
}

const KeyUse = z
  .object({
    organisation_id: OrganisationId,
    workspace_id: WorkspaceId,
    workspace_ref: z.string(),
    key_id: z.string(),
  })
  .transform((row) => ({
    organisationId: row.organisation_id,
    workspaceId: row.workspace_id,
    workspaceRef: row.workspace_ref,
    keyId: row.key_id,
  }));
export type KeyUse = z.infer<typeof KeyUse>;

/** Which key each token of every organisation is under. */
export async function readKeyUse(sql: Sql): Promise<readonly KeyUse[]> {
  const { rows } = await sql.query("select * from slack_token_keys()");
  return z.array(KeyUse).parse(rows);
}

function placeOf({ organisationId, workspaceId }: Linked): Place {
  return {
    organisation: organisationId,
    table: "slack_tokens",
    row: workspaceId,
    column: "bot_token",
  };
}
