/** Fields by which files, controlled links, held documents and attestations are given. */
import { ATTESTATION_FORMS, type Contact } from "../../domain/migrations/record.ts";
import type { ExternalRole } from "../../domain/people/person.ts";
import type { SlotView } from "../../domain/requirements/view.ts";
import type { AttestationRule } from "../../domain/workflows/definition.ts";
import type { Field } from "../form.ts";
import type { Text } from "../message.ts";
import { capital, formName, listed, roleName, short } from "../wording.ts";
import { personFields } from "./fields.ts";

/** The fields for a requirement's evidence: which piece, when there are several, then how it is given. */
export function evidenceFormFields(
  slots: readonly SlotView[],
  chosen: SlotView | undefined,
): readonly Field[] {
  const has = (kind: "restricted" | "controlled") => slots.some(({ slot }) => slot[kind] === true);
  const plain = slots.some(({ slot }) => slot.restricted !== true && slot.controlled !== true);
  const only = slots.length === 1;
  return [
    slotField(slots, chosen),
    ...(plain ? [fileField("file", only && !has("controlled"), acceptsOf(chosen))] : []),
    ...(plain || has("controlled") ? [...linkFields(only && has("controlled")), nameField] : []),
    ...(has("restricted") ? [heldField(only)] : []),
  ];
}

function slotField(slots: readonly SlotView[], chosen: SlotView | undefined): Field {
  return {
    id: "slot",
    type: "choice",
    label: "Which piece of evidence?",
    required: true,
    options: slots.map(({ slot, met }) => ({
      id: slot.id,
      label: short(`${short(slot.label, 62)}${met ? " (given)" : ""}`, 75),
    })),
    ...(chosen === undefined ? {} : { value: chosen.slot.id }),
  };
}

function acceptsOf(chosen: SlotView | undefined): readonly string[] | undefined {
  return chosen?.slot.accepts;
}

function fileField(id: string, required: boolean, accepts?: readonly string[]): Field {
  return {
    id,
    type: "file",
    label: "File, at most 25 MB",
    required,
    ...(required ? {} : { help: "Give a file, or a link below." }),
    ...(accepts === undefined ? {} : { accepts }),
  };
}

function linkFields(required: boolean): readonly Field[] {
  return [
    {
      id: "link",
      type: "url",
      label: "Link to the document",
      help: "For controlled documents: the link and the hash, never the file.",
      required,
    },
    {
      id: "sha256",
      type: "text",
      label: "SHA-256 of the document",
      help: "64 characters, computed where the document is kept.",
      required,
      maxLength: 64,
    },
  ];
}

const nameField: Field = {
  id: "name",
  type: "text",
  label: "Name of the linked document",
  required: false,
  maxLength: 200,
};

function heldField(required: boolean): Field {
  return {
    id: "held_on",
    type: "date",
    label: "Held by counsel: date of the document",
    help: "Of privileged documents only this day is kept, no file and no link.",
    required,
  };
}

/** Who confirms, in which form, on which day, and the document: a file, or link and hash where it is controlled. */
export function attestationFormFields(
  allowed: readonly ExternalRole[],
  known: { readonly contact: Contact | null; readonly controlled: boolean },
): readonly Field[] {
  const { contact, controlled } = known;
  const role = contact?.role ?? allowed[0];
  return [
    {
      id: "role",
      type: "choice",
      label: "Who confirms?",
      required: true,
      options: allowed.map((id) => ({ id, label: short(roleName(id), 75) })),
      ...(role === undefined ? {} : { value: role }),
    },
    ...personFields({ prefix: "", required: true, given: contact, label: capital }),
    {
      id: "form",
      type: "choice",
      label: "In which form?",
      required: true,
      options: ATTESTATION_FORMS.map((id) => ({ id, label: capital(formName(id)) })),
    },
    { id: "confirmed_on", type: "date", label: "Date of the document", required: true },
    statementField,
    ...(controlled ? linkFields(true) : [fileField("document", true)]),
  ];
}

const statementField: Field = {
  id: "statement",
  type: "text",
  label: "What does it say? The decisive words",
  required: true,
  long: true,
  maxLength: 500,
};

/** Whose word is wanted and what it must say. */
export function mustSay({ from, must_say }: AttestationRule): Text {
  return [{ strong: `${capital(listed(from.map(roleName), "or"))}: ` }, `it must say: ${must_say}`];
}
