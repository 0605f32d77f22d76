import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCliApp } from "../../src/cli/app.ts";
import { parseArguments } from "../../src/cli/arguments.ts";
import { runRequest, type Terminal } from "../../src/cli/run.ts";
import { sha256 } from "../../src/domain/audit/canonical.ts";
import { refusalMessage } from "../../src/messages/refusal.ts";
import { HIPAA_WAYS } from "../scenarios/clear-requirement.ts";
import { confirm, LOGGING, openClinic, requested, start } from "../scenarios/openings.ts";
import type { Role } from "../scenarios/talker.ts";
import { openWebStage, type WebStage } from "../scenarios/web-stage.ts";
import { createDatabase } from "../support/database.ts";

const database = await createDatabase();
const NAME = LOGGING.requirement;
const MINUTE = 60_000;
let stage: WebStage;
let shop: string;
let clinic: string;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A process of its own, as a shell starts it, on the server's database. */
async function run(words: readonly string[], token?: string): Promise<Ran> {
  const root = path.resolve(import.meta.dirname, "../..");
  const { DATABASE_URL, COMPLIANCE_TOKEN, ...inherited } = process.env;
  const child = spawn(process.execPath, ["src/start.mjs", "src/cli/main.ts", ...words], {
    cwd: root,
    env: {
      ...inherited,
      DATABASE_URL: database.ownerUrl,
      ...(token === undefined ? {} : { COMPLIANCE_TOKEN: token }),
    },
  });
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    said.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said.err += chunk;
  });
  child.stdin.end();
  const [code] = await once(child, "close");
  return { code, ...said };
}

/** The same command line within this process, where the clock can be moved. */
async function runHere(
  words: readonly string[],
  options: { readonly token?: string; readonly laterMs?: number } = {},
): Promise<Ran> {
  const said = { out: "", err: "" };
  const { deps } = stage.running.core;
  const clock = () => new Date(Date.now() + (options.laterMs ?? 0));
  const terminal: Terminal = {
    write: (text) => {
      said.out += text;
    },
    complain: (text) => {
      said.err += text;
    },
    version: "0",
    detect: () => ({ auto: [], ask: [], flags: [], matches: [] }),
    openApp: async () =>
      createCliApp({
        deps: { ...deps, clock },
        exports: stage.running.core.store.exports,
        findHome: async () => ({ surface: "web", workspaceRef: "local" }),
        timeZone: "UTC",
        close: async () => undefined,
      }),
    readToken: async () => options.token ?? null,
    wordRefusal: refusalMessage,
    saveFile: (_, work) => work(async () => undefined),
  };
  const request = parseArguments(words);
  if ("problem" in request) throw new Error(request.problem);
  return { code: await runRequest(request, terminal), ...said };
}

async function idOf(customer: string): Promise<string> {
  const rows = await database.asOwner("select id from migrations where customer = $1", [customer]);
  return String(rows[0]?.id);
}

/** Opens the ceremony in chat and chooses to sign in the terminal. */
async function takeToken(role: Role): Promise<string> {
  const signer = stage.as(role);
  await signer.command(`/compliance sign ${NAME}`);
  await signer.press("Sign in the terminal");
  const screen = await signer.screen();
  const [token] = /(?<![\w-])[\w-]{43}(?![\w-])/.exec(screen) ?? [];
  if (token === undefined) throw new Error(`no token on the screen:\n${screen}`);
  return token;
}

async function tokenFor(channel: string): Promise<{ readonly id: string; readonly token: string }> {
  await requested(stage, channel);
  return { token: await takeToken("compliance"), id: await idOf(`Clinic ${channel}`) };
}

const signing = (id: string, requirement = NAME): readonly string[] => [
  ...["--migration-id", id],
  ...["--sign-off", "--requirement", requirement],
];

async function signersOf(id: string): Promise<readonly unknown[]> {
  const rows = await database.asOwner(
    "select by_email as email from sign_offs where migration_id = $1 and requirement = $2",
    [id, NAME],
  );
  return rows.map(({ email }) => email);
}

