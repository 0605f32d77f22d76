/** The reason that a person gives for a decision: one rule wherever one is asked for. */
import type { Refusal } from "../refusal.ts";
import { readText } from "./typed-text.ts";

/** The reason as it is recorded, or why it cannot be. */
export function readReason(typed: string): string | Refusal {
  const { text, problem } = readText(typed, { max: 1000 });
  if (problem !== null) return { refused: "invalid_answers", fields: { reason: problem } };
  return text === "" ? { refused: "reason_needed" } : text;
}
