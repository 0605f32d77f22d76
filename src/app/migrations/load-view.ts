/** Loads what the rules look at: the migration, its definitions and which roles somebody holds. */
import { decideGate } from "../../domain/gates/gate.ts";
import type { GateVerdict } from "../../domain/gates/verdict.ts";
import type { Instant, MigrationId } from "../../domain/ids.ts";
import type { MigrationRecord } from "../../domain/migrations/record.ts";
import type { MemberRole } from "../../domain/people/person.ts";
import type { MigrationView, ViewInput } from "../../domain/requirements/view.ts";
import { viewMigration } from "../../domain/requirements/view-migration.ts";
import type { Definition } from "../../domain/workflows/definition.ts";
import type { Reading } from "../ports.ts";

export interface Gates {
  readonly 3: GateVerdict;
  readonly 5: GateVerdict;
}

export interface Loaded {
  readonly input: ViewInput;
  readonly view: MigrationView;
}

interface Moment {
  readonly workflows: readonly Definition[];
  readonly now: Instant;
  /** When several migrations are looked at: read once for all. */
  readonly heldRoles?: ReadonlySet<MemberRole>;
}

/** The migration as the rules see it, or null when this organisation has none of that id. */
export async function loadView(
  reading: Reading,
  id: MigrationId,
  moment: Moment,
): Promise<Loaded | null> {
  const record = await reading.migration(id);
  return record ? viewOf(reading, record, moment) : null;
}

/** The view of a record that is already loaded. */
export async function viewOf(
  reading: Reading,
  record: MigrationRecord,
  moment: Moment,
): Promise<Loaded> {
  const { workflows, now } = moment;
  const pinned = record.definitions.map(({ hash }) => hash);
  const known = workflows.filter(({ hash }) => pinned.includes(hash));
  const missing = pinned.filter((hash) => !known.some((definition) => definition.hash === hash));
  const older = missing.length === 0 ? [] : await reading.definitions(missing);
  const heldRoles = moment.heldRoles ?? (await readHeldRoles(reading));
  const input: ViewInput = {
    record,
    // Before a person has confirmed the verticals, only the files that always apply are in force.
    definitions:
      pinned.length === 0
        ? workflows.filter(({ workflow }) => workflow.always)
        : [...known, ...older],
    newest: workflows,
    now,
    heldRoles,
  };
  return { input, view: viewMigration(input) };
}

/** The roles that at least one member of the organisation holds. */
export async function readHeldRoles(reading: Reading): Promise<ReadonlySet<MemberRole>> {
  const people = await reading.people();
  return new Set(people.filter(({ kind }) => kind === "member").flatMap(({ roles }) => roles));
}

/** Both gates, each with ages judged at its own stage. Computed anew every time. */
export function gatesOf(input: ViewInput): Gates {
  return { 3: gateAt(input, 3), 5: gateAt(input, 5) };
}

export function gateAt(input: ViewInput, stage: 3 | 5): GateVerdict {
  return decideGate(viewMigration({ ...input, judgedAt: stage }), stage);
}
