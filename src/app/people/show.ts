import { isRefusal } from "../../domain/refusal.ts";
import { peopleMessage } from "../../messages/people.ts";
import { findMigration } from "../migrations/find.ts";
import type { UseCase } from "../ports.ts";

/** Who holds which role, and the contacts outside of the migration at hand. */
export const showPeople: UseCase<"ShowPeople"> = (context, command) =>
  context.deps.store.read(context.person.organisationId, async (reading) => {
    const people = await reading.people();
    const found = await findMigration(context, reading, command);
    const record = isRefusal(found) || "kind" in found ? null : found.view.record;
    return { kind: "show", message: peopleMessage({ people, record, viewer: context.person }) };
  });
