/** Checks every ledger from its first entry once a day, so that tampering is noticed without anybody asking. */
import type { Log, Store } from "../app/ports.ts";
import { type Loop, startLoop } from "./loop.ts";

const EVERY_MS = 10 * 60 * 1000;
const TICKS_A_DAY = 144;

interface Audited {
  readonly store: Pick<Store, "organisations" | "verifyLedger">;
  readonly log: Log;
}

/** The first check comes ten minutes after the start: a start has other things to do. */
export function startAudit(deps: Audited & { readonly everyMs?: number }): Loop {
  const { log } = deps;
  let tick = -1;
  return startLoop({
    everyMs: deps.everyMs ?? EVERY_MS,
    async work() {
      tick += 1;
      if (tick % TICKS_A_DAY !== 1) return;
      await auditAll(deps);
    },
    onError: (error) => log.error("audit_failed", { provider: "postgres", error }),
  });
}

async function auditAll({ store, log }: Audited): Promise<void> {
  // The tables are shared, so that each ledger would say the same of them.
  const unprotected = new Set<string>();
  for (const organisation of await store.organisations()) {
    const verdict = await store.verifyLedger(organisation);
    if (verdict.ok) continue;
    for (const sentence of verdict.unprotected) unprotected.add(sentence);
    const { firstBad, why } = verdict;
    if (firstBad !== null) log.error("ledger_broken", { organisation, firstBad, why });
  }
  if (unprotected.size > 0) log.error("ledger_unprotected", { why: [...unprotected] });
}
