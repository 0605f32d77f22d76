/**
 * What a submitted page changes. Only what cannot be stored, or cannot be true of anything, is refused; a value
 * that a rule forbids is an answer, and its outcome says so. Otherwise people learn to lie.
 */
import { canonicalJson } from "../audit/canonical.ts";
import type { EvidenceFact, SignOffFact } from "../facts.ts";
import type { Day, RequirementName } from "../ids.ts";
import type { AnswerValue, FileFacts } from "../migrations/record.ts";
import { supersede } from "../migrations/superseded.ts";
import { EXTERNAL_FIELDS, readExternal } from "../people/external-person.ts";
import { readLink } from "../people/link.ts";
import { plainName, readLine, readText } from "../people/typed-text.ts";
import type { Refusal } from "../refusal.ts";
import { compareDays, parseDay } from "../time/day.ts";
import type { Question, Validation } from "../workflows/definition.ts";
import { valueJson } from "./content-hash.ts";
import type { MigrationView, PageView } from "./view.ts";

/** What a surface hands over for one field. */
export type RawValue = string | readonly string[] | FileFacts;

/** A value; nothing, where a field was cleared or was not on the page; or sentences beside their fields. */
type Read =
  | { readonly is: "value"; readonly value: AnswerValue }
  | { readonly is: "cleared" | "absent" }
  | { readonly is: "impossible"; readonly fields: Readonly<Record<string, string>> };

interface Reading {
  readonly question: Question;
  readonly validate: Validation;
  readonly today: Day;
  readonly raw: (field: string) => RawValue | undefined;
  /** The answer to another question: as typed on this page, else as it stands. */
  readonly other: (id: string | undefined) => string | null;
}

/** The facts of a page; an unchanged answer is none. A question that is hidden now is left alone. */
export function readAnswers(input: {
  readonly view: MigrationView;
  readonly requirement: RequirementName;
  readonly page: number;
  readonly values: ReadonlyMap<string, RawValue>;
}): { readonly facts: readonly (EvidenceFact | SignOffFact)[] } | Refusal {
  const { view, values } = input;
  const { record, today } = view;
  if (record.state !== "open") return { refused: "migration_not_open", state: record.state };
  const requirement = view.requirements.find(({ name }) => name === input.requirement);
  const page = requirement?.pages[input.page];
  if (!requirement || !page) return { refused: "out_of_date" };
  const raw = (field: string): RawValue | undefined => values.get(field);
  const other = otherAnswer(requirement.pages.flat(), values);
  const read = page.map(({ question, answer }) => {
    const validate = question.validate ?? {};
    return {
      question,
      answer,
      got: READERS[question.type]({ question, validate, today, raw, other }),
    };
  });
  const fields = Object.assign(
    {},
    ...read.map(({ got }) => (got.is === "impossible" ? got.fields : {})),
  );
  if (Object.keys(fields).length > 0) return { refused: "invalid_answers", fields };
  const of = { migrationId: record.id, requirement: requirement.name };
  const facts = read.flatMap(({ question, answer, got }): readonly EvidenceFact[] => {
    if (got.is === "value" && !isSame(answer?.value, got.value)) {
      return [
        { type: "AnswerGiven", ...of, question: question.id, personal: { value: got.value } },
      ];
    }
    return got.is === "cleared" && answer
      ? [{ type: "AnswerWithdrawn", ...of, question: question.id }]
      : [];
  });
  if (facts.length === 0) return { facts };
  return { facts: [...facts, ...supersede(of, requirement.item, "An answer changed.")] };
}

function otherAnswer(questions: PageView, values: ReadonlyMap<string, RawValue>): Reading["other"] {
  return (id) => {
    if (id === undefined) return null;
    const typed = values.get(id);
    if (typeof typed === "string") return typed.trim();
    const stands = questions.find(({ question }) => question.id === id)?.answer?.value;
    return typeof stands === "string" || typeof stands === "number" ? String(stands) : null;
  };
}

function isSame(before: AnswerValue | undefined, after: AnswerValue): boolean {
  return (
    before !== undefined && canonicalJson(valueJson(before)) === canonicalJson(valueJson(after))
  );
}

const READERS: Readonly<Record<Question["type"], (reading: Reading) => Read>> = {
  choice: (reading) => readTyped(reading, readChoice),
  multi: readMulti,
  text: (reading) => readTyped(reading, readWords),
  date: (reading) => readTyped(reading, readDate),
  number: (reading) => readTyped(reading, readNumber),
  url: (reading) => readTyped(reading, readUrl),
  file: readFile,
  member: (reading) => readTyped(reading, readMember),
  external: readOutsider,
};

type TypedReader = (typed: string, reading: Reading) => Read;

/** A field that comes as one text. */
function readTyped(reading: Reading, read: TypedReader): Read {
  const raw = reading.raw(reading.question.id);
  if (raw === undefined) return { is: "absent" };
  if (isList(raw) && raw.length > 1) return impossible(reading, "Give one answer here.");
  const typed = typeof raw === "string" ? raw : isList(raw) ? (raw[0] ?? "") : null;
  if (typed === null) return impossible(reading, "This question takes no file.");
  return typed.trim() === "" ? { is: "cleared" } : read(typed, reading);
}

function readChoice(typed: string, reading: Reading): Read {
  const option = (reading.question.options ?? []).find(({ id }) => id === typed);
  return option ? value(option.id) : impossible(reading, "Choose one of the options.");
}

function readMulti(reading: Reading): Read {
  const raw = reading.raw(reading.question.id);
  if (raw === undefined) return { is: "absent" };
  if (typeof raw !== "string" && !isList(raw)) return impossible(reading, "Choose from the list.");
  const chosen = (typeof raw === "string" ? [raw] : raw).filter((id) => id !== "");
  return chosen.length === 0 ? { is: "cleared" } : readChoices(chosen, reading);
}

