/** What time and a new start ask of each ledger: how the service is set up, a daily checkpoint, word of a break. */
import { instantOf, type OrganisationId } from "../../domain/ids.ts";
import type { LedgerState } from "../ledger-ports.ts";
import type { Delivery, Deps, Reading } from "../ports.ts";
import { breakPosts, checkpointPost, deliverOnce } from "./post.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Every setting that is no secret, by name. */
export type Configuration = Readonly<Record<string, string>>;

export async function watchLedger(
  deps: Deps,
  organisationId: OrganisationId,
  configuration: Configuration,
): Promise<void> {
  const known = await deps.store.read(organisationId, (reading) => reading.ledger());
  await noteConfiguration(deps, organisationId, { known: known.configuration, configuration });
  const now = deps.clock();
  if (known.breaks.length === 0 && dailyPost(known, now).length === 0) return;
  await deps.store.write(organisationId, null, async (writing) => {
    const posts = [...dailyPost(known, now), ...(await postsOfBreaks(writing, known))];
    return await deliverOnce(writing, posts);
  });
}

/** What differs from the last time is a ledger entry: which settings and workflow files, by whose start. */
async function noteConfiguration(
  deps: Deps,
  organisationId: OrganisationId,
  found: { readonly known: Configuration | null; readonly configuration: Configuration },
): Promise<void> {
  const { known, configuration } = found;
  const names = new Set([...Object.keys(configuration), ...Object.keys(known ?? {})]);
  const changed = [...names].filter((name) => known?.[name] !== configuration[name]).sort();
  if (changed.length === 0) return;
  const at = instantOf(deps.clock());
  const by = "configuration";
  const fact = { type: "ConfigurationChanged", by, configuration, changed } as const;
  await deps.store.write(organisationId, null, (writing) =>
    writing.record([{ organisationId, actor: null, at, fact }]),
  );
}

/** One message a day, and none on a day without anything new. */
function dailyPost({ channel, checkpoint, breaks }: LedgerState, now: Date): readonly Delivery[] {
  if (!channel || !checkpoint || breaks.length > 0) return [];
  if (now.getTime() - Date.parse(checkpoint.signedAt) > DAY_MS) return [];
  const key = `checkpoint:${instantOf(now).slice(0, 10)}:${channel.channelId}`;
  return [checkpointPost(channel, checkpoint, key)];
}

async function postsOfBreaks(
  reading: Reading,
  { breaks }: LedgerState,
): Promise<readonly Delivery[]> {
  const posts = await Promise.all(breaks.map((found) => breakPosts(reading, found)));
  return posts.flat();
}
