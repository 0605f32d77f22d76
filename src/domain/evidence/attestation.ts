/** Keeps the written word of a person outside: who said what and when, about which documents, and how it was checked. */
import type { Day } from "../ids.ts";
import {
  ATTESTATION_FORMS,
  type Attestation,
  type AttestedDocument,
  AUTHENTICITY_CHECKS,
  type AuthenticityCheck,
  type FileFacts,
} from "../migrations/record.ts";
import { supersede } from "../migrations/superseded.ts";
import { type ExternalLines, readExternal } from "../people/external-person.ts";
import { readLink } from "../people/link.ts";
import { isAddressIn, isFreeMail } from "../people/mail-domains.ts";
import { ExternalRole } from "../people/person.ts";
import { anyRole } from "../people/role-names.ts";
import { domainOf } from "../people/same-person.ts";
import { plainName, readText } from "../people/typed-text.ts";
import { isRefusal, type Refusal } from "../refusal.ts";
import type { MigrationView, RequirementView } from "../requirements/view.ts";
import { compareDays, daysBetween, parseDay } from "../time/day.ts";
import type { AttestationRule } from "../workflows/definition.ts";
import { type Facts, findOpen, type OfRequirement } from "./decide.ts";
import { invalid, nameIn, readHash } from "./keep.ts";
import { isOutdated, readAbout } from "./subjects.ts";

export interface GivenWord {
  readonly role: string;
  readonly from: ExternalLines;
  readonly form: string;
  readonly statement: string;
  readonly confirmedOn: string;
  readonly document: FileFacts | null;
  /** For a controlled document: where it is, and the hash computed there. */
  readonly link: string;
  readonly sha256: string;
  /** The documents that it is about, as the form named them; none: all of them. */
  readonly about: readonly string[];
  readonly checkedHow: string;
  readonly checkedOn: string;
  readonly ourDomains: readonly string[];
}

/** Worth a second look, but no reason to refuse. */
export interface AttestationWarning {
  readonly warning: "free_mail";
  readonly domain: string;
}

/** Keeps the written word of a person outside. It is checked by the member who signs on it. */
export function decideAttestation(
  given: OfRequirement & GivenWord,
): { readonly facts: Facts; readonly warnings: readonly AttestationWarning[] } | Refusal {
  const { view, evidenceId } = given;
  const requirement = findOpen(view, given.requirement);
  if (isRefusal(requirement)) return requirement;
  const word = readWord(given, requirement);
  if (isRefusal(word)) return word;
  const refusal = refuseWord(word, { ...given, requirement });
  if (refusal) return refusal;
  const document = readDocument(given, requirement, word);
  if (isRefusal(document)) return document;
  const about = readAbout(requirement, given.about);
  if (isRefusal(about)) return about;
  const { from } = word;
  const of = { migrationId: view.record.id, requirement: requirement.name };
  return {
    facts: [
      { type: "AttestationReceived", ...of, evidenceId, ...keepWord(word, document, about) },
      ...supersede(of, requirement.item, "A written confirmation was added."),
    ],
    warnings: isFreeMail(from.email)
      ? [{ warning: "free_mail", domain: domainOf(from.email) }]
      : [],
  };
}

type Word = Pick<Attestation, "role" | "form" | "confirmedOn" | "from" | "statement"> & {
  readonly checked: AuthenticityCheck;
};

/** Names, words and links are personal; what a hash or a day says is not. */
function keepWord(
  { role, form, confirmedOn, from, statement, checked }: Word,
  { name, link, sha256, controlled }: Attestation["document"],
  about: readonly AttestedDocument[] | null,
) {
  return {
    role,
    form,
    confirmedOn,
    documentSha256: sha256,
    controlled,
    about: about?.map(({ as, place, sha256: hash }) => ({ as, place, sha256: hash })) ?? null,
    checked,
    personal: {
      from,
      statement,
      documentName: name,
      link,
      about: (about ?? []).map((document) => ({ name: document.name, link: document.link })),
    },
  };
}

function readWord(
  given: GivenWord & Pick<OfRequirement, "view">,
  requirement: RequirementView,
): Word | Refusal {
  const role = ExternalRole.safeParse(given.role).data;
  const form = ATTESTATION_FORMS.find((known) => known === given.form);
  const confirmedOn = parseDay(given.confirmedOn);
  const statement = readText(given.statement, { max: 500 });
  const { person, problems } = readExternal(given.from);
  const allowed = rolesFor(requirement);
  const fits = role !== undefined && (allowed.length === 0 || allowed.includes(role));
  const { checked, problems: unchecked } = readCheck(given, confirmedOn);
  const said = statement.text === "" ? "Write the exact words that confirm it." : statement.problem;
  const fields: Record<string, string> = {
    ...(fits ? {} : { role: whose(allowed) }),
    ...problems,
    ...(form ? {} : { form: "Choose what kind of document it is." }),
    ...(confirmedOn ? {} : { confirmed_on: "Give the date of the document." }),
    ...(said === null ? {} : { statement: said }),
    ...unchecked,
  };
  const isWhole = Object.keys(fields).length === 0;
  if (!isWhole || !fits || !form || !confirmedOn || !checked || statement.text === null) {
    return { refused: "invalid_answers", fields };
  }
  return { role, form, confirmedOn, from: person, statement: statement.text, checked };
}

