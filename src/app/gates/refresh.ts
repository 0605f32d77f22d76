/** Cards and gate messages that time alone made untrue are edited; asked once a minute by the sweep. */
import { hashOf } from "../../domain/audit/canonical.ts";
import { instantOf, type MigrationId, type OrganisationId } from "../../domain/ids.ts";
import { cardPost } from "../announcements/announce.ts";
import { gateAt, type Loaded, loadOpenViews, loadView } from "../migrations/load-view.ts";
import type { Delivery, Deps, Reading, Writing } from "../ports.ts";
import { gatePost } from "./post.ts";

/**
 * Answers how many messages had to be edited. One look at all open migrations finds those whose messages may be
 * stale; each of them is looked at again in the transaction that edits it.
 */
export async function refreshGates(deps: Deps, organisationId: OrganisationId): Promise<number> {
  const stale = await deps.store.read(organisationId, (reading) => findStale(deps, reading));
  let edited = 0;
  for (const id of stale) {
    const done = await deps.store.write(organisationId, null, (writing) =>
      refreshOne(deps, writing, id),
    );
    edited += done === "repeated" ? 0 : done;
  }
  return edited;
}

async function findStale(deps: Deps, reading: Reading): Promise<readonly MigrationId[]> {
  const now = instantOf(deps.clock());
  const stale: MigrationId[] = [];
  for (const loaded of await loadOpenViews(reading, { workflows: deps.workflows, now })) {
    const edits = await editsOf(reading, loaded);
    if (edits.length > 0) stale.push(loaded.input.record.id);
  }
  return stale;
}

async function refreshOne(deps: Deps, writing: Writing, id: MigrationId): Promise<number> {
  const now = instantOf(deps.clock());
  const loaded = await loadView(writing, id, { workflows: deps.workflows, now });
  if (!loaded) return 0;
  const edits = await editsOf(writing, loaded);
  await writing.deliver(edits);
  return edits.length;
}

/** The messages of a migration that stand somewhere and say something else by now. */
async function editsOf(reading: Reading, loaded: Loaded): Promise<readonly Delivery[]> {
  const said = [
    ...cardPost(loaded).map((card) => ({ ...card, digest: digestOf(card.message) })),
    ...([3, 5] as const).flatMap((stage) => gatePost(gateAt(loaded.input, stage), loaded)),
  ];
  const living = await Promise.all(
    said.map(({ key }) => (key ? reading.livingMessage(key) : null)),
  );
  return said.flatMap((delivery, at): Delivery[] => {
    const stands = living[at];
    if (!stands?.posted || stands.digest === delivery.digest) return [];
    return [{ ...delivery, editOnly: true }];
  });
}

function digestOf(message: Delivery["message"]): string {
  return hashOf(JSON.parse(JSON.stringify(message)));
}