/** Options in the order of the question, each once. */
function readChoices(chosen: readonly string[], reading: Reading): Read {
  const { question, validate } = reading;
  const options = question.options ?? [];
  if (!chosen.every((id) => options.some((option) => option.id === id))) {
    return impossible(reading, "Choose from the list.");
  }
  const picked = options.filter(({ id }) => chosen.includes(id));
  const alone = picked.find(({ id }) => validate.exclusive?.includes(id));
  if (alone && picked.length > 1) {
    return impossible(reading, `“${alone.label}” cannot stand beside other choices.`);
  }
  const fewest = alone ? 1 : (validate.min_items ?? 1);
  return picked.length < fewest
    ? impossible(reading, `Choose at least ${fewest}.`)
    : value(picked.map(({ id }) => id));
}

const FORMATS: Readonly<
  Record<NonNullable<Validation["format"]>, { readonly shape: RegExp; readonly says: string }>
> = {
  fedramp_id: {
    shape: /^(F(R)?[0-9A-Z]{6,14}|[A-Z0-9]{6,14})$/,
    says: "This is not a FedRAMP ID, such as FR1825941347A.",
  },
};

function readWords(typed: string, reading: Reading): Read {
  const { validate, other } = reading;
  const { text, problem } = readText(typed, { max: validate.max_length ?? 2000 });
  if (problem !== null) return impossible(reading, problem);
  const length = [...text].length;
  if (length < (validate.min_length ?? 1)) {
    return impossible(reading, `Write at least ${validate.min_length} characters.`);
  }
  const format = validate.format && FORMATS[validate.format];
  if (format && !format.shape.test(text)) return impossible(reading, format.says);
  const same = other(validate.distinct_from)?.toLowerCase() === text.toLowerCase();
  return same ? impossible(reading, "This must differ from the other answer.") : value(text);
}

function readDate(typed: string, reading: Reading): Read {
  const { validate, today, other } = reading;
  const day = parseDay(typed);
  if (day === null) return impossible(reading, "There is no such day. Write it as YYYY-MM-DD.");
  if (validate.not_future && compareDays(day, today) > 0) {
    return impossible(reading, "This day has not come yet.");
  }
  if (validate.not_past && compareDays(day, today) < 0) {
    return impossible(reading, "This day has passed.");
  }
  const first = parseDay(other(validate.not_before) ?? "");
  return first !== null && compareDays(day, first) < 0
    ? impossible(reading, `This cannot be before ${first}.`)
    : value(day);
}

function readNumber(typed: string, reading: Reading): Read {
  const { validate, other } = reading;
  const text = typed.trim();
  if (!/^-?\d{1,15}(\.\d{1,6})?$/.test(text)) {
    return impossible(reading, "Write a number with digits only, such as 72.");
  }
  // Adding zero turns -0, which JSON cannot write, into 0.
  const number = Number(text) + 0;
  const { min, max, integer } = validate;
  if (integer && !Number.isInteger(number)) return impossible(reading, "Write a whole number.");
  if (min !== undefined && number < min) return impossible(reading, `The least is ${min}.`);
  if (max !== undefined && number > max) return impossible(reading, `The most is ${max}.`);
  const most = other(validate.at_most);
  return most !== null && most !== "" && number > Number(most)
    ? impossible(reading, `This cannot be more than ${most}.`)
    : value(number);
}

function readUrl(typed: string, reading: Reading): Read {
  const { link, problem } = readLink(typed, reading.validate.url_hosts);
  return problem === null ? value(link) : impossible(reading, problem);
}

/** The person as the surface names them. */
function readMember(typed: string, reading: Reading): Read {
  const { text, problem } = readLine(typed);
  return problem === null ? value(text) : impossible(reading, problem);
}

/** A form cannot show an earlier file, so a field left empty keeps it. */
function readFile(reading: Reading): Read {
  const { question, validate } = reading;
  const raw = reading.raw(question.id);
  if (raw === undefined || typeof raw === "string" || isList(raw)) return { is: "absent" };
  const name = plainName(raw.name);
  const types = validate.file_types ?? [];
  const fits = types.some((type) => name.toLowerCase().endsWith(`.${type.toLowerCase()}`));
  if (types.length > 0 && !fits) return impossible(reading, `Give a ${types.join(", ")} file.`);
  return value({ ...raw, name });
}

/** Four fields, `<id>.name` to `<id>.email`: all of them or none. */
function readOutsider(reading: Reading): Read {
  const { id } = reading.question;
  const raws = EXTERNAL_FIELDS.map((field) => reading.raw(`${id}.${field}`));
  if (raws.every((raw) => raw === undefined)) return { is: "absent" };
  const [name = "", title = "", organisation = "", email = ""] = raws.map((raw) =>
    typeof raw === "string" ? raw.trim() : "",
  );
  if (`${name}${title}${organisation}${email}` === "") return { is: "cleared" };
  const { person, problems } = readExternal({ name, title, organisation, email });
  const fields = Object.entries(problems).map(([field, says]) => [`${id}.${field}`, says]);
  return fields.length === 0
    ? value(person)
    : { is: "impossible", fields: Object.fromEntries(fields) };
}

function value(given: AnswerValue): Read {
  return { is: "value", value: given };
}

function impossible({ question }: Reading, sentence: string): Read {
  return { is: "impossible", fields: { [question.id]: sentence } };
}

function isList(raw: RawValue): raw is readonly string[] {
  return Array.isArray(raw);
}
