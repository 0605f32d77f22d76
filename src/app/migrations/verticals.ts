import { RequirementName } from "../../domain/ids.ts";
import { decideVerticals } from "../../domain/migrations/decide.ts";
import { isRefusal } from "../../domain/refusal.ts";
import { detectVerticals } from "../../domain/verticals/detect.ts";
import { interviewForm } from "../../messages/interview.ts";
import { verticalsForm } from "../../messages/start.ts";
import { valueList } from "../conversation/values.ts";
import type { UseCase } from "../ports.ts";
import { changeMigration } from "./change.ts";
import { withMigration } from "./find.ts";
import { choicesOf } from "./titles.ts";

/** The requirement that keeps gate 3 closed until a person has confirmed which verticals apply. */
const VERTICAL_CONFIRMED = RequirementName.parse("vertical_confirmed");

/** Shows what the industry text suggests and asks which verticals apply. */
export const reviewVerticals: UseCase<"ReviewVerticals"> = (context, command) =>
  withMigration(context, command, ({ view }) => {
    if (view.record.state !== "open") {
      return { refused: "migration_not_open", state: view.record.state };
    }
    const { workflows } = context.deps;
    const detection = detectVerticals(view.record.industry, workflows);
    const form = verticalsForm({ record: view.record, detection, choices: choicesOf(workflows) });
    return { kind: "form", form };
  });

/** Stores the confirmed verticals and goes on with the facts that every customer is asked. */
export const confirmVerticals: UseCase<"ConfirmVerticals"> = async (context, command) => {
  const changed = await changeMigration(context, command.migration, ({ view }) =>
    decideVerticals({
      view,
      chosen: valueList(context.values, "verticals"),
      workflows: context.deps.workflows,
    }),
  );
  if (isRefusal(changed)) return changed;
  return { kind: "form", form: interviewForm(changed.after.view, VERTICAL_CONFIRMED, 0) };
};
