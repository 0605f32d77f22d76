/** The small parts of blocks that many of them share: texts, options, confirmations, and keys nobody may add. */

export type Surface = "message" | "modal" | "home";
export type Json = Readonly<Record<string, unknown>>;
export type Problems = (path: string, says: string) => void;

/** The value as an object, or null when it is something else. */
export function asObject(value: unknown): Json | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : null;
}

/** The value as a list, or null when it is something else. */
export function asList(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

/** Slack answers `invalid additional property` for a key that it does not know. */
export function checkKeys(
  value: Json,
  known: readonly string[],
  problems: Problems,
  at = "",
): void {
  for (const key of Object.keys(value))
    if (!known.includes(key)) problems(`${at}/${key}`, "invalid additional property");
}

export interface TextRule {
  readonly at: string;
  readonly max: number;
  readonly only?: "plain_text" | "mrkdwn";
}

/** A text object: its kind, and 1 to `max` characters. */
export function checkText(value: unknown, rule: TextRule, problems: Problems): void {
  const object = asObject(value);
  if (object === null) return void problems(rule.at, "a text object is needed");
  const { type, text } = object;
  if (type !== "plain_text" && type !== "mrkdwn")
    return void problems(`${rule.at}/type`, "plain_text or mrkdwn");
  if (rule.only !== undefined && type !== rule.only)
    problems(`${rule.at}/type`, `must be ${rule.only}`);
  const keys = type === "mrkdwn" ? ["type", "text", "verbatim"] : ["type", "text", "emoji"];
  checkKeys(object, keys, problems, rule.at);
  if (typeof text !== "string" || text.length === 0)
    problems(`${rule.at}/text`, "must be more than 0 characters");
  else if (text.length > rule.max)
    problems(`${rule.at}/text`, `must be less than ${rule.max + 1} characters, got ${text.length}`);
}

/** A list of options, each with a label of at most 75 characters and a value of at most 75. */
export function checkOptions(
  value: unknown,
  rule: { readonly at: string; readonly max: number },
  problems: Problems,
): void {
  const options = asList(value);
  if (options === null || options.length < 1 || options.length > rule.max)
    return void problems(rule.at, `must be 1 to ${rule.max} options, got ${options?.length ?? 0}`);
  const values = new Set<unknown>();
  options.forEach((entry, index) => {
    const option = asObject(entry) ?? {};
    const at = `${rule.at}/${index}`;
    checkKeys(option, ["text", "value", "description"], problems, at);
    checkText(option.text, { at: `${at}/text`, max: 75 }, problems);
    if (option.description !== undefined)
      checkText(option.description, { at: `${at}/description`, max: 75 }, problems);
    const given = option.value;
    if (typeof given !== "string" || given === "" || given.length > 75)
      problems(`${at}/value`, "must be 1 to 75 characters");
    if (values.has(given)) problems(`${at}/value`, "duplicate value");
    values.add(given);
  });
}

/** A preselected option must be, to the letter, one of the options. */
export function checkInitial(element: Json, at: string, problems: Problems): void {
  const groups = (asList(element.option_groups) ?? []).flatMap(
    (group) => asList(asObject(group)?.options) ?? [],
  );
  const options = [...(asList(element.options) ?? []), ...groups].map((o) => JSON.stringify(o));
  const chosen = asList(element.initial_options) ?? [element.initial_option];
  for (const option of chosen)
    if (option !== undefined && !options.includes(JSON.stringify(option)))
      problems(`${at}/initial_option`, "is not one of the options");
  if (asList(element.initial_options)?.length === 0) problems(`${at}/initial_options`, "is empty");
}

/** The question asked before an action. */
export function checkConfirm(value: unknown, at: string, problems: Problems): void {
  const confirm = asObject(value);
  if (confirm === null) return void problems(at, "not an object");
  checkKeys(confirm, ["title", "text", "confirm", "deny", "style"], problems, at);
  checkText(confirm.title, { at: `${at}/title`, max: 100, only: "plain_text" }, problems);
  checkText(confirm.text, { at: `${at}/text`, max: 300 }, problems);
  checkText(confirm.confirm, { at: `${at}/confirm`, max: 30, only: "plain_text" }, problems);
  checkText(confirm.deny, { at: `${at}/deny`, max: 30, only: "plain_text" }, problems);
}
