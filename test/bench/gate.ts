/** How long a gate takes: a migration under three verticals with every answer, loaded and judged. */
import { gateAt, loadView } from "../../src/app/migrations/load-view.ts";
import { instantOf, MigrationId } from "../../src/domain/ids.ts";
import { viewMigration } from "../../src/domain/requirements/view-migration.ts";
import { forgetAll } from "../../src/store/reading/recall.ts";
import {
  addProofs,
  answerAll,
  FERPA_WAYS,
  HIPAA_WAYS,
  PCI_WAYS,
} from "../scenarios/clear-requirement.ts";
import { answersOf, confirm, day, start } from "../scenarios/openings.ts";
import { copyMigration } from "./fill.ts";
import { measure, type Result } from "./measure.ts";
import { type BenchStage, countStatements, openBenchStage } from "./stage.ts";

/** Rows that each of the many migrations has in a table, so that the disk holds them all. */
const ROWS_OF_OTHERS = 8;
const FEW = 100;
const MANY = 100_000;
/** A service that runs has compiled what it does often. */
const EACH = 400;

/** A migration with every answer and proof, made as people make it. */
export async function openFullMigration({ stage, plain }: BenchStage) {
  await stage.enter("hospital");
  const engineer = stage.as("engineer");
  await start(engineer, { customer: "Bench Hospital", industry: "university hospital" });
  await confirm(stage, {
    verticals: ["HIPAA", "PCI", "FERPA"],
    facts: { patient_info: "yes", cards_by_phone: "yes", students: "yes" },
    signers: [],
  });
  for (const way of [...HIPAA_WAYS, ...PCI_WAYS, ...FERPA_WAYS]) {
    await answerAll(engineer, way.requirement, answersOf(stage));
    await addProofs(engineer, way, day);
  }
  const { store, workflows } = stage.running.core.deps;
  const found = await plain.query("select id, organisation_id from cleargate.migrations");
  const id = MigrationId.parse(found.rows[0].id);
  const organisation = found.rows[0].organisation_id;
  const load = async () => {
    const moment = { workflows, now: instantOf(new Date()) };
    const loaded = await store.read(organisation, (reading) => loadView(reading, id, moment));
    if (!loaded) throw new Error("the migration is gone");
    return loaded;
  };
  const gate = async () => gateAt((await load()).input, 5);
  return { id, organisation, load, gate };
}

export async function benchGate(): Promise<readonly Result[]> {
  const small = await openBenchStage();
  try {
    const one = await openFullMigration(small);
    await copyMigration(small.plain, one.id, { times: FEW, atMost: ROWS_OF_OTHERS });
    // Before a hundred thousand others are written, after which PostgreSQL cleans up for a while.
    return [...(await benchOne(small, one)), await benchSize(one.gate)];
  } finally {
    await small.close();
  }
}

type FullMigration = Awaited<ReturnType<typeof openFullMigration>>;

async function benchOne({ plain }: BenchStage, one: FullMigration): Promise<readonly Result[]> {
  const statements = await countStatements(one.gate);
  const ours = { name: `load and judge gate 5 (${statements} statements)`, run: one.gate };
  const bare = { name: "select 1", run: () => plain.query("select 1") };
  const anew = () => {
    forgetAll();
    return one.gate();
  };
  const unknown = { name: "read, load and judge what nobody remembers", run: anew };
  const { input } = await one.load();
  const judge = () => viewMigration({ ...input, judgedAt: 5 });
  const judged = { name: "judge what is loaded", run: judge };
  const beside = { peer: bare, each: EACH };
  return [
    await measure({ what: "gate", ours, ...beside, goal: { ratio: 12 } }),
    await measure({ what: "gate, time", ours, ...beside, goal: { ms: 2 } }),
    await measure({ what: "gate, changed since", ours: unknown, ...beside, goal: null }),
    await measure({ what: "gate, judged alone", ours: judged, ...beside, goal: null }),
  ];
}

async function benchSize(besideFew: () => Promise<unknown>): Promise<Result> {
  const large = await openBenchStage();
  try {
    const alike = await openFullMigration(large);
    await copyMigration(large.plain, alike.id, { times: MANY, atMost: ROWS_OF_OTHERS });
    return await measure({
      what: "gate, size",
      ours: { name: `beside ${MANY} migrations`, run: alike.gate },
      peer: { name: `beside ${FEW} migrations`, run: besideFew },
      each: EACH,
      goal: { ratio: 1.2 },
    });
  } finally {
    await large.close();
  }
}
