/** One PostgreSQL cluster on disk: made aside and renamed into place, started, adopted or stopped. */
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { Unavailable } from "../../domain/fault.ts";
import { type Account, programOf } from "./account.ts";

const OWNER = "cleargate_owner";
const APP = "cleargate_app";
const DATABASE = "cleargate";

export interface Cluster {
  readonly folder: string;
  readonly native: string;
  readonly account: Account;
  /** Settings beyond the usual, as `name=value`; for tests. */
  readonly settings: readonly string[];
}

export interface Running {
  readonly pid: number;
  readonly port: number;
}

/** Makes the cluster if there is none. Several processes may race: one rename wins. */
export function makeCluster(cluster: Cluster): void {
  const { folder, account } = cluster;
  if (fs.existsSync(path.join(folder, "PG_VERSION"))) return;
  const aside = `${folder}.${randomBytes(4).toString("hex")}`;
  const passwordFile = `${aside}.password`;
  const password = randomBytes(24).toString("hex");
  fs.mkdirSync(aside, { mode: 0o700 });
  fs.writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account.uid !== undefined && account.gid !== undefined) {
    fs.chownSync(aside, account.uid, account.gid);
    fs.chownSync(passwordFile, account.uid, account.gid);
  }
  try {
    runInitdb(cluster, aside, passwordFile);
    writeSecret(path.join(aside, "owner.password"), password);
    writeSecret(path.join(aside, "app.password"), randomBytes(24).toString("hex"));
    fs.renameSync(aside, folder);
  } catch (error) {
    if (!fs.existsSync(path.join(folder, "PG_VERSION"))) throw error;
  } finally {
    fs.rmSync(aside, { recursive: true, force: true });
    fs.rmSync(passwordFile, { force: true });
  }
}

function runInitdb(cluster: Cluster, folder: string, passwordFile: string): void {
  const args = ["-D", folder, "-U", OWNER, "-A", "scram-sha-256", `--pwfile=${passwordFile}`];
  const locale = ["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const made = spawnSync(
    programOf(cluster.native, "initdb"),
    [...args, ...locale, "--locale=C", "--no-sync", "--no-instructions"],
    { ...cluster.account, encoding: "utf8" },
  );
  if (made.status !== 0) {
    throw new Unavailable(`PostgreSQL could not make ${folder}: ${made.error ?? made.stderr}`);
  }
}

function writeSecret(file: string, secret: string): void {
  fs.writeFileSync(file, secret, { mode: 0o600 });
}

/** The connection string of a role. */
export function urlOf(folder: string, port: number, role: "owner" | "app"): string {
  const password = fs.readFileSync(path.join(folder, `${role}.password`), "utf8");
  const user = role === "owner" ? OWNER : APP;
  return `postgres://${user}:${password}@127.0.0.1:${port}/${DATABASE}?sslmode=disable`;
}

/** What `postmaster.pid` says, when that process lives and is PostgreSQL on this folder. */
export function findRunning(folder: string): (Running & { readonly ready: boolean }) | null {
  const file = path.join(folder, "postmaster.pid");
  if (!fs.existsSync(file)) return null;
  const lines = fs.readFileSync(file, "utf8").split("\n");
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isPostgres(pid)) return null;
  return { pid, port: Number(lines[3] ?? 0), ready: (lines[7] ?? "").trim() === "ready" };
}

/** False when the process is gone, waits to be buried, or is another program that got the same number. */
function isPostgres(pid: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== "linux") return true;
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("postgres");
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * Starts PostgreSQL, or finds it running, and waits until it serves; null when it did not start or is being
 * stopped by somebody else: try again.
 */
export async function startCluster(cluster: Cluster, port?: number): Promise<Running | null> {
  const { folder } = cluster;
  const before = findRunning(folder);
  const pid = before?.pid ?? launchServer(cluster, port ?? (await freePort()));
  return pid === null ? null : await waitUntilReady(folder, pid);
}

