/** Web API clients, one a lane, and what a failed call means: try again, unknown, or refused for good. */
import { webApi } from "@slack/bolt";
import type { Lane, Log } from "../../../app/ports.ts";

/** Directory questions have less time than posts: somebody waits for a decision. */
const TIMEOUT_MS = 2_000;
const DIRECTORY_TIMEOUT_MS = 1_500;

/**
 * One client a purpose: a rate limit or a slow answer in one delays no other. Retries are the outbox's business,
 * and a method's name can never be an address.
 */
export interface Clients {
  readonly lanes: Readonly<Record<Lane, webApi.WebClient>>;
  /** Private answers and forms. */
  readonly answers: webApi.WebClient;
  readonly directory: webApi.WebClient;
}

export interface ClientOptions {
  readonly botToken: string;
  readonly apiUrl: string;
  readonly log: Log;
}

export function createClients(options: ClientOptions): Clients {
  const client = (timeout: number = TIMEOUT_MS): webApi.WebClient =>
    new webApi.WebClient(options.botToken, {
      slackApiUrl: options.apiUrl,
      timeout,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
      logger: quietLogger(options.log),
    });
  return {
    lanes: { emergency: client(), interactive: client(), bulk: client() },
    answers: client(),
    directory: client(DIRECTORY_TIMEOUT_MS),
  };
}

/** Slack's libraries log bodies and tokens at their lower levels; only that something is wrong gets through. */
export function quietLogger(log: Log): webApi.Logger {
  const tell = (): void => log.warn("slack_library_warning", { provider: "slack" });
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: tell,
    setLevel: () => undefined,
    getLevel: () => webApi.LogLevel.ERROR,
    setName: () => undefined,
  };
}

/** What became of a call that threw. */
export type Trouble =
  | { readonly kind: "rate_limited"; readonly afterSeconds: number }
  /** Nothing reached Slack. */
  | { readonly kind: "unreachable" }
  /** It may have been done. */
  | { readonly kind: "unknown"; readonly why: string }
  /** Slack said no; `code` is its word for it. */
  | { readonly kind: "refused"; readonly code: string; readonly details: readonly string[] };

export function toTrouble(error: unknown): Trouble {
  if (error instanceof webApi.WebAPIRateLimitedError)
    return { kind: "rate_limited", afterSeconds: Math.max(1, error.retryAfter) };
  if (error instanceof webApi.WebAPIPlatformError) return platformTrouble(error);
  if (error instanceof webApi.WebAPIHTTPError)
    return { kind: "unknown", why: `HTTP ${error.statusCode}` };
  if (error instanceof webApi.WebAPIRequestError) return requestTrouble(error.original);
  if (error instanceof Error && /retry-after/i.test(error.message))
    return { kind: "rate_limited", afterSeconds: 30 };
  return { kind: "unknown", why: "the call failed" };
}

/** Slack's own failures: the call may be repeated, and these two may have been done all the same. */
const BUSY = ["service_unavailable", "internal_error", "team_added_to_org", "request_timeout"];
const MAYBE_DONE = ["fatal_error", "accesslimited"];

function platformTrouble(error: webApi.WebAPIPlatformError): Trouble {
  const { error: code, response_metadata: metadata } = error.data;
  if (code === "ratelimited" || code === "rate_limited")
    return { kind: "rate_limited", afterSeconds: Math.max(1, metadata?.retryAfter ?? 30) };
  if (BUSY.includes(code)) return { kind: "unreachable" };
  if (MAYBE_DONE.includes(code)) return { kind: "unknown", why: code };
  // Whoever answers in Slack's place may put anything here; what is kept and told is one plain word.
  const word = /^[a-z][a-z0-9_]{1,60}$/.test(code) ? code : "an_unknown_error";
  return { kind: "refused", code: word, details: metadata?.messages ?? [] };
}

/** The connection was never made, so nothing can have been done. */
const NEVER_SENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"];
const NEVER_SENT_EITHER = ["UND_ERR_CONNECT_TIMEOUT", "CERT_HAS_EXPIRED", "EPROTO"];

function requestTrouble(error: Error): Trouble {
  const code = codeOf(error) ?? codeOf(error.cause);
  const neverSent = code !== null && [...NEVER_SENT, ...NEVER_SENT_EITHER].includes(code);
  if (neverSent) return { kind: "unreachable" };
  return { kind: "unknown", why: error.name === "TimeoutError" ? "no answer in time" : "cut off" };
}

function codeOf(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
