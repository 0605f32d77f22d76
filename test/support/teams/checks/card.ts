/** Says what Teams would refuse about an Adaptive Card, or show wrongly; an empty list: it is good. */
import { asList, asObject, type Json } from "../../slack/checks/parts.ts";
import { checkAction, checkActions } from "./actions.ts";
import { checkInput } from "./inputs.ts";

export type Problems = (path: string, says: string) => void;

export interface Check {
  readonly problems: Problems;
  /** Ids of the inputs so far, those of inner cards included: Teams merges all values into one object. */
  readonly inputs: Set<string>;
}

const VERSION = "1.5";
const REFRESHED_MOST = 60;

export function checkCard(value: unknown): string[] {
  const found: string[] = [];
  const check: Check = {
    problems: (path, says) => void found.push(`${path || "/"}: ${says}`),
    inputs: new Set(),
  };
  const card = asObject(value);
  if (card?.version !== VERSION) check.problems("/version", `must be ${VERSION}`);
  checkInner(card, "", check);
  if (card) checkRefresh(card, check);
  return found;
}

/** A card, or the card inside an Action.ShowCard. */
export function checkInner(card: Json | null, at: string, check: Check): void {
  if (card?.type !== "AdaptiveCard") return void check.problems(`${at}/type`, "no AdaptiveCard");
  const body = asList(card.body) ?? [];
  body.forEach((element, index) => {
    checkElement(element, `${at}/body/${index}`, check);
  });
  const actions = asList(card.actions) ?? [];
  if (actions.length > 0) checkActions(actions, `${at}/actions`, check);
  if (body.length + actions.length === 0) check.problems(at, "the card shows nothing");
}

function checkRefresh(card: Json, { problems }: Check): void {
  if (card.refresh === undefined) return;
  const refresh = asObject(card.refresh);
  const action = asObject(refresh?.action);
  if (action?.type !== "Action.Execute" || typeof action.verb !== "string")
    problems("/refresh/action", "must be an Action.Execute with a verb");
  const userIds = asList(refresh?.userIds) ?? [];
  if (userIds.length > REFRESHED_MOST)
    problems("/refresh/userIds", `no more than ${REFRESHED_MOST}, got ${userIds.length}`);
  if (!userIds.every((id) => typeof id === "string" && id.startsWith("29:")))
    problems("/refresh/userIds", "ids of people begin with 29:");
}

type Rule = (element: Json, at: string, check: Check) => void;

function checkAll(key: string, checkOne: (value: unknown, at: string, check: Check) => void): Rule {
  return (element, at, check) => {
    const list = asList(element[key]);
    if (list === null || list.length === 0) return void check.problems(`${at}/${key}`, "is empty");
    list.forEach((value, index) => {
      checkOne(value, `${at}/${key}/${index}`, check);
    });
  };
}

function checkString(key: string): Rule {
  return (element, at, { problems }) => {
    const value = element[key];
    if (typeof value !== "string" || value === "") problems(`${at}/${key}`, "a text is needed");
  };
}

/** Elements that only Teams draws; any other client needs another way to say it. */
function hosted(rule: Rule): Rule {
  return (element, at, check) => {
    rule(element, at, check);
    if (element.fallback === undefined) check.problems(at, `${element.type} needs a fallback`);
  };
}

const ELEMENTS: Readonly<Record<string, Rule>> = {
  TextBlock: checkString("text"),
  RichTextBlock: checkAll("inlines", checkInline),
  Container: checkAll("items", checkElement),
  ColumnSet: checkAll("columns", checkColumn),
  FactSet: checkAll("facts", checkFact),
  Image: checkString("url"),
  ImageSet: checkAll("images", checkElement),
  Media: checkAll("sources", nothing),
  Table: checkTable,
  ActionSet: (element, at, check) =>
    checkActions(asList(element.actions) ?? [], `${at}/actions`, check),
  "Input.Text": checkInput,
  "Input.Number": checkInput,
  "Input.Date": checkInput,
  "Input.Time": checkInput,
  "Input.Toggle": checkInput,
  "Input.ChoiceSet": checkInput,
  Badge: hosted(checkString("text")),
  ProgressBar: hosted(nothing),
  ProgressRing: hosted(nothing),
  Icon: hosted(checkString("name")),
};

function nothing(): void {}

export function checkElement(value: unknown, at: string, check: Check): void {
  const element = asObject(value);
  const type = String(element?.type);
  const rule = Object.hasOwn(ELEMENTS, type) ? ELEMENTS[type] : undefined;
  if (element === null || !rule) return void check.problems(`${at}/type`, `unknown: ${type}`);
  rule(element, at, check);
  if (element.selectAction !== undefined)
    checkAction(element.selectAction, `${at}/selectAction`, check);
  if (element.fallback !== undefined && element.fallback !== "drop")
    checkElement(element.fallback, `${at}/fallback`, check);
}

function checkInline(value: unknown, at: string, check: Check): void {
  if (typeof value === "string") return;
  const run = asObject(value);
  if (run?.type !== "TextRun") return void check.problems(`${at}/type`, "must be TextRun");
  if (typeof run.text !== "string") check.problems(`${at}/text`, "a text is needed");
  if (run.selectAction !== undefined) checkAction(run.selectAction, `${at}/selectAction`, check);
}

function checkColumn(value: unknown, at: string, check: Check): void {
  const column = asObject(value);
  if (column === null || (column.type ?? "Column") !== "Column")
    return void check.problems(`${at}/type`, "must be Column");
  (asList(column.items) ?? []).forEach((item, index) => {
    checkElement(item, `${at}/items/${index}`, check);
  });
}

function checkFact(value: unknown, at: string, { problems }: Check): void {
  const fact = asObject(value);
  if (typeof fact?.title !== "string" || typeof fact.value !== "string")
    problems(at, "a fact has a title and a value");
}

function checkTable(table: Json, at: string, check: Check): void {
  const columns = asList(table.columns)?.length ?? 0;
  if (columns === 0) check.problems(`${at}/columns`, "is empty");
  (asList(table.rows) ?? []).forEach((value, index) => {
    const row = asObject(value) ?? {};
    const path = `${at}/rows/${index}`;
    if (row.type !== "TableRow") check.problems(`${path}/type`, "must be TableRow");
    const cells = asList(row.cells) ?? [];
    if (cells.length > columns) check.problems(path, `${cells.length} cells in ${columns} columns`);
    cells.forEach((cell, column) => {
      checkCell(cell, `${path}/cells/${column}`, check);
    });
  });
}

function checkCell(value: unknown, at: string, check: Check): void {
  const cell = asObject(value);
  if (cell?.type !== "TableCell") return void check.problems(`${at}/type`, "must be TableCell");
  (asList(cell.items) ?? []).forEach((item, index) => {
    checkElement(item, `${at}/items/${index}`, check);
  });
}
