/** One requirement in the report. Privileged evidence appears only as held, with its date. */
import type { Json } from "../audit/canonical.ts";
import { isOutdated } from "../evidence/subjects.ts";
import type { Attestation, Meaning, MigrationRecord, SignOff } from "../migrations/record.ts";
import { hashOfView } from "../requirements/content-hash.ts";
import type { RequirementState, RequirementView, SlotView } from "../requirements/view.ts";
import { compareDays, compareInstants, formatInstant } from "../time/day.ts";

/** The states that satisfy a gate keep their own word; all others are `pending` to old readers. */
const STATUS: Readonly<Partial<Record<RequirementState, string>>> = {
  signed: "signed",
  waived: "waived",
  not_applicable: "not_applicable",
};

export function reportRequirement(record: MigrationRecord, requirement: RequirementView): Json {
  const { definition, state, approvals } = requirement;
  const signatures = signaturesOf(record, requirement);
  return {
    requirement: requirement.name,
    title: definition.title,
    vertical: requirement.vertical,
    stage: definition.stage,
    origin: definition.origin,
    advisory: definition.advisory,
    state,
    status: STATUS[state] ?? "pending",
    satisfied: requirement.satisfied,
    // A reason may repeat what a privileged answer says.
    reason: definition.ask.some(({ restricted }) => restricted) ? null : requirement.reason,
    expires_on: requirement.validUntil,
    signed_at: lastSigned(signatures),
    signed_by: signatures.map(signatureJson),
    attested_by: requirement.item.attestations
      .toSorted((a, b) => compareDays(a.confirmedOn, b.confirmedOn) || (a.id < b.id ? -1 : 1))
      .map((attestation) => attestationJson(requirement, attestation)),
    evidence: requirement.evidence.flatMap(evidenceJson),
    content_hash: approvals[meaningOf(state)]?.contentHash ?? null,
    workflow_version: requirement.definitionHash,
  };
}

function meaningOf(state: RequirementState): Meaning {
  if (state === "waived") return "waiver";
  return state === "not_applicable" ? "not_applicable" : "requirement_met";
}

/** Signatures that count for the state: of the right meaning, on the content as it is, not revoked. */
function signaturesOf(record: MigrationRecord, requirement: RequirementView): readonly SignOff[] {
  const { item, state } = requirement;
  const meaning = meaningOf(state);
  const current = new Set([
    hashOfView(record, requirement, { meaning: "requirement_met", reason: null, expiresOn: null }),
    ...item.requests.map((request) => hashOfView(record, requirement, request)),
  ]);
  return item.signOffs
    .filter(({ revoked }) => revoked === null)
    .filter((signOff) => signOff.meaning === meaning && current.has(signOff.contentHash))
    .toSorted((a, b) => compareInstants(a.signedAt, b.signedAt) || (a.id < b.id ? -1 : 1));
}

function lastSigned(signatures: readonly SignOff[]): string | null {
  const last = signatures.at(-1);
  return last ? formatInstant(last.signedAt) : null;
}

function signatureJson(signOff: SignOff): Json {
  const { signer, role, signedAt, meaning, consent, reason, expiresOn } = signOff;
  return {
    id: signOff.id,
    name: signer.name,
    email: signer.email,
    platform: signer.surface,
    workspace: signer.workspaceRef,
    user_id: signer.userId,
    role,
    at: formatInstant(signedAt),
    meaning,
    consent,
    reason,
    expires_on: expiresOn,
    workflow_version: signOff.definitionHash,
  };
}

function attestationJson({ item }: RequirementView, attestation: Attestation): Json {
  const { role, from, form, confirmedOn, statement, document, receivedBy } = attestation;
  const { about, checked } = attestation;
  return {
    name: from.name,
    title: from.title,
    organisation: from.organisation,
    email: from.email,
    role,
    form,
    confirmed_on: confirmedOn,
    statement,
    document: { ...document },
    about:
      about?.map(({ name, as, place, sha256, link }) => ({
        object: name,
        as,
        place,
        sha256,
        link,
      })) ?? null,
    about_current: !isOutdated(attestation, item),
    checked: checked && { by: receivedBy.name, how: checked.how, on: checked.on },
    received_by: receivedBy.name,
    received_at: formatInstant(attestation.receivedAt),
  };
}

function evidenceJson({ slot, given }: SlotView): readonly Json[] {
  return given
    .toSorted((a, b) => compareInstants(a.at, b.at) || (a.id < b.id ? -1 : 1))
    .map(({ kind, name, sha256, bytes, link, heldOn, by, at }) =>
      slot.restricted || kind === "held"
        ? { kind: "held", name: "held by counsel", held_on: heldOn }
        : {
            slot: slot.id,
            label: slot.label,
            kind,
            name,
            sha256,
            bytes,
            link,
            added_by: by.name,
            added_at: formatInstant(at),
          },
    );
}
