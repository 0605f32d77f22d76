/** Opens, stacks and replaces views; a trigger is good for one use within three seconds. */
import type { types } from "@slack/bolt";
import type { Home } from "../../../messages/message.ts";
import { VIEW_STACK } from "../render/limits.ts";
import { renderHome } from "../render-home.ts";
import { noteTrouble } from "./answer.ts";
import type { Desk } from "./desk.ts";

/** The modal in which something was pressed. */
export interface OpenView {
  readonly id: string;
  readonly rootId: string | null;
  readonly previousId: string | null;
}

/** True when the person sees the view. */
export async function openView(
  desk: Desk,
  triggerId: string | null,
  view: types.ModalView,
): Promise<boolean> {
  if (triggerId === null) return false;
  return attempt(desk, "views.open", () =>
    desk.clients.answers.views.open({ trigger_id: triggerId, view }),
  );
}

/** On top of the modal while there is room and the trigger holds, else in its place. */
export async function stackView(
  desk: Desk,
  on: { readonly view: OpenView; readonly triggerId: string | null },
  view: types.ModalView,
): Promise<boolean> {
  const { views } = desk.clients.answers;
  const { triggerId } = on;
  const mayPush = triggerId !== null && depthOf(on.view) < VIEW_STACK;
  const pushed =
    mayPush &&
    (await attempt(desk, "views.push", () => views.push({ trigger_id: triggerId, view })));
  if (pushed) return true;
  return attempt(desk, "views.update", () => views.update({ view_id: on.view.id, view }));
}

/** How many views lie under and with this one. */
export function depthOf({ rootId, previousId }: OpenView): number {
  if (!previousId) return 1;
  return previousId === rootId ? 2 : VIEW_STACK;
}

export async function publishHome(desk: Desk, userId: string, home: Home): Promise<boolean> {
  const view = renderHome(home);
  return attempt(desk, "views.publish", () =>
    desk.clients.answers.views.publish({ user_id: userId, view }),
  );
}

async function attempt(desk: Desk, method: string, call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    const trouble = noteTrouble(desk, method, error);
    if (trouble.kind === "refused" && trouble.details.length > 0)
      desk.log.error("slack_view_refused", { provider: "slack", details: trouble.details });
    return false;
  }
}
