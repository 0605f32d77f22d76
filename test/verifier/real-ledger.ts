/** A ledger that people filled in the local web chat, exported as an auditor would get it. */
import { exportBundle, exportProof } from "../../src/app/audit/export.ts";
import { reportInTerminal } from "../../src/app/terminal/migrations.ts";
import { MigrationId, type OrganisationId, SignOffId } from "../../src/domain/ids.ts";
import { isRefusal, type Refusal } from "../../src/domain/refusal.ts";
import { clearRequirement, FERPA_WAYS, HIPAA_WAYS } from "../scenarios/clear-requirement.ts";
import { answersOf, confirm, start } from "../scenarios/openings.ts";
import type { WebStage } from "../scenarios/web-stage.ts";
import type { TestStore } from "../support/database.ts";

export interface RealLedger {
  readonly organisation: OrganisationId;
  readonly migration: MigrationId;
  /** The public key, as it is given away. */
  readonly key: string;
  bundle(): Promise<string>;
  /** The bytes of the closeout report. */
  report(): Promise<string>;
  proof(signOff: string): Promise<string>;
}

/** A university hospital, from the first question to the last signature. */
export async function fillLedger(stage: WebStage): Promise<void> {
  await stage.enter("auditors");
  await start(stage.as("engineer"), { customer: "Lakeside", industry: "University Hospital" });
  await confirm(stage, {
    verticals: ["HIPAA", "FERPA"],
    facts: { patient_info: "yes", students: "yes" },
  });
  for (const way of [...HIPAA_WAYS, ...FERPA_WAYS])
    await clearRequirement(stage, way, answersOf(stage));
}

export async function openLedger(
  { running }: WebStage,
  asOwner: TestStore["asOwner"],
): Promise<RealLedger> {
  const { deps, store } = running.core;
  const [row] = await asOwner("select id, organisation_id from migrations");
  const migration = MigrationId.parse(row?.id);
  const exporting = (write: (text: string) => Promise<void>) => ({
    ...{ deps, write },
    exports: store.exports,
  });
  const collect = async (
    work: (write: (text: string) => Promise<void>) => Promise<object | Refusal>,
  ): Promise<string> => {
    let text = "";
    const done = await work(async (more) => {
      text += more;
    });
    if (isRefusal(done)) throw new Error(JSON.stringify(done));
    return text;
  };
  return {
    organisation: row?.organisation_id,
    migration,
    key: await publicKey(asOwner),
    bundle: () => collect((write) => exportBundle(exporting(write), null)),
    proof: (id) => collect((write) => exportProof(exporting(write), SignOffId.parse(id))),
    report: async () => {
      const written = await reportInTerminal(deps, migration, { draft: false });
      if (isRefusal(written)) throw new Error(JSON.stringify(written));
      return written.json;
    },
  };
}

/** The line that stands in `ledger-key.pub`. */
async function publicKey(asOwner: TestStore["asOwner"]): Promise<string> {
  const [row] = await asOwner(
    "select key_id, public_key from ledger_keys order by id desc limit 1",
  );
  const kindAndKey = Buffer.concat([Uint8Array.of(1), row?.public_key]);
  return `cleargate-ledger+${row?.key_id}+${kindAndKey.toString("base64")}`;
}
