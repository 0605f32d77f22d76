/** What may count as evidence. Files are never kept: a hash, a link or "held by counsel" stands for them. */
import type { EvidenceFact, SignOffFact } from "../facts.ts";
import type { EvidenceId, RequirementName } from "../ids.ts";
import { supersede } from "../migrations/superseded.ts";
import { isRefusal, type Refusal } from "../refusal.ts";
import type { MigrationView, RequirementView, SlotView } from "../requirements/view.ts";
import { type GivenEvidence, keep } from "./keep.ts";

export interface OfRequirement {
  readonly view: MigrationView;
  readonly requirement: RequirementName;
  readonly evidenceId: EvidenceId;
}

export type Facts = readonly (EvidenceFact | SignOffFact)[];
/** Adds one piece of evidence to a slot. */
export function decideEvidence(
  given: OfRequirement & GivenEvidence & { readonly slot: string },
): { readonly facts: Facts } | Refusal {
  const { view, evidenceId } = given;
  const requirement = findOpen(view, given.requirement);
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
  const requirement = findOpen(view, removal.requirement);
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
export function findOpen(view: MigrationView, name: RequirementName): RequirementView | Refusal {
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
