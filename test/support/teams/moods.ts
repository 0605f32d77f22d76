/** How the stand-in can be told to fail: for the next calls, of one kind or of all, in one conversation or in all. */
import type { ServerResponse } from "node:http";

export type Mood =
  | {
      readonly kind: "rate_limited";
      /** Null: Teams forgets to say for how long, as it often does. */
      readonly retryAfterSeconds: number | null;
    }
  /** Such as 412, 500, 502 and 504; nothing is done. */
  | { readonly kind: "status"; readonly status: number; readonly code?: string }
  | { readonly kind: "page"; readonly status: number; readonly body: string }
  /** Takes the request and never answers. */
  | { readonly kind: "hang" }
  /** Cuts the connection; nothing is done. */
  | { readonly kind: "reset" }
  /** Does the work, then cuts the connection, so that the caller cannot know. */
  | { readonly kind: "lose_reply" }
  | { readonly kind: "slow"; readonly ms: number }
  /** Does the work at once, and says so late. */
  | { readonly kind: "slow_reply"; readonly ms: number };

export type CallName =
  | "openid"
  | "keys"
  | "token"
  | "open"
  | "post"
  | "update"
  | "delete"
  | "member"
  | "members"
  | "download"
  | "upload"
  | "unknown";

export interface Misbehaviour {
  readonly call: CallName | "*";
  readonly mood: Mood;
  times: number;
  /** Without `;messageid=…`; null: everywhere. */
  readonly conversation: string | null;
}

/** Takes the first misbehaviour that is due for this call, and counts it. */
export function takeMood(
  list: readonly Misbehaviour[],
  call: CallName,
  conversation: string | null,
): Mood | null {
  const due = list.find(
    (entry) =>
      entry.times > 0 &&
      (entry.call === "*" || entry.call === call) &&
      (entry.conversation === null || entry.conversation === conversation),
  );
  if (!due) return null;
  due.times -= 1;
  return due.mood;
}

/** What Teams calls them. */
const CODES: Readonly<Record<number, string>> = {
  412: "PreconditionFailed",
  429: "Throttled",
  500: "ServiceError",
  502: "BadGateway",
  504: "GatewayTimeout",
};

/** Answers in the mood; false when the work has to be done all the same. */
export function answerInMood(mood: Mood, response: ServerResponse): boolean {
  switch (mood.kind) {
    case "rate_limited":
      if (mood.retryAfterSeconds !== null)
        response.setHeader("retry-after", String(mood.retryAfterSeconds));
      return sayError(response, 429, "Throttled");
    case "status":
      return sayError(response, mood.status, mood.code ?? CODES[mood.status] ?? "ServiceError");
    case "page":
      response.writeHead(mood.status, { "content-type": "text/html" }).end(mood.body);
      return true;
    case "hang":
      return true;
    case "reset":
      response.socket?.destroy();
      return true;
    case "lose_reply":
    case "slow":
    case "slow_reply":
      return false;
  }
}

function sayError(response: ServerResponse, status: number, code: string): boolean {
  const body = JSON.stringify({ error: { code, message: "The stand-in was told to fail." } });
  response.writeHead(status, { "content-type": "application/json" }).end(body);
  return true;
}
