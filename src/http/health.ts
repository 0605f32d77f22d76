/** Answers the two questions of an orchestrator: is the process alive, and can it serve? */
import { type Request, type Response, Router } from "express";

export interface HealthCheck {
  /** Shown in the answer: `database`, `outbox`, ... */
  readonly name: string;
  readonly isWell: () => Promise<boolean> | boolean;
}

const PATIENCE_MS = 1000;

/** `/healthz` says that the process runs; `/readyz` that all checks answer well within a second. */
export function createHealthRouter(checks: readonly HealthCheck[]): Router {
  const router = Router();
  let examination: Promise<Readonly<Record<string, boolean>>> | null = null;
  router.get("/healthz", (_request: Request, response: Response) => {
    response.json({ alive: true });
  });
  router.get("/readyz", async (_request: Request, response: Response) => {
    // Requests that come while a check runs share its answer, so that nobody can multiply the checks.
    examination ??= examine(checks).finally(() => {
      examination = null;
    });
    const answers = await examination;
    const ready = Object.values(answers).every((well) => well);
    response.status(ready ? 200 : 503).json({ ready, checks: answers });
  });
  return router;
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
