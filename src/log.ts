/** JSON lines for operators. What has the shape of a secret, a card or a social security number never gets out. */
import { type DestinationStream, pino } from "pino";
import type { Log, LogFields } from "./app/ports.ts";

const LEVELS: Readonly<Record<string, string>> = {
  trace: "DEBUG",
  debug: "DEBUG",
  info: "INFO",
  warn: "WARNING",
  error: "ERROR",
  fatal: "CRITICAL",
};

const DEPTH_MAX = 6;
const TEXT_MAX = 2000;

/** Writes events of at least this level to the destination; absent: standard output. */
export function createLog(
  level: "debug" | "info" | "warning" | "error",
  destination?: DestinationStream,
): Log {
  const options = {
    level: level === "warning" ? "warn" : level,
    base: null,
    messageKey: "event_type",
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: LEVELS[label] ?? "INFO" }) },
  };
  const lines = destination ? pino(options, destination) : pino(options);
  return {
    info: (event, fields) => lines.info(present(fields), event),
    warn: (event, fields) => lines.warn(present(fields), event),
    error: (event, fields) => lines.error(present(fields), event),
  };
}

/** Every line has a correlation id and a provider, even when they are null. */
function present({ correlationId, provider, ...rest }: LogFields = {}): object {
  const fields = Object.entries(cleanseFields(rest, 0))
    .map(([name, value]) => [snakeCase(name), value] as const)
    .filter(([name]) => !OWN_NAMES.has(name));
  return {
    correlation_id: correlationId ?? null,
    provider: provider ?? "cleargate",
    ...Object.fromEntries(fields),
  };
}

/** A field cannot pass itself off as the line's own. */
const OWN_NAMES = new Set(["level", "timestamp", "event_type", "correlation_id"]);

const snakeCase = (name: string) => name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();

function cleanse(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  if (depth >= DEPTH_MAX) return "[too deep]";
  if (value instanceof Error) return cleanseError(value, depth);
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => cleanse(item, depth + 1));
  return cleanseFields(value, depth);
}

function cleanseFields(fields: object, depth: number): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      SECRET_NAME.test(name) ? "[redacted]" : cleanse(value, depth + 1),
    ]),
  );
}

const SECRET_NAME = /pass(word|phrase)?$|secret|token|authorization|cookie|api_?key|private/i;

/**
 * What an operator needs of an error. A database error quotes the offending value in its message and carries the
 * row in `detail`, so of those only the code and the frames are kept.
 */
function cleanseError(error: Error, depth: number): object {
  const code = "code" in error ? String(error.code).slice(0, 60) : undefined;
  const isSql = code !== undefined && /^[0-9A-Z]{5}$/.test(code);
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    message: isSql ? `database error ${code}` : redact(error.message),
    stack: frames.slice(0, 12).map((frame) => frame.trim()),
    ...(error.cause === undefined ? {} : { cause: cleanse(error.cause, depth + 1) }),
  };
}

const SECRETS: readonly RegExp[] = [
  /xox[a-z]-[\w-]+/gi,
  /xapp-[\w-]+/gi,
  /\bhttps:\/\/hooks\.slack\.com\/[^\s"']+/gi,
  /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi,
  /\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g,
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bgh[opsu]_\w{20,}|\bgithub_pat_\w{20,}|\bsk-[\w-]{20,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*-----|$)/g,
  /(?<=[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@]{0,200}:)[^\s@]{1,500}(?=@)/gi,
  /(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])/g,
  /(?<![\d.-])(?:\d[ -]?){12,18}\d(?!-?\d|\.\d)/g,
];

function redact(text: string): string {
  const clean = SECRETS.reduce((rest, shape) => rest.replaceAll(shape, "[redacted]"), text);
  return clean.length > TEXT_MAX ? `${clean.slice(0, TEXT_MAX)}...` : clean;
}
