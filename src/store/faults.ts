/** What an error of PostgreSQL means to us: the database is away, the transaction may be tried again, or a bug. */
import { z } from "zod";
import { Bug, Unavailable } from "../domain/fault.ts";

const DatabaseError = z.object({
  code: z.string().optional(),
  constraint: z.string().optional(),
  table: z.string().optional(),
});

/** Connection failures, shutdown, no resources, lock and statement timeouts, a server that became read-only. */
const DOWN = /^(08...|53...|57...|58...|55P03|25006|E[A-Z]+)$/;
const AGAIN = new Set(["40001", "40P01"]);
/** What `pg` throws without a code. */
const CUT =
  /Connection terminated|timeout exceeded when trying|Query read timeout|timeout expired|not queryable|connection error/i;

/** The work was overtaken by another transaction; done afresh it sees what that one wrote. */
export class Collision extends Error {
  readonly code = "40001";
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? DatabaseError.safeParse(error).data?.code : undefined;
}

export function isDatabaseDown(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return code === undefined ? CUT.test(error.message) : DOWN.test(code);
}

/** Two transactions got in each other's way; the same work may succeed now. */
export function mayTryAgain(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && AGAIN.has(code);
}

/** Our own faults pass; a database's error becomes one, without the row's values that PostgreSQL puts into it. */
export function toFault(error: unknown): unknown {
  if (error instanceof Bug || error instanceof Unavailable || !(error instanceof Error))
    return error;
  if (isDatabaseDown(error) || mayTryAgain(error)) {
    const why = codeOf(error) ?? "connection lost";
    return new Unavailable(`The database does not answer (${why}).`, { retryAfterSeconds: 2 });
  }
  const known = DatabaseError.safeParse(error).data;
  if (known?.code === "23503" && known.constraint?.endsWith("_outside_workspace"))
    return new Unavailable("The workspace belongs to another organization since a moment ago.", {
      retryAfterSeconds: 2,
    });
  if (!known?.code || !/^[0-9A-Z]{5}$/.test(known.code)) return error;
  const place = known.constraint ?? known.table ?? "";
  const bug = new Bug(`The database refused a statement: ${known.code} ${place}`.trim());
  if (error.stack) bug.stack = `${bug.message}\n${error.stack.split("\n").slice(1).join("\n")}`;
  return bug;
}
