/** The sentence that a person signs, as it is stored with the signature. */
import type { RequirementName } from "../ids.ts";
import type { Attestation, AttestationForm, Meaning } from "../migrations/record.ts";
import { VERTICAL_CONFIRMED } from "../requirements/content-hash.ts";
import type { Approval, MigrationView, RequirementView } from "../requirements/view.ts";

const FORMS: Readonly<Record<AttestationForm, string>> = {
  signed_document: "the signed document",
  letter: "the letter",
  e_mail: "the e-mail",
  minutes: "the minutes",
};

/** What a signature of this meaning says now; empty when there is nothing to sign. */
export function consentSentence(about: {
  readonly view: MigrationView;
  readonly requirement: RequirementName;
  readonly meaning: Meaning;
}): string {
  const { view, meaning } = about;
  const requirement = view.requirements.find(({ name }) => name === about.requirement);
  const approval = requirement?.approvals[meaning];
  if (!requirement || !approval) return "";
  return [opening(view, requirement, approval), ...wordsIn(requirement, approval)]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

function opening(view: MigrationView, { name }: RequirementView, approval: Approval): string {
  const { meaning, reason, expiresOn, attestations } = approval;
  if (meaning === "waiver") {
    return `I waive ${name} for this migration until ${expiresOn}, for this reason: ${closed(reason)}`;
  }
  if (meaning === "not_applicable") {
    return `I confirm that ${name} does not apply to this migration, for this reason: ${closed(reason)}`;
  }
  if (name === VERTICAL_CONFIRMED) return confirmation(view);
  // The written word of somebody outside is what is signed for; without one, the answers and evidence are.
  if (attestations.some(({ met }) => met !== null)) return "";
  return `I have checked the answers and evidence of ${name} for this migration and confirm that the requirement is met.`;
}

function closed(reason: string | null): string {
  const text = reason ?? "";
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function confirmation({ record, titles }: MigrationView): string {
  const verticals = (record.verticals ?? []).map((vertical) => titles[vertical] ?? vertical);
  return verticals.length === 0
    ? "I confirm that no vertical applies to this migration."
    : `I confirm that these verticals apply to this migration, and no others: ${verticals.join(", ")}.`;
}

function wordsIn({ name }: RequirementView, { attestations }: Approval): readonly string[] {
  const seen = new Map(attestations.flatMap(({ met }) => (met ? [[met.id, met] as const] : [])));
  return [...seen.values()].map((attestation) => sentenceFor(name, attestation));
}

function sentenceFor(name: RequirementName, { form, confirmedOn, from, document }: Attestation) {
  const who = `${from.name}, ${from.title}, ${from.organisation}`;
  return `I have seen ${FORMS[form]} of ${confirmedOn} in which ${who} confirms ${name}, and checked that it is authentic and covers this migration (SHA-256 ${document.sha256.slice(0, 12)}).`;
}
