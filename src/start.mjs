// Runs a program of this repository, installing the locked dependencies first when they are missing.
// Plain JavaScript, because on Node 20 nothing can run TypeScript before the installation.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const HANDLES_MIN = 512;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  process.stderr.write(
    `Cleargate needs Node.js 20.19 or newer; this is ${process.versions.node}. See https://nodejs.org.\n`,
  );
  process.exit(1);
}

/** Loading a program opens most of its files at once; too few handles would end it with the name of one of them. */
function refuseFewHandles() {
  const [, handles] = /^Max open files +(\d+)/m.exec(readLimits()) ?? [];
  if (handles === undefined || Number(handles) >= HANDLES_MIN) return;
  process.stderr.write(
    `Cleargate needs ${HANDLES_MIN} open files, and this process may have ${handles}. Raise the limit, for example with ulimit -n 4096.\n`,
  );
  process.exit(1);
}

function readLimits() {
  try {
    return fs.readFileSync("/proc/self/limits", "utf8");
  } catch {
    return "";
  }
}

function readLock(file) {
  try {
    return JSON.parse(fs.readFileSync(path.join(root, file), "utf8")).packages;
  } catch {
    return {};
  }
}

/**
 * True when npm's own record of what it installed has every locked version. Packages of other platforms are
 * optional, and a server needs no development tools.
 */
function isInstalled(withTools) {
  const installed = readLock("node_modules/.package-lock.json");
  return Object.entries(readLock("package-lock.json"))
    .filter(([place, { optional, dev }]) => place !== "" && !optional && (withTools || !dev))
    .every(
      ([place, { version }]) =>
        installed[place]?.version === version &&
        fs.existsSync(path.join(root, place, "package.json")),
    );
}

/** npm as it was called, else the npm that came with this Node.js, else the one on the path. */
function findNpm() {
  const called = process.env.npm_execpath ?? "";
  const bundled = path.join(process.execPath, "../../lib/node_modules/npm/bin/npm-cli.js");
  if (path.basename(called).startsWith("npm-cli")) return [process.execPath, [called]];
  return fs.existsSync(bundled) ? [process.execPath, [bundled]] : ["npm", []];
}

function install(withTools) {
  if (isInstalled(withTools)) return;
  const release = takeTurn(path.join(root, ".install.lock"));
  try {
    if (!isInstalled(withTools)) runNpm();
  } finally {
    release();
  }
}

function runNpm() {
  process.stderr.write("Installing the locked dependencies (once) ...\n");
  const [program, before] = findNpm();
  const flags = ["--ignore-scripts", "--include=dev", "--include=optional"];
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  const { status, error } = spawnSync(program, [...before, "ci", ...flags, ...quiet], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, NODE_ENV: "" },
    shell: program === "npm" && process.platform === "win32",
  });
  if (status === 0) return;
  const reason = error ? ` (${error.message})` : "";
  process.stderr.write(`The installation failed${reason}. Run "npm ci" to see why.\n`);
  process.exit(1);
}

