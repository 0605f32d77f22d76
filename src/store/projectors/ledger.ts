/** Table changes of the facts about the ledger itself. */
import type { LedgerFact } from "../../domain/audit/ledger-facts.ts";
import type { Sql } from "../pool.ts";
import { actorOf, type FactOf, insertRow, type Projectors, type Recorded } from "./projector.ts";

export const ledgerProjectors: Projectors<LedgerFact> = {
  SigningKeyRegistered: projectSigningKeyRegistered,
  LedgerBreakFound: projectLedgerBreakFound,
  LedgerBreakAccepted: projectLedgerBreakAccepted,
  AuditChannelChosen: (sql, recorded) =>
    keepSetting(sql, recorded, { kind: "audit_channel", value: recorded.fact.channel }),
  ConfigurationChanged: (sql, recorded) =>
    keepSetting(sql, recorded, { kind: "configuration", value: recorded.fact.configuration }),
};

async function projectSigningKeyRegistered(
  sql: Sql,
  { organisationId, at, fact }: Recorded<FactOf<"SigningKeyRegistered">>,
): Promise<void> {
  await insertRow(sql, "ledger_keys", {
    organisation_id: organisationId,
    key_id: fact.keyId,
    public_key: Buffer.from(fact.publicKey, "base64"),
    registered_at: at,
  });
}

async function projectLedgerBreakFound(
  sql: Sql,
  { organisationId, at, fact }: Recorded<FactOf<"LedgerBreakFound">>,
): Promise<void> {
  const { type: _, breakId, ...found } = fact;
  await insertRow(sql, "ledger_breaks", {
    id: breakId,
    organisation_id: organisationId,
    found: JSON.stringify(found),
    found_at: at,
  });
}

async function projectLedgerBreakAccepted(
  sql: Sql,
  recorded: Recorded<FactOf<"LedgerBreakAccepted">>,
): Promise<void> {
  const { organisationId, at, fact } = recorded;
  await insertRow(sql, "ledger_break_acceptances", {
    organisation_id: organisationId,
    break_id: fact.breakId,
    by_person: actorOf(recorded).personId,
    reason: fact.reason,
    is_final: fact.isFinal,
    accepted_at: at,
  });
}

async function keepSetting(
  sql: Sql,
  { organisationId, at }: Pick<Recorded<LedgerFact>, "organisationId" | "at">,
  { kind, value }: { readonly kind: string; readonly value: unknown },
): Promise<void> {
  await insertRow(sql, "ledger_settings", {
    organisation_id: organisationId,
    kind,
    value: JSON.stringify(value),
    recorded_at: at,
  });
}
