/** What a failed call to Teams means: try again, unknown, or refused for good. */
import { z } from "zod";

export type Trouble =
  | { readonly kind: "rate_limited"; readonly afterSeconds: number }
  /** Nothing was done. */
  | { readonly kind: "unreachable" }
  /** It may have been done. */
  | { readonly kind: "unknown"; readonly why: string }
  /** Teams said no; `code` is its word for it. */
  | { readonly kind: "refused"; readonly code: string };

/** Thrown by the client, so that the library neither repeats the call nor wraps what happened. */
export class CallFailed extends Error {
  override readonly name = "CallFailed";
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(`The call to Teams failed: ${trouble.kind}`);
    this.trouble = trouble;
  }
}

export function toTrouble(error: unknown): Trouble {
  if (error instanceof CallFailed) return error.trouble;
  return { kind: "unknown", why: "the call failed" };
}

/** Without a word of Teams about it; its guide starts with two seconds. */
const RETRY_AFTER_SECONDS = 2;

/**
 * 412, 429, 502 and 504 are to be tried again
 * (https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit); a gateway that gave up may have
 * passed the message on before.
 */
export function troubleOf(
  status: number,
  { retryAfter, body }: { readonly retryAfter: string | null; readonly body: string },
): Trouble {
  if (status === 429) {
    const seconds = Number(retryAfter);
    const afterSeconds = Number.isFinite(seconds) && seconds > 0 ? seconds : RETRY_AFTER_SECONDS;
    return { kind: "rate_limited", afterSeconds: Math.ceil(afterSeconds) };
  }
  if (status === 412 || status === 503) return { kind: "unreachable" };
  // Our own token is not taken: the next call asks for a new one.
  if (status === 401) return { kind: "unreachable" };
  if (status >= 500 || status === 408) return { kind: "unknown", why: `HTTP ${status}` };
  return { kind: "refused", code: codeIn(body) ?? `HTTP${status}` };
}

const ErrorBody = z.object({
  error: z.object({
    code: z.unknown(),
    subCode: z.unknown().optional(),
    innerHttpError: z.object({ body: z.unknown() }).nullish().catch(null),
  }),
});
const Inner = z.object({ subCode: z.unknown() });

/** The more particular word, as one plain word: whoever answers in Teams' place may put anything there. */
function codeIn(body: string): string | null {
  const parsed = ErrorBody.safeParse(parseJson(body));
  if (!parsed.success) return null;
  const { code, subCode, innerHttpError } = parsed.data.error;
  const inner = Inner.safeParse(innerHttpError?.body).data?.subCode;
  const words = [subCode, inner, code].filter((word) => typeof word === "string");
  return words.find((word) => /^[A-Za-z][A-Za-z0-9_]{1,60}$/.test(word)) ?? null;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The connection was never made, so nothing can have been done. */
const NEVER_SENT = [
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
];

export function troubleOfConnection(error: unknown): Trouble {
  const code = codeOf(error) ?? (error instanceof Error ? codeOf(error.cause) : null);
  if (code !== null && NEVER_SENT.includes(code)) return { kind: "unreachable" };
  const isLate = error instanceof Error && error.name === "TimeoutError";
  return { kind: "unknown", why: isLate ? "no answer in time" : "cut off" };
}

function codeOf(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
