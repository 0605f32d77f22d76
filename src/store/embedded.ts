/**
 * A private PostgreSQL for those who have none: started on first need, shared by every process that uses the same
 * folder, stopped when the last of them has gone.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { sha256 } from "../domain/audit/canonical.ts";
import { Unavailable } from "../domain/fault.ts";
import { postgresAccount } from "./embedded/account.ts";
import { fallbackFolder, findBinaries, mayReach } from "./embedded/binaries.ts";
import {
  type Cluster,
  findRunning,
  freePort,
  launchServer,
  makeCluster,
} from "./embedded/cluster.ts";
import { type Door, keeperModule } from "./embedded/keeper.ts";

const START_WITHIN = 60_000;
/** Before knocking again: another process may be starting or stopping the server. */
const PAUSE_MS = { open: 0, later: 50, failed: 300 } as const;
const DoorFile = z.object({ port: z.number().int(), secret: z.string() });
const Urls = z.object({ ownerUrl: z.string(), appUrl: z.string() });

export interface EmbeddedPostgres {
  /** Connects as the role that migrates the schema. */
  readonly ownerUrl: string;
  /** Connects as the role that the app runs under. */
  readonly appUrl: string;
  /** Leaves; when nobody else uses the server, resolves after it has stopped. */
  close(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly dataDir: string;
  readonly log?: (line: string) => void;
  /** Server settings as `name=value`, taken by the process that starts it. */
  readonly settings?: readonly string[];
}

/** Joins the PostgreSQL of the folder, starting it if it does not run and making it if there is none. */
export async function openEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const cluster = prepareCluster(options);
  let link = await join(cluster);
  let closing = false;

  function watch(socket: net.Socket): void {
    // The keeper died while we use the server: another takes its place and stops the server at the end.
    socket.once("close", () => {
      if (closing) return;
      join(cluster).then(
        (next) => {
          link = next;
          if (closing) next.socket.destroy();
          else watch(next.socket);
        },
        () => options.log?.("The embedded PostgreSQL has gone"),
      );
    });
  }

  watch(link.socket);
  return {
    ...link.urls,
    async close() {
      if (closing) return;
      closing = true;
      const { socket } = link;
      if (socket.destroyed) return;
      socket.ref();
      const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
      socket.end();
      await closed;
    },
  };
}

function prepareCluster(options: EmbeddedOptions): Cluster {
  const log = options.log ?? (() => undefined);
  const account = postgresAccount();
  const native = findBinaries(account, log);
  const asked = path.resolve(options.dataDir);
  fs.mkdirSync(asked, { recursive: true, mode: 0o755 });
  let base = asked;
  if (!mayReach(asked, account)) {
    base = fallbackFolder(`data-${sha256(asked).slice(0, 16)}`);
    log(`${asked} cannot be reached by the account of PostgreSQL; its data is kept in ${base}`);
  }
  const settings = options.settings ?? [];
  const cluster = { folder: path.join(base, "data"), native, account, settings };
  makeCluster(cluster);
  return cluster;
}

interface Link {
  readonly socket: net.Socket;
  readonly urls: z.infer<typeof Urls>;
}

async function join(cluster: Cluster): Promise<Link> {
  const until = performance.now() + START_WITHIN;
  for (let failures = 0; performance.now() < until && failures < 5; ) {
    const link = await knock(cluster.folder);
    if (link) return link;
    const outcome = await start(cluster);
    if (outcome === "failed") failures++;
    await sleep(PAUSE_MS[outcome]);
  }
  throw new Unavailable(`The embedded PostgreSQL did not start. ${lastLines(cluster.folder)}`);
}

/** The server starts while the keeper is still being loaded. */
async function start(cluster: Cluster): Promise<keyof typeof PAUSE_MS> {
  if (!findRunning(cluster.folder)) launchServer(cluster, await freePort());
  return await startKeeper(cluster);
}

/** Becomes a user of the server; null when no keeper answers. */
async function knock(folder: string): Promise<Link | null> {
  const door = readDoor(folder);
  if (!door) return null;
  const socket = net.connect(door.port, "127.0.0.1");
  const answer = await new Promise<string | null>((resolve) => {
    let text = "";
    socket.setTimeout(3000, () => resolve(null));
    socket.once("error", () => resolve(null));
    socket.once("close", () => resolve(null));
    socket.once("connect", () => socket.write(door.secret));
    socket.on("data", (bytes) => {
      text += bytes.toString("utf8");
      if (text.endsWith("\n")) resolve(text);
    });
  });
  if (answer === null) {
    socket.destroy();
    return null;
  }
  socket.setTimeout(0);
  socket.on("error", () => undefined);
  // Being a user keeps nobody alive.
  socket.unref();
  return { socket, urls: Urls.parse(JSON.parse(answer)) };
}

function readDoor(folder: string): Door | null {
  try {
    return DoorFile.parse(JSON.parse(fs.readFileSync(path.join(folder, "keeper.json"), "utf8")));
  } catch {
    return null;
  }
}

const KEEPER_PROGRAM = `
const { keepCluster } = await import(process.argv[1]);
await keepCluster(JSON.parse(process.argv[2]));
`;

/** Starts a keeper in a session of its own, so that no Ctrl-C and no end of ours reaches it. */
function startKeeper(cluster: Cluster): Promise<keyof typeof PAUSE_MS> {
  const program = ["--input-type=module", "-e", KEEPER_PROGRAM];
  const child = spawn(
    process.execPath,
    [...typeScriptLoader(), ...program, keeperModule, JSON.stringify(cluster)],
    { detached: true, stdio: ["ignore", "pipe", "ignore"], cwd: "/", windowsHide: true },
  );
  return new Promise((resolve) => {
    child.stdout.once("data", (bytes) => {
      const word = bytes.toString("utf8").trim();
      resolve(word === "open" || word === "later" ? word : "failed");
      child.stdout.destroy();
    });
    child.once("error", () => resolve("failed"));
    child.once("exit", () => resolve("failed"));
    child.unref();
  });
}

/** Node 22.18 and later run TypeScript alone; a build has none. */
function typeScriptLoader(): readonly string[] {
  if (!keeperModule.endsWith(".ts") || Reflect.get(process.features, "typescript")) return [];
  const loader = createRequire(import.meta.url).resolve("tsx/esm");
  return ["--import", pathToFileURL(loader).href];
}

function lastLines(folder: string): string {
  try {
    const text = fs.readFileSync(path.join(folder, "server.log"), "utf8");
    return text.trim().split("\n").slice(-3).join(" ");
  } catch {
    return "";
  }
}