/** Who records a word says how and when its authenticity was checked. */
function readCheck(
  {
    checkedHow,
    checkedOn,
    view,
  }: Pick<GivenWord, "checkedHow" | "checkedOn"> & { readonly view: MigrationView },
  confirmedOn: Day | null,
): {
  readonly checked: AuthenticityCheck | null;
  readonly problems: Readonly<Record<string, string>>;
} {
  const how = AUTHENTICITY_CHECKS.find((known) => known === checkedHow);
  const on = parseDay(checkedOn);
  const day = dayProblem(on, { confirmedOn, today: view.today });
  const problems = {
    ...(how ? {} : { checked_how: "Choose how you checked that it is authentic." }),
    ...(day === null ? {} : { checked_on: day }),
  };
  return { checked: how && on && day === null ? { how, on } : null, problems };
}

function dayProblem(
  on: Day | null,
  { confirmedOn, today }: { readonly confirmedOn: Day | null; readonly today: Day },
): string | null {
  if (on === null) return "Give the day on which you checked it.";
  if (compareDays(on, today) > 0) return "This day has not come yet.";
  return confirmedOn !== null && compareDays(on, confirmedOn) < 0
    ? "It cannot have been checked before it was written."
    : null;
}

function whose(allowed: readonly ExternalRole[]): string {
  return allowed.length === 0 ? "Choose a role." : `Here the word of ${anyRole(allowed)} counts.`;
}

/** Whose word counts for this requirement; empty where the file names nobody. */
function rolesFor({ definition }: RequirementView): readonly ExternalRole[] {
  const rules = rulesOf(definition).flatMap(({ from }) => from);
  const slots = definition.evidence.flatMap((slot) => slot.satisfied_by_attestation ?? []);
  return [...new Set([...rules, ...slots])];
}

function rulesOf({ sign_off, waiver }: RequirementView["definition"]): readonly AttestationRule[] {
  return [...sign_off.attestations, ...(waiver?.attestations ?? [])];
}

function refuseWord(
  { role, confirmedOn, from }: Word,
  given: {
    readonly view: MigrationView;
    readonly requirement: RequirementView;
    readonly ourDomains: readonly string[];
  },
): Refusal | null {
  const { view, requirement } = given;
  if (compareDays(confirmedOn, view.today) > 0) {
    return invalid("confirmed_on", "This day has not come yet.");
  }
  // The person who opened the migration is one of us, so their domain is ours.
  const opener = view.record.openedBy?.email ?? null;
  const ours = opener && !isFreeMail(opener) ? [domainOf(opener)] : [];
  if (isAddressIn(from.email, [...given.ourDomains, ...ours])) {
    return { refused: "attestation_from_inside", domain: domainOf(from.email) };
  }
  const reasons = rulesOf(requirement.definition)
    .filter((rule) => rule.from.includes(role))
    .map((rule) => refuseAge(rule, { confirmedOn, requirement, today: view.today }));
  return reasons.every((reason) => reason !== null) ? (reasons[0] ?? null) : null;
}

function refuseAge(
  rule: AttestationRule,
  word: {
    readonly confirmedOn: Day;
    readonly requirement: RequirementView;
    readonly today: Day;
  },
): Refusal | null {
  const { confirmedOn, requirement, today } = word;
  const subject = requirement.pages.flat().find(({ question }) => question.id === rule.not_before)
    ?.answer?.value;
  const notBefore = typeof subject === "string" ? parseDay(subject) : null;
  if (notBefore !== null && compareDays(confirmedOn, notBefore) < 0) {
    return { refused: "attestation_too_early", notBefore };
  }
  const { max_age_days } = rule;
  return max_age_days !== undefined && daysBetween(confirmedOn, today) > max_age_days
    ? { refused: "attestation_too_old", maxDays: max_age_days }
    : null;
}

/**
 * The document that came with an outdated word of the same day, for a word that is recorded again because it covers
 * what is there now.
 */
function documentKept(
  { item }: RequirementView,
  { role, confirmedOn, from }: Word,
): Attestation["document"] | null {
  const before = item.attestations.findLast(
    (word) =>
      isOutdated(word, item) &&
      word.role === role &&
      word.confirmedOn === confirmedOn &&
      word.from.email === from.email,
  );
  return before?.document ?? null;
}

/** An upload that was hashed, or for controlled content a link with the hash computed where it is kept. */
function readDocument(
  given: GivenWord,
  requirement: RequirementView,
  word: Word,
): Attestation["document"] | Refusal {
  const { document } = given;
  const { role } = word;
  const isControlled = requirement.definition.evidence.some(
    (slot) => slot.controlled && slot.satisfied_by_attestation?.includes(role),
  );
  if (document && isControlled) {
    return invalid("document", "This is controlled: give a link and its SHA-256, never the file.");
  }
  if (document) {
    const { sha256, link } = document;
    return { name: plainName(document.name), sha256, link, controlled: false };
  }
  if (given.link.trim() === "") {
    return documentKept(requirement, word) ?? { refused: "evidence_needed" };
  }
  const { link, problem } = readLink(given.link);
  if (problem !== null) return invalid("link", problem);
  const sha256 = readHash(given.sha256);
  if (sha256 === null || sha256 === "wrong") {
    return invalid("sha256", "Give the SHA-256 of the document: 64 characters, 0-9 and a-f.");
  }
  return { name: plainName(nameIn(link)), sha256, link, controlled: true };
}
