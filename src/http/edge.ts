/** What surrounds every route: headers, allowed methods, and the one place where an error becomes an answer. */
import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import type { Log } from "../app/ports.ts";
import { Unavailable } from "../domain/fault.ts";

/** Nothing may be loaded, framed or remembered. A route with a page of its own says what its page needs. */
const HEADERS: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store",
  "Content-Security-Policy":
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Origin-Agent-Cluster": "?1",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Referrer-Policy": "no-referrer",
  // Without TLS in front browsers ignore it.
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
  "X-Content-Type-Options": "nosniff",
  "X-DNS-Prefetch-Control": "off",
  "X-Frame-Options": "DENY",
  "X-Permitted-Cross-Domain-Policies": "none",
};

const METHODS = ["GET", "HEAD", "POST"];

/** Sets the headers, names the request, and lets only known methods through. */
export function guardEdge(newId: () => string): RequestHandler {
  return (request, response, next) => {
    const correlationId = newId();
    response.locals.correlationId = correlationId;
    response.set(HEADERS).set("X-Correlation-Id", correlationId);
    if (METHODS.includes(request.method)) return next();
    response.set("Allow", METHODS.join(", "));
    answer(response, 405, "This method is not allowed.");
  };
}

export const answerNotFound: RequestHandler = (_request, response) => {
  answer(response, 404, "There is nothing at this address.");
};

/** The sentence never holds what failed; the log does, under the same id. */
export function answerErrors(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const correlationId = String(response.locals.correlationId);
    const status = statusOf(error);
    if (status >= 500)
      log.error("request_failed", { correlationId, method: request.method, status, error });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error instanceof Unavailable)
      response.set("Retry-After", String(Math.ceil(error.retryAfterSeconds)));
    answer(
      response,
      status,
      SENTENCES[status] ?? `That did not work. It is recorded as ${correlationId}.`,
    );
  };
}

const SENTENCES: Readonly<Record<number, string>> = {
  400: "The request could not be read.",
  413: "The request is too large.",
  415: "This kind of content is not accepted.",
  503: "Something Cleargate depends on does not answer. Try again in a moment.",
};

/** Only what a parser or our own code marked as the client's mistake is one. */
function statusOf(error: unknown): number {
  if (error instanceof Unavailable) return 503;
  if (typeof error !== "object" || error === null || !("status" in error)) return 500;
  const { status } = error;
  return typeof status === "number" && status >= 400 && status < 500 ? status : 500;
}

function answer(response: Response, status: number, sentence: string): void {
  response.status(status).json({ error: sentence });
}
