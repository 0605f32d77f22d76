/**
 * The only reader of the environment. A wrong or contradictory value is a problem with one sentence; no sentence
 * ever repeats a value, because the value may be a secret.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { isLoopback, type LogLevel, settings } from "./settings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

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

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Null: the embedded PostgreSQL. */
  readonly databaseUrl: string | null;
  /** Absolute. */
  readonly dataDir: string;
  readonly slack: SlackConfig | null;
  readonly webChat: boolean;
  readonly logLevel: LogLevel;
  readonly signingEmailDomains: readonly string[];
  readonly crashAt: string | null;
  readonly complianceToken: string | null;
  /** Absent: the key in the data folder. */
  readonly signingKey?: string | null;
  /** Absent: no proxy in front, and people as fast as they like. */
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

const Settings = z.object(settings);
type Settings = z.output<typeof Settings>;

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

function hasSlack({ SLACK_BOT_TOKEN, SLACK_CLIENT_ID }: Settings): boolean {
  return SLACK_BOT_TOKEN !== undefined || SLACK_CLIENT_ID !== undefined;
}

function isWebChatOn(values: Settings): boolean {
  return values.WEB_CHAT ? values.WEB_CHAT === "on" : !hasSlack(values);
}

function findContradictions(values: Settings, environment: Environment): string[] {
  const problems = findSlackContradictions(values);
  const webChat = isWebChatOn(values);
  if (webChat && !isLoopback(values.HOST ?? "127.0.0.1"))
    problems.push(
      "WEB_CHAT would be reachable from other machines, where anyone could act as anyone: " +
        "set WEB_CHAT=off with Slack, or HOST=127.0.0.1.",
    );
  if (!webChat && !hasSlack(values))
    problems.push("WEB_CHAT is off and SLACK_BOT_TOKEN is absent; nobody could reach Cleargate.");
  if (!values.SPLUNK_HEC_URL !== !values.SPLUNK_HEC_TOKEN)
    problems.push("SPLUNK_HEC_URL and SPLUNK_HEC_TOKEN belong together; set both or neither.");
  if (values.METRICS_HOST && values.METRICS_PORT === undefined)
    problems.push("METRICS_HOST is set without METRICS_PORT; set both or neither.");
  if (values.CLEARGATE_CRASH_AT && !isUnderTest(environment))
    problems.push("CLEARGATE_CRASH_AT is for tests only; remove it.");
  return problems;
}

function findSlackContradictions(values: Settings): string[] {
  if (values.SLACK_SIGNING_SECRET_PREVIOUS && !values.SLACK_SIGNING_SECRET)
    return ["SLACK_SIGNING_SECRET_PREVIOUS needs the present SLACK_SIGNING_SECRET beside it."];
  const { SLACK_SIGNING_SECRET, SLACK_APP_TOKEN, SLACK_API_URL } = values;
  const problems = findInstallingContradictions(values);
  if (hasSlack(values)) {
    const name = values.SLACK_BOT_TOKEN ? "SLACK_BOT_TOKEN" : "SLACK_CLIENT_ID";
    if (!SLACK_SIGNING_SECRET && !SLACK_APP_TOKEN)
      problems.push(
        `${name} needs SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) beside it.`,
      );
    return problems;
  }
  const alone = Object.entries({ SLACK_SIGNING_SECRET, SLACK_APP_TOKEN, SLACK_API_URL })
    .filter(([, value]) => value)
    .map(([name]) => `${name} is set without SLACK_BOT_TOKEN; set both or neither.`);
  return [...problems, ...alone];
}

/** What several workspaces need: the app's own id and secret, a way back for browsers, and keys on every host. */
function findInstallingContradictions(values: Settings): string[] {
  const { SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, SLACK_SIGNING_SECRET } = values;
  const problems: string[] = [];
  if (Boolean(SLACK_CLIENT_ID) !== Boolean(SLACK_CLIENT_SECRET))
    problems.push("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET belong together; set both or neither.");
  if (!SLACK_CLIENT_ID) return problems;
  if (!values.PUBLIC_URL)
    problems.push("SLACK_CLIENT_ID needs PUBLIC_URL beside it: Slack leads browsers back there.");
  if (SLACK_CLIENT_SECRET && SLACK_CLIENT_SECRET === SLACK_SIGNING_SECRET)
    problems.push(
      "SLACK_CLIENT_SECRET and SLACK_SIGNING_SECRET hold the same value; Basic Information shows two.",
    );
  if (values.DATABASE_URL && !values.CLEARGATE_ENCRYPTION_KEY_FILE)
    problems.push(
      "SLACK_CLIENT_ID with DATABASE_URL needs CLEARGATE_ENCRYPTION_KEY_FILE: " +
        "every host decrypts the workspaces' tokens with the same keys.",
    );
  return problems;
}

function isUnderTest(environment: Environment): boolean {
  const { VITEST, NODE_TEST_CONTEXT, CLEARGATE_TEST } = environment;
  return Boolean(VITEST || NODE_TEST_CONTEXT || CLEARGATE_TEST === "1");
}

/** Other people's names for the same thing, too far away to be found by distance. */
const ALIASES: Readonly<Record<string, string>> = {
  SLACK_TOKEN: "SLACK_BOT_TOKEN",
  SLACK_SIGNING_KEY: "SLACK_SIGNING_SECRET",
  SLACK_SECRET: "SLACK_SIGNING_SECRET",
  SLACK_APP_LEVEL_TOKEN: "SLACK_APP_TOKEN",
  SLACK_SOCKET_TOKEN: "SLACK_APP_TOKEN",
  CLEARGATE_DATABASE_URL: "DATABASE_URL",
  CLEARGATE_PORT: "PORT",
  CLEARGATE_HOST: "HOST",
  SPLUNK_URL: "SPLUNK_HEC_URL",
  SPLUNK_TOKEN: "SPLUNK_HEC_TOKEN",
};

/** A name of ours that was mistyped would go unread, so it stops the start. */
function findMisnamed(environment: Environment): string[] {
  const known = Object.keys(settings);
  return Object.keys(environment)
    .filter((name) => /^(SLACK|CLEARGATE|WEB|SIGNING|COMPLIANCE|SPLUNK|METRICS)_/.test(name))
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = ALIASES[name] ?? known.find((other) => isNear(name, other));
      return meant ? [`${name} is not a setting; did you mean ${meant}?`] : [];
    });
}

function isNear(name: string, known: string): boolean {
  return known.length > 7 && editDistance(name, known) <= 3;
}

/** Levenshtein. */
function editDistance(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...left].entries()) {
    const line = [row + 1];
    for (const [column, other] of [...right].entries()) {
      const swap = (above[column] ?? 0) + (letter === other ? 0 : 1);
      line.push(Math.min(swap, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1));
    }
    above = line;
  }
  return above[right.length] ?? 0;
}
