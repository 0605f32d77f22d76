/** Gives an auditor the ledger of an organization, or the proof of one sign-off, and records that it was given. */
import { createFileDigest } from "../../domain/audit/file-digest.ts";
import type { Fact } from "../../domain/facts.ts";
import {
  instantOf,
  type MigrationId,
  type OrganisationId,
  type RequirementName,
  type Sha256,
  type SignOffId,
} from "../../domain/ids.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import type { LedgerExports } from "../audit-ports.ts";
import { recorded } from "../migrations/change.ts";
import type { Deps } from "../ports.ts";

export interface Exported {
  readonly organisationId: OrganisationId;
  readonly what: "bundle" | "proof";
  /** Of the file. */
  readonly sha256: Sha256;
  readonly entries: number;
}

export type Write = (text: string) => Promise<void>;

interface Exporting {
  readonly deps: Deps;
  readonly exports: LedgerExports;
  readonly write: Write;
}

/** Seals and signs first, so that nothing that was committed is left out. Null: the only organization. */
export async function exportBundle(
  { deps, exports, write }: Exporting,
  wish: OrganisationId | null,
): Promise<Exported | Refusal> {
  const organisationId = await chooseOrganisation(deps, wish);
  if (isRefusal(organisationId)) return organisationId;
  await deps.store.sealLedger(organisationId);
  const { breaks } = await deps.store.read(organisationId, (reading) => reading.ledger());
  const [stopped] = breaks;
  if (stopped) return { refused: "ledger_stopped", why: stopped.why };
  const digest = createFileDigest();
  const bundle = await exports.bundle(organisationId, (text) => pass(text, digest, write));
  if (bundle === "no_signing_key") return { refused: "signing_key_needed" };
  if (bundle === "nothing_signed") return { refused: "nothing_to_export" };
  const { entries } = bundle;
  const exported = { organisationId, what: "bundle", sha256: digest.sha256(), entries } as const;
  return await keepRecord(deps, exported, null);
}

/** The sign-off of a requirement, for whoever does not know its number. */
export interface SignOffOf {
  readonly migrationId: MigrationId;
  readonly requirement: RequirementName;
}

export async function exportProof(
  exporting: Exporting,
  wish: SignOffId | SignOffOf,
): Promise<Exported | Refusal> {
  const { deps, write } = exporting;
  const signOffId = typeof wish === "string" ? wish : await findInForce(deps, wish);
  if (isRefusal(signOffId)) return signOffId;
  const found = await findProof(exporting, signOffId);
  if (!found) return { refused: "unknown_sign_off" };
  const digest = createFileDigest();
  await pass(found.proof.text, digest, write);
  const { organisationId, proof } = found;
  const exported = { organisationId, what: "proof", sha256: digest.sha256() } as const;
  return await keepRecord(deps, { ...exported, entries: proof.size }, signOffId);
}

async function findInForce(
  { store }: Deps,
  { migrationId, requirement }: SignOffOf,
): Promise<SignOffId | Refusal> {
  const organisationId = await store.organisationOfMigration(migrationId);
  if (organisationId === null) return { refused: "unknown_migration" };
  const record = await store.read(organisationId, (reading) => reading.migration(migrationId));
  const items = record?.items.filter((item) => item.requirement === requirement) ?? [];
  const [only, ...others] = items
    .flatMap(({ signOffs }) => signOffs)
    .filter(({ revoked }) => revoked === null)
    .map(({ id }) => id);
  if (only === undefined) return { refused: "unknown_sign_off" };
  return others.length === 0 ? only : { refused: "sign_off_needed", signOffs: [only, ...others] };
}

/** A sign-off of a moment ago may wait to be sealed. */
async function findProof(exporting: Exporting, signOffId: SignOffId) {
  const { deps } = exporting;
  const organisations = await deps.store.organisations();
  const known = await seek(exporting, organisations, signOffId);
  if (known) return known;
  for (const organisationId of organisations) await deps.store.sealLedger(organisationId);
  return await seek(exporting, organisations, signOffId);
}

async function seek(
  { exports }: Exporting,
  organisations: readonly OrganisationId[],
  signOffId: SignOffId,
) {
  for (const organisationId of organisations) {
    const proof = await exports.proof(organisationId, signOffId);
    if (proof) return { organisationId, proof };
  }
  return null;
}

async function chooseOrganisation(
  { store }: Deps,
  wish: OrganisationId | null,
): Promise<OrganisationId | Refusal> {
  const organisations = await store.organisations();
  const [only, second] = organisations;
  if (wish !== null)
    return organisations.includes(wish) ? wish : { refused: "unknown_organisation" };
  if (only === undefined) return { refused: "nothing_to_export" };
  return second === undefined ? only : { refused: "organisation_needed", organisations };
}

async function pass(
  text: string,
  digest: ReturnType<typeof createFileDigest>,
  write: Write,
): Promise<void> {
  digest.push(new TextEncoder().encode(text));
  await write(text);
}

async function keepRecord(
  deps: Deps,
  exported: Exported,
  signOffId: SignOffId | null,
): Promise<Exported> {
  const { organisationId, what, sha256, entries } = exported;
  const now = instantOf(deps.clock());
  const fact: Fact = { type: "AuditExported", by: "terminal", what, sha256, entries, signOffId };
  await deps.store.write(organisationId, null, (writing) =>
    writing.record(recorded({ organisationId, actor: null, now }, [fact])),
  );
  return exported;
}
