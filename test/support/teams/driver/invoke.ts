/** What an app answers to an action, as it changes the screen of the person who acted. */
import { asObject, type Json } from "../../slack/checks/parts.ts";
import { checkCard } from "../checks/card.ts";
import type { TeamsStandIn } from "../stand-in.ts";
import type { TeamsUser, Toast } from "../world.ts";
import type { DoorAnswer } from "./door.ts";

const CARD = "application/vnd.microsoft.card.adaptive";
const MESSAGE = "application/vnd.microsoft.activity.message";
const ERROR = "application/vnd.microsoft.error";

interface Answered {
  readonly user: TeamsUser;
  /** Where the action was pressed. */
  readonly messageId: string;
  readonly answer: DoorAnswer;
}

export function takeAnswer(teams: TeamsStandIn, { user, messageId, answer }: Answered): void {
  const { world } = teams;
  const toast = (kind: Toast["kind"], text: string): void => {
    world.toasts.push({ user: user.id, kind, text, shownAt: world.nextShown() });
  };
  const { body } = answer;
  if (answer.status !== 200) toast("error", "Something went wrong. Please try again.");
  else if (body?.type === CARD) replaceCard(teams, { user, messageId, card: asObject(body.value) });
  else if (body?.type === MESSAGE) toast("message", String(body.value));
  else if (body?.type === ERROR) toast("error", String(asObject(body.value)?.message));
  else teams.fault(`an action was answered with ${body === null ? "nothing" : String(body.type)}`);
}

/** The card changes for this person; everybody else sees what they saw. */
function replaceCard(
  { world, fault }: TeamsStandIn,
  given: { readonly user: TeamsUser; readonly messageId: string; readonly card: Json | null },
): void {
  const problems = checkCard(given.card);
  for (const problem of problems) fault(`in the answer to an action: ${problem}`);
  const message = world.messages.find(({ id }) => id === given.messageId);
  if (problems.length > 0 || !message || given.card === null) return;
  message.views.set(given.user.id, { card: given.card, shownAt: world.nextShown() });
}
