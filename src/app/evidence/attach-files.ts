import { RequirementName } from "../../domain/ids.ts";
import { isRefusal } from "../../domain/refusal.ts";
import { attachFilesForm } from "../../messages/evidence/attach.ts";
import { evidenceSaved } from "../../messages/interview.ts";
import { valueFiles, valueText } from "../conversation/values.ts";
import { withMigration } from "../migrations/find.ts";
import type { Context, UseCase } from "../ports.ts";
import { examineAll, keepEvidence } from "./save.ts";

/**
 * Files were dropped in the channel or thread. With the slot chosen (`requirement.slot`) they become evidence;
 * without it the person is asked where they belong.
 */
export const attachFiles: UseCase<"AttachFiles"> = async (context, command) => {
  const chosen = valueText(context.values, "slot");
  if (chosen === "" || command.migration === undefined) {
    if (command.migration === undefined && !(await mayOffer(context)))
      return { refused: "no_migration_here" };
    const names = valueFiles(context.values, "files").map(({ name }) => name);
    return withMigration(context, command, ({ view }) => ({
      kind: "form",
      form: attachFilesForm(view, names),
    }));
  }
  const [name = "", slot = ""] = chosen.split(".");
  const requirement = RequirementName.safeParse(name);
  if (!requirement.success) return { refused: "unknown_evidence" };
  const files = await examineAll(context, "files");
  if (isRefusal(files)) return files;
  if (files.length === 0) return { refused: "evidence_needed" };
  const given = { migration: command.migration, requirement: requirement.data, slot, files };
  const changed = await keepEvidence(context, given);
  if (isRefusal(changed)) return changed;
  const { view } = changed.after;
  const item = view.requirements.find((entry) => entry.name === requirement.data);
  return item ? { kind: "show", message: evidenceSaved(view, item) } : { refused: "out_of_date" };
};

/** What is dropped in a channel concerns that channel's migration, or none: a lunch menu is nobody's evidence. */
async function mayOffer({ place, deps, person }: Context): Promise<boolean> {
  const { channel } = place;
  if (place.kind !== "channel" || channel === null) return true;
  const migration = await deps.store.read(person.organisationId, (reading) =>
    reading.migrationOfChannel(channel),
  );
  return migration !== null;
}
