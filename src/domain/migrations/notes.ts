/** Facts that are recorded and leave their migration exactly as it was: nothing about it is to be told anew. */
import type { Fact } from "../facts.ts";

const NEVER: ReadonlySet<Fact["type"]> = new Set<Fact["type"]>([
  "ReportExported",
  "AuditExported",
  "CommandRefused",
]);

/** A gate that was asked changes nothing, but that gate 3 was passed is remembered. */
export function leavesAsItWas(fact: Fact): boolean {
  if (fact.type !== "GateChecked") return NEVER.has(fact.type);
  return fact.stage === 5 || fact.verdict === "blocked";
}
