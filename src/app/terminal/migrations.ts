/** What the command line may do with migrations: create, propose, look, ask a gate, report. It confirms nothing. */
import type { GateVerdict } from "../../domain/gates/verdict.ts";
import { instantOf, MigrationId, type OrganisationId } from "../../domain/ids.ts";
import { decideOpen } from "../../domain/migrations/decide.ts";
import { decideProposal } from "../../domain/migrations/industry.ts";
import { readLine } from "../../domain/people/typed-text.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { findSensitiveText } from "../../domain/sensitive-text/scan.ts";
import { detectVerticals } from "../../domain/verticals/detect.ts";
import type { Detection } from "../../domain/verticals/detection.ts";
import { checkStage } from "../gates/check.ts";
import { askedIn, changeMigration, recorded } from "../migrations/change.ts";
import { type Gates, gatesOf, type Loaded, loadView } from "../migrations/load-view.ts";
import type { Acting, Deps } from "../ports.ts";
import { type WrittenReport, writeReport } from "../reports/closeout.ts";
import { notingRefusal } from "./refused.ts";

/** The surface and workspace whose organisation a migration from the terminal belongs to. */
export interface Home {
  readonly surface: "slack" | "teams" | "web";
  readonly workspaceRef: string;
}

export interface Proposed {
  readonly migrationId: MigrationId;
  readonly detection: Detection;
}

/** Creates a migration and proposes its verticals; confirming them happens in chat. */
export async function createInTerminal(
  deps: Deps,
  home: Home,
  given: { readonly customer: string; readonly industry: string; readonly timeZone: string },
): Promise<Proposed | Refusal> {
  const { organisationId } = await deps.store.organisationOf(home);
  const created = await create(deps, organisationId, given);
  return notingRefusal(deps, { command: "create", organisationId }, created);
}

async function create(
  deps: Deps,
  organisationId: OrganisationId,
  given: { readonly customer: string; readonly industry: string; readonly timeZone: string },
): Promise<Proposed | Refusal> {
  const sensitive = refuseSensitive({ customer: given.customer, industry: given.industry });
  if (sensitive) return sensitive;
  const acting = actingOf(deps, organisationId);
  const migrationId = MigrationId.parse(deps.newId());
  const values = {
    customer: given.customer,
    industry: given.industry,
    time_zone: given.timeZone,
  };
  const opened = decideOpen({ migrationId, values, channel: null, now: acting.now });
  if (isRefusal(opened)) return opened;
  const detection = detectVerticals(opened.industry, deps.workflows);
  const facts = opened.facts.map((fact) => ({ ...fact, ...askedIn(acting) }));
  await deps.store.write(organisationId, null, (writing) =>
    writing.record(recorded(acting, facts)),
  );
  return { migrationId, detection };
}

/** Proposes the verticals of another industry text; nothing applies before a person confirms. */
export async function proposeInTerminal(
  deps: Deps,
  migrationId: MigrationId,
  words: string,
): Promise<Proposed | Refusal> {
  const sensitive = refuseSensitive({ industry: words });
  if (sensitive) return sensitive;
  const { text: industry, problem } = readLine(words);
  if (problem !== null) return { refused: "invalid_answers", fields: { industry: problem } };
  const acting = await actingOn(deps, migrationId);
  if (isRefusal(acting)) return acting;
  const detection = detectVerticals(industry, deps.workflows);
  if (detection.flags.includes("needs_input")) return { refused: "industry_needed" };
  const changed = await changeMigration(acting, migrationId, ({ view: { record } }) =>
    decideProposal({ record, industry, detection }),
  );
  return isRefusal(changed) ? changed : { migrationId, detection };
}

/** The migration with both gates, as it is now. */
export async function statusInTerminal(
  deps: Deps,
  migrationId: MigrationId,
): Promise<(Loaded & { readonly gates: Gates }) | Refusal> {
  const acting = await actingOn(deps, migrationId);
  if (isRefusal(acting)) return acting;
  const loaded = await loadFor(acting, migrationId);
  return isRefusal(loaded) ? loaded : { ...loaded, gates: gatesOf(loaded.input) };
}

/** A gate's verdict, recorded and posted like one asked in chat. */
export async function gateInTerminal(
  deps: Deps,
  migrationId: MigrationId,
  stage: 3 | 5,
): Promise<{ readonly verdict: GateVerdict; readonly loaded: Loaded } | Refusal> {
  const acting = await actingOn(deps, migrationId);
  if (isRefusal(acting)) return acting;
  return checkStage(acting, migrationId, stage);
}

/** The closeout report; refuses while anything is unsigned unless it is a draft. */
export async function reportInTerminal(
  deps: Deps,
  migrationId: MigrationId,
  options: { readonly draft: boolean },
): Promise<WrittenReport | Refusal> {
  const acting = await actingOn(deps, migrationId);
  if (isRefusal(acting)) return acting;
  const loaded = await loadFor(acting, migrationId);
  return isRefusal(loaded) ? loaded : writeReport(acting, loaded, options);
}

async function actingOn(deps: Deps, migrationId: MigrationId): Promise<Acting | Refusal> {
  const organisationId = await deps.store.organisationOfMigration(migrationId);
  return organisationId ? actingOf(deps, organisationId) : { refused: "unknown_migration" };
}

function actingOf(deps: Deps, organisationId: OrganisationId): Acting {
  return { deps, organisationId, actor: null, now: instantOf(deps.clock()), eventKey: null };
}

async function loadFor(
  { deps, organisationId, now }: Acting,
  id: MigrationId,
): Promise<Loaded | Refusal> {
  const loaded = await deps.store.read(organisationId, (reading) =>
    loadView(reading, id, { workflows: deps.workflows, now }),
  );
  return loaded ?? { refused: "unknown_migration" };
}

function refuseSensitive(texts: Readonly<Record<string, string>>): Refusal | null {
  for (const [where, text] of Object.entries(texts)) {
    const kind = findSensitiveText(text);
    if (kind) return { refused: "sensitive_text", kind, where };
  }
  return null;
}
