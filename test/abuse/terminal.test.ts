/** The command line and the doctor with bad input: a sentence and the right exit code, and nothing half-written. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import pg from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { examineDatabase } from "../../src/store/examine.ts";
import { createTestStore } from "../support/database.ts";

const database = await createTestStore();

const CARD = ["4539", "1488", "0343", "6467"].join(" ");

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command like a shell does, without a terminal. */
async function run(words: readonly string[], env?: Record<string, string>): Promise<Ran> {
  const { DATABASE_URL, COMPLIANCE_TOKEN, ...inherited } = process.env;
  const program = ["src/start.mjs", "src/cli/main.ts", ...words];
  const child = spawn(process.execPath, program, {
    cwd: path.resolve(import.meta.dirname, "../.."),
    env: { ...inherited, ...(env ?? { DATABASE_URL: database.ownerUrl }) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const [code] = await once(child, "close");
  return { code, out, err };
}

function about(id: string, ...words: string[]): string[] {
  return ["--migration-id", id, ...words];
}

let created: string;
beforeAll(async () => {
  const { code, out } = await run([
    "create",
    "--customer",
    "Mercy",
    "--industry",
    "clinic",
    "--json",
  ]);
  expect(code).toBe(0);
  created = String(/[0-9a-f]{8}-[0-9a-f-]{27}/.exec(out)?.[0]);
}, 90_000);

async function count(): Promise<unknown> {
  const [row] = await database.asOwner(
    `select (select count(*) from migrations) as migrations, (select max(version) from migrations)
       as version, (select count(*) from sign_offs) as sign_offs,
       (select string_agg(industry, '|') from migrations) as industries`,
  );
  return row;
}

test("what cannot be kept, found or signed ends with 1, a sentence and no change", async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["create", "--customer", CARD, "--industry", "clinic"], /card/],
    [about(created, "--industry", "clinic \u001b[31m"), /control character/],
    [about(created, "--sign-off", "--requirement", "__proto__"), /signing token/i],
  ];
  const before = await count();
  const ran = await Promise.all(cases.map(([words]) => run(words)));

  expect(ran).toEqual(
    cases.map(([, says]) => ({ code: 1, out: "", err: expect.stringMatching(says) })),
  );
  const said = ran.map(({ err }) => err).join("");
  for (const leak of ["\u001b", "\u202e", ".ts:", "4539"]) expect(said).not.toContain(leak);
  expect(await count()).toEqual(before);
}, 90_000);

test("a place where nothing can be written is a sentence", async () => {
  const { code, err } = await run(["verify"], {
    CLEARGATE_DATA_DIR: "/dev/null/cleargate",
  });

  expect([code, err]).toEqual([
    1,
    "The data folder cannot be written (ENOTDIR). Set CLEARGATE_DATA_DIR to one that can.\n",
  ]);
}, 90_000);

describe("the doctor", () => {
  const findings = async (options: pg.PoolConfig, skewMs = 0) => {
    const inSchema = `${options.options ?? ""} -c search_path=cleargate`;
    const pool = new pg.Pool({ ...options, options: inSchema, max: 1 });
    const { outbox, ledger } = database.store;
    try {
      const clock = () => new Date(Date.now() + skewMs);
      const all = await examineDatabase({ pool, loops: pool, outbox, ledger, clock });
      return new Map(all.map((finding) => [finding.check, finding]));
    } finally {
      await pool.end();
    }
  };

  test("finds the owner's role, an unsafe commit and a wrong clock, each with its fix", async () => {
    const found = await findings(
      { connectionString: database.ownerUrl, options: "-c synchronous_commit=off" },
      61_000,
    );

    expect(found.get("database role")).toMatchObject({
      ok: false,
      says: expect.stringContaining("superuser"),
    });
    expect(found.get("durability")).toMatchObject({
      ok: false,
      says: expect.stringContaining("synchronous_commit is off"),
    });
    expect(found.get("clock")).toMatchObject({ ok: false, says: expect.stringMatching(/6[01] s/) });
    for (const check of ["database role", "durability", "clock"])
      expect(found.get(check)?.fix).toMatch(/\w+ .*\./);
  });

  test("finds a role that passes row level security", async () => {
    const role = `passer_${database.name}`;
    await database.asOwner(`create role ${role} bypassrls`);
    try {
      const found = await findings({
        connectionString: database.ownerUrl,
        options: `-c role=${role}`,
      });
      expect(found.get("database role")?.ok).toBe(false);
    } finally {
      await database.asOwner(`drop role ${role}`);
    }
  });

  test("finds nothing wrong with the app's own role and a right clock", async () => {
    const found = await findings({ connectionString: database.appUrl });

    expect(found.get("database role")).toMatchObject({ ok: true });
    expect(found.get("clock")).toMatchObject({ ok: true });
  });

  test("in the terminal ends with 1 and says each fix", async () => {
    const { code, out } = await run(["doctor"]);

    expect(code).toBe(1);
    expect(out).toContain("fsync is off");
    expect(out).toContain("Set fsync = on");
  }, 90_000);
});
