/** Parts of the form for the written word of a person outside; what stands in it when a word is given again. */
import {
  ANSWERS_ALONE,
  documentsToAttest,
  isOutdated,
  keyOf,
  outdatedSentence,
} from "../../domain/evidence/subjects.ts";
import {
  ATTESTATION_FORMS,
  type Attestation,
  type AttestedDocument,
  AUTHENTICITY_CHECKS,
  type Contact,
} from "../../domain/migrations/record.ts";
import { EXTERNAL_ROLES, type ExternalRole } from "../../domain/people/person.ts";
import { roleName } from "../../domain/people/role-names.ts";
import type { MigrationView, RequirementView } from "../../domain/requirements/view.ts";
import type { AttestationRule } from "../../domain/workflows/definition.ts";
import type { Field } from "../form.ts";
import type { Text } from "../message.ts";
import { fileField, linkFields, personFields } from "../sections/fields.ts";
import { capital, checkName, formName, listed, short } from "../wording.ts";

/** What is said before the questions: whose word is wanted, and why one has to be given again. */
export function attestationLines(
  view: MigrationView,
  requirement: RequirementView,
  wanted: readonly AttestationRule[],
): readonly Text[] {
  const before = wordToRepeat(requirement, rolesIn(wanted));
  return [
    "People outside our organization do not sign here; their written word does. A member checks it and signs.",
    ...wanted.map((rule) => mustSay(rule)),
    ...(before === null ? [] : againLines(view, requirement, before)),
  ];
}

/** Who confirms, in which form, when and what, the document, what it is about, and how that was checked. */
export function attestationFields(
  view: MigrationView,
  requirement: RequirementView,
  wanted: readonly AttestationRule[],
): readonly Field[] {
  const allowed = rolesIn(wanted);
  const before = wordToRepeat(requirement, allowed);
  const contact = view.record.contacts.find(({ role }) => allowed.includes(role)) ?? null;
  const controlled = allowed.every((role) => isControlled(requirement, role));
  return [
    ...whoFields(allowed, before ? { ...before.from, role: before.role } : contact),
    ...wordFields(before),
    ...documentFields(before, controlled),
    ...aboutFields(documentsToAttest(requirement)),
    ...checkFields(view),
  ];
}

/** Those whose word is wanted; anybody outside where the file names nobody. */
function rolesIn(wanted: readonly AttestationRule[]): readonly ExternalRole[] {
  const named = [...new Set(wanted.flatMap(({ from }) => from))];
  return named.length > 0 ? named : EXTERNAL_ROLES;
}

/** The newest word that no longer counts, because its documents were replaced, and that no other stands for. */
function wordToRepeat(
  { item }: RequirementView,
  allowed: readonly ExternalRole[],
): Attestation | null {
  const wanted = item.attestations.filter(({ role }) => allowed.includes(role));
  const before = wanted.findLast((word) => isOutdated(word, item));
  const isReplaced = wanted.some((word) => word.role === before?.role && !isOutdated(word, item));
  return before && !isReplaced ? before : null;
}

function againLines(
  { record }: MigrationView,
  { item }: RequirementView,
  before: Attestation,
): readonly Text[] {
  return [
    capital(outdatedSentence(before, item, record.timeZone)),
    `A new one: change its day and words, and give its document. If that of ${before.confirmedOn} covers what is there now: leave the document empty, and ${before.document.name} is kept.`,
  ];
}

/** The words of this role come in a document that may not be uploaded. */
function isControlled({ definition }: RequirementView, role: ExternalRole): boolean {
  return definition.evidence.some(
    (slot) => slot.controlled === true && slot.satisfied_by_attestation?.includes(role) === true,
  );
}

function whoFields(allowed: readonly ExternalRole[], known: Contact | null): readonly Field[] {
  const role = known?.role ?? allowed[0];
  return [
    {
      id: "role",
      type: "choice",
      label: "Who confirms?",
      required: true,
      options: allowed.map((id) => ({ id, label: short(capital(roleName(id)), 75) })),
      ...(role === undefined ? {} : { value: role }),
    },
    ...personFields({ prefix: "", required: true, given: known, label: capital }),
  ];
}

function wordFields(before: Attestation | null): readonly Field[] {
  return [
    {
      id: "form",
      type: "choice",
      label: "In which form?",
      required: true,
      options: ATTESTATION_FORMS.map((id) => ({ id, label: capital(formName(id)) })),
      ...(before === null ? {} : { value: before.form }),
    },
    {
      id: "confirmed_on",
      type: "date",
      label: "Date of the document",
      required: true,
      ...(before === null ? {} : { value: before.confirmedOn }),
    },
    {
      id: "statement",
      type: "text",
      label: "What does it say? The decisive words",
      required: true,
      long: true,
      maxLength: 500,
      ...(before === null ? {} : { value: before.statement }),
    },
  ];
}

function documentFields(before: Attestation | null, controlled: boolean): readonly Field[] {
  return controlled ? linkFields(before === null) : [fileField("document"), ...linkFields(false)];
}

/** Asked where there is a choice: of several documents, or between them and the answers. */
function aboutFields(documents: readonly AttestedDocument[]): readonly Field[] {
  if (documents.length === 0) return [];
  return [
    {
      id: "about",
      type: "multi",
      label: "What is it about?",
      help: "When one of these documents is replaced, this confirmation no longer counts.",
      required: true,
      options: [
        ...documents.map((document) => ({ id: keyOf(document), label: labelOf(document) })),
        { id: ANSWERS_ALONE, label: "What was answered, and none of the documents" },
      ],
      value: documents.map(keyOf),
    },
  ];
}

function labelOf({ name, sha256 }: AttestedDocument): string {
  return sha256 === null
    ? short(name, 75)
    : `${short(name, 50)}, SHA-256 ${sha256.slice(0, SHORT_HASH)}`;
}

/** As in the sentence that is signed. */
const SHORT_HASH = 12;

function checkFields({ today }: MigrationView): readonly Field[] {
  return [
    {
      id: "checked_how",
      type: "choice",
      label: "How did you check that it is authentic?",
      required: true,
      options: AUTHENTICITY_CHECKS.map((id) => ({ id, label: capital(checkName(id)) })),
    },
    {
      id: "checked_on",
      type: "date",
      label: "When did you check it?",
      required: true,
      value: today,
    },
  ];
}

/** Whose word is wanted and what it must say. */
function mustSay({ from, must_say }: AttestationRule): Text {
  return [{ strong: `${capital(listed(from.map(roleName), "or"))}: ` }, `it must say: ${must_say}`];
}
