/** One requirement at one moment: what is asked, what is missing, who signs, and the state that follows. */
import { isOutdated, outdatedSentence } from "../evidence/subjects.ts";
import { whyLookAgain } from "../migrations/industry.ts";
import type { SignOffRequest } from "../migrations/record.ts";
import { anyRole } from "../people/role-names.ts";
import { compareDays, compareInstants } from "../time/day.ts";
import { leadTimeOf } from "../time/lead-time.ts";
import type { EvidenceSlot, Question } from "../workflows/definition.ts";
import { countsAtGate, signatureUntil, signedUntil, tooOldFor } from "./ages.ts";
import {
  approvalsAside,
  approvalThatMet,
  hashFor,
  newestFitting,
  quorumAside,
  type Subject,
} from "./approval.ts";
import { VERTICAL_CONFIRMED } from "./content-hash.ts";
import { type FoundRequirement, outlineOf } from "./requirements-of.ts";
import { holds, isVisible, itemIn, visibleAnswer, type World } from "./scope.ts";
import { type Findings, judgeState } from "./state.ts";
import type {
  Approval,
  AttestationView,
  FiredOutcome,
  PageView,
  RequirementView,
  SlotView,
} from "./view.ts";

const SATISFIED = ["signed", "waived", "not_applicable"];

export function viewRequirement(
  world: World,
  found: FoundRequirement,
  derivedReason: string | null,
): RequirementView {
  const { requirement, definition } = found;
  const subject = { world, found, item: itemIn(world, found), fired: firedIn(world, found) };
  const pages = pagesOf(world, found);
  const evidence = slotsOf(subject);
  const findings = findingsOf(subject, { derivedReason, pages, evidence });
  const { state, reason, validUntil } = judgeState(findings);
  const satisfied = SATISFIED.includes(state);
  return {
    name: outlineOf(requirement).name,
    vertical: definition.workflow.vertical,
    definition: requirement,
    definitionHash: definition.hash,
    item: subject.item,
    state,
    reason,
    satisfied,
    validUntil,
    pages,
    nextPage: nextPageOf(pages),
    fired: subject.fired,
    evidence,
    missing: [...findings.missing, ...agedWords(subject, findings.met)],
    blocks: findings.blocks,
    approvals: {
      requirement_met: hasRunOut(subject, findings.met)
        ? unsigned(subject, findings.met)
        : findings.met,
      not_applicable: findings.notApplicable[0] ?? null,
      waiver: findings.waivers[0] ?? null,
    },
    aside: {
      not_applicable: quorumAside(subject, "not_applicable"),
      waiver: quorumAside(subject, "waiver"),
    },
    openRequest: findings.openRequest,
    leadTime: leadTimeOf({
      dueOn: requirement.stage === 3 ? world.record.proposalOn : world.record.goLiveOn,
      today: world.today,
      openedOn: world.openedOn,
      days: requirement.lead_time,
      begun: state !== "not_started",
      done: satisfied,
    }),
    derivedReason,
  };
}

function findingsOf(
  subject: Subject,
  known: {
    readonly derivedReason: string | null;
    readonly pages: readonly PageView[];
    readonly evidence: readonly SlotView[];
  },
): Findings {
  const { world, item, fired } = subject;
  const met = approvalThatMet(subject);
  return {
    item,
    today: world.today,
    derivedReason: known.derivedReason,
    met,
    notApplicable: approvalsAside(subject, "not_applicable"),
    waivers: approvalsAside(subject, "waiver"),
    blocks: [
      ...lookAgain(subject),
      ...fired
        .filter(({ outcome }) => outcome.effect === "block")
        .map(({ outcome }) => outcome.message),
    ],
    missing: [
      ...missingConfirmation(subject),
      ...missingAnswers(world, subject.found),
      ...missingEvidence(known.evidence, wordsToCome(subject, met)),
      ...missingWords(subject, met),
    ],
    tooOld: tooOldFor(subject, met),
    signedUntil: signedUntil(subject, met),
    openRequest: newest(item.requests.filter((request) => isOpen(subject, request))),
    rejected: rejectedIn(subject),
  };
}

/** Outcomes that fire now. Only a visible, answered question can make one fire. */
function firedIn(world: World, found: FoundRequirement): readonly FiredOutcome[] {
  return found.requirement.ask
    .filter(({ id, outcomes }) => outcomes && visibleAnswer(world, found, id) !== null)
    .flatMap(({ id, outcomes = [] }) => outcomes.map((outcome) => ({ question: id, outcome })))
    .filter(
      ({ outcome }) => countsAtGate({ world, found }, outcome) && holds(world, outcome.when, found),
    );
}

function pagesOf(world: World, found: FoundRequirement): readonly PageView[] {
  const { asked } = outlineOf(found.requirement);
  const { answers } = itemIn(world, found);
  return found.requirement.pages.map((ids) =>
    ids
      .map((id) => asked.get(id)?.question)
      .filter((question) => question !== undefined)
      .filter((question) => isVisible(world, found, question))
      .map((question) => ({
        question,
        answer: answers.find((answer) => answer.question === question.id) ?? null,
      })),
  );
}

