/** Opening, stacking, updating and publishing views, with single-use triggers of three seconds. */
import { asObject, type Json } from "./checks/parts.ts";
import { checkView } from "./checks/view.ts";
import { type Method, type MethodCall, Refused } from "./method.ts";
import type { SlackView, World } from "./world.ts";

const TRIGGER_MS = 3_000;
const MAX_STACK = 3;

export const viewMethods: Readonly<Record<string, Method>> = {
  "views.open": { scopes: [], token: "bot", run: openView },
  "views.push": { scopes: [], token: "bot", run: pushView },
  "views.update": { scopes: [], token: "bot", run: updateView },
  "views.publish": { scopes: [], token: "bot", run: publishView },
};

function useTrigger({ world, args }: MethodCall): string {
  const trigger = world.triggers.get(String(args.trigger_id ?? ""));
  if (!trigger) throw new Refused("invalid_trigger_id");
  if (trigger.used) throw new Refused("exchanged_trigger_id");
  if (Date.now() - trigger.issuedAt > TRIGGER_MS) throw new Refused("expired_trigger_id");
  trigger.used = true;
  return trigger.user;
}

/** The view of a call, or what Slack says against it. */
export function requireView(value: unknown, type: "modal" | "home"): Json {
  const problems = checkView(value, type);
  if (problems.length > 0) throw new Refused("invalid_arguments", problems);
  return asObject(value) ?? {};
}

/** Puts a view on top of what a person has open. */
export function stackView(world: World, user: string, view: Json): SlackView {
  const stack = world.modals.get(user) ?? [];
  if (stack.length >= MAX_STACK) throw new Refused("push_limit_reached");
  const id = world.nextId("V");
  const opened: SlackView = {
    id,
    user,
    hash: `${world.nextId("1")}.hash`,
    view,
    rootId: stack[0]?.id ?? id,
    previousId: stack.at(-1)?.id ?? null,
  };
  world.modals.set(user, [...stack, opened]);
  return opened;
}

function answerView(view: SlackView): Json {
  return { view: { ...view.view, id: view.id, hash: view.hash } };
}

function openView(call: MethodCall): Json {
  const view = requireView(call.args.view, "modal");
  const user = useTrigger(call);
  call.world.modals.set(user, []);
  return answerView(stackView(call.world, user, view));
}

function pushView(call: MethodCall): Json {
  const view = requireView(call.args.view, "modal");
  const user = useTrigger(call);
  if ((call.world.modals.get(user) ?? []).length === 0) throw new Refused("not_found");
  return answerView(stackView(call.world, user, view));
}

function updateView({ world, args }: MethodCall): Json {
  const view = requireView(args.view, "modal");
  const open = [...world.modals.values()].flat().find(({ id }) => id === args.view_id);
  if (!open) throw new Refused("not_found");
  if (args.hash !== undefined && args.hash !== open.hash) throw new Refused("hash_conflict");
  open.view = view;
  open.hash = `${world.nextId("1")}.hash`;
  return answerView(open);
}

function publishView({ world, args }: MethodCall): Json {
  const view = requireView(args.view, "home");
  const user = String(args.user_id ?? "");
  if (!world.users.has(user)) throw new Refused("user_not_found");
  const id = world.homes.get(user)?.id ?? world.nextId("V");
  const hash = `${world.nextId("1")}.hash`;
  world.homes.set(user, { id, user, hash, view, rootId: id, previousId: null });
  return { view: { ...view, id, hash } };
}
