/** Says what Slack would refuse about an interactive element, and whether it may stand where it stands. */
import {
  asList,
  asObject,
  checkConfirm,
  checkInitial,
  checkKeys,
  checkOptions,
  checkText,
  type Json,
  type Problems,
  type Surface,
} from "./parts.ts";

export interface ElementPlace {
  readonly at: string;
  readonly place: "section" | "actions" | "input";
  readonly surface: Surface;
}

interface ElementRule {
  readonly places: readonly ElementPlace["place"][];
  readonly keys: readonly string[];
  readonly check: (element: Json, at: string, problems: Problems) => void;
}

/** Adds every reason why Slack would refuse this element here. */
export function checkElement(value: unknown, where: ElementPlace, problems: Problems): void {
  const element = asObject(value);
  if (element === null) return void problems(where.at, "an element is needed");
  const type = String(element.type);
  const rule = Object.hasOwn(ELEMENTS, type) ? ELEMENTS[type] : undefined;
  if (!rule) return void problems(`${where.at}/type`, `unsupported type: ${type}`);
  if (!rule.places.includes(where.place))
    problems(where.at, `${type} is not allowed in ${where.place}`);
  if (type === "file_input" && where.surface !== "modal")
    problems(where.at, "file_input is for modals");
  checkKeys(element, ["type", "action_id", ...rule.keys], problems, where.at);
  const id = element.action_id;
  if (id !== undefined && (typeof id !== "string" || id === "" || id.length > 255))
    problems(`${where.at}/action_id`, "must be 1 to 255 characters");
  if (element.placeholder !== undefined) {
    const rules = { at: `${where.at}/placeholder`, max: 150, only: "plain_text" } as const;
    checkText(element.placeholder, rules, problems);
  }
  if (element.confirm !== undefined) checkConfirm(element.confirm, `${where.at}/confirm`, problems);
  rule.check(element, where.at, problems);
}

function checkSelect(element: Json, at: string, problems: Problems): void {
  const groups = asList(element.option_groups);
  if (groups === null) {
    checkOptions(element.options, { at: `${at}/options`, max: 100 }, problems);
    return void checkInitial(element, at, problems);
  }
  if (element.options !== undefined) problems(at, "options and option_groups exclude one another");
  if (groups.length < 1 || groups.length > 100) problems(`${at}/option_groups`, "must be 1 to 100");
  groups.forEach((entry, index) => {
    const group = asObject(entry) ?? {};
    const path = `${at}/option_groups/${index}`;
    checkText(group.label, { at: `${path}/label`, max: 75, only: "plain_text" }, problems);
    checkOptions(group.options, { at: `${path}/options`, max: 100 }, problems);
  });
  checkInitial(element, at, problems);
}

function checkTyped(pattern: RegExp, key: string) {
  return (element: Json, at: string, problems: Problems): void => {
    const value = element[key];
    if (value !== undefined && (typeof value !== "string" || !pattern.test(value)))
      problems(`${at}/${key}`, "has the wrong form");
  };
}

const ANYWHERE = ["section", "actions", "input"] as const;

const ELEMENTS: Record<string, ElementRule> = {
  button: {
    places: ["section", "actions"],
    keys: ["text", "value", "url", "style", "confirm", "accessibility_label"],
    check(element, at, problems) {
      checkText(element.text, { at: `${at}/text`, max: 75, only: "plain_text" }, problems);
      if (element.value !== undefined && String(element.value).length > 2000)
        problems(`${at}/value`, "must be less than 2001 characters");
      if (element.url !== undefined) {
        if (String(element.url).length > 3000) problems(`${at}/url`, "too long");
        if (!URL.canParse(String(element.url))) problems(`${at}/url`, "not a URL");
      }
      if (element.style !== undefined && element.style !== "primary" && element.style !== "danger")
        problems(`${at}/style`, "primary or danger");
      if (String(element.accessibility_label ?? "").length > 75)
        problems(`${at}/accessibility_label`, "must be less than 76 characters");
    },
  },
  overflow: {
    places: ["section", "actions"],
    keys: ["options", "confirm"],
    check: (element, at, problems) =>
      checkOptions(element.options, { at: `${at}/options`, max: 5 }, problems),
  },
  static_select: {
    places: ANYWHERE,
    keys: ["placeholder", "options", "option_groups", "initial_option", "confirm", "focus_on_load"],
    check: checkSelect,
  },
  multi_static_select: {
    places: ANYWHERE,
    keys: [
      "placeholder",
      "options",
      "option_groups",
      "initial_options",
      "confirm",
      "max_selected_items",
      "focus_on_load",
    ],
    check: checkSelect,
  },
  radio_buttons: {
    places: ANYWHERE,
    keys: ["options", "initial_option", "confirm", "focus_on_load"],
    check(element, at, problems) {
      checkOptions(element.options, { at: `${at}/options`, max: 10 }, problems);
      checkInitial(element, at, problems);
    },
  },
  checkboxes: {
    places: ANYWHERE,
    keys: ["options", "initial_options", "confirm", "focus_on_load"],
    check(element, at, problems) {
      checkOptions(element.options, { at: `${at}/options`, max: 10 }, problems);
      checkInitial(element, at, problems);
    },
  },
  plain_text_input: {
    places: ["input"],
    keys: ["placeholder", "initial_value", "multiline", "min_length", "max_length"],
    check(element, at, problems) {
      const max = element.max_length ?? 3000;
      if (typeof max !== "number" || max < 1 || max > 3000)
        problems(`${at}/max_length`, "must be 1 to 3000");
      if (String(element.initial_value ?? "").length > Number(max))
        problems(`${at}/initial_value`, "is longer than max_length");
    },
  },
  email_text_input: {
    places: ["input"],
    keys: ["placeholder", "initial_value"],
    check: checkTyped(/^[^@\s]+@[^@\s]+$/, "initial_value"),
  },
  url_text_input: {
    places: ["input"],
    keys: ["placeholder", "initial_value"],
    check: checkTyped(/^[a-z][a-z0-9+.-]*:\S+$/i, "initial_value"),
  },
  number_input: {
    places: ["input"],
    keys: ["placeholder", "initial_value", "is_decimal_allowed", "min_value", "max_value"],
    check(element, at, problems) {
      if (typeof element.is_decimal_allowed !== "boolean")
        problems(`${at}/is_decimal_allowed`, "is needed");
      checkTyped(/^-?\d+(\.\d+)?$/, "initial_value")(element, at, problems);
    },
  },
  datepicker: {
    places: ANYWHERE,
    keys: ["placeholder", "initial_date", "confirm"],
    check(element, at, problems) {
      const date = element.initial_date;
      if (date === undefined) return;
      const parsed = new Date(`${String(date)}T00:00:00Z`);
      if (Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== date)
        problems(`${at}/initial_date`, "not a calendar day");
    },
  },
  users_select: {
    places: ANYWHERE,
    keys: ["placeholder", "initial_user", "confirm"],
    check: checkTyped(/^[UW][A-Z0-9]+$/, "initial_user"),
  },
  file_input: {
    places: ["input"],
    keys: ["filetypes", "max_files"],
    check(element, at, problems) {
      const max = element.max_files ?? 10;
      if (typeof max !== "number" || max < 1 || max > 10)
        problems(`${at}/max_files`, "must be 1 to 10");
      const types = asList(element.filetypes);
      if (types !== null && !types.every((type) => /^[a-z0-9]+$/.test(String(type))))
        problems(`${at}/filetypes`, "extensions without a dot");
    },
  },
};
