/** Which requirements a migration has: those of the files that always apply and of its confirmed verticals. */

import { RequirementName } from "../ids.ts";
import type { MigrationRecord } from "../migrations/record.ts";
import type { Definition, Question, Requirement } from "../workflows/definition.ts";
import type { ViewInput } from "./view.ts";

export interface FoundRequirement {
  readonly definition: Definition;
  readonly requirement: Requirement;
}

export interface Found {
  /** By stage, then as in the files; advisory ones last in their stage. */
  readonly requirements: readonly FoundRequirement[];
  readonly unreadable: readonly string[];
}

/** Stands for the files that always apply when there is none: without one, no gate can open. */
const ALWAYS = "BASELINE";

/** The requirements of a migration, and the verticals whose rules cannot be read. */
export function requirementsOf(input: Pick<ViewInput, "record" | "definitions" | "newest">): Found {
  const { definitions, unreadable } = definitionsOf(input);
  const listed = definitions.flatMap((definition) =>
    definition.workflow.requirements.map((requirement) => ({ definition, requirement })),
  );
  const twice = listed.filter(
    (entry, index) =>
      listed.findIndex(({ requirement }) => requirement.name === entry.requirement.name) < index,
  );
  return {
    requirements: listed
      .filter((entry) => !twice.includes(entry))
      .toSorted((a, b) => rankOf(a.requirement) - rankOf(b.requirement)),
    unreadable: [...new Set([...unreadable, ...twice.map(verticalOf)])],
  };
}

/** The definitions in force: the pinned ones, and before verticals were confirmed the newest that always apply. */
export function definitionsOf(input: Pick<ViewInput, "record" | "definitions" | "newest">): {
  readonly definitions: readonly Definition[];
  readonly unreadable: readonly string[];
} {
  const { record, definitions, newest } = input;
  const pinned = record.definitions.map(({ vertical, hash }) => ({
    vertical,
    definition: definitions.find((definition) => definition.hash === hash) ?? null,
  }));
  const always = record.verticals === null ? unpinnedAlways(record, newest) : [];
  const readable = pinned.map(({ definition }) => definition).filter((found) => found !== null);
  const unreadable = [
    ...pinned.filter(({ definition }) => definition === null).map(({ vertical }) => vertical),
    ...unpinned(record),
  ];
  const used = [...always, ...readable].filter((definition) => appliesTo(record, definition));
  if (!used.some(({ workflow }) => workflow.always)) unreadable.push(ALWAYS);
  return { definitions: used.toSorted(inOrder), unreadable: [...new Set(unreadable)] };
}

function unpinnedAlways(
  record: MigrationRecord,
  newest: readonly Definition[],
): readonly Definition[] {
  const known = new Set(record.definitions.map(({ vertical }) => vertical));
  return newest.filter(({ workflow }) => workflow.always && !known.has(workflow.vertical));
}

function unpinned(record: MigrationRecord): readonly string[] {
  const known = new Set(record.definitions.map(({ vertical }) => vertical));
  return (record.verticals ?? []).filter((vertical) => !known.has(vertical));
}

function appliesTo(record: MigrationRecord, { workflow }: Definition): boolean {
  return workflow.always || (record.verticals ?? []).includes(workflow.vertical);
}

function inOrder(a: Definition, b: Definition): number {
  if (a.workflow.always !== b.workflow.always) return a.workflow.always ? -1 : 1;
  return a.workflow.order - b.workflow.order;
}

function rankOf(requirement: Requirement): number {
  return requirement.stage * 2 + (requirement.advisory ? 1 : 0);
}

function verticalOf({ definition }: FoundRequirement): string {
  return definition.workflow.vertical;
}

/** A question with the name under which a view remembers whether it counts. */
export interface Asked {
  readonly question: Question;
  readonly key: string;
}

/** What is looked up in a definition again and again, worked out once: definitions never change. */
export interface Outline {
  readonly name: RequirementName;
  readonly asked: ReadonlyMap<string, Asked>;
  /** Whether an answer of it can set a fact. */
  readonly setsFacts: boolean;
  /** Whether it can look otherwise at another gate: something of it, or of what it follows from, grows too old. */
  readonly ages: boolean;
}

const OUTLINES = new WeakMap<Requirement, Outline>();

export function outlineOf(requirement: Requirement): Outline {
  const known = OUTLINES.get(requirement);
  if (known) return known;
  const outline = draw(requirement);
  OUTLINES.set(requirement, outline);
  return outline;
}

function draw(requirement: Requirement): Outline {
  const { name, ask } = requirement;
  const asked = new Map<string, Asked>();
  for (const question of ask) {
    if (!asked.has(question.id))
      asked.set(question.id, { question, key: `${name}.${question.id}` });
  }
  return {
    name: RequirementName.parse(name),
    asked,
    setsFacts: ask.some(({ outcomes = [] }) =>
      outcomes.some(({ effect }) => effect === "set_fact"),
    ),
    ages: doesAge(requirement),
  };
}

function doesAge({ ask, sign_off, waiver, not_applicable }: Requirement): boolean {
  const words = [...sign_off.attestations, ...(waiver?.attestations ?? [])];
  return (
    not_applicable?.derived !== undefined ||
    words.some(({ max_age_days }) => max_age_days !== undefined) ||
    ask.some(({ outcomes = [] }) => outcomes.some(({ effect }) => effect === "expire"))
  );
}
