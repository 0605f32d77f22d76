import { RequestId } from "../../domain/ids.ts";
import { isRefusal } from "../../domain/refusal.ts";
import { decideNotApplicable, decideWaiver } from "../../domain/sign-offs/exceptions.ts";
import { notApplicableForm, waiverForm } from "../../messages/sign-off.ts";
import { valueText } from "../conversation/values.ts";
import { changeMigration } from "../migrations/change.ts";
import { withItem } from "../migrations/find.ts";
import type { UseCase } from "../ports.ts";
import { showRequest } from "./claim.ts";

/** Asks why the requirement does not apply. */
export const proposeNotApplicable: UseCase<"ProposeNotApplicable"> = (context, command) =>
  withItem(context, command, ({ view, requirement }) => ({
    kind: "form",
    form: notApplicableForm(view, requirement),
  }));

/** Opens a request: a second person has to agree that the requirement does not apply. */
export const saveNotApplicable: UseCase<"SaveNotApplicable"> = async (context, command) => {
  const { migration, requirement } = command;
  const requestId = RequestId.parse(context.deps.newId());
  const reason = valueText(context.values, "reason");
  const changed = await changeMigration(context, migration, ({ view, input }) => {
    const { heldRoles } = input;
    const decided = decideNotApplicable({ view, requirement, requestId, reason, heldRoles });
    return isRefusal(decided) ? decided : decided.facts;
  });
  return isRefusal(changed)
    ? changed
    : showRequest(context, changed, { migration, requirement, request: requestId });
};

/** Asks for the reason and the last day of a waiver. */
export const proposeWaiver: UseCase<"ProposeWaiver"> = (context, command) =>
  withItem(context, command, ({ view, requirement }) =>
    requirement.definition.waiver
      ? { kind: "form", form: waiverForm(view, requirement) }
      : { refused: "not_waivable", why: requirement.definition.if_blocked },
  );

/** Opens a request for a waiver with its last day; those whom the workflow names decide. */
export const saveWaiver: UseCase<"SaveWaiver"> = async (context, command) => {
  const { migration, requirement } = command;
  const requestId = RequestId.parse(context.deps.newId());
  const reason = valueText(context.values, "reason");
  const expiresOn = valueText(context.values, "expires_on");
  const changed = await changeMigration(context, migration, ({ view, input }) => {
    const { heldRoles } = input;
    const decided = decideWaiver({ view, requirement, requestId, reason, expiresOn, heldRoles });
    return isRefusal(decided) ? decided : decided.facts;
  });
  return isRefusal(changed)
    ? changed
    : showRequest(context, changed, { migration, requirement, request: requestId });
};
