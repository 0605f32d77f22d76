/** The buttons under a refusal: at most three ways to go on. */
import type { Refusal } from "../../domain/refusal.ts";
import type { Button } from "../../messages/message.ts";
import { toCommand, type Verb } from "./parse-text.ts";

export function refusalButtons(refusal: Refusal): readonly Button[] {
  if (refusal.refused === "unknown_command") {
    return refusal.suggestions
      .slice(0, 3)
      .map((verb) => ({ label: `/compliance ${verb}`, command: toCommand(verb as Verb, "") }));
  }
  if (refusal.refused === "unknown_requirement") {
    return refusal.suggestions
      .slice(0, 3)
      .map((name) => ({ label: name, command: { type: "ShowRequirement", words: name } }));
  }
  if (refusal.refused === "no_migration_here") {
    return [{ label: "Start a migration", command: { type: "StartMigration" } }];
  }
  if (refusal.refused === "verticals_unconfirmed" || refusal.refused === "verticals_outdated") {
    return [{ label: "Review the verticals", command: { type: "ReviewVerticals" } }];
  }
  if (refusal.refused === "report_incomplete") {
    return [{ label: "Draft report", command: { type: "ShowReport", draft: true } }];
  }
  return [];
}
