/** Table changes of the facts about requests, signatures and signing tokens. */
import type { SignOffFact } from "../../domain/facts.ts";
import type { Sql } from "../pool.ts";
import { insertOfItem } from "./items.ts";
import {
  actorColumns,
  actorOf,
  changeRow,
  type FactOf,
  type Projectors,
  type Recorded,
} from "./projector.ts";

export const signOffProjectors: Projectors<SignOffFact> = {
  SignOffRequested: projectSignOffRequested,
  RequestClaimed: projectRequestClaimed,
  RequestEnded: projectRequestEnded,
  SignOffRecorded: projectSignOffRecorded,
  SignOffRevoked: projectSignOffRevoked,
  SigningTokenIssued: projectSigningTokenIssued,
  SigningTokenSpent: projectSigningTokenSpent,
};

async function projectSignOffRequested(
  sql: Sql,
  recorded: Recorded<FactOf<"SignOffRequested">>,
): Promise<void> {
  const { fact } = recorded;
  await insertOfItem(sql, recorded, {
    item: "touched",
    table: "sign_off_requests",
    row: {
      id: fact.requestId,
      meaning: fact.meaning,
      content_hash: fact.contentHash,
      reason: fact.reason,
      expires_on: fact.expiresOn,
      ...actorColumns(actorOf(recorded)),
      requested_at: recorded.at,
    },
  });
}

async function projectRequestClaimed(
  sql: Sql,
  recorded: Recorded<FactOf<"RequestClaimed">>,
): Promise<void> {
  const claim = { by: actorOf(recorded), until: recorded.fact.until };
  await changeRow(
    sql,
    "update sign_off_requests set claim = $3 where migration_id = $1 and id = $2 and ended is null",
    [recorded.fact.migrationId, recorded.fact.requestId, JSON.stringify(claim)],
  );
}

async function projectRequestEnded(
  sql: Sql,
  recorded: Recorded<FactOf<"RequestEnded">>,
): Promise<void> {
  const { fact, at } = recorded;
  const ended = { as: fact.as, by: actorOf(recorded), at, reason: fact.reason };
  await changeRow(
    sql,
    "update sign_off_requests set ended = $3 where migration_id = $1 and id = $2 and ended is null",
    [fact.migrationId, fact.requestId, JSON.stringify(ended)],
  );
}

async function projectSignOffRecorded(
  sql: Sql,
  recorded: Recorded<FactOf<"SignOffRecorded">>,
): Promise<void> {
  const { fact, at } = recorded;
  const { personal } = fact;
  const signed = insertOfItem(sql, recorded, {
    item: "touched",
    table: "sign_offs",
    row: {
      id: fact.signOffId,
      request_id: fact.requestId,
      meaning: fact.meaning,
      content_hash: fact.contentHash,
      definition_hash: fact.definitionHash,
      role: fact.role,
      consent: fact.consent,
      reason: fact.reason,
      expires_on: fact.expiresOn,
      by_person: actorOf(recorded).personId,
      by_name: personal.name,
      by_email: personal.email,
      surface: fact.surface,
      workspace_ref: fact.workspaceRef,
      user_id: personal.userId,
      time_zone: personal.timeZone,
      by_answerer: fact.byAnswerer,
      signed_at: at,
    },
  });
  const closed = sql.query(
    `update requirement_items set reopened_reason = null, reopened_at = null
     where migration_id = $1 and requirement = $2 and reopened_at is not null`,
    [fact.migrationId, fact.requirement],
  );
  await Promise.all([signed, closed]);
}

async function projectSignOffRevoked(
  sql: Sql,
  recorded: Recorded<FactOf<"SignOffRevoked">>,
): Promise<void> {
  const { fact, at } = recorded;
  const revoked = { by: actorOf(recorded), at, reason: fact.reason, kind: fact.kind };
  await changeRow(
    sql,
    "update sign_offs set revoked = $3 where migration_id = $1 and id = $2 and revoked is null",
    [fact.migrationId, fact.signOffId, JSON.stringify(revoked)],
  );
}

async function projectSigningTokenIssued(
  sql: Sql,
  recorded: Recorded<FactOf<"SigningTokenIssued">>,
): Promise<void> {
  const { fact, at } = recorded;
  await insertOfItem(sql, recorded, {
    item: "touched",
    table: "signing_tokens",
    row: {
      token_hash: fact.tokenHash,
      person_id: actorOf(recorded).personId,
      meaning: fact.meaning,
      content_hash: fact.contentHash,
      issued_at: at,
      expires_at: fact.expiresAt,
    },
  });
}

async function projectSigningTokenSpent(
  sql: Sql,
  { at, fact }: Recorded<FactOf<"SigningTokenSpent">>,
): Promise<void> {
  await changeRow(
    sql,
    `update signing_tokens set spent_at = $3
     where migration_id = $1 and token_hash = $2 and spent_at is null`,
    [fact.migrationId, fact.tokenHash, at],
  );
}
