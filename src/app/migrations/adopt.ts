import { decideAdoption } from "../../domain/migrations/decide.ts";
import { isRefusal } from "../../domain/refusal.ts";
import { statusMessage } from "../../messages/migration.ts";
import type { UseCase } from "../ports.ts";
import { changeMigration } from "./change.ts";
import { gatesOf } from "./load-view.ts";

/** Takes over the newest version of a vertical's workflow; what changed in it re-opens. */
export const adoptWorkflow: UseCase<"AdoptWorkflow"> = async (context, command) => {
  const { migration, vertical } = command;
  const changed = await changeMigration(context, migration, async (locked) => {
    await locked.writing.keepDefinitions(context.deps.workflows);
    const { definitions } = locked.input;
    return decideAdoption({ view: locked.view, vertical, definitions });
  });
  if (isRefusal(changed)) return changed;
  const { view, input } = changed.after;
  return { kind: "show", message: statusMessage(view, gatesOf(input), context.person.id) };
};
