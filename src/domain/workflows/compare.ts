/** What a newer version of a workflow file changes. */
import type { Json } from "../audit/canonical.ts";
import { canonicalJson } from "../audit/canonical.ts";
import { RequirementName } from "../ids.ts";
import type { Definition, Requirement } from "./definition.ts";

/** The requirements of the newer definition that are new or differ: adopting it re-opens them. */
export function changedRequirements(from: Definition, to: Definition): readonly RequirementName[] {
  const before = new Map(from.workflow.requirements.map((known) => [known.name, textOf(known)]));
  return to.workflow.requirements
    .filter((requirement) => before.get(requirement.name) !== textOf(requirement))
    .map(({ name }) => RequirementName.parse(name));
}

function textOf(requirement: Requirement): string {
  return canonicalJson(requirement satisfies Json);
}
