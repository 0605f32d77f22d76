/** Loads what the rules look at: the migration, its definitions and which roles somebody holds. */
import { decideGate } from "../../domain/gates/gate.ts";
import type { GateVerdict } from "../../domain/gates/verdict.ts";
import type { Day, Instant, MigrationId } from "../../domain/ids.ts";
import type { Situation } from "../../domain/migrations/situation.ts";
import type { MigrationView, ViewInput } from "../../domain/requirements/view.ts";
import { viewMigration } from "../../domain/requirements/view-migration.ts";
import { dayOf } from "../../domain/time/day.ts";
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
  reading: Pick<Reading, "definitions">,
  situation: SituationOfRecord,
  moment: Moment,
): Promise<Loaded> {
  return look(situation, moment, await readOlder(reading, [situation], moment));
}

type SituationOfRecord = Pick<Situation, "record" | "heldRoles">;

/** The definitions of earlier versions that the migrations are pinned to. */
async function readOlder(
  reading: Pick<Reading, "definitions">,
  situations: readonly SituationOfRecord[],
  { workflows }: Moment,
): Promise<readonly Definition[]> {
  const known = new Set(workflows.map(({ hash }) => hash));
  const pinned = situations.flatMap(({ record }) => record.definitions.map(({ hash }) => hash));
  const missing = [...new Set(pinned.filter((hash) => !known.has(hash)))];
  return missing.length === 0 ? [] : await reading.definitions(missing);
}

function look(
  situation: SituationOfRecord,
  { workflows, now }: Moment,
  older: readonly Definition[],
): Loaded {
  const { record, heldRoles } = situation;
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
  return {
    input,
    get view() {
      return viewAt(input, stageNow(record));
    },
  };
}

/** At which gate ages are judged while nobody asks for one. */
function stageNow({ gate3PassedAt }: Situation["record"]): 3 | 5 {
  return gate3PassedAt === null ? 3 : 5;
}

interface Seen {
  readonly input: ViewInput;
  readonly today: Day;
  readonly views: Map<3 | 5, MigrationView>;
  readonly verdicts: Map<3 | 5, GateVerdict>;
}

/**
 * What was last worked out of a record. A view and a verdict follow from the record, the definitions, the roles that
 * are held and the day, and from nothing else: while all of them are the same, only their moment is another one.
 */
const SEEN = new WeakMap<Situation["record"], Seen>();

function viewAt(input: ViewInput, stage: 3 | 5): MigrationView {
  const { views } = seenOf(input);
  const other = views.get(stage === 3 ? 5 : 3);
  const known = views.get(stage) ?? viewMigration({ ...input, judgedAt: stage }, other);
  const view = known.now === input.now ? known : { ...known, now: input.now };
  views.set(stage, view);
  return view;
}

function seenOf(input: ViewInput): Seen {
  const { record, now } = input;
  const today = dayOf(now, record.timeZone);
  const before = SEEN.get(record);
  if (before && before.today === today && looksAlike(before.input, input)) return before;
  const seen = { input, today, views: new Map(), verdicts: new Map() };
  SEEN.set(record, seen);
  return seen;
}

function looksAlike(before: ViewInput, input: ViewInput): boolean {
  return (
    before.newest === input.newest &&
    before.definitions.length === input.definitions.length &&
    before.definitions.every((definition, at) => definition === input.definitions[at]) &&
    before.heldRoles.size === input.heldRoles.size &&
    [...before.heldRoles].every((role) => input.heldRoles.has(role))
  );
}

/** Both gates, each with ages judged at its own stage. */
export function gatesOf(input: ViewInput): Gates {
  return { 3: gateAt(input, 3), 5: gateAt(input, 5) };
}

export function gateAt(input: ViewInput, stage: 3 | 5): GateVerdict {
  const { verdicts } = seenOf(input);
  const known = verdicts.get(stage) ?? decideGate(viewAt(input, stage), stage);
  verdicts.set(stage, known);
  return { ...known, at: input.now };
}
