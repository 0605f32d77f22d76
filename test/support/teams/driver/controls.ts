/** What a person can press in a card: its buttons, those behind a button, and the choices of menus. */
import { asList, asObject, type Json } from "../../slack/checks/parts.ts";
import { walk } from "./reading.ts";

export interface Control {
  readonly label: string;
  /** What is sent: an Action.Execute or Action.Submit; null: this only opens something. */
  readonly action: Json | null;
  /** The inputs whose values go along. */
  readonly inputs: readonly Json[];
  /** Chosen in a list before the action is pressed. */
  readonly chosen: Readonly<Record<string, string>>;
}

/** Every control, in the order in which they are shown; those behind a button follow it. */
export function findControls(card: Json, around: readonly Json[] = []): Control[] {
  const own = walk([card.body, card.actions]);
  const inputs = [...around, ...own.filter(isInput)];
  return own.flatMap((element) => controlsOf(element, inputs));
}

export function isInput({ type }: Json): boolean {
  return String(type).startsWith("Input.");
}

function controlsOf(element: Json, inputs: readonly Json[]): Control[] {
  const label = String(element.title ?? "");
  switch (element.type) {
    case "Action.Execute":
    case "Action.Submit":
      return [{ label, action: element, inputs: associated(element, inputs), chosen: {} }];
    case "Action.OpenUrl":
      return [{ label, action: null, inputs: [], chosen: {} }];
    case "Action.ShowCard":
      return openCard(label, asObject(element.card) ?? {}, inputs);
    default:
      return [];
  }
}

function associated({ associatedInputs }: Json, inputs: readonly Json[]): readonly Json[] {
  return associatedInputs === "none" ? [] : inputs;
}

/** A button that opens a card; where only one thing can be pressed there, pressing it means to go on. */
function openCard(label: string, card: Json, around: readonly Json[]): Control[] {
  const inner = findControls(card, around);
  const menu = inner.find(({ action }) => menuOf(action) !== null);
  if (menu) return [{ label, action: null, inputs: [], chosen: {} }, ...choicesOf(menu)];
  const [only, ...others] = inner;
  if (only && others.length === 0) return [{ ...only, label }, only];
  return [{ label, action: null, inputs: [], chosen: {} }, ...inner];
}

/** The id of the list whose choice an action sends. */
export function menuOf(action: Json | null): string | null {
  const menu = asObject(asObject(action?.data)?.cleargate)?.menu;
  return typeof menu === "string" ? menu : null;
}

function choicesOf(menu: Control): Control[] {
  const id = menuOf(menu.action);
  const list = menu.inputs.find((input) => input.id === id);
  return (asList(list?.choices) ?? []).map((choice) => {
    const { title, value } = asObject(choice) ?? {};
    return { ...menu, label: String(title), chosen: { [String(id)]: String(value) } };
  });
}
