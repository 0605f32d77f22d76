import { startForm } from "../../messages/start.ts";
import type { UseCase } from "../ports.ts";

/** Asks for the customer, the industry and the dates. Nothing is stored yet. */
export const startMigration: UseCase<"StartMigration"> = async (context, command) => {
  const { deps, person, place } = context;
  const taken = await deps.store.read(person.organisationId, async (reading) => {
    const id = place.channel ? await reading.migrationOfChannel(place.channel) : null;
    return id ? reading.migration(id) : null;
  });
  if (taken) return { refused: "channel_has_migration", customer: taken.customer };
  const prefill = {
    ...(command.customer === undefined ? {} : { customer: command.customer }),
    ...(command.industry === undefined ? {} : { industry: command.industry }),
  };
  return { kind: "form", form: startForm(prefill, person.profile.timeZone) };
};
