/** What a signature is bound to: everything that the signer was shown, in one hash. */
import { hashOf, type Json } from "../audit/canonical.ts";
import type { Sha256 } from "../ids.ts";
import type {
  AnswerValue,
  Attestation,
  Evidence,
  Item,
  MigrationRecord,
  SignOffRequest,
} from "../migrations/record.ts";
import type { Requirement } from "../workflows/definition.ts";
import type { RequirementView } from "./view.ts";

/** The requirement by which a person confirms which rules apply. */
export const VERTICAL_CONFIRMED = "vertical_confirmed";

/** What a signature says beside the content. */
export type Said = Pick<SignOffRequest, "meaning" | "reason" | "expiresOn">;

interface SignedContent {
  readonly requirement: Requirement;
  readonly item: Item;
  /** Those that are visible. */
  readonly answers: readonly { readonly question: string; readonly value: AnswerValue }[];
  readonly verticals: readonly string[] | null;
  readonly said: Said;
}

/**
 * The hash of one version of a requirement. It covers the requirement's own definition and not the whole file, so
 * that adopting a newer file re-opens what changed and nothing else.
 */
export function contentHashOf(content: SignedContent): Sha256 {
  const { requirement, item, verticals } = content;
  const { meaning, reason, expiresOn } = content.said;
  const restricted = requirement.evidence.filter((slot) => slot.restricted).map(({ id }) => id);
  return hashOf({
    definition: definitionHash(requirement),
    requirement: requirement.name,
    version: item.version,
    answers: Object.fromEntries(
      content.answers.map(({ question, value }) => [question, valueJson(value)]),
    ),
    evidence: item.evidence.toSorted(byId).map((evidence) => evidenceJson(evidence, restricted)),
    attestations: item.attestations.toSorted(byId).map(attestationJson),
    verticals: requirement.name === VERTICAL_CONFIRMED && verticals ? verticals.toSorted() : null,
    meaning,
    reason: meaning === "requirement_met" ? null : reason,
    expires_on: meaning === "waiver" ? expiresOn : null,
  });
}

/** Definitions never change once they are read, and every look at a migration needs their hashes. */
const DEFINITION_HASHES = new WeakMap<Requirement, Sha256>();

function definitionHash(requirement: Requirement): Sha256 {
  const known = DEFINITION_HASHES.get(requirement);
  if (known) return known;
  const hash = hashOf(requirement);
  DEFINITION_HASHES.set(requirement, hash);
  return hash;
}

/** The same hash for something that is about to be asked for. */
export function hashOfView(
  { verticals }: Pick<MigrationRecord, "verticals">,
  { definition, item, pages }: Pick<RequirementView, "definition" | "item" | "pages">,
  said: Said,
): Sha256 {
  const answers = pages
    .flat()
    .flatMap(({ question, answer }) =>
      answer ? [{ question: question.id, value: answer.value }] : [],
    );
  return contentHashOf({ requirement: definition, item, answers, verticals, said });
}

/** An answer as canonical JSON takes it. */
export function valueJson(value: AnswerValue): Json {
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

/** What was recorded before subjects and checks were kept hashes as it did then. */
function attestationJson({ id, role, from, form, ...said }: Attestation): Json {
  const { statement, confirmedOn, document, about, checked } = said;
  return {
    id,
    role,
    from: { ...from },
    form,
    statement,
    confirmedOn,
    document: { ...document },
    ...(about && { about: about.map((each) => ({ ...each })) }),
    ...(checked && { checked: { ...checked } }),
  };
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}
