/** The HTTP server: limits, health, the routers of the surfaces, and an orderly end. */
import { createServer as createHttpServer, type Server } from "node:http";
import express, { type Router } from "express";
import type { Log } from "../app/ports.ts";
import { answerErrors, answerNotFound, guardEdge } from "./edge.ts";
import { createHealth, type HealthCheck } from "./health.ts";
import { guardLoad, type LoadOptions } from "./load.ts";

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The doors of the front, which look after their own load. */
  readonly doors?: readonly Router[];
  /** What everything else may ask for at once; absent: what one process can do. */
  readonly load?: LoadOptions;
  /** In the order in which they are asked. */
  readonly routers: readonly { readonly path: string; readonly router: Router }[];
  readonly checks: readonly HealthCheck[];
  readonly log: Log;
  readonly newId: () => string;
}

export interface HttpServer {
  /** The address, or one sentence about why there is none. */
  listen(): Promise<{ readonly url: string; readonly port: number } | { readonly problem: string }>;
  /** Tells balancers to send nothing more; resolves when they had time to hear it. */
  drain(): Promise<void>;
  /** Takes no new request, lets the running ones end, and cuts what is left after the grace. */
  close(): Promise<void>;
}

const SECOND = 1000;
const GRACE_MS = 5 * SECOND;

/**
 * A client that sends slowly is cut off; a whole request fits in a minute. An idle connection outlives those that proxies
 * keep, 60 seconds as a rule: whoever closes first may close on a request that is on its way.
 */
const LIMITS = {
  headersTimeout: 5 * SECOND,
  requestTimeout: 60 * SECOND,
  keepAliveTimeout: 75 * SECOND,
  connectionsCheckingInterval: SECOND,
  maxHeaderSize: 16 * 1024,
};

export function createServer(options: HttpServerOptions): HttpServer {
  const health = createHealth(options.checks);
  const server = createHttpServer(LIMITS, createApplication(options, health.router));
  server.maxRequestsPerSocket = 1000;
  // What comes beyond is cut at once, so that files and the database keep their handles.
  server.maxConnections = 2000;
  return {
    listen: () => listen(server, options),
    drain: () => health.drain(),
    close: () => close(server),
  };
}

function createApplication(
  { doors = [], routers, log, newId, load = {} }: HttpServerOptions,
  health: Router,
): express.Express {
  const application = express();
  application.disable("x-powered-by");
  application.disable("etag");
  application.set("query parser", "simple");
  application.use(guardEdge(newId));
  application.use(health);
  for (const door of doors) application.use(door);
  application.use(guardLoad(load));
  for (const { path, router } of routers) application.use(path, router);
  application.use(answerNotFound);
  application.use(answerErrors(log));
  return application;
}

function listen(
  server: Server,
  { host, port }: HttpServerOptions,
): Promise<{ url: string; port: number } | { problem: string }> {
  return new Promise((resolve) => {
    server.once("error", (error) => resolve({ problem: whyNotListening(error, host, port) }));
    server.listen({ host, port }, () => {
      const address = server.address();
      const bound = typeof address === "object" && address ? address.port : port;
      const shown = host.includes(":") ? `[${host}]` : host;
      resolve({ url: `http://${shown}:${bound}`, port: bound });
    });
  });
}

/** Why nobody can listen there, and what to do. */
export function whyNotListening(error: Error, host: string, port: number): string {
  const code = "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE")
    return `Port ${port} on ${host} is used by another program. Stop that program, or set PORT to another number.`;
  if (code === "EACCES")
    return `Port ${port} is reserved for the system. Set PORT to a number above 1023.`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN")
    return `This machine has no address ${host}. Set HOST to 127.0.0.1, or to one of its own.`;
  return `The HTTP server could not start on ${host}:${port} (${String(code ?? error.name)}).`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A connection falls idle when its last answer is out, which may be after `close` was called.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
  });
}
