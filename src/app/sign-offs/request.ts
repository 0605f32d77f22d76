import { RequestId } from "../../domain/ids.ts";
import { isRefusal } from "../../domain/refusal.ts";
import { decideRequest } from "../../domain/sign-offs/request.ts";
import { changeMigration } from "../migrations/change.ts";
import { locateItem } from "../migrations/find.ts";
import type { UseCase } from "../ports.ts";
import { showRequest } from "./claim.ts";

/** Asks the people who may sign for their signature. */
export const requestSignOff: UseCase<"RequestSignOff"> = async (context, command) => {
  const found = await locateItem(context, command);
  if (isRefusal(found) || "kind" in found) return found;
  const { name } = found.requirement;
  const requestId = RequestId.parse(context.deps.newId());
  const changed = await changeMigration(context, found.view.record.id, ({ view, input }) => {
    const decided = decideRequest({
      view,
      requirement: name,
      meaning: "requirement_met",
      requestId,
      heldRoles: input.heldRoles,
    });
    return isRefusal(decided) ? decided : decided.facts;
  });
  if (isRefusal(changed)) return changed;
  const { id: migration } = found.view.record;
  return showRequest(context, changed, { migration, requirement: name, request: requestId });
};
