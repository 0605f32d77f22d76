/** A loop: work done again whenever it is woken and at least every so often, never twice at once. */

export interface Loop {
  /** Ends after the work at hand. */
  stop(): Promise<void>;
}

/** A failing loop slows down to this, and no further: what failed may be mended at any time. */
const SLOWEST_MS = 4000;

export interface LoopOptions {
  readonly work: () => Promise<void>;
  readonly everyMs: number;
  /** Waits this long after being woken, so that what comes together is done together. */
  readonly gatherMs?: number;
  readonly onError: (error: unknown) => void;
}

export interface WakeableLoop extends Loop {
  wake(): void;
}

export function startLoop(options: LoopOptions): WakeableLoop {
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let running: Promise<void> | null = null;
  let again = false;
  let failures = 0;
  let stopped = false;

  function plan(ms: number): void {
    if (stopped) return;
    if (running) {
      again = true;
      return;
    }
    const at = performance.now() + ms;
    if (at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(() => {
      dueAt = Number.POSITIVE_INFINITY;
      running = run();
    }, ms);
  }

  async function run(): Promise<void> {
    again = false;
    try {
      await options.work();
      failures = 0;
    } catch (error) {
      failures++;
      options.onError(error);
      again = false;
    }
    running = null;
    const pause = Math.max(Math.min(options.everyMs * 2 ** failures, SLOWEST_MS), options.everyMs);
    plan(again ? (options.gatherMs ?? 0) : pause);
  }

  plan(0);
  return {
    wake: () => plan(options.gatherMs ?? 0),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
