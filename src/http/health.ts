/** Answers the two questions of an orchestrator: is the process alive, and can it serve? */
import { setTimeout as sleep } from "node:timers/promises";
import { type Request, type Response, Router } from "express";

export interface HealthCheck {
  /** Shown in the answer: `database`, `outbox`, ... */
  readonly name: string;
  readonly isWell: () => Promise<boolean> | boolean;
}

export interface Health {
  readonly router: Router;
  /**
   * From now on `/readyz` says no. Resolves when whoever sends requests here had time to hear it: at once when
   * nobody has asked lately.
   */
  drain(): Promise<void>;
}

const PATIENCE_MS = 1000;
/** Who asked within this time is taken for a balancer. */
const ASKS_WITHIN_MS = 15_000;
const DRAIN_MS = 5000;
/** For a request that was sent before the balancer had read the answer. */
const ON_ITS_WAY_MS = 500;

/** `/healthz` says that the process runs; `/readyz` that all checks answer well within a second. */
export function createHealth(checks: readonly HealthCheck[]): Health {
  const router = Router();
  let examination: Promise<Readonly<Record<string, boolean>>> | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  let draining = false;
  let toldAt: number | null = null;
  router.get("/healthz", (_request: Request, response: Response) => {
    response.json({ alive: true });
  });
  router.get("/readyz", async (_request: Request, response: Response) => {
    askedAt = performance.now();
    if (draining) {
      toldAt ??= askedAt;
      response.status(503).json({ ready: false, checks: { serving: false } });
      return;
    }
    // Requests that come while a check runs share its answer, so that nobody can multiply the checks.
    examination ??= examine(checks).finally(() => {
      examination = null;
    });
    const answers = await examination;
    const ready = Object.values(answers).every((well) => well);
    response.status(ready ? 200 : 503).json({ ready, checks: answers });
  });
  router.all(["/healthz", "/readyz"], (_request: Request, response: Response) => {
    response.set("Allow", "GET, HEAD").status(405).json({ error: "This method is not allowed." });
  });
  return {
    router,
    async drain() {
      draining = true;
      const began = performance.now();
      if (began - askedAt > ASKS_WITHIN_MS) return;
      while (toldAt === null && performance.now() - began < DRAIN_MS) await sleep(20);
      await sleep(ON_ITS_WAY_MS);
    },
  };
}

async function examine(checks: readonly HealthCheck[]): Promise<Record<string, boolean>> {
  const answers = checks.map(async ({ name, isWell }) => [name, await isWellInTime(isWell)]);
  return Object.fromEntries(await Promise.all(answers));
}

async function isWellInTime(isWell: HealthCheck["isWell"]): Promise<boolean> {
  const { promise: late, cancel } = startPatience();
  try {
    return await Promise.race([isWell(), late]);
  } catch {
    return false;
  } finally {
    cancel();
  }
}

function startPatience(): { promise: Promise<boolean>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS);
  });
  return { promise, cancel: () => clearTimeout(timer) };
}
