import { requirementMessage } from "../../messages/migration.ts";
import { withItem } from "../migrations/find.ts";
import type { UseCase } from "../ports.ts";

/** Everything about one requirement: why, what was answered, what is missing, who signs. */
export const showRequirement: UseCase<"ShowRequirement"> = (context, command) =>
  withItem(context, command, ({ view, requirement }) => ({
    kind: "show",
    message: requirementMessage(view, requirement, {
      viewer: context.person.id,
      roles: context.person.roles,
    }),
  }));
