/** Gate messages that stand in the channel are edited when what they say has changed. */

import { gatePost, verdictDigest } from "../gates/post.ts";
import { gateAt } from "../migrations/load-view.ts";
import type { Delivery } from "../ports.ts";
import type { Change } from "./change-heard.ts";

export function announceGates({ said, after }: Change): readonly Delivery[] {
  return ([3, 5] as const).flatMap((stage) => {
    const living = said.gates[stage];
    if (!living) return [];
    const verdict = gateAt(after.input, stage);
    if (living.digest === verdictDigest(verdict)) return [];
    return gatePost(verdict, after).map((edit) => ({ ...edit, editOnly: true }));
  });
}
