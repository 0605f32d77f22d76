/** A loop: work done again whenever it is woken and at least every so often, never twice at once. */

export interface Loop {
  /** Ends after the work at hand. */
  stop(): Promise<void>;
}

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
    } catch (error) {
      options.onError(error);
      again = false;
    }
    running = null;
    plan(again ? (options.gatherMs ?? 0) : options.everyMs);
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
