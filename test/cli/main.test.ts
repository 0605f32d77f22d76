import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase } from "../support/database.ts";
import { temporaryFolder } from "../support/folder.ts";
import { keyOf } from "../support/ledger-file.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(os.tmpdir(), "cleargate-cli-"));
const database = await createDatabase();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function launch(words: readonly string[], environment: Record<string, string> = {}): ChildProcess {
  const { DATABASE_URL, COMPLIANCE_TOKEN, ...inherited } = process.env;
  const program = ["src/start.mjs", "src/cli/main.ts", ...words];
  return spawn(process.execPath, program, { cwd: root, env: { ...inherited, ...environment } });
}

/** Runs the command as a shell would, with the test's own database, and reads what it prints. */
async function run(
  words: readonly string[],
  options: { env?: Record<string, string>; input?: string } = {},
): Promise<{ code: number; out: string; err: string }> {
  const child = launch(words, { DATABASE_URL: database.ownerUrl, ...options.env });
  let [out, err] = ["", ""];
  child.stdout?.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    err += chunk;
  });
  child.stdin?.end(options.input ?? "");
  const [code] = await once(child, "close");
  return { code, out, err };
}

/** A database that nobody can reach: what needs none works all the same. */
const nowhere = { DATABASE_URL: "postgres://nobody:none@127.0.0.1:1/none" };

describe("without a database", () => {
  it("detects the verticals of an industry text", async () => {
    const { code, out } = await run(["--detect", "university hospital", "--json"], {
      env: nowhere,
    });
    const { auto, ask, flags, matches } = JSON.parse(out);

    expect(code).toBe(0);
    expect([new Set(auto), ask, flags]).toEqual([
      new Set(["HIPAA", "FERPA"]),
      [],
      ["co_application"],
    ]);
    expect(matches).toContainEqual(
      expect.objectContaining({ vertical: "HIPAA", word: "hospital", why: expect.any(String) }),
    );
  });

  it("prints no colours and the same text whatever the terminal says", async () => {
    const plain = await run(["--detect", "bank"], { env: { ...nowhere, NO_COLOR: "1" } });
    const forced = await run(["--detect", "bank"], { env: { ...nowhere, FORCE_COLOR: "3" } });

    expect(plain.out).toBe(forced.out);
    expect(plain.out).not.toContain("\u001b");
  });

  it.each([
    [["--can-advance", "--stage", "4"], "--can-advance needs --migration-id."],
    [["--frobnicate"], 'There is no flag "--frobnicate".'],
    [["--sign-off", "--signed-by", "me@company.com"], "--signed-by is refused"],
  ])("%j is wrong usage: exit code 64 and a sentence", async (words, says) => {
    const { code, out, err } = await run(words, { env: nowhere });

    expect([code, out]).toEqual([64, ""]);
    expect(err).toContain(says);
  });

  it("a reader that leaves early causes no error", async () => {
    const child = launch(["--help"], nowhere);
    child.stdout?.destroy();
    let err = "";
    child.stderr?.on("data", (chunk) => {
      err += chunk;
    });
    const [code] = await once(child, "close");

    expect([code, err]).toEqual([0, ""]);
  });

  it("a database that does not answer is a sentence and exit code 1", async () => {
    const { code, out, err } = await run(["verify"], { env: nowhere });

    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe("The database does not answer. Try again in a moment.\n");
  });

  it("a wrong setting is a sentence and exit code 1", async () => {
    const { code, err } = await run(["verify"], { env: { PORT: "x" } });

    expect([code, err]).toEqual([1, "PORT is not a port number from 0 to 65535.\n"]);
  });
});

