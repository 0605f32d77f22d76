/** The state of one requirement, and the sentence that says why. The first rule that fits decides. */
import type { Day, Instant } from "../ids.ts";
import type { Item, SignOffRequest } from "../migrations/record.ts";
import { compareDays, compareInstants, dayOf } from "../time/day.ts";
import type { Approval, RequirementState } from "./view.ts";

export interface Findings {
  readonly item: Item;
  readonly today: Day;
  /** Not applicable by a signed answer elsewhere. */
  readonly derivedReason: string | null;
  readonly met: Approval;
  readonly notApplicable: readonly Approval[];
  readonly waivers: readonly Approval[];
  readonly blocks: readonly string[];
  /** What is missing apart from age. */
  readonly missing: readonly string[];
  /** Why a signature on this content would be too old, with the last good day when one is known. */
  readonly tooOld: readonly string[];
  /** The last day of the signatures, when they run out. */
  readonly signedUntil: Day | null;
  readonly openRequest: SignOffRequest | null;
  /** The last request, when it was rejected and nothing changed since. */
  readonly rejected: SignOffRequest | null;
}

interface Judged {
  readonly state: RequirementState;
  readonly reason: string | null;
  readonly validUntil: Day | null;
}

export function judgeState(findings: Findings): Judged {
  return (
    notApplicable(findings) ??
    waived(findings) ??
    blocked(findings) ??
    signed(findings) ??
    waiverRanOut(findings) ??
    asked(findings) ??
    begun(findings) ?? { state: "not_started", reason: null, validUntil: null }
  );
}

function notApplicable({ derivedReason, notApplicable: asked }: Findings): Judged | null {
  if (derivedReason !== null) return judged("not_applicable", derivedReason);
  const approved = asked.find(({ quorum }) => quorum.met);
  return approved ? judged("not_applicable", approved.reason) : null;
}

/** A waiver covers whatever is wrong; what is truly met needs none. */
function waived(findings: Findings): Judged | null {
  const { waivers, today } = findings;
  const waiver = longest(waivers.filter((each) => isGranted(each) && !hasRunOut(each, today)));
  if (!waiver) return null;
  const met = blocked(findings) ?? signed(findings);
  return met?.state === "signed" ? met : judged("waived", waiver.reason, waiver.expiresOn);
}

function blocked({ blocks }: Findings): Judged | null {
  return blocks.length === 0 ? null : judged("blocked", blocks.join(" "));
}

function signed(findings: Findings): Judged | null {
  const { met, missing, tooOld, signedUntil, today } = findings;
  if (!met.quorum.met || missing.length > 0) return null;
  if (tooOld.length > 0) return judged("expired", tooOld.join(" "));
  if (signedUntil !== null && compareDays(today, signedUntil) > 0) {
    return judged("expired", `The signature ran out on ${signedUntil}.`);
  }
  return judged("signed", null, signedUntil);
}

function waiverRanOut({ waivers, today }: Findings): Judged | null {
  const last = longest(waivers.filter((each) => isGranted(each) && hasRunOut(each, today)));
  return last && judged("expired", `The waiver ran out on ${last.expiresOn}.`);
}

function asked({ openRequest, rejected }: Findings): Judged | null {
  if (openRequest) return judged("awaiting_approval", openRequest.reason);
  return rejected && judged("rejected", rejected.ended?.reason ?? null);
}

function begun(findings: Findings): Judged | null {
  const { item, missing, tooOld, met } = findings;
  const touched =
    item.answers.length + item.evidence.length + item.attestations.length + item.requests.length;
  if (touched === 0 && item.signOffs.length === 0 && item.reopened === null) return null;
  if (met.quorum.met && missing.length > 0) {
    return judged("in_progress", "A change elsewhere asks for more here than was signed.");
  }
  return judged("in_progress", whatReopened(findings) ?? tooOld[0] ?? null);
}

function judged(
  state: RequirementState,
  reason: string | null,
  validUntil: Day | null = null,
): Judged {
  return { state, reason, validUntil };
}

/** A waiver counts while every signature and every written word it needs is there. */
function isGranted({ quorum, attestations, expiresOn }: Approval): boolean {
  return quorum.met && expiresOn !== null && attestations.every(({ met }) => met !== null);
}

function hasRunOut({ expiresOn }: Approval, today: Day): boolean {
  return expiresOn === null || compareDays(today, expiresOn) > 0;
}

function longest(waivers: readonly Approval[]): Approval | null {
  return (
    waivers.toSorted((a, b) =>
      a.expiresOn && b.expiresOn ? compareDays(b.expiresOn, a.expiresOn) : 0,
    )[0] ?? null
  );
}

/** The latest event that took a requirement back into the hands of those who answer. */
function whatReopened({ item, met }: Findings): string | null {
  const events: { readonly at: Instant; readonly reason: string }[] = [];
  if (item.reopened) events.push(item.reopened);
  for (const request of item.requests) events.push(...endOf(request));
  for (const { revoked, contentHash, meaning, signedAt } of item.signOffs) {
    if (revoked) events.push({ at: revoked.at, reason: revokedSentence(revoked) });
    else if (meaning === "requirement_met" && contentHash !== met.contentHash) {
      events.push({ at: lastChange(item, signedAt), reason: "It changed after it was signed." });
    }
  }
  return events.toSorted((a, b) => compareInstants(b.at, a.at))[0]?.reason ?? null;
}

function endOf({ ended, by }: SignOffRequest): readonly { at: Instant; reason: string }[] {
  if (!ended) return [];
  const { as, at } = ended;
  if (as === "changes_requested") {
    return [{ at, reason: `${ended.by.name} asked for changes: ${ended.reason ?? ""}`.trim() }];
  }
  if (as === "withdrawn") return [{ at, reason: `${by.name} withdrew the request.` }];
  if (as === "rejected") {
    return [{ at, reason: `Changed after ${ended.by.name} rejected it: ${ended.reason ?? ""}` }];
  }
  return as === "superseded" ? [{ at, reason: ended.reason ?? "It changed while it waited." }] : [];
}

function revokedSentence({ by, reason, kind }: NonNullable<Item["signOffs"][number]["revoked"]>) {
  return kind === "undo" ? `${by.name} undid the signature.` : `${by.name} revoked it: ${reason}`;
}

function lastChange(item: Item, since: Instant): Instant {
  const changes = [
    ...item.answers.map(({ at }) => at),
    ...item.evidence.map(({ at }) => at),
    ...item.attestations.map(({ receivedAt }) => receivedAt),
  ];
  return changes.toSorted(compareInstants).at(-1) ?? since;
}

/** The day on which the newest of the needed signatures was given. */
export function newestSignature(met: Approval, timeZone: string): Day | null {
  const moments = met.quorum.needs.flatMap(({ given }) => (given ? [given.signedAt] : []));
  const newest = moments.toSorted(compareInstants).at(-1);
  return newest ? dayOf(newest, timeZone) : null;
}
