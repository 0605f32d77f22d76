/** What may count as evidence. Files are never kept: a hash, a link or "held by counsel" stands for them. */
import type { EvidenceFact, SignOffFact } from "../facts.ts";
import type { Day, EvidenceId, RequirementName } from "../ids.ts";
import { ATTESTATION_FORMS, type Attestation, type FileFacts } from "../migrations/record.ts";
import { supersede } from "../migrations/superseded.ts";
import { type ExternalLines, readExternal } from "../people/external-person.ts";
import { readLink } from "../people/link.ts";
import { isAddressIn, isFreeMail } from "../people/mail-domains.ts";
import { ExternalRole } from "../people/person.ts";
import { anyRole } from "../people/role-names.ts";
import { domainOf } from "../people/same-person.ts";
import { plainName, readText } from "../people/typed-text.ts";
import { isRefusal, type Refusal } from "../refusal.ts";
import type { MigrationView, RequirementView, SlotView } from "../requirements/view.ts";
import { compareDays, daysBetween, parseDay } from "../time/day.ts";
import type { AttestationRule } from "../workflows/definition.ts";
import { type GivenEvidence, invalid, keep, nameIn, readHash } from "./keep.ts";

interface OfRequirement {
  readonly view: MigrationView;
  readonly requirement: RequirementName;
  readonly evidenceId: EvidenceId;
}

type Facts = readonly (EvidenceFact | SignOffFact)[];
/** Adds one piece of evidence to a slot. */
export function decideEvidence(
  given: OfRequirement & GivenEvidence & { readonly slot: string },
): { readonly facts: Facts } | Refusal {
  const { view, evidenceId } = given;
  const requirement = find(view, given.requirement);
  if (isRefusal(requirement)) return requirement;
  const slot = slotOf(requirement, given.slot);
  if (!slot) return { refused: "unknown_evidence" };
  const kept = keep(slot, given, view.today);
  if (isRefusal(kept)) return kept;
  const of = { migrationId: view.record.id, requirement: requirement.name };
  return {
    facts: [
      { type: "EvidenceAdded", ...of, evidenceId, slot: slot.slot.id, ...kept },
      ...supersede(of, requirement.item, "The evidence changed."),
    ],
  };
}

/** Takes a piece of evidence or a written word out; what was signed with it is signed no more. */
export function decideEvidenceRemoval(removal: OfRequirement): { readonly facts: Facts } | Refusal {
  const { view, evidenceId } = removal;
  const requirement = find(view, removal.requirement);
  if (isRefusal(requirement)) return requirement;
  const { evidence, attestations } = requirement.item;
  if (![...evidence, ...attestations].some(({ id }) => id === evidenceId)) {
    return { refused: "unknown_evidence" };
  }
  const of = { migrationId: view.record.id, requirement: requirement.name };
  return {
    facts: [
      { type: "EvidenceRemoved", ...of, evidenceId },
      ...supersede(of, requirement.item, "The evidence changed."),
    ],
  };
}

/** The requirement of an open migration. */
function find(view: MigrationView, name: RequirementName): RequirementView | Refusal {
  const { state } = view.record;
  if (state !== "open") return { refused: "migration_not_open", state };
  return (
    view.requirements.find((requirement) => requirement.name === name) ?? {
      refused: "out_of_date",
    }
  );
}

/** The slot that was named, or the only one there is. */
function slotOf({ evidence }: RequirementView, id: string): SlotView | undefined {
  if (id === "" && evidence.length === 1) return evidence[0];
  return evidence.find(({ slot }) => slot.id === id);
}

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
  const requirement = find(view, given.requirement);
  if (isRefusal(requirement)) return requirement;
  const word = readWord(given, requirement);
  if (isRefusal(word)) return word;
  const refusal = refuseWord(word, { ...given, requirement });
  if (refusal) return refusal;
  const document = readDocument(given, requirement, word.role);
  if (isRefusal(document)) return document;
  const { role, form, confirmedOn, from, statement } = word;
  const of = { migrationId: view.record.id, requirement: requirement.name };
  return {
    facts: [
      {
        type: "AttestationReceived",
        ...of,
        evidenceId,
        role,
        form,
        confirmedOn,
        documentSha256: document.sha256,
        controlled: document.controlled,
        personal: { from, statement, documentName: document.name, link: document.link },
      },
      ...supersede(of, requirement.item, "A written confirmation was added."),
    ],
    warnings: isFreeMail(from.email)
      ? [{ warning: "free_mail", domain: domainOf(from.email) }]
      : [],
  };
}

type Word = Pick<Attestation, "role" | "form" | "confirmedOn" | "from" | "statement">;

function readWord(given: GivenWord, requirement: RequirementView): Word | Refusal {
  const role = ExternalRole.safeParse(given.role).data;
  const form = ATTESTATION_FORMS.find((known) => known === given.form);
  const confirmedOn = parseDay(given.confirmedOn);
  const statement = readText(given.statement, { max: 500 });
  const { person, problems } = readExternal(given.from);
  const allowed = rolesFor(requirement);
  const fits = role !== undefined && (allowed.length === 0 || allowed.includes(role));
  const said = statement.text === "" ? "Write the exact words that confirm it." : statement.problem;
  const fields: Record<string, string> = {
    ...(fits ? {} : { role: whose(allowed) }),
    ...problems,
    ...(form ? {} : { form: "Choose what kind of document it is." }),
    ...(confirmedOn ? {} : { confirmed_on: "Give the date of the document." }),
    ...(said === null ? {} : { statement: said }),
  };
  if (!fits || !form || !confirmedOn || statement.text === null || Object.keys(fields).length > 0) {
    return { refused: "invalid_answers", fields };
  }
  return { role, form, confirmedOn, from: person, statement: statement.text };
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

/** An upload that was hashed, or for controlled content a link with the hash computed where it is kept. */
function readDocument(
  given: GivenWord,
  { definition }: RequirementView,
  role: ExternalRole,
): Attestation["document"] | Refusal {
  const { document } = given;
  const isControlled = definition.evidence.some(
    (slot) => slot.controlled && slot.satisfied_by_attestation?.includes(role),
  );
  if (document && isControlled) {
    return invalid("document", "This is controlled: give a link and its SHA-256, never the file.");
  }
  if (document) {
    const { sha256, link } = document;
    return { name: plainName(document.name), sha256, link, controlled: false };
  }
  if (given.link.trim() === "") return { refused: "evidence_needed" };
  const { link, problem } = readLink(given.link);
  if (problem !== null) return invalid("link", problem);
  const sha256 = readHash(given.sha256);
  if (sha256 === null || sha256 === "wrong") {
    return invalid("sha256", "Give the SHA-256 of the document: 64 characters, 0-9 and a-f.");
  }
  return { name: plainName(nameIn(link)), sha256, link, controlled: true };
}
