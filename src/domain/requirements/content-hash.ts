/** What a signature is bound to: everything that the signer was shown, in one hash. */
import { hashOf, type Json } from "../audit/canonical.ts";
import type { Day, Sha256 } from "../ids.ts";
import type { AnswerValue, Attestation, Evidence, Item, Meaning } from "../migrations/record.ts";
import type { Requirement } from "../workflows/definition.ts";

/** The requirement by which a person confirms which rules apply. */
export const VERTICAL_CONFIRMED = "vertical_confirmed";

export interface SignedContent {
  readonly requirement: Requirement;
  readonly item: Item;
  readonly answers: readonly { readonly question: string; readonly value: AnswerValue }[];
  /** Slots whose evidence is privileged: only that it is held, and since when. */
  readonly restrictedSlots: readonly string[];
  readonly verticals: readonly string[] | null;
  readonly meaning: Meaning;
  readonly reason: string | null;
  readonly expiresOn: Day | null;
}

/**
 * The hash of one version of a requirement. It covers the requirement's own definition and not the whole file, so
 * that adopting a newer file re-opens what changed and nothing else.
 */
export function contentHashOf(content: SignedContent): Sha256 {
  const { requirement, item, meaning } = content;
  return hashOf({
    definition: hashOf(requirement),
    requirement: requirement.name,
    version: item.version,
    reopened: item.reopened && { at: item.reopened.at, reason: item.reopened.reason },
    answers: Object.fromEntries(
      content.answers.map(({ question, value }) => [question, valueJson(value)]),
    ),
    evidence: item.evidence
      .toSorted(byId)
      .map((evidence) => evidenceJson(evidence, content.restrictedSlots)),
    attestations: item.attestations.toSorted(byId).map(attestationJson),
    verticals:
      requirement.name === VERTICAL_CONFIRMED && content.verticals !== null
        ? content.verticals.toSorted()
        : null,
    meaning,
    reason: meaning === "requirement_met" ? null : content.reason,
    expires_on: meaning === "waiver" ? content.expiresOn : null,
  });
}

function valueJson(value: AnswerValue): Json {
  return typeof value === "object" && !isList(value) ? { ...value } : value;
}

function isList(value: AnswerValue): value is readonly string[] {
  return Array.isArray(value);
}

function evidenceJson(evidence: Evidence, restrictedSlots: readonly string[]): Json {
  const { id, slot, kind, heldOn } = evidence;
  if (kind === "held" || restrictedSlots.includes(slot)) return { id, slot, kind: "held", heldOn };
  const { name, sha256, bytes, link } = evidence;
  return { id, slot, kind, name, sha256, bytes, link };
}

function attestationJson({ id, role, from, form, ...said }: Attestation): Json {
  const { statement, confirmedOn, document } = said;
  return { id, role, from: { ...from }, form, statement, confirmedOn, document: { ...document } };
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}
