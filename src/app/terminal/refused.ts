/** The terminal refuses like chat does, and leaves the same trace: it has no person, so the entry says `terminal`. */
import type { CommandRefused } from "../../domain/audit/notes.ts";
import {
  instantOf,
  type MigrationId,
  type OrganisationId,
  type SignOffId,
} from "../../domain/ids.ts";
import type { Actor } from "../../domain/migrations/record.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import type { Deps } from "../ports.ts";
import { describeRefusal } from "../refusals/note.ts";

export interface RefusedInTerminal {
  readonly command: string;
  readonly refusal: Refusal;
  /** The ledger that it belongs in; absent: the migration's, or every one that was searched in vain. */
  readonly organisationId?: OrganisationId;
  readonly migrationId?: MigrationId;
  readonly signOffId?: SignOffId;
  /** Known where a token stood for a person. */
  readonly actor?: Actor;
}

export async function noteInTerminal(deps: Deps, refused: RefusedInTerminal): Promise<void> {
  const { command, refusal, migrationId, signOffId, actor = null } = refused;
  if (refusal.refused === "invalid_answers") return;
  const at = instantOf(deps.clock());
  const fact: CommandRefused = {
    ...describeRefusal(command, refusal),
    migrationId: migrationId ?? null,
    by: "terminal",
    ...(signOffId ? { claimed: { signOff: signOffId } } : {}),
  };
  for (const organisationId of await ledgersOf(deps, refused)) {
    await deps.store.write(organisationId, null, (writing) =>
      writing.record([{ organisationId, actor, at, fact }]),
    );
  }
}

/** The answer itself, noted when it is a refusal. */
export async function notingRefusal<T>(
  deps: Deps,
  about: Omit<RefusedInTerminal, "refusal">,
  answer: T | Refusal,
): Promise<T | Refusal> {
  if (isRefusal(answer)) await noteInTerminal(deps, { ...about, refusal: answer });
  return answer;
}

async function ledgersOf(
  { store }: Deps,
  { organisationId, migrationId }: RefusedInTerminal,
): Promise<readonly OrganisationId[]> {
  const named = migrationId ? await store.organisationOfMigration(migrationId) : organisationId;
  const all = await store.organisations();
  return named && all.includes(named) ? [named] : all;
}
