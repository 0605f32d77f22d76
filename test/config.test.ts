import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type Config, readConfig } from "../src/config.ts";
import { renderEnvExample } from "./support/generate.ts";

const TOKEN = "xoxb-1234567890-AbCdEfGhIjKl";
const APP_TOKEN = "xapp-1-A012345-678901-abcdef0123";
const SECRET = "0123456789abcdef0123456789abcdef";
const SLACK = { SLACK_BOT_TOKEN: TOKEN, SLACK_SIGNING_SECRET: SECRET };

function accept(environment: Record<string, string>): Config {
  const config = readConfig(environment);
  if ("problems" in config) throw new Error(config.problems.join(" "));
  return config;
}

function refuse(environment: Record<string, string>): readonly string[] {
  const config = readConfig(environment);
  return "problems" in config ? config.problems : [];
}

describe("what is read", () => {
  it("an empty environment gives the local set-up: embedded database, web chat, this machine only", () => {
    const config = accept({});

    expect(config).toMatchObject({
      port: 3000,
      host: "127.0.0.1",
      databaseUrl: null,
      slack: null,
      webChat: true,
      logLevel: "info",
      signingEmailDomains: [],
      crashAt: null,
      complianceToken: null,
      edge: { proxyHops: 0, perPersonAndMinute: 240 },
    });
    expect(config.dataDir).toBe(path.resolve(import.meta.dirname, "../.cleargate"));
  });

  it("Slack settings switch the web chat off unless it is asked for", () => {
    expect(accept(SLACK).webChat).toBe(false);
    expect(accept({ ...SLACK, WEB_CHAT: "on" }).webChat).toBe(true);
  });

  it("an app-level token alone is enough beside the bot token: Socket Mode", () => {
    const config = accept({ SLACK_BOT_TOKEN: TOKEN, SLACK_APP_TOKEN: APP_TOKEN });

    expect(config.slack).toEqual({
      installing: null,
      botToken: TOKEN,
      signingSecret: null,
      previousSigningSecret: null,
      appToken: APP_TOKEN,
      apiUrl: "https://slack.com/api/",
    });
  });

  it("values are given the form the program uses", () => {
    const config = accept({
      ...SLACK,
      PORT: "0",
      HOST: "::1",
      LOG_LEVEL: "WARN",
      SIGNING_EMAIL_DOMAINS: "Company.com, sub.company.co.uk",
      SLACK_API_URL: "http://127.0.0.1:4010/api",
      CLEARGATE_DATA_DIR: "some/where",
      DATABASE_URL: "postgresql://app:s3cret@db.internal/cleargate",
    });

    expect(config.port).toBe(0);
    expect(config.logLevel).toBe("warning");
    expect(config.signingEmailDomains).toEqual(["company.com", "sub.company.co.uk"]);
    expect(config.slack?.apiUrl).toBe("http://127.0.0.1:4010/api/");
    expect(config.dataDir).toBe(path.resolve("some/where"));
  });

  it("Splunk's address is kept without the collector's path, and nothing is shipped without it", () => {
    const SPLUNK_HEC_TOKEN = "0f6c1a52-7d1e-4b0a-9d53-2f1f4f6f2a10";
    const address = "https://splunk.internal:8088/services/collector/event";

    expect(accept({}).splunk).toBeNull();
    expect(accept({ SPLUNK_HEC_URL: address, SPLUNK_HEC_TOKEN }).splunk).toEqual({
      url: "https://splunk.internal:8088",
      token: SPLUNK_HEC_TOKEN,
    });
  });

  it.each<[string, Record<string, string>, object]>([
    ["by default this machine may ask on the service's port", {}, { own: null, onService: true }],
    [
      "a port of its own takes them off the service's",
      { METRICS_PORT: "9464" },
      { own: { host: "127.0.0.1", port: 9464 }, onService: false },
    ],
    [
      "another machine's scraper is let in on purpose",
      { METRICS_PORT: "9464", METRICS_HOST: "0.0.0.0" },
      { own: { host: "0.0.0.0", port: 9464 }, onService: false },
    ],
    ["nobody may behind a proxy", { TRUSTED_PROXY_HOPS: "1" }, { own: null, onService: false }],
    [
      "nobody may when the service is reachable from other machines",
      { ...SLACK, HOST: "0.0.0.0" },
      { own: null, onService: false },
    ],
  ])("the figures: %s", (_, environment, metrics) => {
    expect(accept(environment).metrics).toEqual(metrics);
  });

  it("a random token that happens to spell a word of an example is no example", () => {
    expect(refuse({ ...SLACK, SLACK_BOT_TOKEN: "xoxb-12345-yourMyExampleAbc" })).toEqual([]);
  });

  it("names of other programs are left alone", () => {
    expect(refuse({ SLACK_TEAM_NAME: "x", SLACK_TEAM: "x", WEB_CONCURRENCY: "2" })).toEqual([]);
  });
});

