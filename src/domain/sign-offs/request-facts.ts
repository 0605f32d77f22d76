/** Facts that follow from others: requests that end, and signatures that ran out. */
import type { SignOffFact } from "../facts.ts";
import type { MigrationId, RequirementName } from "../ids.ts";
import type { SignOffRequest } from "../migrations/record.ts";
import type { RequirementView } from "../requirements/view.ts";

interface OfRequirement {
  readonly migrationId: MigrationId;
  readonly requirement: RequirementName;
}

/** Every open request ends: the one that was answered as signed, the others as superseded. */
export function endRequests(
  of: OfRequirement,
  requests: readonly SignOffRequest[],
  answered: SignOffRequest | null,
): readonly SignOffFact[] {
  return requests
    .filter(({ ended }) => ended === null)
    .map((request): SignOffFact => {
      const isAnswered = request.id === answered?.id;
      return {
        ...of,
        type: "RequestEnded",
        requestId: request.id,
        as: isAnswered ? "signed" : "superseded",
        reason: isAnswered ? null : "Decided in another way.",
      };
    });
}

/** Signatures on this very content that ran out: they make room for new ones. */
export function revokeRanOut(
  of: OfRequirement,
  { state, reason, item, approvals }: RequirementView,
): readonly SignOffFact[] {
  const current = approvals.requirement_met;
  if (state !== "expired" || current === null || current.quorum.met) return [];
  return item.signOffs
    .filter(({ revoked, meaning }) => revoked === null && meaning === "requirement_met")
    .filter(({ contentHash }) => contentHash === current.contentHash)
    .filter(({ id }) => !current.quorum.needs.some(({ given }) => given?.id === id))
    .map(({ id }) => ({
      ...of,
      type: "SignOffRevoked",
      signOffId: id,
      kind: "revocation",
      reason: reason ?? "The signature ran out.",
    }));
}
