/** Gate messages whose verdict changed by the passing of time are edited; asked once a minute by the sweep. */
import { instantOf, type OrganisationId } from "../../domain/ids.ts";
import { gateAt, loadView } from "../migrations/load-view.ts";
import type { Deps, Writing } from "../ports.ts";
import { gateKey, gatePost, verdictDigest } from "./post.ts";

/** Answers how many gate messages had to be edited. */
export async function refreshGates(deps: Deps, organisationId: OrganisationId): Promise<number> {
  const open = await deps.store.read(organisationId, (reading) =>
    reading.migrations({ state: "open" }),
  );
  let edited = 0;
  for (const { id } of open) {
    const done = await deps.store.write(organisationId, null, (writing) =>
      refreshOne(deps, writing, id),
    );
    edited += done === "repeated" ? 0 : done;
  }
  return edited;
}

async function refreshOne(
  deps: Deps,
  writing: Writing,
  id: Parameters<Writing["migration"]>[0],
): Promise<number> {
  const now = instantOf(deps.clock());
  const loaded = await loadView(writing, id, { workflows: deps.workflows, now });
  if (!loaded) return 0;
  let edited = 0;
  for (const stage of [3, 5] as const) {
    const living = await writing.livingMessage(gateKey(id, stage));
    if (!living?.posted) continue;
    const verdict = gateAt(loaded.input, stage);
    if (living.digest === verdictDigest(verdict)) continue;
    const edits = gatePost(verdict, loaded).map((delivery) => ({ ...delivery, editOnly: true }));
    await writing.deliver(edits);
    edited += edits.length;
  }
  return edited;
}
