import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, expect, it } from "vitest";
import { environmentOf, freePort, killServers, type Server, startServer } from "./server.ts";

const root = path.resolve(import.meta.dirname, "../..");
const dataDir = mkdtempSync(path.join(os.tmpdir(), "cleargate-stop-"));
chmodSync(dataDir, 0o711);
const settings = { CLEARGATE_DATA_DIR: dataDir };

afterEach(killServers);
afterAll(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 500 }));

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly words: string;
}

function processes(): readonly Process[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8");
      const [, parent = "0"] =
        /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, "utf8")) ?? [];
      return [{ pid: Number(name), parent: Number(parent), words }];
    } catch {
      return [];
    }
  });
}

/** The server, the keeper, PostgreSQL and everything that PostgreSQL started. */
function everythingOf(server: Server): readonly number[] {
  const all = processes();
  const named = all.filter(({ words }) => words.includes(dataDir)).map(({ pid }) => pid);
  const children = all.filter(({ parent }) => named.includes(parent)).map(({ pid }) => pid);
  return [...new Set([server.pid, ...named, ...children])];
}

function alive(pids: readonly number[]): readonly number[] {
  const now = new Set(processes().map(({ pid }) => pid));
  return pids.filter((pid) => now.has(pid));
}

function postmaster(): string | undefined {
  const file = path.join(dataDir, "data", "postmaster.pid");
  const found = [file, path.join(dataDir, "pg", "data", "postmaster.pid")].find(existsSync);
  return found && readFileSync(found, "utf8").split("\n")[0];
}

async function channels({ origin }: Server): Promise<string> {
  return (await fetch(`${origin}/chat/api/channels?as=amara`)).text();
}

/** The `compliance` command beside a server, on the same folder. */
async function runCli(words: readonly string[]): Promise<{ code: number; out: string }> {
  const child = spawn(process.execPath, ["src/start.mjs", "src/cli/main.ts", ...words], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: environmentOf(settings),
  });
  let out = "";
  child.stdout.on("data", (bytes) => {
    out += bytes;
  });
  const [code] = await once(child, "close");
  return { code, out };
}

it.runIf(existsSync("/proc/self/status"))(
  "Ctrl-C and a termination leave no process behind, and the next start finds the data again",
  { timeout: 120_000 },
  async () => {
    const port = await freePort();
    const first = await startServer({ port, settings });
    const added = await fetch(`${first.origin}/chat/api/channels`, {
      method: "POST",
      headers: {
        origin: first.origin,
        "x-cleargate-chat": "1",
        "content-type": "application/json",
      },
      body: JSON.stringify({ as: "amara", name: "kept here" }),
    });
    expect(added.status).toBe(200);

    // A terminal beside the server uses the same database, and leaves it running.
    const serving = postmaster();
    expect(serving).toMatch(/^\d+$/);
    const verified = await runCli(["verify", "--json"]);
    expect(verified.code).toBe(0);
    expect(JSON.parse(verified.out)).toEqual([expect.objectContaining({ ok: true })]);
    expect(postmaster()).toBe(serving);
    expect(await channels(first)).toContain("kept-here");

    const before = everythingOf(first);
    expect(before.length).toBeGreaterThan(3);
    // As a terminal does it: to the whole process group.
    process.kill(-first.pid, "SIGINT");
    expect(await first.ended).toBe(0);
    expect(postmaster()).toBeUndefined();
    await expect.poll(() => alive(before), { timeout: 5_000 }).toEqual([]);

    const second = await startServer({ port, settings });
    expect(await channels(second)).toContain("kept-here");
    const after = everythingOf(second);
    expect(after.length).toBeGreaterThan(3);
    expect(await second.kill("SIGTERM")).toBe(0);
    expect(postmaster()).toBeUndefined();
    await expect.poll(() => alive(after), { timeout: 5_000 }).toEqual([]);
  },
);

it.runIf(existsSync("/proc/self/status"))(
  "without the keeper that waits for the last user, the database stays behind",
  { timeout: 60_000 },
  async () => {
    const server = await startServer({ port: await freePort(), settings });
    const all = processes();
    const serving = Number(postmaster());
    const keepers = all.filter(({ words }) => words.startsWith("cleargate-keeper"));
    const ours = keepers.filter(({ words }) => words.includes(dataDir));
    expect(ours).toHaveLength(1);
    // Stopped first: it would find itself another keeper.
    process.kill(server.pid, "SIGSTOP");
    for (const { pid } of ours) process.kill(pid, "SIGKILL");
    await server.kill("SIGKILL");

    await sleep(1000);
    expect(alive([serving])).toEqual([serving]);
    // A fast shutdown, as PostgreSQL calls it.
    process.kill(serving, "SIGINT");
    await expect.poll(() => alive([serving]), { timeout: 10_000 }).toEqual([]);
  },
);
