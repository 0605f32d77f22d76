/** The names of those who hear of a signature, as the ceremony lists them. */
import type { MigrationView, RequirementView } from "../../domain/requirements/view.ts";
import type { Context, Reading } from "../ports.ts";

export async function whoIsTold(about: {
  readonly context: Context;
  readonly reading: Reading;
  readonly view: MigrationView;
  readonly requirement: RequirementView;
}): Promise<readonly string[]> {
  const { context, reading, view, requirement } = about;
  const ids = new Set([requirement.openRequest?.by.personId, view.record.openedBy?.personId]);
  ids.delete(context.person.id);
  const names: string[] = [];
  for (const id of ids) {
    const person = id ? await reading.person(id) : null;
    if (person) names.push(person.name);
  }
  if (view.record.channels.length > 0) names.push("the migration's channel");
  return names;
}
