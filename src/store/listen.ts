/** Hears a NOTIFY channel on a connection of its own, and connects again when that is cut. */
import { openSession, type PoolOptions } from "./pool.ts";

const AGAIN_AFTER_MS = 1000;

export interface Listener {
  /** Calls back at each notification of a topic, and after each connection: something may have been missed. */
  onWake(topic: string, wake: () => void): Promise<() => void>;
  close(): Promise<void>;
}

export function createListener(settings: PoolOptions, channel: string): Listener {
  const wakes = new Set<{ readonly topic: string; readonly wake: () => void }>();
  let session: ReturnType<typeof openSession> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let first: Promise<void> | null = null;

  async function connect(): Promise<void> {
    const next = openSession(settings);
    session = next;
    next.once("end", later);
    next.on("notification", ({ payload }) => wakeThose((topic) => topic === payload));
    try {
      await next.connect();
      await next.query(`listen ${channel}`);
      wakeThose(() => true);
    } catch {
      // The loops poll as well; until we hear again they are slower, not deaf.
      await next.end().catch(() => undefined);
      later();
    }
  }

  function later(): void {
    clearTimeout(timer);
    if (closed) return;
    timer = setTimeout(() => void connect(), AGAIN_AFTER_MS);
    timer.unref();
  }

  function wakeThose(mean: (topic: string) => boolean): void {
    for (const { topic, wake } of wakes) if (mean(topic)) wake();
  }

  return {
    async onWake(topic, wake) {
      const waiting = { topic, wake };
      wakes.add(waiting);
      first ??= connect();
      await first;
      return () => wakes.delete(waiting);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await session?.end().catch(() => undefined);
    },
  };
}
