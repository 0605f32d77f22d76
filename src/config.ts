/**
 * The only reader of the environment. A wrong or contradictory value is a problem with one sentence; no sentence
 * ever repeats a value, because the value may be a secret.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Environment, findContradictions, hasSlack, isWebChatOn } from "./contradictions.ts";
import { findMisnamed } from "./misnamed.ts";
import { Settings } from "./settings.ts";
import { isLoopback, type LogLevel } from "./settings-shapes.ts";

export interface SlackConfig {
  /** Null: every workspace installs the app itself. */
  readonly botToken: string | null;
  /** Null in Socket Mode without HTTP. */
  readonly signingSecret: string | null;
  /** The secret before it, while it is replaced. */
  readonly previousSigningSecret?: string | null;
  /** Socket Mode when it is set. */
  readonly appToken: string | null;
  readonly apiUrl: string;
  /** Set: workspaces install the app themselves. */
  readonly installing?: InstallingConfig | null;
}

export interface InstallingConfig {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Without a slash at its end. */
  readonly publicUrl: string;
  /** `mayCreate`: a first start makes it, because everything is on this machine. */
  readonly keyFile: { readonly file: string; readonly mayCreate: boolean };
}

export interface TeamsConfig {
  /** Null: nobody proves who they are; only for the playground on this machine. */
  readonly credentials: {
    readonly appId: string;
    readonly appPassword: string;
    readonly tenantId: string;
  } | null;
  /** E-mail addresses, in lower case. */
  readonly administrators: readonly string[];
  /** Absent: Microsoft's. */
  readonly endpoints?: TeamsEndpoints;
}

/** Where Microsoft publishes its keys, gives out tokens, and takes messages. */
export interface TeamsEndpoints {
  readonly openIdMetadataUrl: string;
  readonly tokenUrl: string;
  /** Beginnings of the addresses to which messages may be sent. */
  readonly serviceUrls: readonly string[];
}

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Null: the embedded PostgreSQL. */
  readonly databaseUrl: string | null;
  /** Absolute. */
  readonly dataDir: string;
  readonly slack: SlackConfig | null;
  /** Absent or null: no Teams. */
  readonly teams?: TeamsConfig | null;
  readonly webChat: boolean;
  readonly logLevel: LogLevel;
  readonly signingEmailDomains: readonly string[];
  readonly crashAt: string | null;
  readonly complianceToken: string | null;
  /** Absent: the key in the data folder. */
  readonly signingKey?: string | null;
  /** Absent: no proxy in front, people as fast as they like, and an entry for each refusal. */
  readonly edge?: EdgeConfig;
  /** Absent or null: nothing is shipped. */
  readonly splunk?: SplunkConfig | null;
  readonly metrics?: MetricsConfig;
}

export interface SplunkConfig {
  readonly url: string;
  readonly token: string;
}

export interface MetricsConfig {
  /** A listener of its own; null: the service's own. */
  readonly own: { readonly host: string; readonly port: number } | null;
  /** The service's own listener answers this machine; not when it is published. */
  readonly onService: boolean;
}

export interface EdgeConfig {
  /** Our own proxies between the network and this process. */
  readonly proxyHops: number;
  /** Requests of one person; 0: unlimited. */
  readonly perPersonAndMinute: number;
}

/** Source and build have the same depth below the package. */
const packageRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** Four a second for a whole minute: nobody reads that fast. */
const REQUESTS_PER_MINUTE = 240;

/** The configuration, or every sentence that has to be mended first. */
export function readConfig(
  environment: Environment = process.env,
): Config | { readonly problems: readonly string[] } {
  const misnamed = findMisnamed(environment);
  const parsed = Settings.safeParse(environment);
  if (!parsed.success) {
    const problems = new Map<string, string>();
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0]);
      if (!problems.has(name)) problems.set(name, `${name} ${issue.message}.`);
    }
    return { problems: [...problems.values(), ...misnamed] };
  }
  const problems = [...misnamed, ...findContradictions(parsed.data, environment)];
  return problems.length > 0 ? { problems } : assemble(parsed.data);
}