function nextPageOf(pages: readonly PageView[]): number | null {
  const next = pages.findIndex((page) =>
    page.some(({ question, answer }) => question.required && answer === null),
  );
  return next < 0 ? null : next;
}

function slotsOf(subject: Subject): readonly SlotView[] {
  const { world, found, item } = subject;
  return found.requirement.evidence
    .filter((slot) => holds(world, slot.show_if, found))
    .map((slot) => {
      const given = item.evidence.filter((evidence) => evidence.slot === slot.id);
      return { slot, given, met: given.length > 0 || isAnswered(subject, slot) };
    });
}

/** Asked once: an answer or the document of a written word may stand for the evidence. */
function isAnswered({ world, found, item }: Subject, slot: EvidenceSlot): boolean {
  const roles = slot.satisfied_by_attestation ?? [];
  return (
    (slot.satisfied_by !== undefined && visibleAnswer(world, found, slot.satisfied_by) !== null) ||
    item.attestations.some((word) => roles.includes(word.role) && !isOutdated(word, item))
  );
}

/** What was confirmed is of another industry text. */
function lookAgain({ world, found }: Subject): readonly string[] {
  const why = found.requirement.name === VERTICAL_CONFIRMED ? whyLookAgain(world.record) : null;
  return why === null ? [] : [why];
}

function missingConfirmation({ world, found }: Subject): readonly string[] {
  return found.requirement.name === VERTICAL_CONFIRMED && world.record.verticals === null
    ? ["Confirm which verticals apply."]
    : [];
}

function missingAnswers(world: World, found: FoundRequirement): readonly string[] {
  const isOpen = (question: Question): boolean =>
    question.required &&
    isVisible(world, found, question) &&
    visibleAnswer(world, found, question.id) === null;
  return found.requirement.ask.filter(isOpen).map(({ prompt }) => `Not answered: ${prompt}`);
}

/** Asked once: what comes with a written word is named with that word. */
function missingEvidence(
  slots: readonly SlotView[],
  toCome: readonly AttestationView[],
): readonly string[] {
  const comes = ({ slot }: SlotView): boolean =>
    toCome.some(({ rule }) =>
      rule.from.some((role) => slot.satisfied_by_attestation?.includes(role)),
    );
  const labels = slots
    .filter((entry) => entry.slot.required && !entry.met && !comes(entry))
    .map(({ slot }) => slot.label);
  return labels.length === 0 ? [] : [`Evidence missing: ${labels.join("; ")}`];
}

function missingWords(subject: Subject, met: Approval): readonly string[] {
  const { item, world } = subject;
  return wordsToCome(subject, met).map(({ rule, outdated }) =>
    outdated
      ? outdatedSentence(outdated, item, world.record.timeZone)
      : `Written confirmation missing from ${anyRole(rule.from)}: ${rule.must_say}`,
  );
}

/** Written words that nobody has given yet on what is there now, of whatever age. */
function wordsToCome(subject: Subject, met: Approval): readonly AttestationView[] {
  return met.attestations.filter(({ rule, met: given }) => {
    return given === null && newestFitting(subject, rule, { anyAge: true }) === null;
  });
}

function agedWords(subject: Subject, met: Approval): readonly string[] {
  return met.attestations
    .filter(({ rule, met: given }) => {
      return given === null && newestFitting(subject, rule, { anyAge: true }) !== null;
    })
    .map(
      ({ rule }) =>
        `A newer written confirmation is needed from ${anyRole(rule.from)}, at most ${rule.max_age_days} days old.`,
    );
}

/** An open request counts while it is about the content as it is now. */
function isOpen(subject: Subject, request: SignOffRequest): boolean {
  return request.ended === null && hashFor(subject, about(request)) === request.contentHash;
}

function rejectedIn(subject: Subject): SignOffRequest | null {
  const last = newest(subject.item.requests);
  if (last?.ended?.as !== "rejected") return null;
  return hashFor(subject, about(last)) === last.contentHash ? last : null;
}

function about({ meaning, reason, expiresOn }: SignOffRequest): Parameters<typeof hashFor>[1] {
  return { meaning, reason, expiresOn };
}

function newest(requests: readonly SignOffRequest[]): SignOffRequest | null {
  return requests.toSorted((a, b) => compareInstants(a.at, b.at)).at(-1) ?? null;
}

function hasRunOut(subject: Subject, met: Approval): boolean {
  const until = signatureUntil(subject, met);
  return met.quorum.met && until !== null && compareDays(subject.world.today, until) > 0;
}

/** Signatures that ran out have to be given anew, on the same written words. */
function unsigned(subject: Subject, { attestations }: Approval): Approval {
  const anew = approvalThatMet({ ...subject, item: { ...subject.item, signOffs: [] } });
  return { ...anew, attestations };
}
