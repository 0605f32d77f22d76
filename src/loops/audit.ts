/** Checks every ledger from its first entry once a day, so that tampering is noticed without anybody asking. */
import type { Log, Store } from "../app/ports.ts";
import { type Loop, startLoop } from "./loop.ts";

const EVERY_MS = 10 * 60 * 1000;
const TICKS_A_DAY = 144;

/** The first check comes ten minutes after the start: a start has other things to do. */
export function startAudit(deps: {
  readonly store: Pick<Store, "organisations" | "verifyLedger">;
  readonly log: Log;
  readonly everyMs?: number;
}): Loop {
  const { store, log } = deps;
  let tick = -1;
  return startLoop({
    everyMs: deps.everyMs ?? EVERY_MS,
    async work() {
      tick += 1;
      if (tick % TICKS_A_DAY !== 1) return;
      for (const organisation of await store.organisations()) {
        const verdict = await store.verifyLedger(organisation);
        if (verdict.ok) continue;
        const { firstBad, why } = verdict;
        log.error("ledger_broken", { organisation, firstBad, why });
      }
    },
    onError: (error) => log.error("audit_failed", { provider: "postgres", error }),
  });
}