function assemble(values: Settings): Config {
  const dataDir = values.CLEARGATE_DATA_DIR
    ? path.resolve(values.CLEARGATE_DATA_DIR)
    : path.join(packageRoot, ".cleargate");
  return {
    port: values.PORT ?? 3000,
    host: values.HOST ?? "127.0.0.1",
    databaseUrl: values.DATABASE_URL ?? null,
    dataDir,
    slack: hasSlack(values) ? assembleSlack(values, dataDir) : null,
    teams: assembleTeams(values),
    webChat: isWebChatOn(values),
    logLevel: values.LOG_LEVEL ?? "info",
    signingEmailDomains: values.SIGNING_EMAIL_DOMAINS ?? [],
    crashAt: values.CLEARGATE_CRASH_AT ?? null,
    complianceToken: values.COMPLIANCE_TOKEN ?? null,
    signingKey: values.CLEARGATE_SIGNING_KEY ?? null,
    edge: {
      proxyHops: values.TRUSTED_PROXY_HOPS ?? 0,
      perPersonAndMinute: values.REQUESTS_PER_MINUTE ?? REQUESTS_PER_MINUTE,
    },
    splunk: assembleSplunk(values),
    metrics: assembleMetrics(values),
  };
}

function assembleSplunk({ SPLUNK_HEC_URL, SPLUNK_HEC_TOKEN }: Settings): SplunkConfig | null {
  if (!SPLUNK_HEC_URL || !SPLUNK_HEC_TOKEN) return null;
  return { url: SPLUNK_HEC_URL, token: SPLUNK_HEC_TOKEN };
}

/** A proxy on this machine would hand on what comes from elsewhere: with one, metrics need a port of their own. */
function assembleMetrics(values: Settings): MetricsConfig {
  const { METRICS_PORT, METRICS_HOST = "127.0.0.1", PUBLIC_URL, TRUSTED_PROXY_HOPS } = values;
  const isPublished = PUBLIC_URL !== undefined || (TRUSTED_PROXY_HOPS ?? 0) > 0;
  return {
    own: METRICS_PORT === undefined ? null : { host: METRICS_HOST, port: METRICS_PORT },
    onService: METRICS_PORT === undefined && !isPublished && isLoopback(values.HOST ?? "127.0.0.1"),
  };
}

function assembleSlack(values: Settings, dataDir: string): SlackConfig {
  return {
    botToken: values.SLACK_BOT_TOKEN ?? null,
    installing: assembleInstalling(values, dataDir),
    signingSecret: values.SLACK_SIGNING_SECRET ?? null,
    previousSigningSecret: values.SLACK_SIGNING_SECRET_PREVIOUS ?? null,
    appToken: values.SLACK_APP_TOKEN ?? null,
    apiUrl: values.SLACK_API_URL ?? "https://slack.com/api/",
  };
}

function assembleInstalling(values: Settings, dataDir: string): InstallingConfig | null {
  const { SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, PUBLIC_URL } = values;
  if (!SLACK_CLIENT_ID || !SLACK_CLIENT_SECRET || !PUBLIC_URL) return null;
  const given = values.CLEARGATE_ENCRYPTION_KEY_FILE;
  const file = given ? path.resolve(given) : path.join(dataDir, "encryption-keys");
  return {
    clientId: SLACK_CLIENT_ID,
    clientSecret: SLACK_CLIENT_SECRET,
    publicUrl: PUBLIC_URL,
    keyFile: { file, mayCreate: given === undefined },
  };
}

function assembleTeams(values: Settings): TeamsConfig | null {
  const { TEAMS_APP_ID, TEAMS_APP_PASSWORD, TEAMS_TENANT_ID } = values;
  const administrators = values.TEAMS_ADMINISTRATORS ?? [];
  if (values.TEAMS_DEV === "1") return { credentials: null, administrators };
  if (!TEAMS_APP_ID || !TEAMS_APP_PASSWORD || !TEAMS_TENANT_ID) return null;
  return {
    credentials: {
      appId: TEAMS_APP_ID,
      appPassword: TEAMS_APP_PASSWORD,
      tenantId: TEAMS_TENANT_ID,
    },
    administrators,
  };
}
