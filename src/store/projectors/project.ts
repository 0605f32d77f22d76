/** Writes facts as table changes, each by the projector of its type, and one ledger staging row a fact. */

import type { Fact, RecordedFact } from "../../domain/facts.ts";
import { Bug } from "../../domain/fault.ts";
import type { MigrationId, OrganisationId } from "../../domain/ids.ts";
import { stageFacts } from "../ledger/stage.ts";
import type { Sql } from "../pool.ts";
import { forget } from "../reading/recall.ts";
import { deliveryProjectors } from "./deliveries.ts";
import { installationProjectors } from "./installations.ts";
import { itemProjectors } from "./items.ts";
import { ledgerProjectors } from "./ledger.ts";
import { migrationProjectors, noteProjectors } from "./migrations.ts";
import { peopleProjectors } from "./people.ts";
import type { Projector, Projectors } from "./projector.ts";
import { signOffProjectors } from "./sign-offs.ts";
import { workspaceProjectors } from "./workspaces.ts";

const projectors: Projectors<Fact> = {
  ...peopleProjectors,
  ...installationProjectors,
  ...workspaceProjectors,
  ...ledgerProjectors,
  ...migrationProjectors,
  ...itemProjectors,
  ...signOffProjectors,
  ...deliveryProjectors,
  ...noteProjectors,
};

/** Their projectors send every statement before they wait for the first. */
const AT_ONCE: ReadonlySet<string> = new Set([
  ...Object.keys(itemProjectors),
  ...Object.keys(signOffProjectors),
  ...Object.keys(noteProjectors),
]);

/** Recorded, but they change no state: no version, no audit reference depends on them. */
export const NOTES: ReadonlySet<string> = new Set<Fact["type"]>([
  "GateChecked",
  "ReportExported",
  "AuditExported",
  "CommandRefused",
]);

export function changesState(fact: { readonly type: string }): boolean {
  return !NOTES.has(fact.type);
}

interface RecordingContext {
  readonly organisationId: OrganisationId;
  /** Which migrations this transaction has already given a new version. */
  readonly grown: Set<MigrationId>;
}

/**
 * Records the facts, and answers with what `look` then reads. Where the projectors allow it everything travels
 * together: the look is the last statement of them.
 */
export async function recordAndLook<T>(
  sql: Sql,
  context: RecordingContext,
  what: { readonly facts: readonly RecordedFact[]; readonly look: () => Promise<T> },
): Promise<T> {
  const { facts, look } = what;
  const recording = recordFacts(sql, context, facts);
  if (!areSentAtOnce(facts)) await recording;
  const [, seen] = await Promise.all([recording, look()]);
  return seen;
}

const areSentAtOnce = (facts: readonly RecordedFact[]): boolean =>
  facts.every(({ fact }) => AT_ONCE.has(fact.type));

/** Records the facts. Those that are sent at once have been sent, with all that belongs to them, when it returns. */
export async function recordFacts(
  sql: Sql,
  context: RecordingContext,
  facts: readonly RecordedFact[],
): Promise<void> {
  for (const recorded of facts) {
    if (recorded.organisationId !== context.organisationId) {
      throw new Bug("a fact of another organisation");
    }
  }
  const recording = Promise.all([stageFacts(sql, facts, changesState), projectAll(sql, facts)]);
  // A migration must be there before it has a version.
  if (!areSentAtOnce(facts)) await recording;
  await Promise.all([recording, growMigrations(sql, context.grown, facts)]);
}

/** A new version of every migration that the facts change. */
async function growMigrations(
  sql: Sql,
  grown: Set<MigrationId>,
  facts: readonly RecordedFact[],
): Promise<void> {
  const changed = facts.flatMap(({ fact }) =>
    changesState(fact) && "migrationId" in fact && fact.migrationId ? [fact.migrationId] : [],
  );
  changed.forEach(forget);
  const fresh = [...new Set(changed)].filter((id) => !grown.has(id));
  for (const id of fresh) grown.add(id);
  await Promise.all(
    fresh.map((id) => sql.query("update migrations set version = version + 1 where id = $1", [id])),
  );
}

/** In their order: those that send everything at once do not wait for one another. */
async function projectAll(sql: Sql, facts: readonly RecordedFact[]): Promise<void> {
  let sent: Promise<void>[] = [];
  for (const recorded of facts) {
    if (AT_ONCE.has(recorded.fact.type)) {
      sent.push(project(sql, recorded));
    } else {
      await Promise.all(sent);
      sent = [];
      await project(sql, recorded);
    }
  }
  await Promise.all(sent);
}

/** The table changes of one fact, as it happens and as it is replayed. */
export async function project(sql: Sql, recorded: RecordedFact): Promise<void> {
  // The map's type ties each name to its projector; TypeScript cannot follow that through an index.
  const projector = projectors[recorded.fact.type] as Projector<Fact>;
  await projector(sql, recorded);
}
