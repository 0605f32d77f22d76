/** Writes facts as table changes, each by the projector of its type, and one ledger staging row a fact. */

import type { Fact, RecordedFact } from "../../domain/facts.ts";
import { Bug } from "../../domain/fault.ts";
import type { MigrationId, OrganisationId } from "../../domain/ids.ts";
import { stageFacts } from "../ledger/stage.ts";
import type { Sql } from "../pool.ts";
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

/** Records the facts; `grown` keeps which migrations this transaction has already given a new version. */
export async function recordFacts(
  sql: Sql,
  context: { readonly organisationId: OrganisationId; readonly grown: Set<MigrationId> },
  facts: readonly RecordedFact[],
): Promise<void> {
  for (const recorded of facts) {
    if (recorded.organisationId !== context.organisationId) {
      throw new Bug("a fact of another organisation");
    }
  }
  const [staged] = await Promise.all([
    stageFacts(sql, facts, changesState),
    projectAll(sql, facts),
  ]);
  const changed = new Set(staged.flatMap((row) => (row.changesState ? [row.migrationId] : [])));
  for (const migrationId of changed) {
    if (migrationId === null || context.grown.has(migrationId)) continue;
    context.grown.add(migrationId);
    await sql.query("update migrations set version = version + 1 where id = $1", [migrationId]);
  }
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
