import { instantOf, type OrganisationId } from "../../domain/ids.ts";
import type { DeadLetter, Deps } from "../ports.ts";

/** What was given up in every organisation, the newest first, at most a hundred of each. */
export async function listDeadLetters(deps: Deps): Promise<readonly DeadLetter[]> {
  const organisations = await deps.store.organisations();
  const letters = await Promise.all(
    organisations.map((id) => deps.store.read(id, (reading) => reading.deadLetters())),
  );
  return letters.flat().toSorted((left, right) => Number(right.id) - Number(left.id));
}

/** Puts one dead letter, or all, back in the queue; each is a fact of its own in the ledger. */
export async function replayDeadLetters(
  deps: Deps,
  which: string | "all",
): Promise<readonly DeadLetter[]> {
  const replayed: DeadLetter[] = [];
  for (const organisationId of await deps.store.organisations()) {
    if (which === "all") replayed.push(...(await replayAll(deps, organisationId)));
    else replayed.push(...(await replayOne(deps, organisationId, which)));
  }
  return replayed;
}

/** Page by page; one that dies again meanwhile is not taken up twice. */
async function replayAll(deps: Deps, organisationId: OrganisationId): Promise<DeadLetter[]> {
  const replayed = new Map<string, DeadLetter>();
  for (;;) {
    const letters = await deps.store.read(organisationId, (reading) => reading.deadLetters());
    const fresh = letters.filter(({ id }) => !replayed.has(id));
    if (fresh.length === 0) return [...replayed.values()];
    for (const letter of fresh) {
      await replayOne(deps, organisationId, letter.id);
      replayed.set(letter.id, letter);
    }
  }
}

async function replayOne(
  deps: Deps,
  organisationId: OrganisationId,
  id: string,
): Promise<readonly DeadLetter[]> {
  const done = await deps.store.write(organisationId, null, async (writing) => {
    const letter = await writing.replayDeadLetter(id);
    if (!letter) return [];
    const { lane, why } = letter;
    await writing.record([
      {
        organisationId,
        actor: null,
        at: instantOf(deps.clock()),
        fact: { type: "DeadLetterReplayed", by: "terminal", delivery: id, lane, why },
      },
    ]);
    return [letter];
  });
  return done === "repeated" ? [] : done;
}
