/** Links said in a conversation: offered where there is an open migration, and kept where the person says. */
import { MOST_LINKS } from "../../domain/evidence/links.ts";
import { RequirementName } from "../../domain/ids.ts";
import { mayWork } from "../../domain/people/standing.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { attachLinksForm, placesForLinks } from "../../messages/evidence/attach.ts";
import { evidenceSaved } from "../../messages/interview.ts";
import { valueList, valueText } from "../conversation/values.ts";
import { withMigration } from "../migrations/find.ts";
import type { UseCase } from "../ports.ts";
import { keepEvidence } from "./save.ts";

/**
 * Answers with the form that would ask about the links, or with a refusal, which is for the surface alone: nobody
 * asked for anything yet. Only the channel's own migration counts, and only for people who may add evidence.
 */
export const offerLinks: UseCase<"OfferLinks"> = async (context) => {
  const { channel } = context.place;
  const standing = mayWork(context.person.profile);
  if (standing) return standing;
  if (channel === null) return { refused: "no_migration_here" };
  const migration = await context.deps.store.read(context.person.organisationId, (reading) =>
    reading.migrationOfChannel(channel),
  );
  if (migration === null) return { refused: "no_migration_here" };
  return withMigration(context, { type: "OfferLinks", migration }, ({ view }) => {
    const { state } = view.record;
    if (state !== "open") return { refused: "migration_not_open", state };
    if (placesForLinks(view).length === 0) return { refused: "unknown_evidence" };
    return { kind: "form", form: attachLinksForm(view, valueList(context.values, "links")) };
  });
};

/** With the slot chosen (`requirement.slot`) the links become evidence; without it the person is asked. */
export const attachLinks: UseCase<"AttachLinks"> = async (context, command) => {
  const chosen = valueText(context.values, "slot");
  if (chosen === "" || command.migration === undefined) {
    return withMigration(context, command, ({ view }) => {
      const { state } = view.record;
      if (state !== "open") return { refused: "migration_not_open", state };
      return { kind: "form", form: attachLinksForm(view, command.links ?? []) };
    });
  }
  const [name = "", slot = ""] = chosen.split(".");
  const requirement = RequirementName.safeParse(name);
  if (!requirement.success) return { refused: "unknown_evidence" };
  const links = readLinks(valueText(context.values, "links"));
  if (isRefusal(links)) return links;
  if (links.length > 1 && valueText(context.values, "sha256") !== "") return ONE_HASH;
  const given = { migration: command.migration, requirement: requirement.data, slot, links };
  const changed = await keepEvidence(context, { ...given, files: [] });
  if (isRefusal(changed)) return besideLinks(changed);
  const { view } = changed.after;
  const item = view.requirements.find((entry) => entry.name === requirement.data);
  return item ? { kind: "show", message: evidenceSaved(view, item) } : { refused: "out_of_date" };
};

const ONE_HASH: Refusal = {
  refused: "invalid_answers",
  fields: { sha256: "A hash belongs to one document: give one link with it." },
};

/** One a line, as the form asks for them. */
function readLinks(typed: string): readonly string[] | Refusal {
  const links = [...new Set(typed.split(/\s+/u).filter((line) => line !== ""))];
  if (links.length === 0) return { refused: "evidence_needed" };
  if (links.length <= MOST_LINKS) return links;
  const sentence = `These are ${links.length} links; at most ${MOST_LINKS} are kept at once.`;
  return { refused: "invalid_answers", fields: { links: sentence } };
}

/** What is wrong with a link stands beside the field that holds them all. */
function besideLinks(refusal: Refusal): Refusal {
  if (refusal.refused !== "invalid_answers") return refusal;
  const { sha256, ...others } = refusal.fields;
  const sentences = [...new Set(Object.values(others))].join(" ");
  return {
    refused: "invalid_answers",
    fields: {
      ...(sentences === "" ? {} : { links: sentences }),
      ...(sha256 === undefined ? {} : { sha256 }),
    },
  };
}