/** Starts PostgreSQL in a session of its own, unless it runs; answers its process. */
export function launchServer(cluster: Cluster, port: number): number | null {
  const { folder } = cluster;
  removeStalePid(folder);
  const log = openLog(folder);
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=100",
    "shared_buffers=64MB",
    "timezone=UTC",
    "log_timezone=UTC",
    // Statements hold what people typed.
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    ...cluster.settings,
  ].flatMap((setting) => ["-c", setting]);
  const child = spawn(
    programOf(cluster.native, "postgres"),
    ["-D", folder, "-p", String(port), ...settings],
    { ...cluster.account, stdio: ["ignore", log, log], detached: true, windowsHide: true },
  );
  child.on("error", () => undefined);
  child.unref();
  fs.closeSync(log);
  return child.pid ?? null;
}

async function waitUntilReady(folder: string, pid: number): Promise<Running | null> {
  const until = performance.now() + 60_000;
  // Right after the launch the process is still on its way to becoming PostgreSQL.
  for (let look = 0; performance.now() < until && (look < 20 || isPostgres(pid)); look++) {
    const running = findRunning(folder);
    if (running?.ready) return running;
    await sleep(15);
  }
  return null;
}

/** After a reboot the file may name another program, which PostgreSQL would take for itself. */
function removeStalePid(folder: string): void {
  const file = path.join(folder, "postmaster.pid");
  if (!fs.existsSync(file)) return;
  const pid = Number(fs.readFileSync(file, "utf8").split("\n")[0]);
  if (pid > 0 && isAlive(pid) && !isPostgres(pid)) fs.rmSync(file, { force: true });
}

function openLog(folder: string): number {
  const file = path.join(folder, "server.log");
  const isLong = fs.existsSync(file) && fs.statSync(file).size > 1_000_000;
  return fs.openSync(file, isLong ? "w" : "a", 0o600);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** Ends every session and waits until PostgreSQL has gone. */
export async function stopCluster(running: Running): Promise<void> {
  if (!isPostgres(running.pid)) return;
  // PostgreSQL takes SIGINT as a fast shutdown; Windows has no signals and recovers at the next start.
  process.kill(running.pid, "SIGINT");
  const until = performance.now() + 20_000;
  while (isPostgres(running.pid)) {
    if (performance.now() > until) {
      process.kill(running.pid, "SIGQUIT");
      return;
    }
    await sleep(10);
  }
}

/**
 * Takes the session lock that makes a process the keeper of the running server and makes the app's role and the
 * database; null when another process is the keeper.
 */
export async function takeOver(folder: string, port: number): Promise<pg.Client | null> {
  const owner = new URL(urlOf(folder, port, "owner"));
  owner.pathname = "/postgres";
  const session = new pg.Client({ connectionString: owner.href, connectionTimeoutMillis: 5000 });
  session.on("error", () => undefined);
  await session.connect();
  const lock = await session.query<{ got: boolean }>(
    "select pg_try_advisory_lock(4951303125) as got",
  );
  if (!lock.rows[0]?.got) {
    await session.end();
    return null;
  }
  await makeRoleAndDatabase(session, fs.readFileSync(path.join(folder, "app.password"), "utf8"));
  return session;
}

async function makeRoleAndDatabase(session: pg.Client, password: string): Promise<void> {
  const role = await session.query("select 1 from pg_roles where rolname = $1", [APP]);
  const options = `login nosuperuser nobypassrls nocreatedb nocreaterole password '${password}'`;
  if (role.rowCount === 0) await session.query(`create role ${APP} ${options}`);
  const found = await session.query("select 1 from pg_database where datname = $1", [DATABASE]);
  if (found.rowCount === 0) {
    await session.query(`create database ${DATABASE}`);
    await session.query(`revoke all on database ${DATABASE} from public`);
    await session.query(`grant connect on database ${DATABASE} to ${APP}`);
  }
}
