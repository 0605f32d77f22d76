/** Buttons, menus and links as a card's actions. */
import { safeUrl } from "../../../messages/edge/plain-text.ts";
import type { Button, LinkAction, Menu, Section } from "../../../messages/message.ts";
import type {
  Action,
  ActionSet,
  ActionStyle,
  ChoiceSet,
  ExecuteAction,
  InputChoice,
  ShowCardAction,
} from "./cards.ts";
import { ACTIONS_PER_SET, BUTTON_TEXT, CHOICE_TEXT, MENU_BUTTONS, MENU_JSON } from "./limits.ts";
import { paragraph, plain, STRONG, SUBTLE } from "./text.ts";
import { type Beside, encodeMenu, encodePressed, MENU, VERB, type VIEW_VERB } from "./wire.ts";

/** Makes ids that are unique within one card, and knows what its buttons carry. */
export interface Numbering {
  next(): string;
  readonly beside: Beside;
}

export function startNumbering(beside: Beside = {}): Numbering {
  let count = 0;
  return { next: () => String(++count), beside };
}

const STYLES: Readonly<Record<NonNullable<Button["style"]>, ActionStyle>> = {
  primary: "positive",
  danger: "destructive",
};

/** The actions of a section; a link that may not be opened is left out. */
export function renderActions(
  actions: NonNullable<Section["actions"]>,
  numbering: Numbering,
): Action[] {
  return actions.flatMap((action) => {
    if ("choices" in action) return renderMenu(action, numbering);
    if ("url" in action) return renderLink(action);
    return [renderButton(action, numbering)];
  });
}

/** The button, or one that opens the question that is asked before. */
export function renderButton(button: Button, numbering: Numbering): Action {
  const data = encodePressed(button.command, numbering.beside);
  const style = button.style === undefined ? {} : { style: STYLES[button.style] };
  if (!button.confirm) return execute({ title: button.label, data, ...style });
  const { title, text, yes } = button.confirm;
  const body = [paragraph(title, { look: STRONG }), paragraph(text)].filter(isShown);
  return {
    type: "Action.ShowCard",
    title: plain(button.label, BUTTON_TEXT),
    ...style,
    card: { type: "AdaptiveCard", body, actions: [execute({ title: yes, data, ...style })] },
  };
}

export const isShown = <T>(element: T | null): element is T => element !== null;

/** An action of ours; with a client that does not know it, the fallback sends the same data. */
export function execute(action: {
  readonly title: string;
  readonly data: object;
  readonly style?: ActionStyle;
  readonly inputs?: "auto";
  readonly verb?: typeof VIEW_VERB;
}): ExecuteAction {
  const { data, style, inputs = "none", verb = VERB } = action;
  const title = plain(action.title, BUTTON_TEXT);
  return {
    type: "Action.Execute",
    title,
    verb,
    data,
    ...(style ? { style } : {}),
    associatedInputs: inputs,
    fallback: { type: "Action.Submit", title, data, associatedInputs: inputs },
  };
}

function renderLink(link: LinkAction): Action[] {
  const url = safeUrl(link.url);
  return url === null
    ? []
    : [{ type: "Action.OpenUrl", title: plain(link.label, BUTTON_TEXT), url }];
}

/** Few choices are buttons. Where each would carry files, one button for all of them is enough. */
function renderMenu(menu: Menu, numbering: Numbering): ShowCardAction[] {
  if (menu.choices.length === 0) return [];
  const isShort = menu.choices.length <= MENU_BUTTONS && !numbering.beside.files?.length;
  const title = plain(menu.label, BUTTON_TEXT);
  const card = isShort ? menuOfButtons(menu, numbering) : menuOfChoices(menu, numbering);
  return [{ type: "Action.ShowCard", title, card }];
}

function menuOfButtons(menu: Menu, { beside }: Numbering): ShowCardAction["card"] {
  const actions = menu.choices.map(({ label, command }) =>
    execute({ title: label, data: encodePressed(command, beside) }),
  );
  return { type: "AdaptiveCard", body: [], actions };
}

function menuOfChoices(menu: Menu, { next, beside }: Numbering): ShowCardAction["card"] {
  const id = `${MENU}${next()}`;
  const choices = fitChoices(menu);
  const left = menu.choices.length - choices.length;
  const list: ChoiceSet = {
    type: "Input.ChoiceSet",
    id,
    label: plain(menu.label, BUTTON_TEXT),
    style: "compact",
    choices,
    placeholder: "Choose one",
    isRequired: true,
    errorMessage: "Choose one first.",
  };
  const more = left === 0 ? null : `…and ${left} more that are not in this list`;
  return {
    type: "AdaptiveCard",
    body: [list, more === null ? null : paragraph(more, { look: SUBTLE })].filter(isShown),
    actions: [execute({ title: "Choose", data: encodeMenu(id, beside), inputs: "auto" })],
  };
}

/** The first choices, as many as one menu may weigh. */
function fitChoices({ choices }: Menu): InputChoice[] {
  let weight = 0;
  return choices
    .map(({ label, command }) => ({
      title: plain(label, CHOICE_TEXT),
      value: JSON.stringify(command),
    }))
    .filter((choice) => {
      weight += JSON.stringify(choice).length;
      return weight <= MENU_JSON;
    });
}

/** How many actions of these sections carry files when there are some. */
export function countCarriers(sections: readonly Section[]): number {
  const actions = sections.flatMap((section) => [
    ...(section.actions ?? []).filter((action) => !("url" in action)),
    ...(section.checklist ?? []).filter(({ action }) => action !== undefined),
  ]);
  return actions.length;
}

/** Actions in rows of as many as Teams shows. */
export function toActionSets(actions: readonly Action[]): ActionSet[] {
  const count = Math.ceil(actions.length / ACTIONS_PER_SET);
  return Array.from({ length: count }, (_, row) => ({
    type: "ActionSet",
    actions: actions.slice(row * ACTIONS_PER_SET, (row + 1) * ACTIONS_PER_SET),
  }));
}
