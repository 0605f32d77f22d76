/** Cards and gate messages that time alone made untrue are edited; asked once a minute by the sweep. */
import { hashOf } from "../../domain/audit/canonical.ts";
import { instantOf, type OrganisationId } from "../../domain/ids.ts";
import { cardPost } from "../announcements/announce.ts";
import { gateAt, loadView } from "../migrations/load-view.ts";
import type { Delivery, Deps, Writing } from "../ports.ts";
import { gatePost } from "./post.ts";

/** Answers how many messages had to be edited. */
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
  const said = [
    ...cardPost(loaded).map((card) => ({ ...card, digest: digestOf(card.message) })),
    ...([3, 5] as const).flatMap((stage) => gatePost(gateAt(loaded.input, stage), loaded)),
  ];
  let edited = 0;
  for (const delivery of said) {
    const living = delivery.key ? await writing.livingMessage(delivery.key) : null;
    if (!living?.posted || living.digest === delivery.digest) continue;
    await writing.deliver([{ ...delivery, editOnly: true }]);
    edited += 1;
  }
  return edited;
}

function digestOf(message: Delivery["message"]): string {
  return hashOf(JSON.parse(JSON.stringify(message)));
}
