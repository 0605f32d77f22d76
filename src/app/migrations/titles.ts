/** What people call the verticals: `PCI` is shown as "PCI-DSS". */
import type { Definition } from "../../domain/workflows/definition.ts";

/** Verticals a person can choose, in the order of the files. */
export function choicesOf(
  workflows: readonly Definition[],
): readonly { readonly id: string; readonly title: string; readonly product?: string }[] {
  return workflows
    .filter(({ workflow }) => !workflow.always)
    .toSorted((a, b) => a.workflow.order - b.workflow.order)
    .map(({ workflow: { vertical: id, title, package: product } }) => ({
      id,
      title,
      ...(product === undefined ? {} : { product }),
    }));
}

export function titlesOf(workflows: readonly Definition[]): ReadonlyMap<string, string> {
  return new Map(workflows.map(({ workflow }) => [workflow.vertical, workflow.title]));
}
