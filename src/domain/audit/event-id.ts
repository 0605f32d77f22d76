/** The name of one ledger entry outside the ledger, such as in Splunk: the same however often it is sent. */
import type { OrganisationId } from "../ids.ts";

export function eventIdOf(organisation: OrganisationId, sequence: number): string {
  return `${organisation}:${sequence}`;
}
