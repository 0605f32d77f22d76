import type { MigrationId, RequirementName } from "../../domain/ids.ts";
import type { SignOffRequest } from "../../domain/migrations/record.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import type { MigrationView, RequirementView } from "../../domain/requirements/view.ts";
import { decideClaim } from "../../domain/sign-offs/request.ts";
import { requestInBrief } from "../../messages/sections/request.ts";
import { requestCard } from "../../messages/sign-off.ts";
import { type Changed, changeMigration } from "../migrations/change.ts";
import { isPostedHere, locateItem, withItem } from "../migrations/find.ts";
import type { Context, Reply, UseCase } from "../ports.ts";

interface OfRequest {
  readonly migration: MigrationId;
  readonly requirement: RequirementName;
  readonly request: SignOffRequest["id"];
}

/** "I am on it": the others see who is looking at the request, for 30 minutes. */
export const claimRequest: UseCase<"ClaimRequest"> = async (context, command) => {
  const changed = await changeMigration(context, command.migration, ({ view, roles }) => {
    const { requirement, request: requestId } = command;
    const decided = decideClaim({
      view,
      requirement,
      requestId,
      person: context.person,
      roles,
    });
    return isRefusal(decided) ? decided : decided.facts;
  });
  return isRefusal(changed) ? changed : showRequest(context, changed, command);
};

/** `/compliance claim`: the open request of a requirement. */
export const claim: UseCase<"Claim"> = async (context, command) => {
  const found = await locateItem(context, command);
  if (isRefusal(found) || "kind" in found) return found;
  const request = found.requirement.openRequest;
  if (!request) return { refused: "nothing_to_sign" };
  return claimRequest(context, {
    type: "ClaimRequest",
    migration: found.view.record.id,
    requirement: found.requirement.name,
    request: request.id,
  });
};

/** The request as it stands after a change; in brief where its card stands anyway. */
export function showRequest(
  context: Context,
  { after }: Changed,
  command: OfRequest,
): Reply | Refusal {
  const found = findRequest(after.view, command);
  if (isRefusal(found)) return found;
  const asked = { view: after.view, ...found };
  const message = isPostedHere(context, after.view.record)
    ? requestInBrief(asked)
    : requestCard(asked);
  return { kind: "show", message };
}

export function findRequest(
  view: MigrationView,
  command: OfRequest,
): { readonly requirement: RequirementView; readonly request: SignOffRequest } | Refusal {
  const requirement = view.requirements.find(({ name }) => name === command.requirement);
  const request = requirement?.item.requests.find(({ id }) => id === command.request);
  return requirement && request ? { requirement, request } : { refused: "out_of_date" };
}

/** The request of a button while it is still open, for the forms that end it. */
export async function openRequest(
  context: Context,
  command: OfRequest & { readonly type: "RejectRequest" | "AskForChanges" },
  answer: (found: {
    readonly view: MigrationView;
    readonly requirement: RequirementView;
    readonly request: SignOffRequest;
  }) => Reply,
): Promise<Reply | Refusal> {
  return withItem(context, command, ({ view }) => {
    const found = findRequest(view, command);
    if (isRefusal(found)) return found;
    const { ended } = found.request;
    if (ended) return { refused: "request_ended", as: ended.as, by: ended.by.name };
    return answer({ view, ...found });
  });
}
