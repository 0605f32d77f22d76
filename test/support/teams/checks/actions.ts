/** Says what Teams would refuse about actions, and what of ours an older client could not send. */
import { asList, asObject, type Json } from "../../slack/checks/parts.ts";
import { type Check, checkInner } from "./card.ts";

const ACTIONS_MOST = 6;

/** The actions of a set or of a card. */
export function checkActions(actions: readonly unknown[], at: string, check: Check): void {
  if (actions.length < 1 || actions.length > ACTIONS_MOST)
    check.problems(at, `must be 1 to ${ACTIONS_MOST} actions, got ${actions.length}`);
  actions.forEach((action, index) => {
    checkAction(action, `${at}/${index}`, check);
    const title = asObject(action)?.title;
    if (typeof title !== "string" || title.trim() === "")
      check.problems(`${at}/${index}/title`, "a button has a title");
  });
}

type Rule = (action: Json, at: string, check: Check) => void;

const ACTIONS: Readonly<Record<string, Rule>> = {
  "Action.Execute": checkExecute,
  "Action.Submit": () => undefined,
  "Action.OpenUrl"(action, at, { problems }) {
    const url = String(action.url);
    if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
      problems(`${at}/url`, "is no web address");
  },
  "Action.ShowCard": (action, at, check) => checkInner(asObject(action.card), `${at}/card`, check),
  "Action.ToggleVisibility"(action, at, { problems }) {
    if ((asList(action.targetElements) ?? []).length === 0)
      problems(`${at}/targetElements`, "is empty");
  },
};

const STYLES = [undefined, "default", "positive", "destructive"];
const ASSOCIATIONS = [undefined, "auto", "none"];

export function checkAction(value: unknown, at: string, check: Check): void {
  const action = asObject(value);
  const type = String(action?.type);
  const rule = Object.hasOwn(ACTIONS, type) ? ACTIONS[type] : undefined;
  if (action === null || !rule) return void check.problems(`${at}/type`, `unknown: ${type}`);
  if (!STYLES.some((style) => style === action.style))
    check.problems(`${at}/style`, `unknown: ${String(action.style)}`);
  if (!ASSOCIATIONS.some((which) => which === action.associatedInputs))
    check.problems(`${at}/associatedInputs`, "auto or none");
  rule(action, at, check);
}

/** A client without Action.Execute sends the fallback, which therefore has to say the same. */
function checkExecute(action: Json, at: string, { problems }: Check): void {
  if (typeof action.verb !== "string" || action.verb === "") problems(`${at}/verb`, "is missing");
  const fallback = asObject(action.fallback);
  if (fallback?.type !== "Action.Submit")
    return void problems(`${at}/fallback`, "must be an Action.Submit");
  if (JSON.stringify(fallback.data) !== JSON.stringify(action.data))
    problems(`${at}/fallback/data`, "differs from the data of the action");
  if (fallback.title !== action.title)
    problems(`${at}/fallback/title`, "differs from the title of the action");
}
