/** Every variable of the environment: its rule, what it is for, and what `.env.example` shows. */
import { z } from "zod";
import {
  addresses,
  databaseUrl,
  domains,
  guid,
  host,
  httpsOrigin,
  LOG_LEVELS,
  logLevel,
  plain,
  port,
  publicUrl,
  secret,
  signingKey,
  slackApiUrl,
} from "./settings-shapes.ts";

/** The points at which a fault test may end the process. */
const CRASH_POINTS: readonly string[] = [
  "before_commit",
  "after_commit_before_reply",
  "after_claim_before_post",
  "after_post_before_settle",
  "after_seal_before_checkpoint",
];

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
  TEAMS_APP_ID: guid.optional().meta({
    about: "Teams: Application (client) ID of the bot's app registration. Absent: no Teams.",
    example: "00000000-0000-0000-0000-000000000000",
  }),
  TEAMS_APP_PASSWORD: secret(
    /^(?![0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$)[\x21-\x7e]{16,200}$/i,
    "a client secret's value",
  )
    .optional()
    .meta({
      about: "Teams: Certificates & secrets, Value of a client secret. Beside TEAMS_APP_ID.",
      example: "your-client-secret",
    }),
  TEAMS_TENANT_ID: guid.optional().meta({
    about: "Teams: Directory (tenant) ID. Only its people are let in. Beside TEAMS_APP_ID.",
    example: "00000000-0000-0000-0000-000000000000",
  }),
  TEAMS_ADMINISTRATORS: addresses.optional().meta({
    about:
      "Teams: e-mail addresses of those who grant roles, with commas. Teams tells no bot who administers it.",
    example: "ada@company.com,grace@company.com",
  }),
  TEAMS_DEV: z
    .pipe(plain, z.enum(["1", "0"], { error: "is not 1 or 0" }))
    .optional()
    .meta({
      about:
        "1: Microsoft's local playground may talk to Cleargate on this machine, unverified. Never beside TEAMS_APP_ID.",
      example: "1",
    }),
  WEB_CHAT: z
    .pipe(plain, z.enum(["on", "off"], { error: "is not on or off" }))
    .optional()
    .meta({
      about:
        "Local web chat at /chat, for trying out: on or off. Absent: on only without Slack and Teams.",
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

export const Settings = z.object(settings);
export type Settings = z.output<typeof Settings>;

/** Every variable with what it is for, as `.env.example` and the operations guide list them. */
export function describeSettings(): { name: string; about: string; example: string }[] {
  const Described = z.object({ about: z.string(), example: z.string() });
  return Object.entries(settings).map(([name, schema]) => ({
    name,
    ...Described.parse(schema.meta()),
  }));
}
