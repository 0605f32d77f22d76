/** How Slack signs its requests and what their bodies look like: the facts of Slack's row at the front. */
import type { Parsed, SharedScheme } from "../../../app/front-ports.ts";

/** Slack's payloads stay far below; a larger body is refused before it is read. */
export const MAX_BODY_BYTES = 256 * 1024;

/** Version 0 of https://docs.slack.dev/authentication/verifying-requests-from-slack */
export const SLACK_SCHEME: SharedScheme = {
  kind: "hmac",
  signature: {
    header: "x-slack-signature",
    shape: /^v0=([0-9a-f]{64})$/,
    encoding: "hex",
    several: false,
  },
  id: null,
  time: { header: "x-slack-request-timestamp", shape: /^(\d{10})$/, windowSeconds: 300 },
  prefix: ({ timestamp }) => `v0:${timestamp}:`,
};

export const SLACK_MEDIA_TYPES = ["application/json", "application/x-www-form-urlencoded"];

/** The body of a verified request as an object: JSON, a form, or a form around JSON; null for anything else. */
export function parseBody(mediaType: string, body: Buffer): Parsed | null {
  const text = body.toString("utf8");
  if (mediaType === "application/json") return parseObject(text);
  if (mediaType !== "application/x-www-form-urlencoded") return null;
  const fields = new URLSearchParams(text);
  const names = [...fields.keys()];
  if (new Set(names).size !== names.length) return null;
  const payload = fields.get("payload");
  return payload === null ? Object.fromEntries(fields) : parseObject(payload);
}

function parseObject(text: string): Parsed | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    return Object.fromEntries(Object.entries(value));
  } catch {
    return null;
  }
}

/** Slack's certificate check is unsigned; it has no effect and learns nothing. */
export function isCertificateCheck(mediaType: string, body: Buffer): boolean {
  if (body.byteLength > 1_000 || mediaType !== "application/x-www-form-urlencoded") return false;
  const fields = new URLSearchParams(body.toString("utf8"));
  return fields.get("ssl_check") === "1" && !fields.has("command") && !fields.has("payload");
}

/** Slack signs each retry of an event anew, but keeps its id. The address check may come as often as it likes. */
export function replayKeyOf(
  { type, event_id: eventId }: Parsed,
  { signature }: { readonly signature: string },
): string | null {
  if (type === "url_verification") return null;
  return type === "event_callback" && typeof eventId === "string"
    ? `slack:event:${eventId}`
    : `slack:signature:${signature}`;
}
