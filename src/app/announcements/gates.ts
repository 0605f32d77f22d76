/** Gate messages that stand in the channel are edited when what they say has changed. */

import { gateKey, gatePost, verdictDigest } from "../gates/post.ts";
import { gateAt } from "../migrations/load-view.ts";
import type { Delivery } from "../ports.ts";
import type { Change } from "./change-heard.ts";

export async function announceGates({ reading, after }: Change): Promise<readonly Delivery[]> {
  const said = ([3, 5] as const).map(async (stage) => {
    const living = await reading.livingMessage(gateKey(after.input.record.id, stage));
    if (!living) return [];
    const verdict = gateAt(after.input, stage);
    if (living.digest === verdictDigest(verdict)) return [];
    return gatePost(verdict, after).map((edit) => ({ ...edit, editOnly: true }));
  });
  return (await Promise.all(said)).flat();
}
