import { RequirementName } from "../../domain/ids.ts";
import { decideVerticals } from "../../domain/migrations/decide.ts";
import { isRefusal } from "../../domain/refusal.ts";
import { VERTICAL_CONFIRMED } from "../../domain/requirements/content-hash.ts";
import { describeDetection, detectVerticals } from "../../domain/verticals/detect.ts";
import { saidTogether } from "../../domain/verticals/together.ts";
import { interviewForm } from "../../messages/interview.ts";
import { verticalsForm } from "../../messages/start.ts";
import { valueList } from "../conversation/values.ts";
import type { UseCase } from "../ports.ts";
import { changeMigration } from "./change.ts";
import { withMigration } from "./find.ts";
import { choicesOf } from "./titles.ts";

/** Shows what the industry text suggests and asks which verticals apply. */
export const reviewVerticals: UseCase<"ReviewVerticals"> = (context, command) =>
  withMigration(context, command, ({ view }) => {
    if (view.record.state !== "open") {
      return { refused: "migration_not_open", state: view.record.state };
    }
    const { workflows } = context.deps;
    const detection = detectVerticals(view.record.industry, workflows);
    const form = verticalsForm({
      record: view.record,
      detection,
      choices: choicesOf(workflows),
      together: saidTogether(workflows, { verticals: null, flags: detection.flags }),
    });
    return { kind: "form", form };
  });

/**
 * Stores which verticals apply, with what the person was shown, and goes on with the facts that every customer is
 * asked. Before this nothing of the detection is stored.
 */
export const confirmVerticals: UseCase<"ConfirmVerticals"> = async (context, command) => {
  const { workflows } = context.deps;
  const chosen = valueList(context.values, "verticals");
  const changed = await changeMigration(context, command.migration, async ({ view, writing }) => {
    const { industry } = view.record;
    const { flags, ...found } = detectVerticals(industry, workflows);
    const detection = describeDetection({ flags, ...found });
    const decided = decideVerticals({ view, chosen, workflows });
    if (isRefusal(decided) || decided.length === 0) return decided;
    await writing.keepDefinitions(workflows);
    const { migration: migrationId } = command;
    return [{ type: "VerticalsProposed", migrationId, industry, detection, flags }, ...decided];
  });
  if (isRefusal(changed)) return changed;
  return {
    kind: "form",
    form: interviewForm(changed.after.view, RequirementName.parse(VERTICAL_CONFIRMED), 0),
  };
};
