/** A migration as people see it at one moment. Nothing of it is stored, so nothing of it can be out of date. */
import { dayOf } from "../time/day.ts";
import { saidTogether } from "../verticals/together.ts";
import type { Definition } from "../workflows/definition.ts";
import { settleFacts, type Unsettled } from "./facts-of.ts";
import { type FoundRequirement, outlineOf, requirementsOf } from "./requirements-of.ts";
import { doesApply, holds, isVisible, type World } from "./scope.ts";
import type { MigrationView, RequirementView, ViewInput } from "./view.ts";
import { viewRequirement } from "./view-requirement.ts";

/** What was seen of the same input at the other gate saves looking twice at what looks the same at both. */
export function viewMigration(input: ViewInput, other: MigrationView | null = null): MigrationView {
  const { record, now, newest } = input;
  const { requirements, unreadable } = requirementsOf(input);
  const unsettled: Unsettled = {
    record,
    today: dayOf(now, record.timeZone),
    openedOn: dayOf(record.openedAt, record.timeZone),
    found: new Map(requirements.map((found) => [found.requirement.name, found])),
    items: new Map(),
    heldRoles: input.heldRoles,
    judgedAt: input.judgedAt ?? (record.gate3PassedAt === null ? 3 : 5),
  };
  const { facts, settled } = settleFacts(unsettled);
  const world: World = { ...unsettled, facts, seen: new Map() };
  const look = lookAt(world, other?.requirements ?? []);
  return {
    record,
    now,
    today: world.today,
    facts,
    requirements: requirements.filter((found) => doesApply(world, found)).map(look),
    unreadable: settled ? unreadable : [...new Set([...unreadable, ...factSetters(requirements)])],
    titles: titlesOf(input),
    together: saidTogether([...input.definitions, ...newest], record),
    outdated: record.definitions.flatMap(({ vertical, hash }) => {
      const latest = newestOf(newest, vertical);
      return latest && latest.hash !== hash ? [{ vertical, newest: latest }] : [];
    }),
  };
}

/** The view of a requirement. What follows from another one's signature looks at that one first. */
function lookAt(
  world: World,
  seen: readonly RequirementView[],
): (found: FoundRequirement) => RequirementView {
  const views = new Map<string, RequirementView | "looking">(
    seen.filter(({ definition }) => !outlineOf(definition).ages).map((view) => [view.name, view]),
  );
  const look = (found: FoundRequirement): RequirementView => {
    const { name } = found.requirement;
    const known = views.get(name);
    if (known !== undefined && known !== "looking") return known;
    views.set(name, "looking");
    const view = viewRequirement(world, found, derivedReason(world, found, signedSource));
    views.set(name, view);
    return view;
  };
  const signedSource = (name: string): RequirementView | null => {
    const source = world.found.get(name);
    if (!source || views.get(name) === "looking" || !doesApply(world, source)) return null;
    const view = look(source);
    return view.state === "signed" ? view : null;
  };
  return look;
}

/** Why a requirement does not apply, when a signed answer elsewhere says so; only that answer is looked at. */
function derivedReason(
  world: World,
  found: FoundRequirement,
  signedSource: (name: string) => RequirementView | null,
): string | null {
  const derived = found.requirement.not_applicable?.derived;
  const source = derived && world.found.get(derived.from);
  if (!derived || !source || signedSource(derived.from) === null) return null;
  return holds(onlyOf(world, source), derived.when, source) ? derived.reason : null;
}

/** A world that knows nothing but what one signed requirement says. */
function onlyOf(world: World, source: FoundRequirement): World {
  const { name, ask } = source.requirement;
  const found = new Map([[name, source]]);
  const seen = new Map<string, boolean | "looking">([
    [name, true],
    ...ask.map((question): [string, boolean] => [
      `${name}.${question.id}`,
      isVisible(world, source, question),
    ]),
  ]);
  const { facts } = settleFacts({ ...world, found }, seen);
  return { ...world, found, facts, seen };
}

/** The migration's own definitions name their verticals; those of today name the others. */
function titlesOf({ newest, definitions }: ViewInput): MigrationView["titles"] {
  return Object.fromEntries(
    [...newest, ...definitions].map(({ workflow }) => [workflow.vertical, workflow.title]),
  );
}

function factSetters(requirements: readonly FoundRequirement[]): readonly string[] {
  return requirements
    .filter(({ requirement }) => outlineOf(requirement).setsFacts)
    .map(({ definition }) => definition.workflow.vertical);
}

function newestOf(newest: readonly Definition[], vertical: string): Definition | undefined {
  return newest.find(({ workflow }) => workflow.vertical === vertical);
}
