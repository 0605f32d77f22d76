/** Connections of the app: under its own role, in its own schema, with limits on how long anything may take. */
import net from "node:net";
import pg from "pg";
import { Bug } from "../domain/fault.ts";
import type { OrganisationId } from "../domain/ids.ts";
import type { AppRole } from "./tenancy/roles.ts";

/** What projectors, reads and the ledger need of a connection. */
export interface Sql {
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

export interface PoolOptions {
  readonly url: string;
  readonly name: string;
  readonly max: number;
  /** Absent: `cleargate_app`, as requests work. */
  readonly role?: AppRole;
  /** Every statement of these connections is one organisation's, outside transactions too. */
  readonly organisation?: OrganisationId;
  /** After this long the database counts as away. */
  readonly deadlineMs: number;
}

export function openPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    ...settingsOf(options),
    max: options.max,
    idleTimeoutMillis: 30_000,
    // Statements that do not wait for one another travel together.
    pipeline: true,
  });
  // An idle connection that was cut is replaced at the next use.
  pool.on("error", () => undefined);
  return pool;
}

const NAMES = new Map<string, string>();

/** A name under which a connection keeps the plan of a statement; texts come from our own sources, so they are few. */
export function nameStatement(text: string): string {
  const known = NAMES.get(text);
  if (known !== undefined) return known;
  const name = `cleargate_${NAMES.size + 1}`;
  NAMES.set(text, name);
  return name;
}

/** A connection of its own, outside the pool, such as one that listens. */
export function openSession(options: Omit<PoolOptions, "max">): pg.Client {
  const session = new pg.Client(settingsOf(options));
  session.on("error", () => undefined);
  return session;
}

function settingsOf(options: Omit<PoolOptions, "max">): pg.ClientConfig {
  const lock = Math.floor(options.deadlineMs * 0.8);
  const { url, given } = withoutOptions(options.url);
  return {
    connectionString: url,
    application_name: options.name,
    connectionTimeoutMillis: Math.floor(options.deadlineMs * 0.8),
    query_timeout: options.deadlineMs,
    keepAlive: true,
    stream: gatherWrites,
    options: [
      ...given,
      `-c role=${options.role ?? "cleargate_app"}`,
      ...(options.organisation ? [`-c ${TENANT}=${plainId(options.organisation)}`] : []),
      "-c search_path=cleargate",
      "-c timezone=UTC",
      `-c statement_timeout=${options.deadlineMs}`,
      `-c lock_timeout=${lock}`,
      `-c idle_in_transaction_session_timeout=${options.deadlineMs * 4}`,
    ].join(" "),
  };
}

/**
 * A socket that sends what one turn of the program wrote as one piece: `pg` writes each statement on its own, and
 * each write is a call of the system. Over TLS the writes pass it by, and travel as they always did.
 */
export function gatherWrites(): net.Socket {
  const socket = new net.Socket();
  const write = socket.write;
  let gathers = false;
  const flush = (): void => {
    gathers = false;
    socket.uncork();
  };
  const gather = (...given: Parameters<typeof write>): boolean => {
    if (!gathers) {
      gathers = true;
      socket.cork();
      process.nextTick(flush);
    }
    return Reflect.apply(write, socket, given);
  };
  // Connecting puts the plain `write` back.
  return socket.once("connect", () => Object.assign(socket, { write: gather }));
}

/** By this setting row level security knows whose rows a connection may see. */
export const TENANT = "cleargate.organisation";

/** The id as it may become part of a statement. */
export function plainId(organisation: OrganisationId): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(organisation)) {
    throw new Bug("an organisation's id is not a UUID");
  }
  return organisation;
}

/** Options in the connection string would replace ours; together, ours are the later ones and win. */
function withoutOptions(text: string): { readonly url: string; readonly given: readonly string[] } {
  const url = new URL(text);
  const given = url.searchParams.getAll("options");
  url.searchParams.delete("options");
  return { url: url.href, given };
}

/** The same database's connection string with another database name. */
export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
