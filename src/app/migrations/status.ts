import { nextMessage, statusMessage } from "../../messages/migration.ts";
import type { UseCase } from "../ports.ts";
import { withMigration } from "./find.ts";
import { gatesOf } from "./load-view.ts";

/** The dashboard: every requirement with its state and the button to its next step. */
export const showStatus: UseCase<"ShowStatus"> = (context, command) =>
  withMigration(context, command, ({ view, input }) => ({
    kind: "show",
    message: statusMessage(view, gatesOf(input), context.person.id),
  }));

/** The one thing to do now. */
export const showNext: UseCase<"ShowNext"> = (context, command) =>
  withMigration(context, command, ({ view }) => ({
    kind: "show",
    message: nextMessage(view, context.person.id, context.person.roles),
  }));
