/**
 * The names of those who hear of a signature, as the ceremony lists them: whoever asked for it, by direct message, and
 * the channel. The person who opened the migration reads it there. `announcements/requests.ts` delivers the same.
 */
import type { MigrationView, RequirementView } from "../../domain/requirements/view.ts";
import type { Context, Reading } from "../ports.ts";

export async function whoIsTold(about: {
  readonly context: Context;
  readonly reading: Reading;
  readonly view: MigrationView;
  readonly requirement: RequirementView;
}): Promise<readonly string[]> {
  const { context, reading, view, requirement } = about;
  const names: string[] = [];
  const asked = requirement.openRequest?.by.personId;
  const requester = asked && asked !== context.person.id ? await reading.person(asked) : null;
  if (requester) names.push(requester.name);
  if (view.record.channels.length > 0) names.push("the migration's channel");
  return names;
}
