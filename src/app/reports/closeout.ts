import { canonicalJson, type Json, sha256 } from "../../domain/audit/canonical.ts";
import type { MigrationId } from "../../domain/ids.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { closeoutReport, reportFileName } from "../../domain/reports/closeout.ts";
import { viewMigration } from "../../domain/requirements/view-migration.ts";
import { reportMessage } from "../../messages/report.ts";
import type { AuditReference } from "../ledger-ports.ts";
import { askedIn, recorded } from "../migrations/change.ts";
import { locateMigration } from "../migrations/find.ts";
import { gateAt, type Loaded } from "../migrations/load-view.ts";
import type { Acting, UseCase } from "../ports.ts";

/** The closeout report as a file. Refuses with the list when anything is unsigned, unless it is a draft. */
export const showReport: UseCase<"ShowReport"> = async (context, command) => {
  const loaded = await locateMigration(context, command);
  if (isRefusal(loaded) || "kind" in loaded) return loaded;
  const draft = command.draft === true;
  const written = await writeReport(context, loaded, { draft });
  if (isRefusal(written)) return written;
  const { json, fileName } = written;
  return { kind: "show", message: reportMessage({ view: loaded.view, fileName, json, draft }) };
};

/** Whoever asks right after the last signature, or where no server runs, finds it sealed too. */
async function referTo(
  { deps: { store }, organisationId }: Acting,
  id: MigrationId,
): Promise<AuditReference | null> {
  const sealed = await store.auditReference(organisationId, id);
  if (sealed) return sealed;
  await store.sealLedger(organisationId);
  return store.auditReference(organisationId, id);
}

export interface WrittenReport {
  readonly report: Json;
  /** Canonical JSON: the same bytes as long as nothing changed. */
  readonly json: string;
  readonly fileName: string;
}

/** Builds the report and records that it was exported; the export changes no state. */
export async function writeReport(
  acting: Acting,
  { view: shown, input }: Loaded,
  { draft }: { readonly draft: boolean },
): Promise<WrittenReport | Refusal> {
  const { deps, organisationId } = acting;
  const { id } = shown.record;
  const view = viewMigration({ ...input, judgedAt: 5 });
  const audit = await referTo(acting, id);
  const { report, unsigned } = closeoutReport({ view, gate: gateAt(input, 5), audit });
  if (unsigned.length > 0 && !draft) return { refused: "report_incomplete", unsigned };
  const json = canonicalJson(report);
  const exported = { migrationId: id, draft, sha256: sha256(json), ...askedIn(acting) };
  const fact = { type: "ReportExported", ...exported } as const;
  await deps.store.write(organisationId, null, (writing) =>
    writing.record(recorded(acting, [fact])),
  );
  return { report, json, fileName: reportFileName(view) };
}
