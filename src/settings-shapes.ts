/** Shapes of settings: what a value must look like, and one sentence for each way in which it does not. */
import { z } from "zod";

export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A whole word of an example, or filling; a random token has neither. */
const EXAMPLE =
  /(^|[-_])(your|my|example|change-?me|placeholder|replace-?me)([-_]|$)|x{5}|\.{3}|[<>]|^(.)\4+$/i;

export const plain = z
  .string()
  .refine((text) => text !== "", "is set but empty; give it a value or remove it")
  .refine((text) => text.trim() !== "" || text === "", "holds only spaces")
  .refine((text) => !/[\r\n\0]/.test(text), "contains a line break; remove it")
  .refine(
    (text) => text.trim() === text || text.trim() === "" || /[\r\n]/.test(text),
    "begins or ends with a space; remove it",
  )
  .refine((text) => !/^(".*"|'.*')$/.test(text), "is wrapped in quotation marks; remove them");

export function secret(shape: RegExp, expected: string) {
  return plain
    .refine((text) => !EXAMPLE.test(text), "still holds an example; put in the real value")
    .superRefine((text, context) => {
      if (shape.test(text)) return;
      const other = nameCredential(text);
      const isAnother = other !== null && !expected.startsWith(other);
      const message = isAnother ? `holds ${other}; it needs ${expected}` : `is not ${expected}`;
      context.addIssue({ code: "custom", message });
    });
}

/** What a value looks like, so that two swapped fields can be named. */
function nameCredential(text: string): string | null {
  if (text.startsWith("xoxb-")) return "a bot token (xoxb-)";
  if (text.startsWith("xapp-")) return "an app-level token (xapp-)";
  if (text.startsWith("xoxp-")) return "a user token (xoxp-)";
  if (/^xox[a-z]/.test(text)) return "a Slack token of another kind";
  if (text.startsWith("https://hooks.slack.com/")) return "a webhook address";
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
    return "an id, not the secret itself";
  if (/^[0-9a-f]{32}$/i.test(text)) return "what looks like a signing secret (32 hex digits)";
  return null;
}

export const port = plain
  .regex(/^\d{1,5}$/, "is not a port number from 0 to 65535")
  .transform(Number)
  .refine((number) => number <= 65535, "is not a port number from 0 to 65535");

export const host = plain.regex(
  /^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$/,
  "is not a host name or an address (leave out http:// and the port)",
);

export const databaseUrl = plain.superRefine((text, context) => {
  const say = (message: string) => context.addIssue({ code: "custom", message });
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol))
    return say("is not of the form postgres://user:password@host:5432/database");
  if (url.pathname.length < 2) return say("names no database after the host");
  if (/^(user:password|user:pass|username:password)$/.test(`${url.username}:${url.password}`))
    return say("still holds an example; put in the real value");
});

export const slackApiUrl = plain
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname, username } = new URL(text);
    if (username) return false;
    return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
  }, "is not an https address without a user name (http only on this machine)")
  .transform((text) => (text.endsWith("/") ? text : `${text}/`));

export const publicUrl = plain
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname, username, password, pathname, search, hash } = new URL(text);
    if (username || password || search || hash || pathname !== "/") return false;
    return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
  }, "is not an https address such as https://cleargate.company.com, without a path (http only on this machine)")
  .transform((text) => new URL(text).origin);

export const httpsOrigin = plain
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname, username, pathname, search } = new URL(text);
    if (username || search || !HEC_PATHS.test(pathname)) return false;
    return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
  }, "is not an https address such as https://splunk.company.com:8088 (http only on this machine)")
  .transform((text) => new URL(text).origin);

/** Whoever copies the address with its path means the same. */
const HEC_PATHS = /^\/?(services\/collector(\/event)?\/?)?$/;

export const domains = plain
  .transform((text) => text.split(",").map((domain) => domain.trim().toLowerCase()))
  .refine(
    (list) => list.every((domain) => /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(domain)),
    "is not a comma-separated list of domains such as company.com (no @, no *)",
  );

export const logLevel = plain
  .transform((text) => (text.toLowerCase() === "warn" ? "warning" : text.toLowerCase()))
  .pipe(z.enum(LOG_LEVELS, { error: `is not one of ${LOG_LEVELS.join(", ")}` }));

/** An id of Microsoft's directory. */
export const guid = plain
  .regex(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    "is not an id such as 1b4e28ba-2fa1-11d2-883f-0016d3cca427",
  )
  .refine((text) => !/^[0-]+$/.test(text), "still holds an example; put in the real value")
  .transform((text) => text.toLowerCase());

export const addresses = plain
  .transform((text) => text.split(",").map((address) => address.trim().toLowerCase()))
  .refine(
    (list) => list.every((address) => /^[^@\s,]+@([a-z0-9-]+\.)+[a-z]{2,}$/.test(address)),
    "is not a comma-separated list of e-mail addresses",
  );

/** A whole PEM file, also in one line, or its base64: an environment file cannot hold line breaks. */
export const signingKey = z
  .string()
  .transform((text) => text.trim())
  .refine((text) => text !== "", "is set but empty; give it a value or remove it")
  .refine(
    (text) =>
      /^-----BEGIN PRIVATE KEY-----[A-Za-z0-9+/=\s\\n]{60,}-----END PRIVATE KEY-----$/.test(text) ||
      /^[A-Za-z0-9+/]{64,}={0,2}$/.test(text),
    "is not an Ed25519 private key: it needs a PKCS#8 PEM file, or the base64 of one",
  );

/** True when only this machine can reach the host. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127(\.\d+){3}$/.test(host);
}
