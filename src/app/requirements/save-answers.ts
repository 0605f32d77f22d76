import type { CommandOf } from "../../domain/command.ts";
import type { FileFacts } from "../../domain/migrations/record.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { type RawValue, readAnswers } from "../../domain/requirements/read-answers.ts";
import type {
  MigrationView,
  PageView,
  QuestionView,
  RequirementView,
} from "../../domain/requirements/view.ts";
import type { Upload } from "../../messages/form.ts";
import { interviewForm, interviewSaved } from "../../messages/interview.ts";
import { examineFile } from "../evidence/examine-file.ts";
import { changeMigration } from "../migrations/change.ts";
import { locateItem } from "../migrations/find.ts";
import type { Context, Reply, UseCase } from "../ports.ts";

/** Saves a page's answers one by one and goes on with the next page that has something open. */
export const saveAnswers: UseCase<"SaveAnswers"> = async (context, command) => {
  const { migration, requirement, page } = command;
  const given = await rawValues(context);
  if (isRefusal(given)) return given;
  const values = await nameMembers(context, command, given);
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

/** A member is picked by the platform's id; what is kept is the name, looked up at the platform. */
async function nameMembers(
  context: Context,
  command: CommandOf<"SaveAnswers">,
  given: ReadonlyMap<string, RawValue>,
): Promise<ReadonlyMap<string, RawValue> | Refusal> {
  const found = await locateItem(context, command);
  if (isRefusal(found) || "kind" in found) return { refused: "out_of_date" };
  const page = found.requirement.pages[command.page] ?? [];
  const named = new Map(given);
  for (const asked of page.filter(({ question }) => question.type === "member")) {
    const { id } = asked.question;
    const name = await nameFor(context, asked, given.get(id));
    if (isRefusal(name)) return name;
    if (name !== null) named.set(id, name);
  }
  return named;
}

/** The name of the picked member; left empty, the name given before; null when there is none. */
async function nameFor(
  context: Context,
  { question, answer }: QuestionView,
  userId: RawValue | undefined,
): Promise<string | null | Refusal> {
  if (typeof userId !== "string") return null;
  if (userId === "") return typeof answer?.value === "string" ? answer.value : null;
  const name = await nameOfMember(context, userId);
  const says = "Choose a full member of our organization.";
  return name ?? { refused: "invalid_answers", fields: { [question.id]: says } };
}

async function nameOfMember(context: Context, userId: string): Promise<string | null> {
  const identity = { ...context.person.identity, userId };
  const profile = await context.deps.directories.get(identity.surface)?.lookUp(identity);
  return profile?.kind === "member" ? profile.name : null;
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
