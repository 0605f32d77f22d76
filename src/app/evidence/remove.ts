import { decideEvidenceRemoval } from "../../domain/evidence/decide.ts";
import { isRefusal } from "../../domain/refusal.ts";
import { evidenceSaved } from "../../messages/interview.ts";
import { changeMigration } from "../migrations/change.ts";
import type { UseCase } from "../ports.ts";

/** Takes an evidence item out; signatures on the old content no longer count. */
export const removeEvidence: UseCase<"RemoveEvidence"> = async (context, command) => {
  const { migration, requirement, evidence } = command;
  const changed = await changeMigration(context, migration, ({ view }) => {
    const decided = decideEvidenceRemoval({ view, requirement, evidenceId: evidence });
    return isRefusal(decided) ? decided : decided.facts;
  });
  if (isRefusal(changed)) return changed;
  const { view } = changed.after;
  const item = view.requirements.find(({ name }) => name === requirement);
  return item ? { kind: "show", message: evidenceSaved(view, item) } : { refused: "out_of_date" };
};
