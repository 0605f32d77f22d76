/** Every variable of the environment: its rule, what it is for, and what `.env.example` shows. */
import { z } from "zod";

export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The points at which a fault test may end the process. */
const CRASH_POINTS: readonly string[] = [
  "before_commit",
  "after_commit_before_reply",
  "after_claim_before_post",
  "after_post_before_settle",
  "after_seal_before_checkpoint",
];

/** A whole word of an example, or filling; a random token has neither. */
const EXAMPLE =
  /(^|[-_])(your|my|example|change-?me|placeholder|replace-?me)([-_]|$)|x{5}|\.{3}|[<>]|^(.)\4+$/i;

const plain = z
  .string()
  .refine((text) => text !== "", "is set but empty; give it a value or remove it")
  .refine((text) => text.trim() !== "" || text === "", "holds only spaces")
  .refine((text) => !/[\r\n\0]/.test(text), "contains a line break; remove it")
  .refine(
    (text) => text.trim() === text || text.trim() === "" || /[\r\n]/.test(text),
    "begins or ends with a space; remove it",
  )
  .refine((text) => !/^(".*"|'.*')$/.test(text), "is wrapped in quotation marks; remove them");

function secret(shape: RegExp, expected: string) {
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
  if (/^[0-9a-f]{32}$/i.test(text)) return "what looks like a signing secret (32 hex digits)";
  return null;
}

const port = plain
  .regex(/^\d{1,5}$/, "is not a port number from 0 to 65535")
  .transform(Number)
  .refine((number) => number <= 65535, "is not a port number from 0 to 65535");

const host = plain.regex(
  /^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$/,
  "is not a host name or an address (leave out http:// and the port)",
);

const databaseUrl = plain.superRefine((text, context) => {
  const say = (message: string) => context.addIssue({ code: "custom", message });
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol))
    return say("is not of the form postgres://user:password@host:5432/database");
  if (url.pathname.length < 2) return say("names no database after the host");
  if (/^(user:password|user:pass|username:password)$/.test(`${url.username}:${url.password}`))
    return say("still holds an example; put in the real value");
});

const slackApiUrl = plain
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname, username } = new URL(text);
    if (username) return false;
    return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
  }, "is not an https address without a user name (http only on this machine)")
  .transform((text) => (text.endsWith("/") ? text : `${text}/`));

const publicUrl = plain
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname, username, password, pathname, search, hash } = new URL(text);
    if (username || password || search || hash || pathname !== "/") return false;
    return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
  }, "is not an https address such as https://cleargate.company.com, without a path (http only on this machine)")
  .transform((text) => new URL(text).origin);

const httpsOrigin = plain
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname, username, pathname, search } = new URL(text);
    if (username || search || !HEC_PATHS.test(pathname)) return false;
    return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
  }, "is not an https address such as https://splunk.company.com:8088 (http only on this machine)")
  .transform((text) => new URL(text).origin);

/** Whoever copies the address with its path means the same. */
const HEC_PATHS = /^\/?(services\/collector(\/event)?\/?)?$/;

const domains = plain
  .transform((text) => text.split(",").map((domain) => domain.trim().toLowerCase()))
  .refine(
    (list) => list.every((domain) => /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(domain)),
    "is not a comma-separated list of domains such as company.com (no @, no *)",
  );

const logLevel = plain
  .transform((text) => (text.toLowerCase() === "warn" ? "warning" : text.toLowerCase()))
  .pipe(z.enum(LOG_LEVELS, { error: `is not one of ${LOG_LEVELS.join(", ")}` }));

/** A whole PEM file, also in one line, or its base64: an environment file cannot hold line breaks. */
const signingKey = z
  .string()
  .transform((text) => text.trim())
  .refine((text) => text !== "", "is set but empty; give it a value or remove it")
  .refine(
    (text) =>
      /^-----BEGIN PRIVATE KEY-----[A-Za-z0-9+/=\s\\n]{60,}-----END PRIVATE KEY-----$/.test(text) ||
      /^[A-Za-z0-9+/]{64,}={0,2}$/.test(text),
    "is not an Ed25519 private key: it needs a PKCS#8 PEM file, or the base64 of one",
  );

