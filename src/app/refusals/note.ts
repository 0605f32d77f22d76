/**
 * Every refusal is a ledger entry with who, when and what was named; the words that somebody typed are in none.
 * Not noted is what refuses nothing: words that were not understood, a form to be mended beside its fields, and a
 * repeat of what was done before.
 */
import type { CommandRefused } from "../../domain/audit/notes.ts";
import type { Command } from "../../domain/command.ts";
import { instantOf, type OrganisationId } from "../../domain/ids.ts";
import type { Actor } from "../../domain/migrations/record.ts";
import type { Identity, Person } from "../../domain/people/person.ts";
import type { Refusal, RefusalCode } from "../../domain/refusal.ts";
import { isReading } from "../conversation/kinds.ts";
import type { Deps, Reading } from "../ports.ts";

const REFUSES_NOTHING: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  "unknown_command",
  "invalid_answers",
  "already_done",
]);

/** Whoever only looks is asked back for what is missing. */
const ASKS_BACK: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  "no_migration_here",
  "unknown_requirement",
  "requirement_needed",
  "stage_needed",
  "channel_needed",
]);

/** Ids that a command names beside its migration; never codes, which are secrets. */
const CLAIMS = ["request", "evidence", "signOff", "person"] as const;

export interface Refused {
  readonly organisationId: OrganisationId;
  readonly identity: Identity;
  /** Null: the platform did not say who it is. */
  readonly person: Person | null;
  /** Null: the words were not read as one. */
  readonly command: Command | null;
  readonly refusal: Refusal;
}

/** Notes a refusal, or counts it when this person has had many within a minute. */
export async function noteRefusal(deps: Deps, refused: Refused): Promise<void> {
  const { organisationId, identity, command, refusal } = refused;
  if (!isNoted(command, refusal.refused)) return;
  if (deps.refusals?.mayNote(identity, refusal.refused) === false) return;
  const known = refused.person ? actorOf(refused.person) : null;
  await write(deps, { organisationId, identity, known }, entryOf(command, refusal));
}

/** Keeps what was counted, in one entry a person. */
export async function noteCounted(deps: Deps): Promise<void> {
  const tally = deps.refusals;
  for (let counted = tally?.take(); tally && counted; counted = tally.take()) {
    const { identity, since, codes } = counted;
    try {
      const { organisationId } = await deps.store.organisationOf(identity);
      await write(
        deps,
        { organisationId, identity, known: null },
        {
          type: "CommandRefused",
          command: "Several",
          code: "several",
          migrationId: null,
          counted: { since, codes },
        },
      );
    } catch (error) {
      tally.putBack(counted);
      throw error;
    }
  }
}

function isNoted(command: Command | null, code: RefusalCode): boolean {
  if (REFUSES_NOTHING.has(code)) return false;
  const looks = command === null || isReading(command.type);
  return !(looks && ASKS_BACK.has(code));
}

function entryOf(command: Command | null, refusal: Refusal): CommandRefused {
  const claimed = claimsOf(command);
  return {
    ...describeRefusal(command?.type ?? "Text", refusal),
    migrationId: command && "migration" in command ? (command.migration ?? null) : null,
    ...(Object.keys(claimed).length > 0 ? { claimed } : {}),
  };
}

/** What every note of a refusal says. */
export function describeRefusal(command: string, refusal: Refusal): CommandRefused {
  const kind = refusal.refused === "sensitive_text" ? { kind: refusal.kind } : {};
  return { type: "CommandRefused", command, code: refusal.refused, migrationId: null, ...kind };
}

function claimsOf(command: Command | null): Readonly<Record<string, string>> {
  const named = new Map<string, unknown>(Object.entries(command ?? {}));
  return Object.fromEntries(
    CLAIMS.flatMap((name) => {
      const id = named.get(name);
      return typeof id === "string" ? [[name, id] as const] : [];
    }),
  );
}

async function write(
  deps: Deps,
  whose: {
    readonly organisationId: OrganisationId;
    readonly identity: Identity;
    readonly known: Actor | null;
  },
  fact: CommandRefused,
): Promise<void> {
  const { organisationId, identity } = whose;
  const at = instantOf(deps.clock());
  await deps.store.write(organisationId, null, async (writing) => {
    const actor = whose.known ?? (await findActor(writing, identity));
    const { workspaceId } = identity;
    await writing.record([
      { organisationId, actor, at, fact: actor ? fact : { ...fact, workspaceId } },
    ]);
  });
}

async function findActor(reading: Reading, identity: Identity): Promise<Actor | null> {
  const known = await reading.personOf(identity);
  return known && { personId: known.id, name: known.profile.name, email: known.profile.email };
}

function actorOf({ id, profile }: Person): Actor {
  return { personId: id, name: profile.name, email: profile.email };
}
