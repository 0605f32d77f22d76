/** Separation of duties: who worked on a version does not judge it. */
import type { Actor, Meaning } from "../migrations/record.ts";
import { asHuman, isSamePerson } from "../people/same-person.ts";
import type { Refusal } from "../refusal.ts";
import { VERTICAL_CONFIRMED } from "../requirements/content-hash.ts";
import type { Approval, MigrationView, RequirementView } from "../requirements/view.ts";

/** A refusal when the person answered, uploaded or asked for the version in force; null when not. */
export function workedOn(
  person: Parameters<typeof asHuman>[0],
  about: {
    readonly view: MigrationView;
    readonly requirement: RequirementView;
    readonly meaning: Meaning;
  },
): Refusal | null {
  const { view, requirement, meaning } = about;
  const isOne = (actors: readonly Actor[]): boolean =>
    actors.some((actor) => isSamePerson(actor, asHuman(person)));
  if (isOne(answerersOf(view, requirement))) return { refused: "signer_is_answerer" };
  if (isOne(uploadersOf(requirement))) return { refused: "signer_is_uploader" };
  if (isOne(requestersOf(requirement, requirement.approvals[meaning]))) {
    return { refused: "signer_is_requester" };
  }
  return null;
}

/** Also of answers that are hidden now: they may show again. */
function answerersOf(view: MigrationView, { name, item }: RequirementView): readonly Actor[] {
  const answerers = item.answers.map(({ by }) => by);
  const confirmed = view.record.verticalsConfirmed?.by;
  return name === VERTICAL_CONFIRMED && confirmed ? [...answerers, confirmed] : answerers;
}

function uploadersOf({ item }: RequirementView): readonly Actor[] {
  return [
    ...item.evidence.map(({ by }) => by),
    ...item.attestations.map(({ receivedBy }) => receivedBy),
  ];
}

/** Those whose request is open, or led to the signatures given so far. */
function requestersOf({ item }: RequirementView, approval: Approval | null): readonly Actor[] {
  return item.requests
    .filter(({ contentHash }) => contentHash === approval?.contentHash)
    .filter(({ ended }) => ended === null || ended.as === "signed")
    .map(({ by }) => by);
}
