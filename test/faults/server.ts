/** The product as a process of its own, which a test may kill at any moment. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import path from "node:path";
import type { CrashPoint } from "../../src/app/ports.ts";
import { dataFolder } from "../support/folder.ts";
import { endGroups, startGroup } from "./group.ts";

const root = path.resolve(import.meta.dirname, "../..");

export interface Server {
  readonly pid: number;
  /** Such as `http://127.0.0.1:4321`. */
  readonly origin: string;
  /** From the start of the process until it said that it is ready. */
  readonly readyMs: number;
  /** The signal or the exit code that it ended with. */
  readonly ended: Promise<NodeJS.Signals | number>;
  kill(signal: NodeJS.Signals): Promise<NodeJS.Signals | number>;
}

export interface ServerOptions {
  readonly port: number;
  readonly databaseUrl?: string;
  readonly crashAt?: CrashPoint;
  readonly settings?: Readonly<Record<string, string>>;
  /** Another checkout than the one that the tests are of. */
  readonly checkout?: string;
  /** How many files and connections it may have open, from its start. */
  readonly handles?: number;
}

/** A port that nobody uses now; the same one serves before and after a crash. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** What a process of the product sees of our environment: nothing that would change how it works. */
export function environmentOf(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  const own = {
    ...{ PATH, HOME, TMPDIR, CLEARGATE_TEST: "1", LOG_LEVEL: "error" },
    // A test clicks faster than a person may.
    REQUESTS_PER_MINUTE: "0",
  };
  return { ...own, CLEARGATE_DATA_DIR: dataFolder(), ...settings };
}

/** Starts the product, in a process group of its own; resolves when it said that it is ready. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { port, databaseUrl, crashAt } = options;
  const began = performance.now();
  const limit = options.handles ? `ulimit -n ${options.handles} && ` : "";
  const program = [process.execPath, "src/start.mjs", "src/main.ts"];
  const child = startGroup("sh", ["-c", `${limit}exec "$0" "$@"`, ...program], {
    cwd: options.checkout ?? root,
    stdio: ["ignore", "pipe", "pipe"],
    env: environmentOf({
      PORT: String(port),
      ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
      ...(crashAt ? { CLEARGATE_CRASH_AT: crashAt } : {}),
      ...options.settings,
    }),
  });
  const ended = once(child, "exit").then(
    ([code, signal]): NodeJS.Signals | number => signal ?? code,
  );
  await untilReady(child, ended);
  return {
    pid: child.pid ?? 0,
    origin: `http://127.0.0.1:${port}`,
    readyMs: performance.now() - began,
    ended,
    kill: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** A process that was to die may do so before it is ready: what it then ends with is told by `ended`. */
async function untilReady(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  let said = "";
  const ready = new Promise<void>((resolve) => {
    child.stdout?.on("data", (bytes) => {
      said += bytes;
      if (said.includes("Press Ctrl-C to stop.")) resolve();
    });
  });
  child.stderr?.on("data", (bytes) => {
    said += bytes;
  });
  const outcome = await Promise.race([ready, ended]);
  if (typeof outcome === "number") throw new Error(`the product ended with ${outcome}:\n${said}`);
}

/** Ends what a test left running, and everything that it started. */
export const killServers = endGroups;