/** Two starts at once must not install over each other: the second waits while the first one lives. */
function takeTurn(file) {
  for (;;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: "wx" });
      const release = () => fs.rmSync(file, { force: true });
      process.once("exit", release);
      return release;
    } catch (error) {
      if (error.code !== "EEXIST") return () => {};
      if (isAbandoned(file)) fs.rmSync(file, { force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
}

function isAbandoned(file) {
  try {
    const holder = Number(fs.readFileSync(file, "utf8"));
    if (holder > 0) process.kill(holder, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

/** Settings of `.env` do not replace what the environment already has. Tests read no developer's file. */
function loadSettings() {
  const file = path.join(root, ".env");
  if (process.env.VITEST || process.env.CLEARGATE_TEST || !fs.existsSync(file)) return;
  process.loadEnvFile(file);
}

/** What `npm run build` made of a program, unless a source was changed since. */
function findBuilt(file) {
  const built = path.join(root, file.replace(/^src/, "dist").replace(/\.ts$/, ".js"));
  try {
    const { mtimeMs } = fs.statSync(built);
    const sources = fs.readdirSync(path.join(root, "src"), { recursive: true });
    const isFresh = sources.every(
      (name) => fs.statSync(path.join(root, "src", name)).mtimeMs <= mtimeMs,
    );
    return isFresh ? built : null;
  } catch {
    return null;
  }
}

function mayWriteTemporary() {
  try {
    fs.rmdirSync(fs.mkdtempSync(path.join(os.tmpdir(), "cleargate-")));
    return true;
  } catch {
    return false;
  }
}

async function load(file, args) {
  refuseFewHandles();
  loadSettings();
  const built = findBuilt(file);
  if (built !== null) {
    process.argv = [process.execPath, built, ...args];
    await import(pathToFileURL(built).href);
    return;
  }
  // It keeps what it translated in the temporary folder, and would end where nobody may write.
  if (!mayWriteTemporary()) process.env.TSX_DISABLE_CACHE = "1";
  const { register } = await import("tsx/esm/api");
  register();
  process.argv = [process.execPath, path.join(root, file), ...args];
  await import(pathToFileURL(path.join(root, file)).href);
}

/** Runs a program as a child that gets our signals; answers with its exit code. */
function run(program, args) {
  const child = spawn(process.execPath, [path.join(root, program), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on("error", () => resolve(1));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

/**
 * Runs the suite, then counts and compares what ran with what the documents promise. A whole suite builds first: it
 * starts the product some hundred times, and what is built starts twice as fast.
 */
async function test(args) {
  const isWhole = args.length === 1;
  if (isWhole && findBuilt("src/main.ts") === null) await build();
  const record = path.join(os.tmpdir(), `cleargate-tests-${process.pid}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${record}`];
  const code = await run("node_modules/vitest/vitest.mjs", [...args, ...reporters]);
  const judge = [path.join("test", "support", "judge-run.ts"), record, isWhole ? "whole" : "part"];
  const judged = await run("node_modules/tsx/dist/cli.mjs", judge);
  fs.rmSync(record, { force: true });
  process.exit(code || judged);
}

/**
 * Into `dist`, or into a folder that is not there yet; answers with the compiler's exit code. Built aside and then
 * moved: a folder of that name is whole.
 */
async function build(out) {
  const folder = out === undefined ? path.join(root, "dist") : path.resolve(out);
  if (out !== undefined && fs.existsSync(folder)) {
    process.stderr.write(`${out} is there already; give a new folder.\n`);
    return 1;
  }
  const aside = `${folder}.${process.pid}`;
  try {
    const code = await compile(aside);
    if (code !== 0) return code;
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(aside, folder);
    return 0;
  } finally {
    fs.rmSync(aside, { recursive: true, force: true });
  }
}

async function compile(folder) {
  const flags = ["--noEmit", "false", "--rootDir", "src", "--outDir", folder];
  const compiler = "node_modules/typescript/bin/tsc";
  const code = await run(compiler, ["-p", "tsconfig.build.json", ...flags]);
  if (code !== 0) return code;
  // Page assets are read from beside the code that serves them.
  const isAsset = (file) => !/\.(ts|mjs)$/.test(file);
  fs.cpSync(path.join(root, "src"), folder, { recursive: true, filter: isAsset });
  for (const program of ["cli/main.js", "verifier/main.js"])
    fs.chmodSync(path.join(folder, program), 0o755);
  packVerifier(path.join(folder, "verifier"));
  return await run("node_modules/tsx/dist/cli.mjs", ["src/store/workflow-files/keep.ts", folder]);
}

/** The verifier's folder is whole by itself: it can be copied to an auditor, and runs wherever it lies. */
function packVerifier(folder) {
  const { version, engines } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
  const about = { name: "cleargate-verify", version, private: true, type: "module", engines };
  const bin = { "cleargate-verify": "main.js" };
  fs.writeFileSync(
    path.join(folder, "package.json"),
    `${JSON.stringify({ ...about, bin }, null, 2)}\n`,
  );
}

refuseOldNode();
const [first = "src/main.ts", ...rest] = process.argv.slice(2);
install(first.startsWith("--") || first.startsWith("test/"));
if (first === "--vitest") await test(rest);
else if (first === "--watch")
  process.exit(await run("node_modules/tsx/dist/cli.mjs", ["watch", ...rest]));
else if (first === "--build") process.exit(await build(rest[0]));
else await load(first, rest);
