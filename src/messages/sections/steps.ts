/** The step that comes next for a requirement, as a button: the same on every card, list and gate. */
import type { Command } from "../../domain/command.ts";
import { assert } from "../../domain/fault.ts";
import { waitsForVerticals } from "../../domain/gates/gate.ts";
import type { PersonId, RequirementName } from "../../domain/ids.ts";
import type { SignOffRequest } from "../../domain/migrations/record.ts";
import type { MemberRole } from "../../domain/people/person.ts";
import { VERTICAL_CONFIRMED } from "../../domain/requirements/content-hash.ts";
import type {
  Approval,
  MigrationView,
  RequirementState,
  RequirementView,
  SlotView,
} from "../../domain/requirements/view.ts";
import type { AttestationRule } from "../../domain/workflows/definition.ts";
import type { Button, ChecklistLine } from "../message.ts";
import { stateName } from "../wording.ts";

/** A requirement of a view, by its name or as it was seen a moment ago. */
export type Which = RequirementName | RequirementView;

/** The requirement as the view has it now. */
export function requirementIn(view: MigrationView, which: Which): RequirementView {
  const name = typeof which === "string" ? which : which.name;
  const found =
    view.requirements.find((requirement) => requirement.name === name) ??
    (typeof which === "string" ? undefined : which);
  assert(found, `the requirement ${name} is part of the migration`);
  return found;
}

const MARKS: Readonly<Record<RequirementState, ChecklistLine["mark"]>> = {
  not_started: "open",
  in_progress: "open",
  awaiting_approval: "waiting",
  signed: "done",
  blocked: "blocked",
  waived: "skipped",
  not_applicable: "skipped",
  expired: "blocked",
  rejected: "blocked",
};

export function markOf(state: RequirementState): ChecklistLine["mark"] {
  return MARKS[state];
}

/** What a signature would say now: that of the open request, else that the requirement is met. */
export function approvalInForce(requirement: RequirementView): Approval | null {
  return requirement.approvals[requirement.openRequest?.meaning ?? "requirement_met"];
}

/** Attestations that are still to come. */
export function attestationsToCome(requirement: RequirementView) {
  return (approvalInForce(requirement)?.attestations ?? []).filter(({ met }) => met === null);
}

/** Required evidence that is still to be given; what comes with a written word is asked with that word. */
export function evidenceToGive(requirement: RequirementView): readonly SlotView[] {
  return requirement.evidence.filter(
    (entry) => entry.slot.required && !entry.met && !comesWithWord(requirement, entry),
  );
}

/** True when a written word that is still to come will stand for this evidence. */
export function comesWithWord(requirement: RequirementView, { slot }: SlotView): boolean {
  return attestationsToCome(requirement).some(({ rule }) =>
    rule.from.some((role) => slot.satisfied_by_attestation?.includes(role)),
  );
}

/** The written words that the requirement may rest on: those still to come, else those that a waiver takes. */
export function wordsThatHelp(requirement: RequirementView): readonly AttestationRule[] {
  const { definition, aside } = requirement;
  const toCome = attestationsToCome(requirement).map(({ rule }) => rule);
  if (toCome.length > 0) return toCome;
  const forWaiver = aside.waiver === null ? [] : (definition.waiver?.attestations ?? []);
  return [...definition.sign_off.attestations, ...forWaiver];
}

/** Who looks at it, and the roles held; they decide which buttons are worth showing. */
export interface Viewer {
  readonly viewer: PersonId;
  readonly roles: readonly MemberRole[];
}

/** True when the person's signature is still to come; the rules judge again when it is given. */
export function mayGiveSignature(
  view: MigrationView,
  requirement: RequirementView,
  { viewer, roles }: Viewer,
): boolean {
  const worked = workedOn(view, requirement).includes(viewer);
  const needs = approvalInForce(requirement)?.quorum.needs ?? [];
  return needs.some(
    ({ role, given, mayBeAnswerer }) =>
      given === null && (role === "member" || roles.includes(role)) && (mayBeAnswerer || !worked),
  );
}

