/** Seals what was recorded: soon after each commit, in batches, by whichever process is first. */
import type { Ledger } from "../app/loop-ports.ts";
import type { Log } from "../app/ports.ts";
import { type Loop, startLoop } from "./loop.ts";

/** What is committed within this time is sealed as one batch. */
const GATHER_MS = 50;
/** When no notification comes. */
const POLL_MS = 500;

export function startSealer(deps: { readonly ledger: Ledger; readonly log: Log }): Loop {
  const { ledger, log } = deps;
  const loop = startLoop({
    everyMs: POLL_MS,
    gatherMs: GATHER_MS,
    async work() {
      while ((await ledger.seal()) > 0);
    },
    onError: (error) => log.error("seal_failed", { provider: "postgres", error }),
  });
  const listening = ledger.onWake(loop.wake);
  return {
    async stop() {
      const deafen = await listening;
      deafen();
      await loop.stop();
    },
  };
}
