/**
 * Who may speak to the web chat at all: this machine, through a page that this server served. Anybody there may act
 * as anybody, so another site's page, a rebound host name or a machine of the network must get nothing.
 */
import type { Request, RequestHandler, Response } from "express";

/** What is wrong with a request, as an HTTP status and a sentence for a person. */
export class Rejection extends Error {
  override readonly name = "Rejection";
  readonly status: number;

  constructor(status: number, sentence: string) {
    super(sentence);
    this.status = status;
  }
}

/** A page of another site cannot add a header of its own without asking, and nobody here answers that question. */
export const PAGE_HEADER = "x-cleargate-chat";

const HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Cache-Control": "no-store",
};

/** Loopback hosts with the port that the connection came to; a rebound name is not among them. */
function hostsOf(request: Request): readonly string[] {
  const port = request.socket.localPort;
  const names = ["localhost", "127.0.0.1", "[::1]"];
  return names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));
}

function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}

function refusalOf(request: Request): string | null {
  if (!isLoopback(request.socket.remoteAddress)) {
    return "The web chat answers only on the machine that it runs on.";
  }
  const host = request.headers.host?.toLowerCase() ?? "";
  if (!hostsOf(request).includes(host)) {
    return "The web chat is reached as localhost, with the port that it listens on.";
  }
  const { origin } = request.headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host}`) {
    return "The web chat answers its own page and no other site.";
  }
  return isFromAnotherSite(request) ? "The web chat answers its own page and no other site." : null;
}

/** A link on another site may open the page; it may not call anything behind it. */
function isFromAnotherSite(request: Request): boolean {
  const site = request.headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return false;
  const opensPage = request.headers["sec-fetch-mode"] === "navigate" && request.path === "/";
  return !opensPage;
}

function postRefusalOf(request: Request): Rejection | null {
  if (request.headers.origin === undefined) {
    return new Rejection(403, "A change needs the Origin of the web chat's own page.");
  }
  if (request.headers[PAGE_HEADER] !== "1") {
    return new Rejection(403, `A change needs the header ${PAGE_HEADER}: 1.`);
  }
  if (request.headers["content-encoding"] !== undefined) {
    return new Rejection(415, "A compressed request is not understood here.");
  }
  return null;
}

export const guard: RequestHandler = (request, response, next) => {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const refused = refusalOf(request);
  if (refused !== null) return next(new Rejection(403, refused));
  if (request.method === "GET" || request.method === "HEAD") return next();
  if (request.method !== "POST") {
    response.setHeader("Allow", "GET, HEAD, POST");
    return next(new Rejection(405, "Only GET and POST are understood here."));
  }
  return next(postRefusalOf(request) ?? undefined);
};

/** The media type without its parameters. */
export function isOfType(request: Request, type: string): boolean {
  const given = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  return given === type;
}

export function sendError(response: Response, status: number, sentence: string): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  response.status(status).json({ error: sentence });
}