describe("one sentence for each problem", () => {
  it.each([
    // One wrong value.
    ["PORT", { PORT: "80a" }, "is not a port number from 0 to 65535."],
    ["PORT", { PORT: "65536" }, "is not a port number from 0 to 65535."],
    ["PORT", { PORT: "-1" }, "is not a port number from 0 to 65535."],
    ["PORT", { PORT: "" }, "is set but empty; give it a value or remove it."],
    ["HOST", { HOST: "http://localhost" }, "is not a host name or an address"],
    ["DATABASE_URL", { DATABASE_URL: "mysql://a@b/c" }, "is not of the form postgres://"],
    ["DATABASE_URL", { DATABASE_URL: "db.internal" }, "is not of the form postgres://"],
    ["DATABASE_URL", { DATABASE_URL: "postgres://a:b@c" }, "names no database after the host."],
    ["DATABASE_URL", { DATABASE_URL: "postgres://user:password@c/d" }, "still holds an example"],
    ["WEB_CHAT", { WEB_CHAT: "yes" }, "is not on or off."],
    ["LOG_LEVEL", { LOG_LEVEL: "loud" }, "is not one of debug, info, warning, error."],
    ["SIGNING_EMAIL_DOMAINS", { SIGNING_EMAIL_DOMAINS: "@company.com" }, "(no @, no *)."],
    ["SIGNING_EMAIL_DOMAINS", { SIGNING_EMAIL_DOMAINS: "*.company.com" }, "(no @, no *)."],
    ["SIGNING_EMAIL_DOMAINS", { SIGNING_EMAIL_DOMAINS: "company.com," }, "(no @, no *)."],
    ["SLACK_API_URL", { ...SLACK, SLACK_API_URL: "http://slack.com/api" }, "is not an https"],
    ["SLACK_API_URL", { ...SLACK, SLACK_API_URL: "https://me@proxy.com" }, "without a user name"],
    ["COMPLIANCE_TOKEN", { COMPLIANCE_TOKEN: "half of it" }, "is not a signing token"],
    ["CLEARGATE_SIGNING_KEY", { CLEARGATE_SIGNING_KEY: "secret" }, "is not an Ed25519 private key"],
    ["CLEARGATE_SIGNING_KEY", { CLEARGATE_SIGNING_KEY: " " }, "is set but empty"],
    ["SPLUNK_HEC_URL", { SPLUNK_HEC_URL: "http://splunk.internal:8088" }, "is not an https"],
    ["SPLUNK_HEC_URL", { SPLUNK_HEC_URL: "https://splunk.internal/search" }, "is not an https"],
    ["SPLUNK_HEC_TOKEN", { SPLUNK_HEC_TOKEN: "short" }, "is not a token of the HTTP Event"],
    ["SPLUNK_HEC_TOKEN", { SPLUNK_HEC_TOKEN: "your-hec-token-here" }, "still holds an example"],
    ["METRICS_PORT", { METRICS_PORT: "70000" }, "is not a port number"],
    // Secrets that are not there, not whole, or not real.
    ["SLACK_SIGNING_SECRET", { ...SLACK, SLACK_SIGNING_SECRET: "" }, "is set but empty"],
    ["SLACK_SIGNING_SECRET", { ...SLACK, SLACK_SIGNING_SECRET: "   " }, "holds only spaces."],
    ["SLACK_SIGNING_SECRET", { ...SLACK, SLACK_SIGNING_SECRET: ` ${SECRET}` }, "ends with a space"],
    ["SLACK_SIGNING_SECRET", { ...SLACK, SLACK_SIGNING_SECRET: `${SECRET}\r\n` }, "a line break"],
    ["SLACK_SIGNING_SECRET", { ...SLACK, SLACK_SIGNING_SECRET: `"${SECRET}"` }, "quotation marks"],
    ["SLACK_SIGNING_SECRET", { ...SLACK, SLACK_SIGNING_SECRET: SECRET.slice(1) }, "32 hex"],
    ["SLACK_SIGNING_SECRET", { ...SLACK, SLACK_SIGNING_SECRET: "0".repeat(32) }, "an example"],
    ["SLACK_BOT_TOKEN", { ...SLACK, SLACK_BOT_TOKEN: "xoxb-your-token" }, "still holds an example"],
    ["SLACK_BOT_TOKEN", { ...SLACK, SLACK_BOT_TOKEN: "xoxb-xxxxxxxxxxxx" }, "an example"],
    ["SLACK_BOT_TOKEN", { ...SLACK, SLACK_BOT_TOKEN: "xoxb-1" }, "is not a bot token (xoxb-)."],
    // Swapped.
    [
      "SLACK_SIGNING_SECRET",
      { ...SLACK, SLACK_SIGNING_SECRET: TOKEN },
      "holds a bot token (xoxb-)",
    ],
    ["SLACK_BOT_TOKEN", { ...SLACK, SLACK_BOT_TOKEN: SECRET }, "holds what looks like a signing"],
    ["SLACK_BOT_TOKEN", { ...SLACK, SLACK_BOT_TOKEN: APP_TOKEN }, "holds an app-level token"],
    ["SLACK_BOT_TOKEN", { ...SLACK, SLACK_BOT_TOKEN: "xoxp-12345678901" }, "holds a user token"],
    ["SLACK_APP_TOKEN", { ...SLACK, SLACK_APP_TOKEN: TOKEN }, "holds a bot token"],
    // Contradictions.
    ["SLACK_SIGNING_SECRET", { SLACK_SIGNING_SECRET: SECRET }, "is set without SLACK_BOT_TOKEN"],
    ["SLACK_APP_TOKEN", { SLACK_APP_TOKEN: APP_TOKEN }, "is set without SLACK_BOT_TOKEN"],
    ["SLACK_API_URL", { SLACK_API_URL: "https://a.com" }, "is set without SLACK_BOT_TOKEN"],
    ["SLACK_BOT_TOKEN", { SLACK_BOT_TOKEN: TOKEN }, "needs SLACK_APP_TOKEN (Socket Mode) or"],
    ["SPLUNK_HEC_URL", { SPLUNK_HEC_URL: "https://splunk.internal" }, "belong together"],
    ["SPLUNK_HEC_URL", { SPLUNK_HEC_TOKEN: SECRET }, "belong together"],
    ["METRICS_HOST", { METRICS_HOST: "0.0.0.0" }, "is set without METRICS_PORT"],
    ["WEB_CHAT", { HOST: "0.0.0.0" }, "would be reachable from other machines"],
    ["WEB_CHAT", { ...SLACK, HOST: "10.0.0.5", WEB_CHAT: "on" }, "reachable from other machines"],
    ["WEB_CHAT", { WEB_CHAT: "off" }, "nobody could reach Cleargate."],
    [
      "CLEARGATE_CRASH_AT",
      { CLEARGATE_CRASH_AT: "after_commit_before_reply" },
      "is for tests only",
    ],
    // Names that would go unread.
    ["SLACK_SIGNING_SECRETS", { SLACK_SIGNING_SECRETS: "x" }, "did you mean SLACK_SIGNING_SECRET?"],
    ["SLACK_TOKEN", { SLACK_TOKEN: "x" }, "did you mean SLACK_BOT_TOKEN?"],
    ["CLEARGATE_DATADIR", { CLEARGATE_DATADIR: "x" }, "did you mean CLEARGATE_DATA_DIR?"],
    ["SIGNING_EMAIL_DOMAIN", { SIGNING_EMAIL_DOMAIN: "x" }, "did you mean SIGNING_EMAIL_DOMAINS?"],
  ])("%s of %j", (name, environment, says) => {
    const problems = refuse(environment);

    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} .*[.?]$`));
    expect(problems[0]).toContain(says);
  });

  it("several problems are told at once", () => {
    const problems = refuse({ PORT: "x", LOG_LEVEL: "x", SLACK_BOT_TOKN: "x" });

    expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
      "PORT",
      "LOG_LEVEL",
      "SLACK_BOT_TOKN",
    ]);
  });

  it("no sentence repeats a value", () => {
    const secrets = {
      SLACK_BOT_TOKEN: SECRET,
      SLACK_SIGNING_SECRET: TOKEN,
      DATABASE_URL: "hunter2",
    };

    expect(refuse(secrets)).toHaveLength(3);
    expect(refuse(secrets).join()).not.toMatch(/hunter2|0123456789|AbCdEf/);
  });

  it("a crash point is read under a test", () => {
    expect(
      accept({ CLEARGATE_CRASH_AT: "after_commit_before_reply", CLEARGATE_TEST: "1" }).crashAt,
    ).toBe("after_commit_before_reply");
  });
});

describe(".env.example", () => {
  it("is what `npm run generate` makes of the settings", () => {
    const committed = readFileSync(path.resolve(import.meta.dirname, "../.env.example"), "utf8");

    expect(committed).toBe(renderEnvExample());
  });

  it("shows no secret that the program would accept", () => {
    const examples = renderEnvExample().matchAll(/^# (SLACK_[A-Z]*(?:TOKEN|SECRET))=(.*)$/gm);

    for (const [, name, value] of examples)
      expect(refuse({ ...SLACK, [String(name)]: String(value) })).toHaveLength(1);
  });
});

describe("several workspaces", () => {
  const INSTALLING = {
    SLACK_SIGNING_SECRET: SECRET,
    SLACK_CLIENT_ID: "1234567890.9876543210",
    SLACK_CLIENT_SECRET: "f".repeat(31).concat("0"),
    PUBLIC_URL: "https://cleargate.company.com/",
  };
  const DATABASE_URL = "postgres://app:hunter2@db:5432/cleargate";
  const KEYS = { CLEARGATE_ENCRYPTION_KEY_FILE: "/etc/cleargate/keys" };

  it("need no bot token, and keep their keys beside the embedded database", () => {
    const config = accept({ ...INSTALLING, CLEARGATE_DATA_DIR: "/data" });

    expect(config.webChat).toBe(false);
    expect(config.slack).toMatchObject({
      botToken: null,
      installing: {
        clientId: INSTALLING.SLACK_CLIENT_ID,
        clientSecret: INSTALLING.SLACK_CLIENT_SECRET,
        publicUrl: "https://cleargate.company.com",
        keyFile: { file: "/data/encryption-keys", mayCreate: true },
      },
    });
  });

  it("stand beside a bot token; a key file that was named is never made", () => {
    const config = accept({ ...SLACK, ...INSTALLING, ...KEYS, DATABASE_URL });

    expect(config.slack).toMatchObject({
      botToken: TOKEN,
      installing: { keyFile: { file: "/etc/cleargate/keys", mayCreate: false } },
    });
  });

  it.each<[string, Record<string, string>, string]>([
    ["SLACK_CLIENT_ID", { SLACK_CLIENT_ID: "1.2" }, "is not a client id"],
    ["SLACK_CLIENT_ID", { SLACK_CLIENT_ID: "" }, "is set but empty"],
    ["SLACK_CLIENT_SECRET", { SLACK_CLIENT_SECRET: TOKEN }, "holds a bot token"],
    ["SLACK_CLIENT_SECRET", { SLACK_CLIENT_SECRET: `${SECRET}\r` }, "contains a line break"],
    ["SLACK_CLIENT_SECRET", { SLACK_CLIENT_SECRET: SECRET }, "hold the same value"],
    ["PUBLIC_URL", { PUBLIC_URL: "http://cleargate.company.com" }, "is not an https address"],
    ["PUBLIC_URL", { PUBLIC_URL: "https://cleargate.company.com/app" }, "without a path"],
    ["PUBLIC_URL", { PUBLIC_URL: "https://me:pw@company.com" }, "is not an https address"],
    ["PUBLIC_URL", { PUBLIC_URL: "https://company.com/?a=1" }, "is not an https address"],
    ["PUBLIC_URL", { PUBLIC_URL: "cleargate.company.com" }, "is not an https address"],
    ["CLEARGATE_ENCRYPTION_KEY_FILE", { DATABASE_URL }, "every host decrypts"],
    ["CLEARGATE_ENCRYPTION_KEY_FILE", { CLEARGATE_ENCRYPTION_KEY_FILE: " " }, "holds only spaces"],
  ])("%s of %j is refused", (name, also, says) => {
    const problems = refuse({ ...INSTALLING, ...also });

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(name);
    expect(problems[0]).toContain(says);
  });

  it.each([
    ["SLACK_CLIENT_ID", "belong together"],
    ["SLACK_CLIENT_SECRET", "belong together"],
    ["PUBLIC_URL", "SLACK_CLIENT_ID needs PUBLIC_URL beside it"],
    ["SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID needs SLACK_APP_TOKEN (Socket Mode) or"],
  ])("are refused without %s", (name, says) => {
    const rest = Object.fromEntries(Object.entries(INSTALLING).filter(([key]) => key !== name));

    expect(refuse(rest).join("\n")).toContain(says);
  });

  it("may lead to this machine over http, to try it out", () => {
    const config = accept({ ...INSTALLING, PUBLIC_URL: "http://127.0.0.1:3000" });

    expect(config.slack?.installing?.publicUrl).toBe("http://127.0.0.1:3000");
  });
});
