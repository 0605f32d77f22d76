import { decideDates, decidePlatform } from "../../domain/migrations/decide.ts";
import { PLATFORMS } from "../../domain/platforms/platform.ts";
import { isRefusal } from "../../domain/refusal.ts";
import { statusMessage } from "../../messages/migration.ts";
import { datesForm, platformForm } from "../../messages/start.ts";
import { valueText } from "../conversation/values.ts";
import type { Context, Reply, UseCase } from "../ports.ts";
import { type Changed, changeMigration } from "./change.ts";
import { withMigration } from "./find.ts";
import { gatesOf } from "./load-view.ts";

/** Asks for the proposal and go-live dates, and for the zone that they are counted in. */
export const editDates: UseCase<"EditDates"> = (context, command) =>
  withMigration(context, command, ({ view }) => ({ kind: "form", form: datesForm(view.record) }));

/** Stores the dates and the zone; start-by days and warnings follow from them. */
export const saveDates: UseCase<"SaveDates"> = async (context, command) => {
  const changed = await changeMigration(context, command.migration, ({ view }) =>
    decideDates({
      view,
      proposalOn: valueText(context.values, "proposal_on"),
      goLiveOn: valueText(context.values, "go_live_on"),
      timeZone: valueText(context.values, "time_zone"),
    }),
  );
  return isRefusal(changed) ? changed : showChanged(context, changed);
};

/** Asks which of the platforms is proposed. */
export const editPlatform: UseCase<"EditPlatform"> = (context, command) =>
  withMigration(context, command, ({ view }) => ({
    kind: "form",
    form: platformForm(view.record, PLATFORMS),
  }));

/** Stores the proposed platform. */
export const savePlatform: UseCase<"SavePlatform"> = async (context, command) => {
  const changed = await changeMigration(context, command.migration, ({ view }) =>
    decidePlatform({ view, platform: valueText(context.values, "platform") }),
  );
  return isRefusal(changed) ? changed : showChanged(context, changed);
};

function showChanged(context: Context, { after }: Changed): Reply {
  const message = statusMessage(after.view, gatesOf(after.input), context.person.id);
  return { kind: "show", message };
}
