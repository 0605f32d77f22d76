/** Gate messages that stand in the channel are edited when what they say has changed. */

import { gateKey, gatePost, verdictDigest } from "../gates/post.ts";
import { gateAt } from "../migrations/load-view.ts";
import type { Delivery } from "../ports.ts";
import type { Change } from "./change-heard.ts";

export async function announceGates({ reading, after }: Change): Promise<readonly Delivery[]> {
  const deliveries: Delivery[] = [];
  for (const stage of [3, 5] as const) {
    const living = await reading.livingMessage(gateKey(after.view.record.id, stage));
    if (!living) continue;
    const verdict = gateAt(after.input, stage);
    if (living.digest === verdictDigest(verdict)) continue;
    deliveries.push(...gatePost(verdict, after).map((edit) => ({ ...edit, editOnly: true })));
  }
  return deliveries;
}