/** Every variable: its rule, what it is for, and what `.env.example` shows. */
export const settings = {
  PORT: port.optional().meta({
    about: "Port of the HTTP server. 0 takes any free one.",
    example: "3000",
  }),
  HOST: host.optional().meta({
    about: "Address the HTTP server listens on. 0.0.0.0 is for a container behind a proxy.",
    example: "127.0.0.1",
  }),
  DATABASE_URL: databaseUrl.optional().meta({
    about:
      "PostgreSQL 15 or newer. Absent: an embedded PostgreSQL keeps its data in CLEARGATE_DATA_DIR.",
    example: "postgres://user:password@localhost:5432/cleargate",
  }),
  CLEARGATE_DATA_DIR: plain.optional().meta({
    about: "Folder of the embedded PostgreSQL. Absent: .cleargate beside package.json.",
    example: ".cleargate",
  }),
  SLACK_BOT_TOKEN: secret(/^xoxb-[A-Za-z0-9-]{10,}$/, "a bot token (xoxb-)")
    .optional()
    .meta({
      about: "Slack: OAuth & Permissions, Bot User OAuth Token. Absent: no Slack.",
      example: "xoxb-your-bot-token",
    }),
  SLACK_SIGNING_SECRET: secret(/^[0-9a-f]{32}$/i, "the signing secret (32 hexadecimal digits)")
    .optional()
    .meta({
      about: "Slack: Basic Information, Signing Secret. Needed when Slack calls over HTTP.",
      example: "your-signing-secret",
    }),
  SLACK_SIGNING_SECRET_PREVIOUS: secret(
    /^[0-9a-f]{32}$/i,
    "the signing secret (32 hexadecimal digits)",
  )
    .optional()
    .meta({
      about: "Slack: the signing secret before the present one, accepted while it is replaced.",
      example: "your-previous-signing-secret",
    }),
  SLACK_APP_TOKEN: secret(/^xapp-[A-Za-z0-9-]{10,}$/, "an app-level token (xapp-)")
    .optional()
    .meta({
      about:
        "Slack: Basic Information, App-Level Tokens, scope connections:write. Set: Socket Mode.",
      example: "xapp-your-app-token",
    }),
  SLACK_CLIENT_ID: plain
    .regex(/^\d{6,20}\.\d{6,20}$/, "is not a client id (two numbers with a dot between them)")
    .optional()
    .meta({
      about:
        "Slack: Basic Information, Client ID. Set: several workspaces install at /slack/install.",
      example: "1234567890.1234567890123",
    }),
  SLACK_CLIENT_SECRET: secret(/^[0-9a-f]{32}$/i, "the client secret (32 hexadecimal digits)")
    .optional()
    .meta({
      about: "Slack: Basic Information, Client Secret. Beside SLACK_CLIENT_ID.",
      example: "your-client-secret",
    }),
  PUBLIC_URL: publicUrl.optional().meta({
    about: "Where browsers reach Cleargate: https, without a path. Beside SLACK_CLIENT_ID.",
    example: "https://cleargate.company.com",
  }),
  CLEARGATE_ENCRYPTION_KEY_FILE: plain.optional().meta({
    about:
      "Keys that Slack tokens are encrypted under, mode 0600. Absent: made in CLEARGATE_DATA_DIR without DATABASE_URL.",
    example: "/etc/cleargate/encryption-keys",
  }),
  SLACK_API_URL: slackApiUrl.optional().meta({
    about: "Address of the Slack Web API. Change it for a proxy or a test.",
    example: "https://slack.com/api/",
  }),
  WEB_CHAT: z
    .pipe(plain, z.enum(["on", "off"], { error: "is not on or off" }))
    .optional()
    .meta({
      about: "Local web chat at /chat, for trying out: on or off. Absent: on only without Slack.",
      example: "on",
    }),
  TRUSTED_PROXY_HOPS: plain
    .regex(/^[0-5]$/, "is not a number from 0 to 5")
    .transform(Number)
    .optional()
    .meta({
      about: "How many proxies of your own stand in front and add to X-Forwarded-For.",
      example: "1",
    }),
  REQUESTS_PER_MINUTE: plain
    .regex(/^\d{1,6}$/, "is not a number from 0 to 999999")
    .transform(Number)
    .optional()
    .meta({
      about: "How often one person may ask in a minute. 0: as often as they like.",
      example: "240",
    }),
  SPLUNK_HEC_URL: httpsOrigin.optional().meta({
    about: "Splunk: address of the HTTP Event Collector. Absent: nothing is shipped.",
    example: "https://splunk.company.com:8088",
  }),
  SPLUNK_HEC_TOKEN: secret(/^[A-Za-z0-9-]{16,200}$/, "a token of the HTTP Event Collector")
    .optional()
    .meta({
      about: "Splunk: Data inputs, HTTP Event Collector, token value.",
      example: "your-hec-token",
    }),
  METRICS_PORT: port.optional().meta({
    about: "Port of its own for /metrics. Absent: the service's port answers this machine alone.",
    example: "9464",
  }),
  METRICS_HOST: host.optional().meta({
    about: "Address that METRICS_PORT listens on. 0.0.0.0 is for a scraper on another machine.",
    example: "127.0.0.1",
  }),
  LOG_LEVEL: logLevel.optional().meta({
    about: `Least severe event that is logged: ${LOG_LEVELS.join(", ")}.`,
    example: "info",
  }),
  SIGNING_EMAIL_DOMAINS: domains.optional().meta({
    about:
      "Domains whose confirmed addresses may sign, with commas. Absent: any confirmed address.",
    example: "company.com,subsidiary.com",
  }),
  COMPLIANCE_TOKEN: plain
    .regex(/^\S{20,200}$/, "is not a signing token; copy it whole from the ceremony in chat")
    .optional()
    .meta({
      about:
        "Command line only: the signing token that chat gave for one sign-off. Valid for 10 minutes.",
      example: "token-from-chat",
    }),
  CLEARGATE_SIGNING_KEY: signingKey.optional().meta({
    about:
      "Signs the ledger's checkpoints: base64 of an Ed25519 key in PEM, the same in every process. Absent: ledger-key.pem in CLEARGATE_DATA_DIR, made at the first start.",
    example: "base64-of-the-pem-file",
  }),
  CLEARGATE_CRASH_AT: plain
    .refine((text) => CRASH_POINTS.includes(text), `is not one of ${CRASH_POINTS.join(", ")}`)
    .optional()
    .meta({
      about: "Tests only: the named point at which the process ends itself.",
      example: "after_commit_before_reply",
    }),
};

/** True when only this machine can reach the host. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127(\.\d+){3}$/.test(host);
}

/** Every variable with what it is for, as `.env.example` and the operations guide list them. */
export function describeSettings(): { name: string; about: string; example: string }[] {
  const Described = z.object({ about: z.string(), example: z.string() });
  return Object.entries(settings).map(([name, schema]) => ({
    name,
    ...Described.parse(schema.meta()),
  }));
}
