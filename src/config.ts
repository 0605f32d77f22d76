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
  readonly botToken: string;
  /** Null in Socket Mode without HTTP. */
  readonly signingSecret: string | null;
  /** Socket Mode when it is set. */
  readonly appToken: string | null;
  readonly apiUrl: string;
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
}

/** Source and build have the same depth below the package. */
const packageRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

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
  const slack = values.SLACK_BOT_TOKEN
    ? {
        botToken: values.SLACK_BOT_TOKEN,
        signingSecret: values.SLACK_SIGNING_SECRET ?? null,
        appToken: values.SLACK_APP_TOKEN ?? null,
        apiUrl: values.SLACK_API_URL ?? "https://slack.com/api/",
      }
    : null;
  return {
    port: values.PORT ?? 3000,
    host: values.HOST ?? "127.0.0.1",
    databaseUrl: values.DATABASE_URL ?? null,
    dataDir: values.CLEARGATE_DATA_DIR
      ? path.resolve(values.CLEARGATE_DATA_DIR)
      : path.join(packageRoot, ".cleargate"),
    slack,
    webChat: isWebChatOn(values),
    logLevel: values.LOG_LEVEL ?? "info",
    signingEmailDomains: values.SIGNING_EMAIL_DOMAINS ?? [],
    crashAt: values.CLEARGATE_CRASH_AT ?? null,
    complianceToken: values.COMPLIANCE_TOKEN ?? null,
  };
}

function isWebChatOn(values: Settings): boolean {
  return values.WEB_CHAT ? values.WEB_CHAT === "on" : values.SLACK_BOT_TOKEN === undefined;
}

function findContradictions(values: Settings, environment: Environment): string[] {
  const problems = findSlackContradictions(values);
  const webChat = isWebChatOn(values);
  if (webChat && !isLoopback(values.HOST ?? "127.0.0.1"))
    problems.push(
      "WEB_CHAT would be reachable from other machines, where anyone could act as anyone: " +
        "set WEB_CHAT=off with Slack, or HOST=127.0.0.1.",
    );
  if (!webChat && !values.SLACK_BOT_TOKEN)
    problems.push("WEB_CHAT is off and SLACK_BOT_TOKEN is absent; nobody could reach Cleargate.");
  if (values.CLEARGATE_CRASH_AT && !isUnderTest(environment))
    problems.push("CLEARGATE_CRASH_AT is for tests only; remove it.");
  return problems;
}

function findSlackContradictions(values: Settings): string[] {
  const { SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, SLACK_APP_TOKEN, SLACK_API_URL } = values;
  if (SLACK_BOT_TOKEN)
    return SLACK_SIGNING_SECRET || SLACK_APP_TOKEN
      ? []
      : [
          "SLACK_BOT_TOKEN needs SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) beside it.",
        ];
  return Object.entries({ SLACK_SIGNING_SECRET, SLACK_APP_TOKEN, SLACK_API_URL })
    .filter(([, value]) => value)
    .map(([name]) => `${name} is set without SLACK_BOT_TOKEN; set both or neither.`);
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
};

/** A name of ours that was mistyped would go unread, so it stops the start. */
function findMisnamed(environment: Environment): string[] {
  const known = Object.keys(settings);
  return Object.keys(environment)
    .filter((name) => /^(SLACK|CLEARGATE|WEB|SIGNING|COMPLIANCE)_/.test(name))
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
