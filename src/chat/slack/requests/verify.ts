/**
 * Whether a request is Slack's: signed with our secret over its raw bytes, at most five minutes away from our clock
 * in either direction. (The library's own check takes any future time and any number of replays.)
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** Slack's payloads stay far below; a larger body is refused before it is read. */
export const MAX_BODY_BYTES = 256 * 1024;
const WINDOW_SECONDS = 300;

export interface SignedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly signingSecret: string;
  readonly now: Date;
}

export type Verdict =
  | { readonly ok: true; readonly signature: string }
  | { readonly ok: false; readonly why: "unsigned" | "bad_signature" | "wrong_time" };

/** A header sent twice arrives joined and fits no pattern. */
export function verifyRequest({ headers, body, signingSecret, now }: SignedRequest): Verdict {
  const timestamp = headers["x-slack-request-timestamp"];
  const signature = headers["x-slack-signature"];
  if (typeof timestamp !== "string" || !/^\d{10}$/.test(timestamp))
    return { ok: false, why: "unsigned" };
  if (typeof signature !== "string" || !/^v0=[0-9a-f]{64}$/.test(signature))
    return { ok: false, why: "unsigned" };
  const expected = createHmac("sha256", signingSecret)
    .update(`v0:${timestamp}:`)
    .update(body)
    .digest();
  const given = Buffer.from(signature.slice("v0=".length), "hex");
  if (!timingSafeEqual(expected, given)) return { ok: false, why: "bad_signature" };
  const distance = Math.abs(now.getTime() / 1000 - Number(timestamp));
  if (distance > WINDOW_SECONDS) return { ok: false, why: "wrong_time" };
  return { ok: true, signature };
}

/** The body of a verified request as an object: JSON, a form, or a form around JSON; null for anything else. */
export function parseBody(contentType: string, body: Buffer): Record<string, unknown> | null {
  const [mediaType = ""] = contentType.toLowerCase().split(";");
  const text = body.toString("utf8");
  if (mediaType.trim() === "application/json") return parseObject(text);
  if (mediaType.trim() !== "application/x-www-form-urlencoded") return null;
  const fields = new URLSearchParams(text);
  const names = [...fields.keys()];
  if (new Set(names).size !== names.length) return null;
  const payload = fields.get("payload");
  return payload === null ? Object.fromEntries(fields) : parseObject(payload);
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    return Object.fromEntries(Object.entries(value));
  } catch {
    return null;
  }
}
