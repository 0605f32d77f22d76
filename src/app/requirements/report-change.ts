import { readReason } from "../../domain/people/reason.ts";
import { isRefusal } from "../../domain/refusal.ts";
import { changeForm } from "../../messages/interview.ts";
import { requirementMessage } from "../../messages/migration.ts";
import { valueText } from "../conversation/values.ts";
import { changeMigration } from "../migrations/change.ts";
import { withItem } from "../migrations/find.ts";
import type { UseCase } from "../ports.ts";

/** "Something changed": asks what. */
export const reportChange: UseCase<"ReportChange"> = (context, command) =>
  withItem(context, command, ({ view, requirement }) => ({
    kind: "form",
    form: changeForm(view, requirement),
  }));

/** Re-opens the requirement with the reason; its signatures no longer count. */
export const saveChange: UseCase<"SaveChange"> = async (context, command) => {
  const { migration, requirement: name } = command;
  const reason = readReason(valueText(context.values, "reason"));
  if (isRefusal(reason)) return reason;
  const changed = await changeMigration(context, migration, ({ view }) => {
    if (view.record.state !== "open") {
      return { refused: "migration_not_open", state: view.record.state };
    }
    const known = view.requirements.some((requirement) => requirement.name === name);
    if (!known) return { refused: "out_of_date" };
    return [{ type: "RequirementReopened", migrationId: migration, requirement: name, reason }];
  });
  if (isRefusal(changed)) return changed;
  const { view } = changed.after;
  const requirement = view.requirements.find((entry) => entry.name === name);
  if (!requirement) return { refused: "out_of_date" };
  const viewer = { viewer: context.person.id, roles: context.person.roles };
  return { kind: "show", message: requirementMessage(view, requirement, viewer) };
};
