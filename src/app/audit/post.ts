/** Checkpoints and breaks as messages; written once, whoever asks again. */
import type { LedgerBreak } from "../../domain/audit/ledger-break.ts";
import type { ChannelRef } from "../../domain/migrations/record.ts";
import { breakMessage, checkpointMessage } from "../../messages/ledger/audit.ts";
import type { StoredCheckpoint } from "../ledger-ports.ts";
import type { Delivery, Reading, Writing } from "../ports.ts";

export function checkpointPost(
  channel: ChannelRef,
  checkpoint: StoredCheckpoint,
  key: string,
): Delivery {
  const to = { kind: "channel", channel } as const;
  return { lane: "bulk", to, key, message: checkpointMessage(checkpoint) };
}

/** To everybody who may accept it. */
export async function breakPosts(
  reading: Reading,
  found: LedgerBreak,
): Promise<readonly Delivery[]> {
  const people = await reading.people();
  const concerned = people.filter(
    ({ kind, profile, roles }) =>
      kind === "member" && (profile.isAdministrator || roles.includes("compliance_officer")),
  );
  return concerned.map(({ id }) => ({
    lane: "interactive",
    to: { kind: "person", personId: id },
    key: `ledger-break:${found.id}:${id}`,
    message: breakMessage(found, null),
  }));
}

/** Those that no living message has yet. */
export async function deliverOnce(
  writing: Writing,
  deliveries: readonly Delivery[],
): Promise<number> {
  let sent = 0;
  for (const delivery of deliveries) {
    if (delivery.key && (await writing.livingMessage(delivery.key))) continue;
    await writing.deliver([delivery]);
    sent += 1;
  }
  return sent;
}
