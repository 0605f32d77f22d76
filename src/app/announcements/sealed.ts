/** A living message that is edited anyway says up to where the ledger is sealed; a seal by itself edits none. */
import { hashOf } from "../../domain/audit/canonical.ts";
import { sealedUpTo } from "../../messages/ledger/audit.ts";
import type { Delivery, Reading } from "../ports.ts";

export async function tellSeal(
  reading: Reading,
  deliveries: readonly Delivery[],
): Promise<readonly Delivery[]> {
  return deliveries.some(isLiving)
    ? withSeal(deliveries, await reading.sealedEntries())
    : deliveries;
}

/** As `tellSeal`, where it is known how many entries are sealed. */
export function withSeal(deliveries: readonly Delivery[], entries: number): readonly Delivery[] {
  return entries === 0
    ? deliveries
    : deliveries.map((delivery) => (isLiving(delivery) ? sealOf(delivery, entries) : delivery));
}

function isLiving({ key, message }: Delivery): boolean {
  return key !== undefined && message.footnote === undefined;
}

/** The digest is that of the message without the seal, so that the next seal makes no difference to it. */
function sealOf(delivery: Delivery, entries: number): Delivery {
  const { message, digest = digestOf(message) } = delivery;
  return { ...delivery, digest, message: { ...message, footnote: sealedUpTo(entries) } };
}

/** What a message says. */
export function digestOf(message: Delivery["message"]): string {
  return hashOf(JSON.parse(JSON.stringify(message)));
}
