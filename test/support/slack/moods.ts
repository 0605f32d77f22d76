/** How the stand-in can be told to fail: once or for a while, for one method or for all. */
import type { ServerResponse } from "node:http";
import type { Json } from "./checks/parts.ts";

export type Mood =
  /** `ok: false` with this error; nothing is done. */
  | { readonly kind: "error"; readonly error: string; readonly details?: readonly string[] }
  | {
      readonly kind: "rate_limited";
      /** Null: Slack forgets to say for how long. */
      readonly retryAfterSeconds: number | null;
    }
  | { readonly kind: "status"; readonly status: number }
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

export interface Misbehaviour {
  readonly method: string;
  readonly mood: Mood;
  /** How many calls; absent: once. */
  times: number;
  readonly when: (args: Json) => boolean;
}

/** Takes the first misbehaviour that is due for this call, and counts it. */
export function takeMood(list: Misbehaviour[], method: string, args: Json): Mood | null {
  const due = list.find(
    (entry) =>
      entry.times > 0 && (entry.method === "*" || entry.method === method) && entry.when(args),
  );
  if (!due) return null;
  due.times -= 1;
  return due.mood;
}

/** Answers in the mood; false when the work has to be done all the same. */
export function answerInMood(mood: Mood, response: ServerResponse): boolean {
  switch (mood.kind) {
    case "error":
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          ok: false,
          error: mood.error,
          ...(mood.details ? { response_metadata: { messages: mood.details } } : {}),
        }),
      );
      return true;
    case "rate_limited":
      if (mood.retryAfterSeconds !== null)
        response.setHeader("retry-after", String(mood.retryAfterSeconds));
      response.writeHead(429).end();
      return true;
    case "status":
      response.writeHead(mood.status, { "content-type": "text/plain" }).end("broken");
      return true;
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
