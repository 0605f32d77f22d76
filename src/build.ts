/** Builds the program from its configuration: database, use cases, surfaces. The server and the terminal share it. */
import { randomBytes, randomUUID } from "node:crypto";
import { accessSync, constants, mkdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Meter } from "./app/measure-ports.ts";
import type { CrashPoint, Deps, Directory, Finding, Log } from "./app/ports.ts";
import { noteCounted } from "./app/refusals/note.ts";
import { createRefusalTally, EACH, MINUTE } from "./app/refusals/tally.ts";
import type { Config } from "./config.ts";
import type { Surface } from "./domain/people/person.ts";
import type { Definition } from "./domain/workflows/definition.ts";
import { openEmbeddedPostgres } from "./store/embedded.ts";
import type { Signing } from "./store/ledger/ledger.ts";
import { openSigning } from "./store/ledger/signing-key.ts";
import { WrongSchema } from "./store/migrate.ts";
import { type OpenedStore, openStore } from "./store/open-store.ts";
import { readWorkflowFiles } from "./store/workflow-files/read.ts";

/** Source and build have the same depth below the package. */
export const PACKAGE_ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** What has to be mended before the program can start, one sentence each. */
export class CannotStart extends Error {
  override readonly name = "CannotStart";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

export interface Core {
  readonly deps: Deps;
  readonly store: OpenedStore;
  /** Surfaces add themselves here when they are built. */
  readonly directories: Map<Surface, Directory>;
  readonly examinations: Deps["examinations"][number][];
  readonly ownerUrl: string;
  readonly appUrl: string;
  close(): Promise<void>;
}

/** Opens the database and everything that use cases need of it. */
export async function buildCore(
  config: Config,
  log: Log,
  options: { readonly mayMakeKey?: boolean; readonly meter?: Meter } = {},
): Promise<Core> {
  const files = readWorkflowFiles(path.join(PACKAGE_ROOT, "workflows"));
  if ("problems" in files) {
    throw new CannotStart(
      files.problems.map(({ file, path: at, reason }) => `workflows/${file} ${at}: ${reason}`),
    );
  }
  const signing = openKey(config, options.mayMakeKey ?? false);
  const database = await openDatabase(config, log);
  const clock = (): Date => new Date();
  const store = await openStore({
    ...database,
    migrationsDir: path.join(PACKAGE_ROOT, "migrations"),
    clock,
    log,
    ...(signing ? { signing } : {}),
  }).catch((error: unknown) => {
    throw error instanceof WrongSchema ? new CannotStart([error.message]) : error;
  });
  const directories = new Map<Surface, Directory>();
  const examinations: Deps["examinations"][number][] = [
    async () => [examineRuntime()],
    store.examine,
    ...(config.splunk ? [() => examineSplunk(store)] : []),
  ];
  const deps: Deps = {
    store: config.crashAt === null ? store : dyingStore(store, config),
    clock,
    newId: randomUUID,
    newSecret: () => randomBytes(32).toString("base64url"),
    directories,
    workflows: files.definitions,
    signingEmailDomains: config.signingEmailDomains,
    reached: (point) => crashAt(config, point),
    examinations,
    refusals: createRefusalTally(clock, config.edge ? MINUTE : EACH),
    ...(options.meter ? { meter: options.meter } : {}),
  };
  const close = async (): Promise<void> => {
    await noteCounted(deps).catch((error) => log.warn("refusals_uncounted", { error }));
    await store.close();
    await database.close();
  };
  return { deps, store, directories, examinations, ...database, close };
}

/** A terminal that has only an address of the database must not make a second key for what others sign. */
function openKey(config: Config, mayMakeKey: boolean): Signing | null {
  const isEmbedded = config.databaseUrl === null;
  if (isEmbedded) requireWritable(config.dataDir);
  const given = config.signingKey ?? null;
  const mayMake = isEmbedded || mayMakeKey;
  const signing = openSigning({ given, dataDir: config.dataDir, mayMake });
  if (signing && "problem" in signing) throw new CannotStart([signing.problem]);
  return signing;
}

interface Database {
  readonly ownerUrl: string;
  readonly appUrl: string;
  close(): Promise<void>;
}

async function openDatabase(config: Config, log: Log): Promise<Database> {
  if (config.databaseUrl !== null) {
    const url = config.databaseUrl;
    return { ownerUrl: url, appUrl: url, close: async () => undefined };
  }
  requireWritable(config.dataDir);
  return openEmbeddedPostgres({
    dataDir: path.join(config.dataDir, "pg"),
    log: (says) => log.info("embedded_postgres", { provider: "postgres", says }),
  });
}

/** A disk that is read-only or full of somebody else's rights is the operator's to mend. */
function requireWritable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new CannotStart([
      `The data folder cannot be written (${code}). Set CLEARGATE_DATA_DIR to one that can.`,
    ]);
  }
}

/** Ends the process without warning where a fault test asked for it; the configuration refuses it elsewhere. */
function crashAt(config: Config, point: CrashPoint): void {
  if (config.crashAt === point) process.kill(process.pid, "SIGKILL");
}

/** A store in which a click may reach the end of its transaction, and no further. */
function dyingStore(store: OpenedStore, config: Config): OpenedStore {
  return {
    ...store,
    write: (organisationId, eventKey, work) =>
      store.write(organisationId, eventKey, async (writing) => {
        const result = await work(writing);
        if (eventKey !== null) crashAt(config, "before_commit");
        return result;
      }),
  };
}

const SPLUNK_LATE_SECONDS = 300;

async function examineSplunk(store: OpenedStore): Promise<readonly Finding[]> {
  const { entries, seconds, leftOut } = (await store.measure()).shipping;
  return [
    {
      check: "splunk",
      ok: seconds < SPLUNK_LATE_SECONDS && leftOut === 0,
      says: `${entries} entries wait to be shipped, the oldest for ${Math.round(seconds)} s; ${leftOut} were left out.`,
      fix: "See why in the log (shipping_later) and in the table splunk_refusals, mend it, then compliance splunk resend.",
    },
  ];
}

/** Node 20.19 is the oldest that runs the product. */
function examineRuntime(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return {
    check: "runtime",
    ok: major > 20 || (major === 20 && minor >= 19),
    says: `Node.js ${process.versions.node}.`,
    fix: "Install Node.js 24, or at least 20.19.",
  };
}

/** How the service is set up, as the ledger keeps it: every setting that is no secret, and the workflow files. */
export function describeConfiguration(
  config: Config,
  workflows: readonly Definition[],
): Readonly<Record<string, string>> {
  const { slack, splunk, edge } = config;
  const files = workflows.map(({ file, hash }) => [`workflow ${file}`, hash] as const);
  return {
    database: config.databaseUrl === null ? "embedded" : "given",
    host: config.host,
    slack: slack ? (slack.appToken ? "socket" : "http") : "off",
    "slack installing": slack?.installing ? "on" : "off",
    "web chat": config.webChat ? "on" : "off",
    "signing key": config.signingKey ? "given" : "in the data folder",
    "signing e-mail domains": config.signingEmailDomains.join(", "),
    splunk: splunk ? "on" : "off",
    "requests per minute": String(edge?.perPersonAndMinute ?? 0),
    "proxies in front": String(edge?.proxyHops ?? 0),
    "log level": config.logLevel,
    ...Object.fromEntries(files),
  };
}
