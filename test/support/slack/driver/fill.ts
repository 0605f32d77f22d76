/** Fills a modal's inputs as the Slack client does, and refuses to send what the client would not send. */
import { asList, asObject, type Json } from "../checks/parts.ts";
import { describeFile } from "../methods-files.ts";
import type { SlackStandIn } from "../stand-in.ts";
import { optionsOf, withBlockIds } from "./reading.ts";

export interface GivenFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** By field id or by label. An option is given by its label or value; several as a list. */
export type Filling = Readonly<Record<string, string | readonly string[] | readonly GivenFile[]>>;

export interface FillContext {
  readonly slack: SlackStandIn;
  readonly user: string;
  /** Sends what the client would hold back, to see what the app says. */
  readonly anyway: boolean;
}

/** The `state.values` of a submission. */
export function fillView(view: Json, filling: Filling, context: FillContext): Json {
  const inputs = withBlockIds((asList(view.blocks) ?? []).map((b) => asObject(b) ?? {})).filter(
    (block) => block.type === "input",
  );
  refuseStrangers(inputs, filling);
  const entries = inputs.map((block) => {
    const id = String(block.block_id);
    const label = labelOf(block);
    const element = asObject(block.element) ?? {};
    const state = stateOf(element, filling[Object.hasOwn(filling, id) ? id : label], context);
    if (!context.anyway) holdBack(block, state, label);
    return [id, { [String(element.action_id ?? "auto")]: state }];
  });
  return Object.fromEntries(entries);
}

function labelOf(block: Json): string {
  return String(asObject(block.label)?.text);
}

function refuseStrangers(inputs: readonly Json[], filling: Filling): void {
  const known = inputs.flatMap((block) => [String(block.block_id), labelOf(block)]);
  const strange = Object.keys(filling).filter((key) => !known.includes(key));
  if (strange.length === 0) return;
  const fields = inputs.map((block) => `${block.block_id} (${labelOf(block)})`).join("; ");
  throw new Error(`the form has no field ${strange.join(", ")}; it has ${fields}`);
}

function stateOf(element: Json, given: Filling[string] | undefined, context: FillContext): Json {
  const type = String(element.type);
  switch (type) {
    case "radio_buttons":
    case "static_select":
      return { type, selected_option: pickOption(element, given, context) };
    case "checkboxes":
    case "multi_static_select":
      return { type, selected_options: pickOptions(element, given, context) };
    case "datepicker":
      return { type, selected_date: given ?? element.initial_date ?? null };
    case "users_select":
      return { type, selected_user: given ?? element.initial_user ?? null };
    case "file_input":
      return { type, files: addFiles(given, context) };
    default:
      return { type, value: given === "" ? null : (given ?? element.initial_value ?? null) };
  }
}

function pickOption(
  element: Json,
  given: Filling[string] | undefined,
  { anyway }: FillContext,
): Json | null {
  if (given === undefined) return asObject(element.initial_option);
  if (given === "") return null;
  const options = optionsOf(element);
  const found = options.find(
    (option) => option.value === given || asObject(option.text)?.text === given,
  );
  if (found) return found;
  if (anyway) return { text: { type: "plain_text", text: String(given) }, value: String(given) };
  const labels = options.map((option) => asObject(option.text)?.text).join(", ");
  throw new Error(`there is no option ${String(given)}; there are ${labels}`);
}

function pickOptions(
  element: Json,
  given: Filling[string] | undefined,
  context: FillContext,
): Json[] {
  if (given === undefined)
    return (asList(element.initial_options) ?? []).map((option) => asObject(option) ?? {});
  const list = typeof given === "string" ? [given] : given;
  return list.flatMap((entry) => {
    const option = typeof entry === "string" ? pickOption(element, entry, context) : null;
    return option ? [option] : [];
  });
}

function addFiles(given: Filling[string] | undefined, { slack, user }: FillContext): Json[] {
  if (given === undefined || typeof given === "string") return [];
  return given.flatMap((file) =>
    typeof file === "string" ? [] : [describeFile(slack.addFile({ ...file, user }))],
  );
}

const FORMS: Record<string, RegExp> = {
  email_text_input: /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
  url_text_input: /^https?:\/\/\S+$/i,
  number_input: /^-?\d+(\.\d+)?$/,
};

function holdBack(block: Json, state: Json, label: string): void {
  const value =
    state.value ?? state.selected_option ?? state.selected_date ?? state.selected_user ?? null;
  const list = asList(state.selected_options) ?? asList(state.files);
  const isEmpty = list ? list.length === 0 : value === null;
  if (isEmpty && block.optional !== true)
    throw new Error(`Slack would not send the form: "${label}" is required`);
  const element = asObject(block.element) ?? {};
  if (typeof value !== "string") return;
  if (value.length > Number(element.max_length ?? 3000))
    throw new Error(`Slack would not send the form: "${label}" is too long`);
  const form = FORMS[String(element.type)];
  if (form && !form.test(value))
    throw new Error(`Slack would not send the form: "${label}" is not of its kind`);
}
