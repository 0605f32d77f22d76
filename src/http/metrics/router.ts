/** Where the figures are asked for: on a port of their own, or on the service's by this very machine. */
import { type Request, type Response, Router } from "express";
import type { Metrics } from "./metrics.ts";

/** `GET /metrics`. `isOpen` false: only for a request that comes from this very machine and passed no proxy. */
export function createMetricsRouter(metrics: Metrics, { isOpen }: { isOpen: boolean }): Router {
  const router = Router();
  let scraping: Promise<string> | null = null;
  router.get("/metrics", async (request: Request, response: Response, next) => {
    if (!isOpen && !isFromHere(request)) return next();
    // Scrapes at the same time share one look at the database.
    scraping ??= metrics.scrape().finally(() => {
      scraping = null;
    });
    response.set("Content-Type", metrics.contentType).send(await scraping);
  });
  return router;
}

/** Counts what comes after it; `onService`: answers `/metrics` beside it, to this machine. */
export function observeAll(metrics: Metrics, { onService }: { onService: boolean }): Router {
  const router = Router();
  router.use(metrics.observe);
  if (onService) router.use(createMetricsRouter(metrics, { isOpen: false }));
  return router;
}

const FORWARDED = ["x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via"];

function isFromHere({ socket, headers }: Request): boolean {
  const peer = socket.remoteAddress ?? "";
  const isLoopback = peer === "::1" || /^(::ffff:)?127\./.test(peer);
  const isOurs = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(headers.host ?? "");
  return isLoopback && isOurs && FORWARDED.every((name) => headers[name] === undefined);
}
