/** Outcomes that say whom to tell are told once, when they begin to fire. */
import type {
  FiredOutcome,
  MigrationView,
  RequirementView,
} from "../../domain/requirements/view.ts";
import { escalationMessage, newlyAppliesMessage } from "../../messages/interview.ts";
import type { Delivery } from "../ports.ts";
import { actorOf, type Change, holdersBut } from "./change-heard.ts";

export async function announceEscalations(change: Change): Promise<readonly Delivery[]> {
  return [...(await firedOutcomes(change)), ...(await newlyApplying(change))];
}

async function firedOutcomes({ before, after, reading, acting }: Change) {
  const deliveries: Delivery[] = [];
  for (const requirement of after.view.requirements) {
    for (const fired of requirement.fired) {
      const { tell } = fired.outcome;
      if (!tell || firedBefore(before?.view, requirement, fired)) continue;
      const message = escalationMessage(after.view, requirement, fired.outcome);
      for (const personId of await holdersBut(reading, tell, actorOf(acting))) {
        deliveries.push({ lane: "interactive", to: { kind: "person", personId }, message });
      }
    }
  }
  return deliveries;
}

function firedBefore(
  view: MigrationView | undefined,
  { name }: RequirementView,
  { question, outcome }: FiredOutcome,
): boolean {
  const earlier = view?.requirements.find((requirement) => requirement.name === name);
  return (earlier?.fired ?? []).some(
    (fired) => fired.question === question && fired.outcome.message === outcome.message,
  );
}

/** A requirement that applies only in some combinations, such as counsel's review, is told to its signers. */
async function newlyApplying({ before, after, reading, acting }: Change) {
  const known = new Set(before?.view.requirements.map(({ name }) => name) ?? []);
  const fresh = after.view.requirements.filter(
    ({ name, definition }) => definition.applies_if !== undefined && !known.has(name),
  );
  const deliveries: Delivery[] = [];
  for (const requirement of fresh) {
    const roles = requirement.definition.sign_off.signers.flatMap(({ role }) =>
      role === "member" ? [] : [role],
    );
    const message = newlyAppliesMessage(after.view, requirement);
    for (const personId of await holdersBut(reading, roles, actorOf(acting))) {
      deliveries.push({ lane: "interactive", to: { kind: "person", personId }, message });
    }
  }
  return deliveries;
}
