import { describe, expect, it } from "vitest";
import { parseArguments } from "../../src/cli/arguments.ts";
import { type CliAnswer, type CliApp, runRequest, type Terminal } from "../../src/cli/run.ts";
import type { Refusal } from "../../src/domain/refusal.ts";

const ID = "0d9f6f3e-8a51-4c0e-9a57-3f1f4f6f2a10";

const passed: CliAnswer = {
  outcome: "passed",
  message: { headline: "Compliance gate: PASS. Exit code 0." },
  json: '{"verdict":"pass"}',
};
const blocked: CliAnswer = {
  outcome: "blocked",
  message: { headline: "BLOCKED: hipaa_baa_signed" },
  json: '{"verdict":"blocked"}',
};
const failed: CliAnswer = {
  outcome: "failed",
  message: { headline: "Entry 7 does not fit." },
  json: '{"ok":false,"firstBad":7}',
};

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Use cases that were called, and `close`. */
  readonly calls: readonly unknown[][];
  readonly files: Readonly<Record<string, string>>;
}

/** Runs a line against an application that gives one answer to everything. */
async function run(
  words: string,
  answer: CliAnswer | Refusal = passed,
  token: string | null = null,
): Promise<Ran> {
  const calls: unknown[][] = [];
  const files: Record<string, string> = {};
  let out = "";
  let err = "";
  const call =
    (name: string) =>
    async (wish?: object): Promise<CliAnswer | Refusal> => {
      calls.push(wish === undefined ? [name] : [name, wish]);
      return answer;
    };
  const app: CliApp = {
    create: call("create"),
    propose: call("propose"),
    status: call("status"),
    canAdvance: call("canAdvance"),
    signOff: call("signOff"),
    report: call("report"),
    verify: call("verify"),
    publicKey: call("publicKey"),
    deliverAgain: call("deliverAgain"),
    exportTo: async (request, write) => {
      await write("one ");
      await write("two");
      return await call("exportTo")(request);
    },
    doctor: call("doctor"),
    close: async () => {
      calls.push(["close"]);
    },
  };
  const terminal: Terminal = {
    write: (text) => {
      out += text;
    },
    complain: (text) => {
      err += text;
    },
    version: "1.2.3",
    detect: () => ({ auto: ["HIPAA"], ask: [], flags: [], matches: [] }),
    openApp: async () => app,
    readToken: async () => token,
    wordRefusal: ({ refused }) => ({ headline: `Refused because ${refused}.` }),
    saveFile: (path, work) =>
      work(async (text) => {
        files[path] = `${files[path] ?? ""}${text}`;
      }),
  };
  const request = parseArguments(words.split(" "));
  if ("problem" in request) throw new Error(request.problem);
  return { code: await runRequest(request, terminal), out, err, calls, files };
}

describe("exit codes", () => {
  it.each([
    ["pass", 0, passed],
    ["blocked", 2, blocked],
    ["failed", 1, failed],
    ["a refusal", 1, { refused: "unknown_migration" }],
    ["an unfinished report", 2, { refused: "report_incomplete", unsigned: ["hipaa_baa_signed"] }],
  ] as const)("%s ends with %d", async (_, code, answer) => {
    expect((await run(`--migration-id ${ID} --can-advance --stage 5`, answer)).code).toBe(code);
  });
});

describe("each command reaches its use case, and the application is closed after it", () => {
  it.each([
    ["create --customer Mercy --industry hospital", "create", { customer: "Mercy" }],
    [`--migration-id ${ID} --industry bank`, "propose", { migration: ID, industry: "bank" }],
    [`--migration-id ${ID} --check-status`, "status", { migration: ID }],
    [`--migration-id ${ID} --can-advance --stage 3`, "canAdvance", { migration: ID, stage: 3 }],
    [`report --migration-id ${ID} --draft`, "report", { migration: ID, draft: true }],
    ["verify --replay", "verify", { command: "verify", replay: true, json: false }],
    ["public-key", "publicKey", undefined],
    ["doctor --json", "doctor", undefined],
  ])("%s", async (line, name, wish) => {
    const { calls } = await run(line);

    expect(calls).toEqual([wish ? [name, expect.objectContaining(wish)] : [name], ["close"]]);
  });

  it("detection, help and version open no application", async () => {
    expect(await run("--detect hospital --json")).toEqual({
      code: 0,
      out: '{"auto":["HIPAA"],"ask":[],"flags":[],"matches":[]}\n',
      err: "",
      calls: [],
      files: {},
    });
    expect(await run("--version")).toMatchObject({ code: 0, out: "1.2.3\n", calls: [] });
    expect((await run("help")).out).toContain("Exit codes: 0 pass, 2 blocked");
  });
});

describe("what is printed", () => {
  it("text for people, and exactly the given JSON for programs", async () => {
    const line = `--migration-id ${ID} --can-advance --stage 5`;

    expect((await run(line)).out).toBe("Compliance gate: PASS. Exit code 0.\n");
    expect((await run(`${line} --json`)).out).toBe('{"verdict":"pass"}\n');
  });

  it("a report is JSON without being asked, and nothing but the bytes whose hash was recorded", async () => {
    expect((await run(`report --migration-id ${ID}`)).out).toBe('{"verdict":"pass"}');
  });

  it("a report into a file leaves standard output empty", async () => {
    const { out, err, files } = await run(`report --migration-id ${ID} --output a.json`);

    expect(files).toEqual({ "a.json": '{"verdict":"pass"}' });
    expect([out, err]).toEqual(["", "Written to a.json\n"]);
  });

  it("what an auditor gets goes into its file piece by piece", async () => {
    const { out, files, calls } = await run("export-audit --output=ledger.jsonl");

    expect(files).toEqual({ "ledger.jsonl": "one two" });
    expect(out).toBe("Compliance gate: PASS. Exit code 0.\n");
    expect(calls[0]).toEqual([
      "exportTo",
      { command: "export_audit", organisation: null, output: "ledger.jsonl", json: false },
    ]);
  });

  it("a refusal goes to standard error, and as JSON to standard output", async () => {
    const refusal = { refused: "unknown_migration" } as const;
    const line = `--migration-id ${ID} --check-status`;

    expect(await run(line, refusal)).toMatchObject({
      out: "",
      err: "Refused because unknown_migration.\n",
    });
    expect((await run(`${line} --json`, refusal)).out).toBe('{"refused":"unknown_migration"}\n');
  });
});

describe("signing", () => {
  const line = `--migration-id ${ID} --sign-off --requirement hipaa_baa_signed`;

  it("hands the token over and never prints it", async () => {
    const { calls, out, err } = await run(line, passed, "token-token-token-token");

    expect(calls[0]).toEqual([
      "signOff",
      expect.objectContaining({
        requirement: "hipaa_baa_signed",
        token: "token-token-token-token",
      }),
    ]);
    expect(out + err).not.toContain("token-token");
  });

  it("without a token it is refused before the database is opened", async () => {
    const { code, err, calls } = await run(line);

    expect([code, err, calls]).toEqual([1, "Refused because signing_token_needed.\n", []]);
  });
});