beforeAll(async () => {
  stage = await openWebStage(database.ownerUrl);
  await openClinic(stage, "asked");
  clinic = await idOf("Clinic asked");
  await stage.enter("shop");
  await start(stage.as("engineer"), { customer: "Corner Shop", industry: "retail" });
  await confirm(stage, { verticals: ["none"] });
  shop = await idOf("Corner Shop");
});
afterAll(async () => {
  await stage.stop();
});

describe("the gates", () => {
  const gate = (id: string, number: 3 | 5, ...more: readonly string[]) => [
    ...["--migration-id", id, "--can-advance"],
    ...["--stage", String(number), ...more],
  ];

  it("a gate that people opened in chat passes in another process: the exact line and exit code 0", async () => {
    const { code, out, err } = await run(gate(shop, 5));

    expect([code, err]).toEqual([0, ""]);
    expect(out.split("\n")[0]).toBe("Compliance gate: PASS. Exit code 0.");
    expect(out).toContain("TLS/SRTP encryption and E911");
  });

  it("a closed one names every unsatisfied requirement: exit code 2", async () => {
    const { code, out } = await run(gate(clinic, 5));

    expect(code).toBe(2);
    expect(out.split("\n")[0]).toBe("Compliance gate: BLOCKED. Exit code 2.");
    for (const { requirement } of HIPAA_WAYS) expect(out).toContain(requirement);
    expect(out).toContain("Exit code 2 is not an error");
    expect(out).not.toContain("vertical_confirmed");
  });

  it("gate 3 names only what belongs to stage 3", async () => {
    const { code, out } = await runHere(gate(clinic, 3));

    expect(code).toBe(2);
    const named = HIPAA_WAYS.filter(({ requirement }) => out.includes(requirement));
    expect(named.map(({ requirement }) => requirement)).toEqual(["hipaa_phi_inventory_partial"]);
  });

  it.each([
    [3, 0],
    [5, 0],
  ] as const)("as JSON gate %i of the passed migration ends with %i", async (number, code) => {
    const ran = await runHere(gate(shop, number, "--json"));

    expect(ran.code).toBe(code);
    expect(JSON.parse(ran.out)).toMatchObject({ verdict: "pass", stage: number, noVertical: true });
  });
});

describe("the status", () => {
  it("as JSON is the draft report to the byte, and words name each requirement as pending or signed", async () => {
    const json = await runHere(["--migration-id", clinic, "--check-status", "--json"]);
    const draft = await runHere(["report", "--migration-id", clinic, "--draft"]);
    const words = await runHere(["--migration-id", clinic, "--check-status"]);

    expect([json.code, draft.code, words.code]).toEqual([0, 0, 0]);
    expect(json.out).toBe(draft.out);
    for (const { requirement } of HIPAA_WAYS)
      expect(words.out).toMatch(new RegExp(`${requirement}.*pending`));
    expect(words.out).toMatch(/vertical_confirmed.*signed/);
    expect(words.out).toContain("This is your compliance dashboard.");
  });

  it("a report of a finished migration needs no draft: exit code 0 and one line of JSON", async () => {
    const { code, out } = await runHere(["report", "--migration-id", shop]);

    // Not even a line break follows: the ledger has the hash of these bytes.
    expect([code, out.split("\n").length]).toEqual([0, 1]);
    expect(JSON.parse(out)).toMatchObject({ customer: "Corner Shop", gate: { verdict: "pass" } });
  });
});

