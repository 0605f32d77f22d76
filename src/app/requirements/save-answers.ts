import type { FileFacts } from "../../domain/migrations/record.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { type RawValue, readAnswers } from "../../domain/requirements/read-answers.ts";
import type { MigrationView, PageView, RequirementView } from "../../domain/requirements/view.ts";
import type { Upload } from "../../messages/form.ts";
import { interviewForm, interviewSaved } from "../../messages/interview.ts";
import { examineFile } from "../evidence/examine-file.ts";
import { changeMigration } from "../migrations/change.ts";
import type { Context, Reply, UseCase } from "../ports.ts";

/** Saves a page's answers one by one and goes on with the next page that has something open. */
export const saveAnswers: UseCase<"SaveAnswers"> = async (context, command) => {
  const { migration, requirement, page } = command;
  const values = await rawValues(context);
  if (isRefusal(values)) return values;
  const changed = await changeMigration(context, migration, ({ view }) => {
    if (view.record.state !== "open") {
      return { refused: "migration_not_open", state: view.record.state };
    }
    const read = readAnswers({ view, requirement, page, values });
    return isRefusal(read) ? read : read.facts;
  });
  if (isRefusal(changed)) return changed;
  return goOn(changed.after.view, { requirement, page });
};

function goOn(
  view: MigrationView,
  at: { readonly requirement: RequirementView["name"]; readonly page: number },
): Reply | Refusal {
  const requirement = view.requirements.find(({ name }) => name === at.requirement);
  if (!requirement) return { refused: "out_of_date" };
  const next = requirement.pages.findIndex(
    (page, index) => index > at.page && page.length > 0 && hasOpenQuestion(page),
  );
  if (next !== -1) return { kind: "form", form: interviewForm(view, requirement.name, next) };
  return { kind: "show", message: interviewSaved(view, requirement) };
}

function hasOpenQuestion(page: PageView): boolean {
  return page.some(({ answer }) => answer === null);
}

/** Form values as the rules read them; uploaded files are read, hashed and let go. */
async function rawValues(context: Context): Promise<ReadonlyMap<string, RawValue> | Refusal> {
  const values = new Map<string, RawValue>();
  for (const [field, value] of Object.entries(context.values)) {
    if (typeof value === "string") {
      values.set(field, value);
      continue;
    }
    const upload = value.find((entry): entry is Upload => typeof entry !== "string");
    if (!upload) {
      values.set(
        field,
        value.filter((entry): entry is string => typeof entry === "string"),
      );
      continue;
    }
    const facts: FileFacts | Refusal = await examineFile(upload);
    if (isRefusal(facts)) return facts;
    values.set(field, facts);
  }
  return values;
}