function workedOn({ record }: MigrationView, requirement: RequirementView): readonly PersonId[] {
  const { name, item, openRequest } = requirement;
  return [
    ...item.answers.map(({ by }) => by.personId),
    ...item.evidence.map(({ by }) => by.personId),
    ...item.attestations.map(({ receivedBy }) => receivedBy.personId),
    ...(openRequest ? [openRequest.by.personId] : []),
    ...(name === VERTICAL_CONFIRMED && record.verticalsConfirmed
      ? [record.verticalsConfirmed.by.personId]
      : []),
  ];
}

/** True when the answerer may sign: a one-click confirmation needs no request. */
function isOneClick(requirement: RequirementView): boolean {
  const needs = approvalInForce(requirement)?.quorum.needs ?? [];
  return needs.length > 0 && needs.every(({ mayBeAnswerer }) => mayBeAnswerer);
}

const AGAIN: Partial<Readonly<Record<RequirementState, string>>> = {
  blocked: "Change the answers",
  expired: "Answer again",
  rejected: "Mend the answers",
};

/** The step that brings a requirement forward, or null when nothing is left to do. */
export function nextStep(view: MigrationView, requirement: RequirementView): Button | null {
  if (requirement.satisfied || view.record.state !== "open") return null;
  if (waitsForVerticals(view, requirement.name)) return reviewButton(view);
  const about = { migration: view.record.id, requirement: requirement.name };
  const again = AGAIN[requirement.state];
  if (again) return button(again, { type: "AnswerRequirement", ...about });
  if (requirement.openRequest)
    return button("Review and sign", { type: "ReviewSignOff", ...about });
  if (requirement.nextPage !== null) {
    const label = requirement.item.answers.length === 0 ? "Answer" : "Continue answers";
    return button(label, { type: "AnswerRequirement", ...about, page: requirement.nextPage });
  }
  const [slot] = evidenceToGive(requirement);
  if (slot) return button("Add evidence", { type: "AddEvidence", ...about, slot: slot.slot.id });
  if (attestationsToCome(requirement).length > 0) {
    return button("Add attestation", { type: "AddAttestation", ...about });
  }
  return isOneClick(requirement)
    ? button("Review and confirm", { type: "ReviewSignOff", ...about })
    : button("Request sign-off", { type: "RequestSignOff", ...about });
}

function reviewButton({ record }: MigrationView): Button {
  const label = record.verticals === null ? "Confirm verticals" : "Review the verticals";
  return button(label, { type: "ReviewVerticals", migration: record.id });
}

/** The requirement's own page. */
export function showButton(view: MigrationView, requirement: RequirementView): Button {
  return button("Details", {
    type: "ShowRequirement",
    migration: view.record.id,
    requirement: requirement.name,
  });
}

/** The next step, and the details when there is none. */
export function stepOrDetails(view: MigrationView, requirement: RequirementView): Button {
  return nextStep(view, requirement) ?? showButton(view, requirement);
}

export function button(label: string, command: Command): Button {
  return { label, command };
}

export function primary(entry: Button): Button {
  return { ...entry, style: "primary" };
}

/** True while the request waits for a decision. */
export function isOpen(request: SignOffRequest): boolean {
  return request.ended === null;
}

/** Requirements that a gate needs, with how many are done; advisory ones never count. */
export function progressOf(view: MigrationView): { readonly done: number; readonly of: number } {
  const needed = view.requirements.filter(({ definition }) => !definition.advisory);
  return { done: needed.filter(({ satisfied }) => satisfied).length, of: needed.length };
}

/** Requirements that are still open, each with its state in words. */
export function openLines(requirements: readonly RequirementView[]): readonly ChecklistLine[] {
  return requirements.map((requirement) => ({
    mark: markOf(requirement.state),
    text: [requirement.definition.title, " ", { code: requirement.name }],
    state: stateName(requirement.state),
  }));
}
