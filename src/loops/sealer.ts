/** Seals what was recorded, soon after each commit, and signs it within a second, in whichever process is first. */
import type { Ledger } from "../app/ledger-ports.ts";
import type { CrashPoint, Log } from "../app/ports.ts";
import { type Loop, startLoop } from "./loop.ts";

/** What is committed within this time is sealed as one batch. */
const GATHER_MS = 50;
/** What another process committed is found within this time. */
const POLL_MS = 200;

/** No more than one checkpoint of a ledger in this time. */
const SIGN_MS = 1000;
/** Every ledger is compared with what was signed, and whatever another process left unsigned is signed. */
const CHECK_ALL_MS = 60_000;

export function startSealer(deps: {
  readonly ledger: Ledger;
  readonly log: Log;
  readonly reached?: (point: CrashPoint) => void;
}): Loop {
  const { ledger, log } = deps;
  let signedAt = Number.NEGATIVE_INFINITY;
  let signedAllAt = Number.NEGATIVE_INFINITY;

  async function sign(): Promise<void> {
    const now = performance.now();
    if (now - signedAt < SIGN_MS) return;
    signedAt = now;
    if (now - signedAllAt < CHECK_ALL_MS) return ledger.sign();
    signedAllAt = now;
    await ledger.signAll();
  }

  const loop = startLoop({
    everyMs: POLL_MS,
    gatherMs: GATHER_MS,
    async work() {
      if ((await ledger.seal()) > 0) deps.reached?.("after_seal_before_checkpoint");
      await sign();
    },
    onError: (error) => log.error("seal_failed", { provider: "postgres", error }),
  });
  const deafen = ledger.onWake(loop.wake);
  return {
    async stop() {
      deafen();
      await loop.stop();
      // What was sealed last should not wait for the next start.
      await ledger.sign().catch((error) => log.error("sign_failed", { error }));
    },
  };
}
