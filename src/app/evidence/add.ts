import { evidenceForm } from "../../messages/interview.ts";
import { withItem } from "../migrations/find.ts";
import type { UseCase } from "../ports.ts";

/** Asks for a file or a link for one of the requirement's evidence slots. */
export const addEvidence: UseCase<"AddEvidence"> = (context, command) =>
  withItem(context, command, ({ view, requirement }) => {
    if (view.record.state !== "open") {
      return { refused: "migration_not_open", state: view.record.state };
    }
    if (requirement.evidence.length === 0) return { refused: "unknown_evidence" };
    return { kind: "form", form: evidenceForm(view, requirement, command.slot) };
  });
