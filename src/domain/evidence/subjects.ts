/**
 * What a written word is about: documents of its requirement, as they were when it was recorded. Once one of them
 * is another, the word no longer counts, because the person outside never saw the new one.
 */
import { hashOf } from "../audit/canonical.ts";
import type { Instant } from "../ids.ts";
import type { Attestation, AttestedDocument, Item } from "../migrations/record.ts";
import type { Refusal } from "../refusal.ts";
import type { RequirementView } from "../requirements/view.ts";
import { compareInstants, dayOf } from "../time/day.ts";

/** The choice that a word is about the answers, and none of the documents. */
export const ANSWERS_ALONE = "answers";

interface CurrentDocument extends AttestedDocument {
  readonly at: Instant;
}

/** What a form calls a document: a newer one has another key. */
export function keyOf({ as, place, sha256, link }: AttestedDocument): string {
  return hashOf({ as, place, sha256, link }).slice(0, 24);
}

/** The documents that a word may be about now; never privileged ones, nor what nobody is asked for. */
export function documentsToAttest(
  requirement: Pick<RequirementView, "item" | "evidence" | "pages">,
): readonly AttestedDocument[] {
  const slots = requirement.evidence.flatMap(({ slot }) => (slot.restricted ? [] : [slot.id]));
  const questions = requirement.pages
    .flat()
    .flatMap(({ question }) => (question.restricted ? [] : [question.id]));
  return documentsIn(requirement.item)
    .filter(({ as, place }) => (as === "evidence" ? slots : questions).includes(place))
    .map(({ at: _at, ...document }) => document);
}

/** The chosen documents; all of them when nothing was chosen, and null when there are none yet. */
export function readAbout(
  requirement: RequirementView,
  chosen: readonly string[],
): readonly AttestedDocument[] | null | Refusal {
  const documents = documentsToAttest(requirement);
  const keys = chosen.filter((key) => key !== ANSWERS_ALONE);
  if (keys.length === 0 && chosen.length > 0) return [];
  if (documents.length === 0 && keys.length === 0) return null;
  const known = documents.map(keyOf);
  if (keys.some((key) => !known.includes(key))) return { refused: "out_of_date" };
  return keys.length === 0 ? documents : documents.filter((each) => keys.includes(keyOf(each)));
}

/** True when what the word is about is no longer what is there. */
export function isOutdated(attestation: Attestation, item: Item): boolean {
  const current = documentsIn(item);
  const { about } = attestation;
  if (about === null) return laterThan(attestation, item, current).length > 0;
  return (
    about.some((document) => !current.some((now) => isSame(now, document))) ||
    current.some(
      (now) =>
        about.some((document) => isSamePlace(now, document)) &&
        !about.some((document) => isSame(now, document)),
    )
  );
}

/** Why an outdated word does not count, and what to do. */
export function outdatedSentence(attestation: Attestation, item: Item, timeZone: string): string {
  const { about, confirmedOn, from, receivedAt } = attestation;
  const current = documentsIn(item);
  const word = `The written confirmation of ${confirmedOn} by ${from.name}`;
  if (about === null) {
    const names = namesOf(laterThan(attestation, item, current));
    return `${word} came before ${names}: ask for a new one, or record that it covers ${names}.`;
  }
  const changed = about.filter(
    (document) =>
      !current.some((now) => isSame(now, document)) ||
      current.some((now) => isSamePlace(now, document) && !about.some((one) => isSame(one, now))),
  );
  const asItWas = changed.length === 1 ? "as it was" : "as they were";
  return `${word} is about ${namesOf(changed)} ${asItWas} on ${dayOf(receivedAt, timeZone)}: ask for a new one, or record that it covers the new version.`;
}

/** Files and links among evidence and answers; what counsel holds is nobody's to attest. */
function documentsIn({ evidence, answers }: Item): readonly CurrentDocument[] {
  return [
    ...evidence.flatMap(({ kind, slot, name, sha256, link, at }) =>
      kind === "held" ? [] : [{ as: "evidence" as const, place: slot, name, sha256, link, at }],
    ),
    ...answers.flatMap(({ question, value, at }) => {
      if (typeof value !== "object" || !("sha256" in value)) return [];
      const { name, sha256, link } = value;
      return [{ as: "answer" as const, place: question, name, sha256, link, at }];
    }),
  ];
}

/**
 * For a word that names no documents: those that came after it. A member who signed later saw both, and signed for
 * the word as covering them.
 */
function laterThan(
  { receivedAt }: Attestation,
  { signOffs }: Item,
  current: readonly CurrentDocument[],
): readonly CurrentDocument[] {
  const signed = signOffs
    .filter(({ revoked, meaning }) => revoked === null && meaning !== "not_applicable")
    .map(({ signedAt }) => signedAt);
  const since = [receivedAt, ...signed].toSorted(compareInstants).at(-1) ?? receivedAt;
  return current.filter(({ at }) => compareInstants(at, since) > 0);
}

function isSamePlace(a: AttestedDocument, b: AttestedDocument): boolean {
  return a.as === b.as && a.place === b.place;
}

/** The hash decides; without one, the link. */
function isSame(a: AttestedDocument, b: AttestedDocument): boolean {
  if (!isSamePlace(a, b) || a.sha256 !== b.sha256) return false;
  return a.sha256 !== null || a.link === b.link;
}

function namesOf(documents: readonly AttestedDocument[]): string {
  const names = [...new Set(documents.map(({ name }) => name))];
  const head = names.slice(0, -1);
  const last = names.at(-1) ?? "";
  return head.length === 0 ? last : `${head.join(", ")} and ${last}`;
}
