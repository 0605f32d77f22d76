import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterEach, beforeAll, expect, test } from "vitest";
import { openEmbeddedPostgres } from "../../src/store/embedded.ts";

const users = new Set<ChildProcess>();
let made: string;
let dataDir: string;

beforeAll(async () => {
  made = aFolder();
  await (await openEmbeddedPostgres({ dataDir: made })).close();
  return () => fs.rmSync(made, { recursive: true, force: true });
});

afterEach(async () => {
  for (const user of users) user.kill("SIGKILL");
  users.clear();
  if (dataDir) await untilGone(dataDir);
  fs.rmSync(dataDir, { recursive: true, force: true });
});

function aFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cleargate-embedded-"));
  fs.chmodSync(folder, 0o711);
  return folder;
}

/** A folder with a cluster that does not run. */
function aCluster(): string {
  dataDir = aFolder();
  fs.cpSync(made, dataDir, { recursive: true });
  const owner = fs.statSync(path.join(made, "data"));
  chownAll(path.join(dataDir, "data"), owner.uid, owner.gid);
  fs.chmodSync(path.join(dataDir, "data"), 0o700);
  return dataDir;
}

function chownAll(target: string, uid: number, gid: number): void {
  fs.lchownSync(target, uid, gid);
  if (!fs.lstatSync(target).isDirectory()) return;
  for (const name of fs.readdirSync(target)) chownAll(path.join(target, name), uid, gid);
}

interface User {
  readonly process: ChildProcess;
  readonly appUrl: string;
  readonly ownerUrl: string;
}

async function aUser(folder: string): Promise<User> {
  const program = path.join(import.meta.dirname, "use-embedded.ts");
  const child = spawn(process.execPath, ["--import", "tsx", program, folder], {
    stdio: ["ignore", "pipe", "inherit"],
    // A process group of its own, as a shell gives it to a command.
    detached: true,
  });
  users.add(child);
  const [line] = await once(child.stdout, "data");
  return { process: child, ...JSON.parse(String(line)) };
}

async function ask(url: string, sql: string): Promise<pg.QueryResult["rows"]> {
  const session = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 });
  await session.connect();
  try {
    return (await session.query(sql)).rows;
  } finally {
    await session.end();
  }
}

/** The server's process, or null when none runs. */
function serverOf(folder: string): number | null {
  const file = path.join(folder, "data", "postmaster.pid");
  if (!fs.existsSync(file)) return null;
  const pid = Number(fs.readFileSync(file, "utf8").split("\n")[0]);
  return fs.existsSync(`/proc/${pid}`) ? pid : null;
}

