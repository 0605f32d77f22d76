/** One transaction: begun, committed or rolled back, tried again when it collided, given up when time is over. */
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { Bug, Unavailable } from "../domain/fault.ts";
import type { OrganisationId } from "../domain/ids.ts";
import { mayTryAgain, toFault } from "./faults.ts";
import { nameStatement, plainId, type Sql, TENANT } from "./pool.ts";

const ATTEMPTS = 6;

export interface TransactionOptions {
  readonly begin: "begin" | "begin isolation level repeatable read read only";
  readonly deadlineMs: number;
  /** Whose rows the transaction sees; without one the tables of organisations are empty to `cleargate_app`. */
  readonly organisation?: OrganisationId;
  /** How many statements the work sends, where that is certain: the end of the transaction travels with the last. */
  readonly sends?: number;
  /** A result that leaves nothing behind: the transaction is rolled back, and the result still answered. */
  readonly undoes?: (result: unknown) => boolean;
}

/**
 * `close`: nothing is sent behind what was sent; the end of the transaction, a commit, travels with it. Whoever gives up
 * on it then does not know whether it was done, as with any commit whose answer is lost.
 */
export type Work<T> = (sql: Sql, close: () => void) => Promise<T>;

/**
 * Runs the work in a transaction. Until the deadline a collision (SQLSTATE 40001, 40P01) starts the work afresh;
 * after it the connection is cut, so that the database rolls back what was not to be committed yet, and the caller hears
 * `Unavailable`.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  options: TransactionOptions,
  work: Work<T>,
): Promise<T> {
  const overAt = performance.now() + options.deadlineMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await runOnce(pool, { ...options, deadlineMs: overAt - performance.now() }, work);
    } catch (error) {
      const tryAgain = mayTryAgain(error) && attempt < ATTEMPTS && performance.now() < overAt;
      if (!tryAgain) throw toFault(error);
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }
}

/** Each statement a transaction of its own, without the round trips that begin and end one. */
export function withoutTransaction(pool: pg.Pool): Sql {
  return {
    async query(text, values) {
      const plan = values ? { name: nameStatement(text), text, values: [...values] } : { text };
      try {
        return await pool.query(plan);
      } catch (error) {
        throw toFault(error);
      }
    },
  };
}

async function runOnce<T>(pool: pg.Pool, options: TransactionOptions, work: Work<T>): Promise<T> {
  const state: { client: pg.PoolClient | null; over: boolean } = { client: null, over: false };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => {
        state.over = true;
        const why = new Unavailable("The database is too slow.", { retryAfterSeconds: 2 });
        state.client?.release(why);
        state.client = null;
        reject(why);
      },
      Math.max(options.deadlineMs, 1),
    );
  });
  try {
    return await Promise.race([late, perform(pool, options, work, state)]);
  } finally {
    clearTimeout(timer);
  }
}

async function perform<T>(
  pool: pg.Pool,
  options: TransactionOptions,
  work: Work<T>,
  state: { client: pg.PoolClient | null; readonly over: boolean },
): Promise<T> {
  const client = await pool.connect();
  if (state.over) {
    client.release();
    throw new Unavailable("The database is too slow.");
  }
  state.client = client;
  // An error event between two statements would otherwise end the process.
  const ignore = () => undefined;
  client.on("error", ignore);
  const finish = (broken: boolean): void => {
    client.off("error", ignore);
    state.client?.release(broken);
    state.client = null;
  };
  // Connections are pipelined: what begins the transaction travels with its first statement. Where it failed, the
  // statements behind it fail too, or the wait for it below does.
  const begun = client.query(opening(options));
  begun.catch(ignore);
  const failures: unknown[] = [];
  let sent = 0;
  let ending: Promise<void> | undefined;
  const end = (how: "commit" | "rollback"): Promise<void> => {
    // The commit of a transaction that failed is answered with a rollback, and with no error.
    const ended = client.query(how).then(({ command }) => {
      if (command !== how.toUpperCase()) throw failures[0] ?? new Bug("nothing was committed");
    });
    ended.catch(ignore);
    return ended;
  };
  const close = (): void => {
    ending ??= end("commit");
  };
  try {
    const query: Sql["query"] = (text, values) => {
      if (ending) throw new Bug("a statement was sent behind the end of its transaction");
      const plan = values ? { name: nameStatement(text), text, values: [...values] } : text;
      const answer = client.query(plan);
      answer.catch((error: unknown) => failures.push(error));
      sent += 1;
      if (sent === options.sends) close();
      return answer;
    };
    const result = await work({ query }, close);
    await begun;
    const ended = ending ?? end(options.undoes?.(result) ? "rollback" : "commit");
    if (options.begin === "begin") await ended;
    // What was read stands, whatever becomes of the end of its transaction.
    ended.then(
      () => finish(false),
      () => finish(true),
    );
    return result;
  } catch (error) {
    finish(await isBroken(client));
    // Statements sent behind the one that failed only say that the transaction is over.
    throw failures.includes(error) ? failures[0] : error;
  }
}

/** One text, so that it costs one round trip; the setting ends with the transaction. */
function opening({ begin, organisation }: TransactionOptions): string {
  return organisation ? `${begin}; set local ${TENANT} = '${plainId(organisation)}'` : begin;
}

/** True when not even a rollback gets through. */
function isBroken(client: pg.PoolClient): Promise<boolean> {
  return client.query("rollback").then(
    () => false,
    () => true,
  );
}
