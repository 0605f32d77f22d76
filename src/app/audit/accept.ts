import { decideAcceptance } from "../../domain/audit/ledger-break.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { breakAccepted } from "../../messages/ledger/audit.ts";
import { recorded } from "../migrations/change.ts";
import type { UseCase } from "../ports.ts";

/** The first or the second of two people accepts that the ledger does not continue what was signed. */
export const acceptLedgerBreak: UseCase<"AcceptLedgerBreak"> = async (context, command) => {
  const { deps, organisationId } = context;
  const done = await deps.store.write(
    organisationId,
    context.eventKey,
    async (writing): Promise<Parameters<typeof breakAccepted>[0] | Refusal> => {
      const { breaks } = await writing.lockLedger();
      const roles = await writing.lockRoles(context.person.id);
      const [found = null] = breaks;
      const person = { ...context.person, roles };
      const decided = decideAcceptance({ found, person, reason: command.reason ?? "" });
      if (isRefusal(decided)) return decided;
      await writing.record(recorded(context, decided.facts));
      return { isFinal: found?.acceptedBy != null, left: breaks.length - 1 };
    },
  );
  if (done === "repeated") return { refused: "already_done" };
  return isRefusal(done) ? done : { kind: "show", message: breakAccepted(done) };
};
