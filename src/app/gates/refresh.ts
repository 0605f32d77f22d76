/** Cards and gate messages that time alone made untrue are edited; asked once a minute by the sweep. */
import { instantOf, type MigrationId, type OrganisationId } from "../../domain/ids.ts";
import { cardPost } from "../announcements/announce.ts";
import { digestOf, tellSeal } from "../announcements/sealed.ts";
import { gateAt, type Loaded, loadOpenViews, loadView } from "../migrations/load-view.ts";
import type { Delivery, Deps, Reading, Writing } from "../ports.ts";
import { gatePost } from "./post.ts";

/**
 * Answers how many messages had to be edited. All open migrations are loaded at once and judged outside of any
 * transaction, however many they are; one with something to edit is looked at again in the transaction that edits.
 */
export async function refreshGates(deps: Deps, organisationId: OrganisationId): Promise<number> {
  const moment = { workflows: deps.workflows, now: instantOf(deps.clock()) };
  const { store } = deps;
  const open = await store.read(organisationId, (reading) => loadOpenViews(reading, moment));
  let edited = 0;
  for (const loaded of open) {
    const said = messagesOf(loaded);
    const stale = await store.read(organisationId, (reading) => findEdits(reading, said));
    if (stale.length === 0) continue;
    const { id } = loaded.input.record;
    const done = await store.write(organisationId, null, (writing) =>
      refreshOne(deps, writing, id),
    );
    edited += done === "repeated" ? 0 : done;
  }
  return edited;
}

async function refreshOne(deps: Deps, writing: Writing, id: MigrationId): Promise<number> {
  const now = instantOf(deps.clock());
  const loaded = await loadView(writing, id, { workflows: deps.workflows, now });
  if (!loaded) return 0;
  const edits = await findEdits(writing, messagesOf(loaded));
  await writing.deliver(await tellSeal(writing, edits));
  return edits.length;
}

/** The card and both gates as they would be said now. */
function messagesOf(loaded: Loaded): readonly Delivery[] {
  return [
    ...cardPost(loaded).map((card) => ({ ...card, digest: digestOf(card.message) })),
    ...([3, 5] as const).flatMap((stage) => gatePost(gateAt(loaded.input, stage), loaded)),
  ];
}

/** Those that stand somewhere and say something else there. */
async function findEdits(
  reading: Reading,
  said: readonly Delivery[],
): Promise<readonly Delivery[]> {
  const living = await Promise.all(
    said.map(({ key }) => (key ? reading.livingMessage(key) : null)),
  );
  return said.flatMap((delivery, at): Delivery[] => {
    const stands = living[at];
    if (!stands?.posted || stands.digest === delivery.digest) return [];
    return [{ ...delivery, editOnly: true }];
  });
}
