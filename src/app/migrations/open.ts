import { MigrationId } from "../../domain/ids.ts";
import { decideOpen } from "../../domain/migrations/decide.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import { detectVerticals } from "../../domain/verticals/detect.ts";
import { saidTogether } from "../../domain/verticals/together.ts";
import { channelHome } from "../../messages/home.ts";
import { verticalsProposal } from "../../messages/start.ts";
import { announce } from "../announcements/announce.ts";
import { loadSaid } from "../announcements/said.ts";
import type { Context, Reply, UseCase, Writing } from "../ports.ts";
import { changeMigration, recorded } from "./change.ts";
import { gatesOf, loadView } from "./load-view.ts";
import { titlesOf } from "./titles.ts";

/** Opens a migration in this channel and proposes its verticals; a person confirms them next. */
export const openMigration: UseCase<"OpenMigration"> = async (context) => {
  const { deps, person } = context;
  const done = await deps.store.write(person.organisationId, context.eventKey, (writing) =>
    open(context, writing),
  );
  return done === "repeated" ? { refused: "already_done" } : done;
};

async function open(context: Context, writing: Writing): Promise<Reply | Refusal> {
  const { deps, place, now, values } = context;
  const taken = place.channel ? await writing.lockChannel(place.channel) : null;
  if (taken) return refuseTaken(writing, taken);
  const migrationId = MigrationId.parse(deps.newId());
  const opened = decideOpen({ migrationId, values, channel: channelOf(context), now });
  if (isRefusal(opened)) return opened;
  const detection = detectVerticals(opened.industry, deps.workflows);
  const { facts } = opened;
  await writing.record(recorded(context, facts));
  const after = await loadView(writing, migrationId, { workflows: deps.workflows, now });
  if (!after) return { refused: "unknown_migration" };
  const said = await loadSaid(writing, migrationId);
  await writing.deliver(
    await announce({ acting: context, reading: writing, before: null, after, facts, said }),
  );
  const message = verticalsProposal({
    record: after.view.record,
    detection,
    titles: titlesOf(deps.workflows),
    person: context.person.profile,
    together: saidTogether(deps.workflows, { verticals: null, flags: detection.flags }),
  });
  return { kind: "show", message };
}

/** Makes this channel the home of a migration that was opened elsewhere, such as in the terminal. */
export const linkChannel: UseCase<"LinkChannel"> = async (context, command) => {
  const channel = channelOf(context);
  if (!channel) return { refused: "channel_needed" };
  const changed = await changeMigration(context, command.migration, async ({ view, writing }) => {
    if (view.record.state !== "open") {
      return { refused: "migration_not_open", state: view.record.state };
    }
    const taken = await writing.lockChannel(channel);
    if (taken === command.migration) return [];
    if (taken) return refuseTaken(writing, taken);
    return [{ type: "ChannelLinked", migrationId: command.migration, channel }];
  });
  if (isRefusal(changed)) return changed;
  const { view, input } = changed.after;
  return { kind: "show", message: channelHome(view, gatesOf(input), context.person) };
};

/** A migration lives in a channel; one opened in a direct message or on a home tab has none yet. */
function channelOf(context: Context) {
  return context.place.kind === "channel" ? context.place.channel : null;
}

async function refuseTaken(writing: Writing, id: MigrationId): Promise<Refusal> {
  const record = await writing.migration(id);
  return { refused: "channel_has_migration", customer: record?.customer ?? "" };
}
