/** Whom the messages of a channel concern: they are told directly when the channel cannot be reached. */
import type { PersonId } from "../../domain/ids.ts";
import type { ChannelRef } from "../../domain/migrations/record.ts";
import type { Identity } from "../../domain/people/person.ts";
import type { Deps, Reading } from "../ports.ts";

/** The person who opened the channel's migration and those who asked for a signature in it, on that surface. */
export async function findConcerned(
  { store }: Deps,
  channel: ChannelRef,
): Promise<readonly Identity[]> {
  for (const organisationId of await store.organisations()) {
    const found = await store.read(organisationId, (reading) => concernedIn(reading, channel));
    if (found) return found;
  }
  return [];
}

async function concernedIn(
  reading: Reading,
  channel: ChannelRef,
): Promise<readonly Identity[] | null> {
  const id = await reading.migrationOfChannel(channel);
  const record = id ? await reading.migration(id) : null;
  if (!record) return null;
  const ids = new Set<PersonId>(
    record.items.flatMap(({ requests }) => requests.map(({ by }) => by.personId)),
  );
  if (record.openedBy) ids.add(record.openedBy.personId);
  const identities: Identity[] = [];
  for (const personId of ids) {
    const person = await reading.person(personId);
    const here = person?.identities.find(
      ({ surface, workspaceId }) =>
        surface === channel.surface && workspaceId === channel.workspaceId,
    );
    if (here) identities.push(here);
  }
  return identities;
}
