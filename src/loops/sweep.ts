/** Work that the passing of time asks for, such as gates whose signatures have run out. */
import type { Log } from "../app/ports.ts";
import { type Loop, startLoop } from "./loop.ts";

export function startSweep(deps: {
  readonly everySeconds: number;
  readonly work: () => Promise<void>;
  readonly log: Log;
}): Loop {
  return startLoop({
    everyMs: deps.everySeconds * 1000,
    work: deps.work,
    onError: (error) => deps.log.error("sweep_failed", { error }),
  });
}
