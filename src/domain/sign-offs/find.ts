/** What a command names, as it is now; a refusal when the migration is over or the thing is gone. */
import type { RequestId, RequirementName } from "../ids.ts";
import type { SignOffRequest } from "../migrations/record.ts";
import type { Refusal } from "../refusal.ts";
import { isRefusal } from "../refusal.ts";
import type { MigrationView, RequirementView } from "../requirements/view.ts";

/** The requirement of an open migration. */
export function openRequirement(
  view: MigrationView,
  name: RequirementName,
): RequirementView | Refusal {
  const { state } = view.record;
  if (state !== "open") return { refused: "migration_not_open", state };
  return (
    view.requirements.find((requirement) => requirement.name === name) ?? {
      refused: "out_of_date",
    }
  );
}

/** A request that nobody has decided, about the content as it is now. */
export function openRequest(
  view: MigrationView,
  which: { readonly requirement: RequirementName; readonly requestId: RequestId },
): { readonly requirement: RequirementView; readonly request: SignOffRequest } | Refusal {
  const requirement = openRequirement(view, which.requirement);
  if (isRefusal(requirement)) return requirement;
  const request = requirement.item.requests.find(({ id }) => id === which.requestId);
  if (!request) return { refused: "out_of_date" };
  if (request.ended) {
    return { refused: "request_ended", as: request.ended.as, by: request.ended.by.name };
  }
  return { requirement, request };
}
