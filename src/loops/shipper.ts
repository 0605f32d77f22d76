/**
 * Ships the sealed ledger to a sink, each organisation in order, at least once. Nothing else waits for it: an outage
 * only lets the cursor stand still, and an entry that the sink will not take is found and at last left out.
 */
import type { Log } from "../app/ports.ts";
import type {
  EventSink,
  SealedEntry,
  Shipment,
  Shipped,
  Shipping,
  Taken,
} from "../app/shipping-ports.ts";
import type { OrganisationId } from "../domain/ids.ts";
import { type Loop, startLoop } from "./loop.ts";
import { delayOf } from "./settlement.ts";

const POLL_MS = 500;
const HOLD_EVERY_MS = 3_000;
/** Splunk takes a megabyte everywhere; an event is a little larger than its entry. */
const BATCH_CHARACTERS = 400_000;

export interface ShipperDeps {
  readonly shipping: Shipping;
  readonly sink: EventSink;
  readonly log: Log;
}

interface Trip {
  readonly taken: number[];
  readonly refused: { readonly sequence: number; readonly why: string }[];
  later: Extract<Taken, { outcome: "later" }> | null;
}

export function startShipper(deps: ShipperDeps): Loop {
  const { shipping, sink, log } = deps;
  const troubles = createTroubles();
  let stopping = false;
  const loop = startLoop({
    everyMs: POLL_MS,
    async work() {
      while (!stopping && !troubles.isPausing()) {
        const shipment = await shipping.claim(troubles.waiting());
        if (!shipment) return;
        const { trip, shipped } = await ship(deps, shipment);
        const leftOut = await shipping.settle(shipment, shipped);
        for (const sequence of leftOut) log.error("event_left_out", { sink: sink.name, sequence });
        if (trip.later) log.warn("shipping_later", { sink: sink.name, why: trip.later.why });
        troubles.note(shipment.organisationId, trip);
      }
    },
    onError: (error) => log.error("shipping_failed", { sink: sink.name, error }),
  });
  return {
    async stop() {
      stopping = true;
      sink.stop();
      await loop.stop();
    },
  };
}

/** Who waits until when: everybody after an outage, one organisation after a refusal. */
function createTroubles() {
  const waits = new Map<OrganisationId, { readonly until: number; readonly times: number }>();
  let pausedUntil = 0;
  let outages = 0;
  return {
    isPausing: () => performance.now() < pausedUntil,
    waiting: () =>
      [...waits].filter(([, { until }]) => performance.now() < until).map(([id]) => id),
    note(organisation: OrganisationId, { later, refused }: Trip): void {
      outages = later ? outages + 1 : 0;
      const asked = (later?.afterSeconds ?? 0) * 1000;
      if (later) pausedUntil = performance.now() + Math.max(asked, delayOf(outages, Math.random()));
      if (refused.length === 0) {
        waits.delete(organisation);
        return;
      }
      const times = (waits.get(organisation)?.times ?? 0) + 1;
      waits.set(organisation, { until: performance.now() + delayOf(times, 0), times });
    },
  };
}

async function ship(
  deps: ShipperDeps,
  shipment: Shipment,
): Promise<{ readonly trip: Trip; readonly shipped: Shipped }> {
  const holding = setInterval(() => {
    // A lease that was lost is noticed when the shipment is settled.
    deps.shipping.hold(shipment).catch(() => undefined);
  }, HOLD_EVERY_MS);
  try {
    const trip: Trip = { taken: [], refused: [], later: null };
    for (const batch of batchesOf(shipment)) await shipBatch(deps, shipment, { batch, trip });
    const checkpointsThrough = trip.later ? null : await shipCheckpoints(deps, shipment, trip);
    const { taken, refused } = trip;
    return { trip, shipped: { taken, refused, checkpointsThrough } };
  } finally {
    clearInterval(holding);
  }
}

/** An entry that was refused before goes alone, so that what follows is not sent again and again with it. */
function batchesOf({ entries, isSuspect }: Shipment): readonly (readonly SealedEntry[])[] {
  const batches: SealedEntry[][] = [];
  let characters = 0;
  for (const [place, entry] of entries.entries()) {
    const size = entry.entry.length + (entry.personal?.length ?? 0);
    const begins = place === 0 || (isSuspect && place === 1);
    if (begins || characters + size > BATCH_CHARACTERS) {
      batches.push([]);
      characters = 0;
    }
    batches.at(-1)?.push(entry);
    characters += size;
  }
  return batches;
}

/** Halves a refused batch until what is at fault stands alone. */
async function shipBatch(
  deps: ShipperDeps,
  shipment: Shipment,
  { batch, trip }: { readonly batch: readonly SealedEntry[]; readonly trip: Trip },
): Promise<void> {
  const [first] = batch;
  if (!first || trip.later) return;
  const taken = await deps.sink.shipEntries(shipment.organisationId, batch);
  if (taken.outcome === "taken") trip.taken.push(...batch.map(({ sequence }) => sequence));
  else if (taken.outcome === "later") trip.later = taken;
  else if (batch.length === 1) trip.refused.push({ sequence: first.sequence, why: taken.why });
  else {
    const half = Math.ceil(batch.length / 2);
    await shipBatch(deps, shipment, { batch: batch.slice(0, half), trip });
    await shipBatch(deps, shipment, { batch: batch.slice(half), trip });
  }
}

async function shipCheckpoints(
  { sink }: ShipperDeps,
  { organisationId, checkpoints }: Shipment,
  trip: Trip,
): Promise<number | null> {
  const newest = checkpoints.at(-1);
  if (!newest) return null;
  const taken = await sink.shipCheckpoints(organisationId, checkpoints);
  if (taken.outcome === "taken") return newest.id;
  trip.later = { outcome: "later", why: `checkpoints: ${taken.why}` };
  return null;
}
