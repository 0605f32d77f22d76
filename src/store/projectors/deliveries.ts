/** What was delivered is no state of a migration: the ledger keeps that somebody had it done again. */
import type { DeliveryFact } from "../../domain/facts.ts";
import type { Projectors } from "./projector.ts";

export const deliveryProjectors: Projectors<DeliveryFact> = {
  DeadLetterReplayed: async () => undefined,
  EventsResent: async () => undefined,
};
