import { auditMessage } from "../../messages/ledger/audit.ts";
import type { UseCase } from "../ports.ts";

/** The newest checkpoint, and what keeps the ledger from going on. */
export const showAudit: UseCase<"ShowAudit"> = async ({ deps, organisationId }) => {
  const ledger = await deps.store.read(organisationId, (reading) => reading.ledger());
  return { kind: "show", message: auditMessage({ ...ledger, isPosted: ledger.channel !== null }) };
};
