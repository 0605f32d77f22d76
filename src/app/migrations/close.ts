import { decideCancel, decideClose } from "../../domain/migrations/decide.ts";
import { isRefusal } from "../../domain/refusal.ts";
import { cancelledMessage, closedMessage } from "../../messages/migration.ts";
import { cancelForm, closeForm } from "../../messages/start.ts";
import { valueText } from "../conversation/values.ts";
import type { UseCase } from "../ports.ts";
import { changeMigration } from "./change.ts";
import { withMigration } from "./find.ts";
import { gateAt } from "./load-view.ts";

/** Shows what closing means; refuses while gate 5 is closed. */
export const closeMigration: UseCase<"CloseMigration"> = (context, command) =>
  withMigration(context, command, ({ view, input }) => {
    const decided = decideClose({ view, gate: gateAt(input, 5) });
    return isRefusal(decided) ? decided : { kind: "form", form: closeForm(view) };
  });

/** Closes the migration; its channel is free for another. */
export const confirmClose: UseCase<"ConfirmClose"> = async (context, command) => {
  const changed = await changeMigration(context, command.migration, ({ view, input }) =>
    decideClose({ view, gate: gateAt(input, 5) }),
  );
  if (isRefusal(changed)) return changed;
  return { kind: "show", message: closedMessage(changed.after.view) };
};

/** Asks why the migration is cancelled. */
export const cancelMigration: UseCase<"CancelMigration"> = (context, command) =>
  withMigration(context, command, ({ view }) =>
    view.record.state === "open"
      ? { kind: "form", form: cancelForm(view.record) }
      : { refused: "migration_not_open", state: view.record.state },
  );

/** Cancels the migration with a reason; everything recorded stays. */
export const confirmCancel: UseCase<"ConfirmCancel"> = async (context, command) => {
  const reason = valueText(context.values, "reason");
  const changed = await changeMigration(context, command.migration, ({ view }) =>
    decideCancel({ view, reason }),
  );
  if (isRefusal(changed)) return changed;
  return { kind: "show", message: cancelledMessage(changed.after.view.record, reason) };
};