describe("with a database", () => {
  let id = "";
  const about = (...words: string[]) => ["--migration-id", id, ...words];

  beforeAll(async () => {
    const created = await run([
      "create",
      "--customer",
      "Mercy Hospital",
      "--industry",
      "hospital",
      "--json",
    ]);
    expect(created).toMatchObject({ code: 0, err: "" });
    const proposal = JSON.parse(created.out);
    expect(proposal.auto).toEqual(["HIPAA"]);
    id = proposal.migration_id;
  });

  it("a proposal for the migration is printed and confirms nothing", async () => {
    const { code, out } = await run(about("--industry", "bank and hospital"));

    expect(code).toBe(0);
    expect(out).toContain(`Migration: ${id}`);
    expect(out).toContain("A person confirms in chat");
  });

  it("the gate stays closed until a person confirmed: exit code 2 and the remaining work", async () => {
    const text = await run(about("--can-advance", "--stage", "5"));
    const json = await run(about("--can-advance", "--stage", "3", "--json"));

    expect(text.code).toBe(2);
    expect(text.out).toMatch(/^Compliance gate: BLOCKED\. Exit code 2\.\n/);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.out)).toMatchObject({ verdict: "blocked", stage: 3 });
  });

  it("the status lists where the migration stands; as JSON it is the draft report", async () => {
    const text = await run(about("--check-status"));
    const json = await run(about("--check-status", "--json"));
    const draft = await run(["report", "--draft", ...about()]);

    expect([text.code, json.code, draft.code]).toEqual([0, 0, 0]);
    expect(text.out).toContain("Mercy Hospital");
    expect(JSON.parse(json.out)).toEqual(JSON.parse(draft.out));
  });

  it("an unfinished report is refused with the list: exit code 2", async () => {
    const { code, out, err } = await run(["report", ...about()]);

    expect([code, out]).toEqual([2, ""]);
    expect(err).not.toBe("");
  });

  it("a report into a file is whole or absent", async () => {
    const file = path.join(folder, "report.json");
    const { code, out } = await run(["report", "--draft", "--output", file, ...about()]);

    expect([code, out]).toEqual([0, ""]);
    const bytes = readFileSync(file, "utf8");
    expect(JSON.parse(bytes)).toHaveProperty("customer");
    const recorded = await database.asOwner(
      `select 1 from (select entry from ledger_entries union all select entry from ledger_staging) all_of
       where entry like '%ReportExported%' and entry like '%"by":"terminal"%' and entry like $1`,
      [`%"sha256":"${createHash("sha256").update(bytes).digest("hex")}"%`],
    );
    expect(recorded.length).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual(["report.json"]);

    const lost = path.join(folder, "no-such-folder", "report.json");
    const failed = await run(["report", "--draft", "--output", lost, ...about()]);
    expect([failed.code, failed.out]).toEqual([1, ""]);
    expect(failed.err).toBe("The file of --output could not be written (ENOENT).\n");
  });

  it("the ledger is exported where the signing key is, and the verifier takes it", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const env = {
      CLEARGATE_SIGNING_KEY: String(privateKey.export({ type: "pkcs8", format: "pem" })),
      CLEARGATE_DATA_DIR: temporaryFolder(),
    };
    const file = path.join(temporaryFolder(), "ledger.jsonl");
    const words = ["export-audit", "--output", file];
    const without = await run(words, { env: { CLEARGATE_DATA_DIR: temporaryFolder() } });
    expect([without.code, existsSync(file)]).toEqual([1, false]);
    expect(without.err).toContain("the signing key is not here");

    const { code, out } = await run(words, { env });
    expect([code, out]).toEqual([0, expect.stringContaining(`was written to ${file}`)]);
    expect(statSync(file).mode & 0o077).toBe(0);
    const key = keyOf(privateKey).vkey;
    const verifier = ["--import", "tsx", "src/verifier/main.ts", file, "--key", key];
    const { stdout } = await promisify(execFile)(process.execPath, verifier, { cwd: root });
    expect(stdout).toContain("INTACT");
  });

  it("an unknown migration is a refusal: exit code 1", async () => {
    const unknown = "00000000-0000-4000-8000-000000000000";
    const { code, out, err } = await run(["--migration-id", unknown, "--check-status"]);

    expect([code, out]).toEqual([1, ""]);
    expect(err).not.toBe("");
  });

  it("an invented token signs nothing, from the environment or piped in, and is not printed", async () => {
    const words = about("--sign-off", "--requirement", "hipaa_baa_signed");
    const token = "invented-token-invented-token";
    const set = await run(words, { env: { COMPLIANCE_TOKEN: token } });
    const piped = await run(words, { input: `${token}\n` });
    const without = await run(words);

    expect([set.code, piped.code, without.code]).toEqual([1, 1, 1]);
    expect(set.err).toBe(piped.err);
    expect(without.err).not.toBe(set.err);
    expect(set.err + set.out + piped.err + piped.out).not.toContain("invented");
  });

  it("the ledger of every organization is checked", async () => {
    const text = await run(["verify"]);
    const json = await run(["verify", "--json"]);

    expect([text.code, json.code]).toEqual([0, 0]);
    expect(text.out).toContain("The ledger is intact");
    expect(JSON.parse(json.out)).toEqual([expect.objectContaining({ ok: true })]);
  });
});
