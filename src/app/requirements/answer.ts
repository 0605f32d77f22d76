import { interviewForm } from "../../messages/interview.ts";
import { requirementMessage } from "../../messages/migration.ts";
import { withItem } from "../migrations/find.ts";
import type { UseCase } from "../ports.ts";

/** Opens the interview where it was left: the page asked for, else the first with something open. */
export const answerRequirement: UseCase<"AnswerRequirement"> = (context, command) =>
  withItem(context, command, ({ view, requirement }) => {
    if (view.record.state !== "open") {
      return { refused: "migration_not_open", state: view.record.state };
    }
    const page = command.page ?? requirement.nextPage ?? 0;
    if ((requirement.pages[page] ?? []).length === 0) {
      const viewer = { viewer: context.person.id, roles: context.person.roles };
      return { kind: "show", message: requirementMessage(view, requirement, viewer) };
    }
    return { kind: "form", form: interviewForm(view, requirement.name, page) };
  });