describe("signing with a token from the ceremony in chat", () => {
  it("signs as the person who got it, in another process, once", async () => {
    const { id, token } = await tokenFor("terminal");
    const signed = await run(signing(id), token);
    const again = await run(signing(id), token);

    expect(signed).toMatchObject({ code: 0, err: "" });
    expect(signed.out).toMatch(
      /^Signed off: audit_logging_enabled by \S+@\S+ at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\n$/,
    );
    const [email, ...others] = await signersOf(id);
    expect(signed.out).toContain(` by ${String(email)} at `);
    expect(others).toEqual([]);
    expect([again.code, again.out]).toEqual([1, ""]);
    expect(again.err).toMatch(/token/i);
    await stage.as("engineer").sees(/Your request for [^\n]*Clinic terminal[^\n]*signed/);
  });

  it("is kept nowhere but as a hash", async () => {
    const { token } = await tokenFor("kept");
    const tables = await database.asOwner(
      `select table_name as name from information_schema.tables
       where table_schema = 'cleargate' and table_type = 'BASE TABLE'`,
    );

    const whereIs = async (text: string): Promise<readonly unknown[]> => {
      const found: unknown[] = [];
      for (const { name } of tables) {
        const sql = `select 1 from "${name}" t where t::text like '%' || $1 || '%' limit 1`;
        if ((await database.asOwner(sql, [text])).length > 0) found.push(name);
      }
      return found;
    };

    expect(await whereIs(token)).toEqual([]);
    expect(await whereIs(sha256(token))).toContain("signing_tokens");
  });

  it("two terminals at once sign once", async () => {
    const { id, token } = await tokenFor("raced");
    const both = await Promise.all([1, 2].map(() => runHere(signing(id), { token })));

    expect(both.map(({ code }) => code).toSorted()).toEqual([0, 1]);
    expect(await signersOf(id)).toHaveLength(1);
  });

  it("signs no other requirement and no other migration, and is not spent by trying", async () => {
    const { id, token } = await tokenFor("elsewhere");
    const other = await runHere(signing(id, "encryption_verified"), { token });
    const foreign = await runHere(signing(clinic), { token });

    expect([other.code, foreign.code]).toEqual([1, 1]);
    expect(other.err).toBe(foreign.err);
    expect(await signersOf(id)).toEqual([]);
    expect((await runHere(signing(id), { token })).code).toBe(0);
  });

  it("signs for ten minutes and not a moment longer", async () => {
    const { id, token } = await tokenFor("expired");
    const late = await runHere(signing(id), { token, laterMs: 10 * MINUTE + 1000 });

    expect(late.code).toBe(1);
    expect(await signersOf(id)).toEqual([]);
    const setBack = await runHere(signing(id), { token, laterMs: -60 * MINUTE });
    expect(setBack.code).toBe(1);
    expect(await signersOf(id)).toEqual([]);
    const inTime = await runHere(signing(id), { token, laterMs: 9 * MINUTE });
    expect(inTime.code).toBe(0);
  });

  it("does not sign what changed since", async () => {
    const { id, token } = await tokenFor("changed");
    await stage.as("engineer").command(`/compliance answer ${NAME}`);
    await stage.as("engineer").submit({ cdr_retention_months: "84" });
    const { code, err } = await runHere(signing(id), { token });

    expect(code).toBe(1);
    expect(err).toMatch(/changed/);
    expect(await signersOf(id)).toEqual([]);
  });

  it("does not sign for somebody who lost the role since", async () => {
    await requested(stage, "role-lost");
    const id = await idOf("Clinic role-lost");
    const manager = stage.as("manager");
    await manager.command("/compliance people");
    await manager.press("Grant a role");
    await manager.submit({ person: "diego", role: "compliance_officer" });
    const token = await takeToken("colleague");
    await manager.command("/compliance people");
    await manager.press(/compliance officer.*Diego|Diego.*compliance officer/i);
    const { code, err } = await runHere(signing(id), { token });

    expect(code).toBe(1);
    expect(err).toMatch(/role compliance officer/);
    expect(await signersOf(id)).toEqual([]);
  });
});

describe("the house", () => {
  it("the doctor examines the machine of the terminal: each check with a sentence", async () => {
    const { code, out, err } = await run(["doctor", "--json"]);
    const findings: readonly { check: string; ok: boolean; says: string }[] = JSON.parse(out);

    expect(err).toBe("");
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(["runtime", "database", "port", "roles", "two pairs of eyes"]),
    );
    expect(code).toBe(findings.every(({ ok }) => ok) ? 0 : 1);
    expect(findings.filter(({ says }) => says.trim() === "")).toEqual([]);
  });

  it("verify finds the ledger whole while the server writes to it", async () => {
    const { code, out } = await runHere(["verify", "--json"]);

    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual([expect.objectContaining({ ok: true })]);
  });
});
