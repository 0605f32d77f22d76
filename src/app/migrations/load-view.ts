/** Loads what the rules look at: the migration, its definitions and which roles somebody holds. */
import { decideGate } from "../../domain/gates/gate.ts";
import type { GateVerdict } from "../../domain/gates/verdict.ts";
import type { Instant, MigrationId } from "../../domain/ids.ts";
import type { Situation } from "../../domain/migrations/situation.ts";
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
}

/** The migration as the rules see it, or null when this organisation has none of that id. */
export async function loadView(
  reading: Reading,
  id: MigrationId,
  moment: Moment,
): Promise<Loaded | null> {
  const situation = await reading.situation(id);
  return situation ? viewOf(reading, situation, moment) : null;
}

/** Every open migration as the rules see it, newest first. */
export async function loadOpenViews(reading: Reading, moment: Moment): Promise<readonly Loaded[]> {
  const situations = await reading.situations("open");
  const older = await readOlder(reading, situations, moment);
  return situations.map((situation) => look(situation, moment, older));
}

/** The view of a record that is already loaded. */
export async function viewOf(
  reading: Reading,
  situation: SituationOfRecord,
  moment: Moment,
): Promise<Loaded> {
  return look(situation, moment, await readOlder(reading, [situation], moment));
}

type SituationOfRecord = Pick<Situation, "record" | "heldRoles">;

/** The definitions of earlier versions that the migrations are pinned to. */
async function readOlder(
  reading: Reading,
  situations: readonly SituationOfRecord[],
  { workflows }: Moment,
): Promise<readonly Definition[]> {
  const known = new Set(workflows.map(({ hash }) => hash));
  const pinned = situations.flatMap(({ record }) => record.definitions.map(({ hash }) => hash));
  const missing = [...new Set(pinned.filter((hash) => !known.has(hash)))];
  return missing.length === 0 ? [] : await reading.definitions(missing);
}

function look(
  { record, heldRoles }: SituationOfRecord,
  { workflows, now }: Moment,
  older: readonly Definition[],
): Loaded {
  const before = INPUTS.get(record);
  if (before && older.length === 0 && isSameLook(before, { workflows, now, heldRoles })) {
    return before.loaded;
  }
  const pinned = new Set(record.definitions.map(({ hash }) => hash));
  const input: ViewInput = {
    record,
    // Before a person has confirmed the verticals, only the files that always apply are in force.
    definitions:
      pinned.size === 0
        ? workflows.filter(({ workflow }) => workflow.always)
        : [...workflows, ...older].filter(({ hash }) => pinned.has(hash)),
    newest: workflows,
    now,
    heldRoles,
  };
  const loaded: Loaded = {
    input,
    get view() {
      return viewAt(input, stageNow(record));
    },
  };
  if (older.length === 0) INPUTS.set(record, { workflows, now, heldRoles, loaded });
  return loaded;
}

interface Look extends Moment {
  readonly heldRoles: ReadonlySet<MemberRole>;
}

/** The last look at a record: a click looks at most of them twice, in the same moment. */
const INPUTS = new WeakMap<Situation["record"], Look & { readonly loaded: Loaded }>();

function isSameLook(before: Look, { workflows, now, heldRoles }: Look): boolean {
  return (
    before.workflows === workflows &&
    before.now === now &&
    before.heldRoles.size === heldRoles.size &&
    [...heldRoles].every((role) => before.heldRoles.has(role))
  );
}

/** At which gate ages are judged while nobody asks for one. */
function stageNow({ gate3PassedAt }: Situation["record"]): 3 | 5 {
  return gate3PassedAt === null ? 3 : 5;
}

/**
 * What was worked out of an input, while somebody holds that input: it never changes, and has its moment in it. The
 * next look at the migration loads another.
 */
const VIEWS = new WeakMap<ViewInput, Map<3 | 5, MigrationView>>();

function viewAt(input: ViewInput, stage: 3 | 5): MigrationView {
  const views = VIEWS.get(input) ?? new Map<3 | 5, MigrationView>();
  VIEWS.set(input, views);
  const known = views.get(stage);
  if (known) return known;
  const view = viewMigration({ ...input, judgedAt: stage });
  views.set(stage, view);
  return view;
}

/** Both gates, each with ages judged at its own stage. Computed anew every time. */
export function gatesOf(input: ViewInput): Gates {
  return { 3: gateAt(input, 3), 5: gateAt(input, 5) };
}

export function gateAt(input: ViewInput, stage: 3 | 5): GateVerdict {
  return decideGate(viewAt(input, stage), stage);
}
