/** Every change of a migration takes this way: lock, look, decide, record, tell, all in one transaction. */

import type { Fact, RecordedFact } from "../../domain/facts.ts";
import type { MigrationId } from "../../domain/ids.ts";
import { leavesAsItWas } from "../../domain/migrations/notes.ts";
import type { MemberRole } from "../../domain/people/person.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { announce } from "../announcements/announce.ts";
import { loadSaid } from "../announcements/said.ts";
import { withSeal } from "../announcements/sealed.ts";
import type { Acting, Delivery, Reading, Writing } from "../ports.ts";
import { type Loaded, viewOf } from "./load-view.ts";

/** What a decision may look at while the migration is locked. */
export interface Locked extends Loaded {
  readonly writing: Writing;
  /** The person's roles, read again under lock. */
  readonly roles: readonly MemberRole[];
  /** Has these sent with what is recorded; a refusal sends nothing. */
  tell(deliveries: readonly Delivery[]): void;
}

export interface Changed {
  readonly before: Loaded;
  readonly after: Loaded;
  readonly facts: readonly Fact[];
}

export type Decide = (
  locked: Locked,
) => Promise<readonly Fact[] | Refusal> | readonly Fact[] | Refusal;

/**
 * Applies a decision to one migration. A refusal writes nothing; a repeated event has no second effect and
 * answers `already_done`.
 */
export async function changeMigration(
  acting: Acting,
  id: MigrationId,
  decide: Decide,
): Promise<Changed | Refusal> {
  const { deps, organisationId, actor, now } = acting;
  const moment = { workflows: deps.workflows, now };
  const done = await deps.store.write(
    organisationId,
    acting.eventKey,
    async (writing): Promise<Changed | Refusal> => {
      const [held, sealedEntries] = await Promise.all([
        writing.lockSituation(id, actor?.personId ?? null),
        writing.sealedEntries(),
      ]);
      if (!held) return { refused: "unknown_migration" };
      const before = await viewOf(writing, held, moment);
      const { input, view } = before;
      const { roles } = held;
      const told: Delivery[] = [];
      const tell = (deliveries: readonly Delivery[]) => void told.push(...deliveries);
      const facts = await decide({ input, view, writing, roles, tell });
      if (isRefusal(facts)) return facts;
      if (facts.length === 0) return { before, after: before, facts };
      if (facts.every(leavesAsItWas)) {
        await Promise.all([
          writing.record(recorded(acting, facts)),
          writing.deliverLast(withSeal(told, sealedEntries)),
        ]);
        return { before, after: before, facts };
      }
      const { changed, said } = await writing.recordAndLook(recorded(acting, facts), (reading) =>
        lookAgain(reading, id),
      );
      if (!changed) return { refused: "unknown_migration" };
      const after = await viewOf(writing, changed, moment);
      tell(await announce({ acting, reading: writing, before, after, facts, said }));
      await writing.deliverLast(withSeal(told, sealedEntries));
      return { before, after, facts };
    },
  );
  return done === "repeated" ? { refused: "already_done" } : done;
}

async function lookAgain(reading: Reading, id: MigrationId) {
  const [changed, said] = await Promise.all([reading.situation(id), loadSaid(reading, id)]);
  return { changed, said };
}

/** Only in the terminal does anybody ask without being a person of the organisation. */
export function askedIn({ actor }: Pick<Acting, "actor">): { readonly by?: "terminal" } {
  return actor === null ? { by: "terminal" } : {};
}

/** Facts with who and when. */
export function recorded(
  acting: Pick<Acting, "organisationId" | "actor" | "now">,
  facts: readonly Fact[],
): readonly RecordedFact[] {
  return facts.map((fact) => ({
    organisationId: acting.organisationId,
    actor: acting.actor,
    at: acting.now,
    fact,
  }));
}
