import { describe, expect, it } from "vitest";
import type { Log } from "../src/app/ports.ts";
import { createLog } from "../src/log.ts";

/** The lines that were written, and the log that writes them. */
function record(level: Parameters<typeof createLog>[0] = "debug"): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { lines, log: createLog(level, { write: (line) => lines.push(line) }) };
}

function lineOf(write: (log: Log) => void): Record<string, unknown> {
  const { log, lines } = record();
  write(log);
  expect(lines).toHaveLength(1);
  return JSON.parse(String(lines[0]));
}

describe("a line", () => {
  it("has time in UTC, level, event, correlation id and provider, and the fields in snake case", () => {
    const line = lineOf((log) =>
      log.info("sign_off_recorded", { correlationId: "c1", provider: "slack", tookMs: 12 }),
    );

    expect(line).toEqual({
      level: "INFO",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      correlation_id: "c1",
      provider: "slack",
      took_ms: 12,
      event_type: "sign_off_recorded",
    });
  });

  it("without an origin is our own", () => {
    expect(lineOf((log) => log.warn("slow"))).toMatchObject({
      level: "WARNING",
      correlation_id: null,
      provider: "cleargate",
    });
  });

  it("below the level is not written", () => {
    const { log, lines } = record("warning");
    log.info("quiet");
    log.error("loud");

    expect(lines.map((line) => JSON.parse(line).event_type)).toEqual(["loud"]);
  });

  it("stays one line whatever is in it, and no field replaces the line's own", () => {
    const { log, lines } = record();
    log.info("odd", { text: 'a\r\n{"level":"ERROR"}', level: "CRITICAL", eventType: "other" });

    expect(lines[0]?.trimEnd()).not.toMatch(/[\r\n]/);
    expect(JSON.parse(String(lines[0]))).toMatchObject({ level: "INFO", event_type: "odd" });
  });

  it("survives what cannot be written down", () => {
    const round: Record<string, unknown> = {};
    round.self = round;

    expect(lineOf((log) => log.info("odd", { round, big: 1n, at: new Date(0) }))).toMatchObject({
      big: "1",
      at: "1970-01-01T00:00:00.000Z",
    });
  });
});

describe("what never gets out", () => {
  it.each([
    ["a bot token", "xoxb-123-abcDEF"],
    ["an app token", "xapp-1-A0-9-abc"],
    ["a webhook address", "https://hooks.slack.com/services/T0/B0/abc"],
    ["a bearer token", "Bearer abcdefgh12345"],
    ["a JSON web token", "eyJhbGciOi.eyJzdWIi.c2ln"],
    ["a cloud key", "AKIAIOSFODNN7EXAMPLE"],
    ["a private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"],
    ["a card number", "4111 1111 1111 1111"],
    ["a card number without spaces", "378282246310005"],
    ["a social security number", "078-05-1120"],
  ])("%s in a field, in a list, in an error, in its cause", (_, secret) => {
    const error = new Error(`before ${secret} after`, { cause: new Error(secret) });
    const { log, lines } = record();
    log.error("failed", { error, text: `is ${secret}.`, list: [{ deep: secret }] });

    expect(lines[0]).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(lines[0]?.match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it("the password of a database address goes, its host stays", () => {
    const line = lineOf((log) => log.info("a", { url: "postgres://app:hunter2@db.internal/x" }));

    expect(line.url).toBe("postgres://app:[redacted]@db.internal/x");
  });

  it("fields with the name of a secret are blanked", () => {
    const line = lineOf((log) => log.info("a", { request: { authorization: "abc", path: "/x" } }));

    expect(line.request).toEqual({ authorization: "[redacted]", path: "/x" });
    expect(lineOf((log) => log.info("a", { signingToken: "abc" }))).toMatchObject({
      signing_token: "[redacted]",
    });
  });

  it("a database error loses the value it quotes and the row it carries", () => {
    const error = Object.assign(new Error('invalid input syntax for type date: "Jane Doe"'), {
      code: "22007",
      detail: "Failing row contains (Jane Doe).",
    });
    const { log, lines } = record();
    log.error("failed", { error });

    expect(lines[0]).toContain("database error 22007");
    expect(lines[0]).not.toContain("Jane");
  });

  it.each([
    "0d9f6f3e-8a51-4c0e-9a57-3f1f4f6f2a10",
    "2026-11-20T23:45:57.000Z",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "+1 313 555 1000",
    "xoxo",
  ])("%s stays readable", (text) => {
    expect(lineOf((log) => log.info("a", { text })).text).toBe(text);
  });
});
