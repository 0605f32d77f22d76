import type { CommandOf } from "../../domain/command.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import {
  decideChangesAsked,
  decideRejection,
  decideWithdrawal,
} from "../../domain/sign-offs/request.ts";
import { changesForm, rejectionForm } from "../../messages/sign-off.ts";
import { valueText } from "../conversation/values.ts";
import { changeMigration } from "../migrations/change.ts";
import type { Context, Reply, UseCase } from "../ports.ts";
import { openRequest, showRequest } from "./claim.ts";

/** Asks why the request is rejected. */
export const rejectRequest: UseCase<"RejectRequest"> = (context, command) =>
  openRequest(context, command, (found) => ({ kind: "form", form: rejectionForm(found) }));

/** Asks what has to change. */
export const askForChanges: UseCase<"AskForChanges"> = (context, command) =>
  openRequest(context, command, (found) => ({ kind: "form", form: changesForm(found) }));

/** Rejects with the reason; it stays rejected until a signature is asked for again. */
export const saveRejection: UseCase<"SaveRejection"> = (context, command) =>
  end(context, command, decideRejection);

/** Sends the item back with what has to change. */
export const saveChangesAsked: UseCase<"SaveChangesAsked"> = (context, command) =>
  end(context, command, decideChangesAsked);

async function end(
  context: Context,
  command: CommandOf<"SaveRejection" | "SaveChangesAsked">,
  decide: typeof decideRejection,
): Promise<Reply | Refusal> {
  const changed = await changeMigration(context, command.migration, ({ view, roles }) => {
    const decided = decide({
      view,
      requirement: command.requirement,
      requestId: command.request,
      person: context.person,
      roles,
      reason: valueText(context.values, "reason"),
    });
    return isRefusal(decided) ? decided : decided.facts;
  });
  return isRefusal(changed) ? changed : showRequest(context, changed, command);
}

/** The requester takes the request back. */
export const withdrawRequest: UseCase<"WithdrawRequest"> = async (context, command) => {
  const changed = await changeMigration(context, command.migration, ({ view }) => {
    const { requirement, request: requestId } = command;
    const decided = decideWithdrawal({ view, requirement, requestId, person: context.person });
    return isRefusal(decided) ? decided : decided.facts;
  });
  return isRefusal(changed) ? changed : showRequest(context, changed, command);
};
