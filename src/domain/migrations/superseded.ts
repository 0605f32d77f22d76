/** A change of a requirement ends what waited for the version before it. */
import type { SignOffFact } from "../facts.ts";
import type { MigrationId, RequirementName } from "../ids.ts";
import type { Item } from "./record.ts";

interface OfRequirement {
  readonly migrationId: MigrationId;
  readonly requirement: RequirementName;
}

/** Requests that waited for a version which no longer is. */
export function supersede(of: OfRequirement, item: Item, reason: string): readonly SignOffFact[] {
  return item.requests
    .filter(({ ended }) => ended === null)
    .map(({ id }) => ({
      ...of,
      type: "RequestEnded",
      requestId: id,
      as: "superseded",
      reason,
    }));
}
