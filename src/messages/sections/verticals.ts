/** Why verticals seem to apply, and what has to be in place before work begins. */
import type { MigrationRecord } from "../../domain/migrations/record.ts";
import type { Detection, Match } from "../../domain/verticals/detection.ts";
import type { Button, ChecklistLine, Message, Section, Text } from "../message.ts";
import { listed, short } from "../wording.ts";
import { button } from "./steps.ts";

type NameOf = (vertical: string) => string;

/** Why the rules of a vertical matter, and its critical notes. */
export function verticalHelp(about: {
  readonly title: string;
  /** What we sell to customers of this vertical. */
  readonly product: string | null;
  readonly why: string | null;
  readonly notes: readonly string[];
}): Message {
  const { title, product, why, notes } = about;
  return {
    headline: `About ${short(product === null ? title : `${title} (${product})`, 100)}`,
    sections: [
      ...(why === null ? [] : [{ title: "Why it matters", lines: [why] }]),
      ...(notes.length === 0 ? [] : [{ title: "Keep in mind", lines: notes }]),
      { actions: [button("All commands", { type: "ShowHelp" })] },
    ],
  };
}

/** What counts of a person before work begins. */
export interface Checked {
  readonly email: string | null;
  readonly emailConfirmed: boolean;
}

/** The proposal in one line: what seems to apply and what is in doubt. */
export function proposalHeadline(
  record: MigrationRecord,
  { auto, ask }: Detection,
  name: NameOf,
): string {
  const customer = short(record.customer, 60);
  const maybe = ask.map(({ vertical }) => name(vertical));
  if (auto.length > 0) {
    const verb = auto.length === 1 ? "seems to apply" : "seem to apply";
    const more = maybe.length === 0 ? "" : ` ${listed(maybe, "and")} may apply too.`;
    return `${customer}: ${listed(auto.map(name), "and")} ${verb}.${more} Please confirm.`;
  }
  if (maybe.length > 0) return `${customer}: does ${listed(maybe, "or")} apply? Please decide.`;
  return `${customer}: no compliance vertical found. Please confirm that none applies.`;
}

/** Every match with its word and the reason. */
export function foundLines(detection: Detection, name: NameOf): readonly Text[] {
  const lines = detection.matches.map((match) => matchLine(match, name(match.vertical)));
  return lines.length === 0 ? ["No word of the industry points to a vertical."] : lines;
}

const DECISIONS: Readonly<Record<Match["decision"], string>> = {
  auto: "applies",
  ask: "please decide",
  ignored: "ignored",
};

function matchLine(match: Match, title: string): Text {
  const word = `“${match.word}”`;
  const why = match.why.includes(word) ? match.why : `${word}. ${match.why}`;
  return [{ strong: `${title} (${DECISIONS[match.decision]}): ` }, why];
}

/** What the detection flags, in sentences: those of the workflow files first. */
export function flagSections(
  flags: readonly string[],
  together: readonly string[],
): readonly Section[] {
  const lines = [
    ...together,
    ...(flags.includes("needs_input")
      ? ["The industry is too short or unclear to tell. Please choose yourself."]
      : []),
  ];
  return lines.length === 0 ? [] : [{ title: "Please note", lines }];
}

/** The four checks of the compliance guide, "Before You Start". */
export function preconditionLines(
  record: MigrationRecord,
  person: Checked,
): readonly ChecklistLine[] {
  const line = (ready: boolean, text: Text, action?: Button): ChecklistLine => ({
    mark: ready ? "done" : "open",
    text,
    state: ready ? "done" : "to do",
    ...(ready || action === undefined ? {} : { action }),
  });
  const migration = record.id;
  const contact = record.contacts.find(({ role }) => role === "customer_compliance_officer");
  const email =
    person.email === null
      ? "Your account shows no e-mail address; add one to your profile before you sign."
      : `Your company e-mail: ${person.email}${person.emailConfirmed ? "" : " (not confirmed yet)"}`;
  return [
    line(true, ["The migration has an id: ", { code: record.id }]),
    line(
      record.verticals !== null,
      record.verticals === null
        ? `Confirm which rules the customer's industry calls for: ${record.industry}`
        : `The customer's industry is known: ${record.industry}`,
      button("Confirm verticals", { type: "ReviewVerticals", migration }),
    ),
    line(person.email !== null && person.emailConfirmed, email),
    line(
      contact !== undefined,
      contact
        ? `The customer's compliance contact: ${contact.name}, ${contact.organisation}. Make sure that you can open the platform's admin console.`
        : "You need the customer's compliance contact and access to the platform's admin console.",
      button("Add the contact", { type: "EditContact", migration }),
    ),
  ];
}