function keepersOf(folder: string): readonly number[] {
  return fs.readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const words = fs.readFileSync(`/proc/${name}/cmdline`, "utf8");
      return words.includes("cleargate-keeper") && words.includes(folder) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

async function untilGone(folder: string): Promise<void> {
  for (let wait = 0; wait < 800; wait++) {
    if (serverOf(folder) === null && keepersOf(folder).length === 0) return;
    await sleep(25);
  }
  throw new Error("the server still runs");
}

async function leave(user: User, signal: NodeJS.Signals): Promise<void> {
  const gone = once(user.process, "exit");
  user.process.kill(signal);
  await gone;
}

test("two who start at once share one server", async () => {
  const folder = aCluster();

  const [a, b] = await Promise.all([aUser(folder), aUser(folder)]);

  expect(a.appUrl).toBe(b.appUrl);
  expect(keepersOf(folder)).toHaveLength(1);
});

test("two who start at once on an empty folder make one cluster", async () => {
  dataDir = aFolder();

  const [a, b] = await Promise.all([aUser(dataDir), aUser(dataDir)]);

  expect(a.appUrl).toBe(b.appUrl);
  expect(fs.readdirSync(dataDir)).toEqual(["data"]);
});

test("the last one out stops the server before it ends", async () => {
  const folder = aCluster();
  const a = await aUser(folder);
  const b = await aUser(folder);

  await leave(a, "SIGTERM");
  expect(await ask(b.appUrl, "select 1 as one")).toEqual([{ one: 1 }]);

  await leave(b, "SIGTERM");
  expect(serverOf(folder)).toBeNull();
});

test("after a kill -9 of its starter the server serves on, and the last one out stops it", async () => {
  const folder = aCluster();
  const starter = await aUser(folder);
  const other = await aUser(folder);

  await leave(starter, "SIGKILL");
  await sleep(300);
  expect(await ask(other.appUrl, "select 1 as one")).toEqual([{ one: 1 }]);

  await leave(other, "SIGTERM");
  expect(serverOf(folder)).toBeNull();
});

test("a kill -9 of the only user leaves no process behind", async () => {
  const folder = aCluster();
  const only = await aUser(folder);

  await leave(only, "SIGKILL");

  await untilGone(folder);
  expect(keepersOf(folder)).toEqual([]);
});

test("Ctrl-C reaches the users alone, and leaves no process behind", async () => {
  const folder = aCluster();
  const user = await aUser(folder);
  const gone = once(user.process, "exit");

  process.kill(-(user.process.pid ?? 0), "SIGINT");

  expect(await gone).toEqual([0, null]);
  expect(serverOf(folder)).toBeNull();
  await untilGone(folder);
});

test("a kill -9 of the keeper is mended while somebody uses the server", async () => {
  const folder = aCluster();
  const user = await aUser(folder);
  const [keeper] = keepersOf(folder);

  process.kill(keeper ?? 0, "SIGKILL");
  fs.rmSync(path.join(folder, "data", "keeper.json"));
  await expect
    .poll(() => keepersOf(folder).filter((next) => next !== keeper), { timeout: 20_000 })
    .toHaveLength(1);
  // The new keeper has let its user in when its door is open.
  await expect.poll(() => fs.existsSync(path.join(folder, "data", "keeper.json"))).toBe(true);

  expect(keepersOf(folder)).toHaveLength(1);
  expect(await ask(user.appUrl, "select 1 as one")).toEqual([{ one: 1 }]);
  await leave(user, "SIGTERM");
  await untilGone(folder);
});

test("a server that dies is started again on the same port", async () => {
  const folder = aCluster();
  const user = await aUser(folder);

  process.kill(serverOf(folder) ?? 0, "SIGKILL");

  await expect
    .poll(() => ask(user.appUrl, "select 1 as one").catch(() => null), {
      timeout: 10_000,
    })
    .toEqual([{ one: 1 }]);
});

test("whoever arrives while the last one stops the server gets a server", async () => {
  const folder = aCluster();
  const last = await aUser(folder);

  const leaving = leave(last, "SIGTERM");
  const next = await openEmbeddedPostgres({ dataDir: folder });
  await leaving;

  expect(await ask(next.appUrl, "select 1 as one")).toEqual([{ one: 1 }]);
  await next.close();
  expect(serverOf(folder)).toBeNull();
});

test("a second start finds what the first wrote", async () => {
  const folder = aCluster();
  const first = await openEmbeddedPostgres({ dataDir: folder });
  await ask(first.ownerUrl, "create table kept as select 42 as answer");
  await first.close();

  const second = await openEmbeddedPostgres({ dataDir: folder });

  expect(await ask(second.ownerUrl, "select answer from kept")).toEqual([{ answer: 42 }]);
  await second.close();
});

test("a file of a dead server that names another program's process does not stop the start", async () => {
  const folder = aCluster();
  const file = path.join(folder, "data", "postmaster.pid");
  fs.writeFileSync(file, `${process.pid}\n${folder}/data\n1\n5432\n\n127.0.0.1\n0 0\nready\n`);

  const postgres = await openEmbeddedPostgres({ dataDir: folder });

  expect(await ask(postgres.appUrl, "select 1 as one")).toEqual([{ one: 1 }]);
  await postgres.close();
});

test("the app's role is neither a superuser nor may it pass row level security", async () => {
  const postgres = await openEmbeddedPostgres({ dataDir: aCluster() });

  const [role] = await ask(
    postgres.appUrl,
    `select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb
     from pg_roles where rolname = current_user`,
  );

  expect(role).toEqual({
    rolname: "cleargate_app",
    rolsuper: false,
    rolbypassrls: false,
    rolcreaterole: false,
    rolcreatedb: false,
  });
  await postgres.close();
});

test("only its owner can read the passwords", async () => {
  const folder = path.join(aCluster(), "data");

  for (const name of ["owner.password", "app.password"]) {
    expect(fs.statSync(path.join(folder, name)).mode & 0o077).toBe(0);
  }
});

test.runIf(process.getuid?.() === 0)(
  "an unreachable folder is replaced by one that is told",
  async () => {
    dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "cleargate-closed-"));
    const told: string[] = [];

    const postgres = await openEmbeddedPostgres({ dataDir, log: (line) => told.push(line) });
    await postgres.close();

    expect(told.join()).toContain(dataDir);
    const used = /kept in (\S+)/.exec(told.join())?.[1] ?? "";
    expect(fs.existsSync(path.join(used, "data", "PG_VERSION"))).toBe(true);
    fs.rmSync(used, { recursive: true });
  },
);
