/** Another industry text after the verticals were confirmed: they stand, and a person has to look at them again. */
import type { Fact } from "../facts.ts";
import type { Refusal } from "../refusal.ts";
import { describeDetection } from "../verticals/detect.ts";
import type { Detection } from "../verticals/detection.ts";
import type { MigrationRecord } from "./record.ts";

/** Among the flags of the proposal until a person confirms; what is confirmed is proposed anew, without it. */
const INDUSTRY_CHANGED = "industry_changed";

/** Proposes the verticals of another industry text, as the terminal does it. */
export function decideProposal(proposal: {
  readonly record: MigrationRecord;
  readonly industry: string;
  readonly detection: Detection;
}): readonly Fact[] | Refusal {
  const { record, industry, detection } = proposal;
  if (record.state !== "open") return { refused: "migration_not_open", state: record.state };
  const isConfirmed = record.verticals !== null;
  if (isConfirmed && industry === record.industry) return [];
  return [
    {
      type: "VerticalsProposed",
      migrationId: record.id,
      industry,
      detection: describeDetection(detection),
      flags: isConfirmed ? [...detection.flags, INDUSTRY_CHANGED] : detection.flags,
      by: "terminal",
    },
  ];
}

/** Why the confirmed verticals have to be looked at again; null while they stand. */
export function whyLookAgain({
  verticals,
  flags,
  industry,
}: Pick<MigrationRecord, "verticals" | "flags" | "industry">): string | null {
  if (verticals === null || !flags.includes(INDUSTRY_CHANGED)) return null;
  return `The industry was changed to “${industry}” in the terminal.`;
}
