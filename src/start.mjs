// Runs a program of this repository, installing the locked dependencies first when they are missing.
// Plain JavaScript, because on Node 20 nothing can run TypeScript before the installation.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** True when the installed tree was made from the lockfile of today. */
function isInstalled() {
  const stamp = path.join(root, "node_modules", ".cleargate-lock");
  const lock = readFileSync(path.join(root, "package-lock.json"), "utf8");
  return existsSync(stamp) && readFileSync(stamp, "utf8") === lock;
}

function install() {
  if (isInstalled()) return;
  process.stderr.write("Installing dependencies (once) ...\n");
  const npm = process.env.npm_execpath;
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const options = { cwd: root, stdio: ["ignore", 2, 2], env: { ...process.env, NODE_ENV: "" } };
  const done = npm
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
  if (done.status !== 0) process.exit(done.status ?? 1);
  cpSync(path.join(root, "package-lock.json"), path.join(root, "node_modules", ".cleargate-lock"));
}

/** Runs a program of node_modules as a child and ends as it ends. */
function run(program, args) {
  const child = spawn(process.execPath, [path.join(root, "node_modules", program), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

async function load(file, args) {
  const { register } = await import("tsx/esm/api");
  register();
  process.argv = [process.execPath, path.join(root, file), ...args];
  await import(pathToFileURL(path.join(root, file)).href);
}

function build() {
  rmSync(path.join(root, "dist"), { recursive: true, force: true });
  const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
  const args = ["--noEmit", "false", "--rootDir", "src", "--outDir", "dist"];
  const done = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json", ...args], {
    cwd: root,
    stdio: "inherit",
  });
  if (done.status !== 0) process.exit(done.status ?? 1);
  cpSync(path.join(root, "src/chat/web/page"), path.join(root, "dist/chat/web/page"), {
    recursive: true,
  });
}

const [first, ...rest] = process.argv.slice(2);
install();
if (first === "--vitest") run("vitest/vitest.mjs", rest);
else if (first === "--watch") run("tsx/dist/cli.mjs", ["watch", ...rest]);
else if (first === "--build") build();
else await load(first, rest);
