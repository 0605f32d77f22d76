/** Which migration a command is about: the one it names, the channel's, or the only one that it can be. */
import type { CommandType } from "../../domain/command.ts";
import type { MigrationId } from "../../domain/ids.ts";
import { isRefusal, type Refusal } from "../../domain/refusal.ts";
import type { RequirementView } from "../../domain/requirements/view.ts";
import { requirementPicker } from "../../messages/migration.ts";
import { migrationPicker } from "../../messages/start.ts";
import { findRequirement } from "../conversation/find-requirement.ts";
import { VERB_OF } from "../conversation/parse-text.ts";
import type { Context, Reading, Reply } from "../ports.ts";
import { type Loaded, loadView } from "./load-view.ts";

interface About {
  readonly type: CommandType;
  readonly migration?: MigrationId | undefined;
  readonly requirement?: RequirementView["name"] | undefined;
  readonly words?: string | undefined;
}

/** The migration, a list to choose from, or a refusal. */
export async function findMigration(
  context: Context,
  reading: Reading,
  about: About,
): Promise<Loaded | Reply | Refusal> {
  const found = await findId(context, reading, about);
  if (typeof found !== "string") return found;
  const moment = { workflows: context.deps.workflows, now: context.now };
  return (await loadView(reading, found, moment)) ?? { refused: "unknown_migration" };
}

/** Which migration is meant; that it is there, only a look tells. */
async function findId(
  context: Context,
  reading: Reading,
  about: About,
): Promise<MigrationId | Reply | Refusal> {
  const id = about.migration ?? (await ofChannel(context, reading));
  if (id) return id;
  const open = await reading.migrations({ state: "open" });
  const own = open.filter(({ openedBy }) => openedBy === context.person.id);
  const only = open.length === 1 ? open[0] : own.length === 1 ? own[0] : undefined;
  if (only) return only.id;
  const next = VERB_OF[about.type];
  if (open.length === 0 || next === undefined) return { refused: "no_migration_here" };
  return { kind: "show", message: migrationPicker(open, next, about.words) };
}

async function ofChannel(context: Context, reading: Reading): Promise<MigrationId | null> {
  const { channel } = context.place;
  return channel ? reading.migrationOfChannel(channel) : null;
}

/** True where the migration's public messages stand: what is said in private need not repeat them. */
export function isPostedHere({ place }: Context, { channels }: Loaded["view"]["record"]): boolean {
  const [home] = channels;
  return (
    place.kind === "channel" &&
    home !== undefined &&
    place.channel?.surface === home.surface &&
    place.channel.workspaceId === home.workspaceId &&
    place.channel.channelId === home.channelId
  );
}

export interface Found extends Loaded {
  readonly requirement: RequirementView;
}

/** The migration and the requirement, a list to choose from, or a refusal. */
export async function findItem(
  context: Context,
  reading: Reading,
  about: About,
): Promise<Found | Reply | Refusal> {
  const loaded = await findMigration(context, reading, about);
  if (isRefusal(loaded) || "kind" in loaded) return loaded;
  const requirement = findRequirement(loaded.view, about);
  if (!isRefusal(requirement)) return { ...loaded, requirement };
  if (requirement.refused !== "requirement_needed") return requirement;
  return { kind: "show", message: requirementPicker(loaded.view, about.type, about.words) };
}

/** Reads in one transaction and answers with what the work makes of it. */
export async function withMigration(
  context: Context,
  about: About,
  work: (loaded: Loaded, reading: Reading) => Promise<Reply | Refusal> | Reply | Refusal,
): Promise<Reply | Refusal> {
  return context.deps.store.read(context.person.organisationId, async (reading) => {
    const found = await findMigration(context, reading, about);
    return isRefusal(found) || "kind" in found ? found : work(found, reading);
  });
}

export async function withItem(
  context: Context,
  about: About,
  work: (found: Found, reading: Reading) => Promise<Reply | Refusal> | Reply | Refusal,
): Promise<Reply | Refusal> {
  return context.deps.store.read(context.person.organisationId, async (reading) => {
    const found = await findItem(context, reading, about);
    return isRefusal(found) || "kind" in found ? found : work(found, reading);
  });
}

/** The item, with the reading ended: for commands that go on to write. */
export function locateItem(context: Context, about: About): Promise<Found | Reply | Refusal> {
  return context.deps.store.read(context.person.organisationId, (reading) =>
    findItem(context, reading, about),
  );
}

/** Which migration is meant, for commands that look at it under its lock alone. */
export async function locateId(
  context: Context,
  about: About,
): Promise<MigrationId | Reply | Refusal> {
  if (about.migration) return about.migration;
  return context.deps.store.read(context.person.organisationId, (reading) =>
    findId(context, reading, about),
  );
}

/** The migration, with the reading ended: for commands that go on to write. */
export function locateMigration(context: Context, about: About): Promise<Loaded | Reply | Refusal> {
  return context.deps.store.read(context.person.organisationId, (reading) =>
    findMigration(context, reading, about),
  );
}
