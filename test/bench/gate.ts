/** How long a gate takes: a migration under three verticals with every answer, loaded and judged. */
import { gateAt, loadView } from "../../src/app/migrations/load-view.ts";
import { instantOf, MigrationId } from "../../src/domain/ids.ts";
import {
  addProofs,
  answerAll,
  FERPA_WAYS,
  HIPAA_WAYS,
  PCI_WAYS,
} from "../scenarios/clear-requirement.ts";
import { answersOf, confirm, day, start } from "../scenarios/openings.ts";
import { measure, type Result } from "./measure.ts";
import { countStatements, openBenchStage } from "./stage.ts";

export async function benchGate(): Promise<readonly Result[]> {
  const { stage, plain, close } = await openBenchStage();
  try {
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
    const moment = { workflows, now: instantOf(new Date()) };
    const load = () => store.read(organisation, (reading) => loadView(reading, id, moment));
    const gate = async () => {
      const loaded = await load();
      if (!loaded) throw new Error("the migration is gone");
      return gateAt(loaded.input, 5);
    };
    const loaded = await load();
    if (!loaded) throw new Error("the migration is gone");
    const { input } = loaded;
    const statements = await countStatements(gate);
    const one = { name: "select 1", run: () => plain.query("select 1") };
    const many = Array.from({ length: statements }, () => "select 1");
    const each = 30;
    return [
      await measure({
        what: "gate",
        ours: { name: `load and judge gate 5 (${statements} statements)`, run: gate },
        peer: one,
        each,
        goal: { ratio: 2 },
      }),
      await measure({
        what: "gate, beside as many statements",
        ours: { name: "load and judge gate 5", run: gate },
        peer: {
          name: `${statements} times select 1`,
          run: async () => {
            for (const text of many) await plain.query(text);
          },
        },
        each,
        goal: null,
      }),
      await measure({
        what: "gate, judged alone",
        ours: { name: "judge what is loaded", run: () => gateAt(input, 5) },
        peer: one,
        each,
        goal: null,
      }),
    ];
  } finally {
    await close();
  }
}
