#!/usr/bin/env node
/** The `compliance` command: words in, text and an exit code out. Builds its parts like the server does. */
import { readFileSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { Home } from "../app/terminal/migrations.ts";
import { buildCore, CannotStart, PACKAGE_ROOT } from "../build.ts";
import { type Config, readConfig } from "../config.ts";
import { Unavailable } from "../domain/fault.ts";
import { isRefusal } from "../domain/refusal.ts";
import { detectVerticals } from "../domain/verticals/detect.ts";
import type { Detection } from "../domain/verticals/detection.ts";
import { examinePort } from "../http/examine-port.ts";
import { createLog } from "../log.ts";
import { refusalMessage } from "../messages/refusal.ts";
import { readWorkflowFiles } from "../store/workflow-files/read.ts";
import { openSurfaces, type Surface } from "../surfaces.ts";
import { createCliApp } from "./app.ts";
import { parseArguments } from "./arguments.ts";
import { type CliApp, EXIT, runRequest, type Terminal } from "./run.ts";

const TOKEN_CHARACTERS_MAX = 500;

async function main(words: readonly string[]): Promise<number> {
  const request = parseArguments(words);
  if ("problem" in request) {
    process.stderr.write(`${request.problem}\nSee compliance --help.\n`);
    return EXIT.usage;
  }
  return await runRequest(request, openTerminal());
}

function openTerminal(): Terminal {
  return {
    write: (text) => process.stdout.write(text),
    complain: (text) => process.stderr.write(text),
    version: readVersion(),
    detect,
    openApp,
    readToken: async () => configure().complianceToken ?? (await readPiped()),
    wordRefusal: (refusal) => refusalMessage(refusal),
    saveFile,
  };
}

function readVersion(): string {
  const text = readFileSync(path.join(PACKAGE_ROOT, "package.json"), "utf8");
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? "unknown";
}

function detect(text: string): Detection {
  const files = readWorkflowFiles(path.join(PACKAGE_ROOT, "workflows"));
  if ("definitions" in files) return detectVerticals(text, files.definitions);
  throw new CannotStart(
    files.problems.map(({ file, path: at, reason }) => `workflows/${file} ${at}: ${reason}`),
  );
}

function configure(): Config {
  const config = readConfig();
  if ("problems" in config) throw new CannotStart(config.problems);
  return config;
}

async function openApp(): Promise<CliApp> {
  const config = configure();
  const log = createLog(config.logLevel === "debug" ? "debug" : "error", process.stderr);
  const core = await buildCore(config, log);
  core.examinations.push(async () => [await examinePort(config)]);
  // Whoever signs with a token is looked up where the token was given.
  const surfaces = await openSurfaces(core, config, log).catch(async (error) => {
    await core.close();
    throw error;
  });
  return createCliApp({
    deps: core.deps,
    exports: core.store.exports,
    findHome: () => findHome(surfaces),
    timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    close: async () => {
      for (const surface of surfaces) {
        await surface.stop();
        await surface.close();
      }
      await core.close();
    },
  });
}

/** The first surface's workspace is where migrations from this terminal belong. */
async function findHome([first]: readonly Surface[]): Promise<Home> {
  if (first) return first.home();
  throw new CannotStart(["No chat is configured, so a migration would belong to nobody."]);
}

/** The first line that was piped in; null at a keyboard, where nobody should type a secret. */
async function readPiped(): Promise<string | null> {
  if (process.stdin.isTTY) return null;
  let text = "";
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.includes("\n") || text.length > TOKEN_CHARACTERS_MAX) break;
  }
  const token = text.slice(0, TOKEN_CHARACTERS_MAX).split("\n")[0]?.trim() ?? "";
  return token === "" ? null : token;
}

/** Written aside, forced to the disk and renamed, so that nobody reads half a file. */
async function saveFile<T>(
  file: string,
  work: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const aside = `${file}.${process.pid}.part`;
  const handle = await open(aside, "wx", 0o600).catch(refuseFile);
  const tell = createProgress();
  try {
    const result = await work(async (text) => {
      await handle.appendFile(text).catch(refuseFile);
      tell(text.length);
    });
    await handle.sync();
    await handle.close();
    if (isRefusal(result)) await rm(aside, { force: true });
    else await rename(aside, file).catch(refuseFile);
    return result;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(aside, { force: true });
    throw error;
  }
}

function refuseFile(error: unknown): never {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  throw new CannotStart([`The file of --output could not be written (${code}).`]);
}

const PROGRESS_CHARACTERS = 64 * 1024 * 1024;

/** A line now and then for whoever waits at a terminal. */
function createProgress(): (characters: number) => void {
  let total = 0;
  let next = PROGRESS_CHARACTERS;
  return (characters) => {
    total += characters;
    if (total < next || !process.stderr.isTTY) return;
    next = total + PROGRESS_CHARACTERS;
    process.stderr.write(`${Math.round(total / 2 ** 20)} MiB written ...\n`);
  };
}

function explain(error: unknown): string {
  if (error instanceof CannotStart) return error.problems.join("\n");
  if (error instanceof Unavailable) return `${error.message} Try again in a moment.`;
  createLog("error", process.stderr).error("command_failed", { error });
  return "The command failed; the line above says where.";
}

// A reader such as `head` may leave early; that is no failure of ours.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = EXIT.failed;
  },
);
