/** The two roles that the program works as: requests as `cleargate_app`, the loops as `cleargate_loops`. */
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { z } from "zod";
import { Bug } from "../../domain/fault.ts";
import { inTransaction } from "../transaction.ts";

export type AppRole = "cleargate_app" | "cleargate_loops";
const ROLES: readonly AppRole[] = ["cleargate_app", "cleargate_loops"];

/** Roles belong to the whole server: another process may be making them for another database. */
const OVERTAKEN = new Set(["42710", "23505", "XX000"]);
const FORBIDDEN = "42501";
const ATTEMPTS = 10;

const codeOf = (error: unknown) =>
  error instanceof Error && "code" in error ? String(error.code) : "";

/** Makes what is missing of the roles, so that whoever migrates may become either of them. */
export async function prepareRoles(session: pg.Client): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      for (const role of ROLES) await prepareRole(session, role);
      await letLoginWorkAsLoops(session);
      return await letAppCompare(session);
    } catch (error) {
      if (!OVERTAKEN.has(codeOf(error)) || attempt === ATTEMPTS) throw error;
      await sleep(Math.random() * 50);
    }
  }
}

async function prepareRole(session: pg.Client, role: AppRole): Promise<void> {
  const { rows } = await session.query<{ me: string; exists: boolean }>(
    "select current_user as me, exists (select from pg_roles where rolname = $1) as exists",
    [role],
  );
  const me = rows[0]?.me;
  if (me === role) {
    throw new Bug(`The database's login is ${role}, which must not own the schema: use another.`);
  }
  try {
    if (!rows[0]?.exists) {
      await session.query(`create role ${role} nologin nosuperuser nobypassrls noinherit`);
    }
    if (!(await mayBecome(session, "current_user", role))) {
      await session.query(`grant ${role} to current_user`);
    }
  } catch (error) {
    if (codeOf(error) !== FORBIDDEN) throw error;
    const how = `create role ${role} nologin; grant ${role} to "${me}";`;
    throw new Bug(
      `The database's login may not make the role ${role}. As an administrator: ${how}`,
    );
  }
}

/**
 * Where requests log in as `cleargate_app` itself, that login may become `cleargate_loops`, on demand only: without
 * NOINHERIT it would see all that the loops see.
 */
async function letLoginWorkAsLoops(session: pg.Client): Promise<void> {
  const { rows } = await session.query(
    "select 1 from pg_roles where rolname = 'cleargate_app' and rolcanlogin",
  );
  if (rows.length === 0 || (await mayBecome(session, "'cleargate_app'", "cleargate_loops"))) return;
  await session.query("alter role cleargate_app noinherit");
  await session.query("grant cleargate_loops to cleargate_app");
}

/** Replaying the ledger compares with tables that last as long as a session; without the right it says so itself. */
async function letAppCompare(session: pg.Client): Promise<void> {
  const { rows } = await session.query<{ may: boolean; database: string }>(
    `select has_database_privilege('cleargate_app', current_database(), 'temporary') as may,
       current_database() as database`,
  );
  if (!rows[0] || rows[0].may) return;
  const database = session.escapeIdentifier(rows[0].database);
  try {
    await session.query(`grant temporary on database ${database} to cleargate_app`);
  } catch (error) {
    if (codeOf(error) !== FORBIDDEN) throw error;
  }
}

async function mayBecome(session: pg.Client, who: string, role: AppRole): Promise<boolean> {
  const { rows } = await session.query<{ may: boolean }>(
    `select pg_has_role(${who}, $1,
       case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end
     ) as may`,
    [role],
  );
  return rows[0]?.may ?? false;
}

const Standing = z.object({
  role: z.string(),
  schema: z.string().nullable(),
  superuser: z.boolean(),
  bypassrls: z.boolean(),
  owns: z.number(),
  follows: z.boolean(),
});
export type Standing = z.infer<typeof Standing>;

/** As whom a connection works, and whatever would let it see more than it should. */
export async function standingOf(pool: pg.Pool, deadlineMs: number): Promise<Standing> {
  const { rows } = await inTransaction(pool, { begin: "begin", deadlineMs }, (sql) =>
    sql.query(
      `select current_user as role, current_schema() as schema, rolsuper as superuser,
         rolbypassrls as bypassrls,
         (select count(*)::int from pg_class where relnamespace = to_regnamespace('cleargate')
           and pg_has_role(current_user, relowner, 'usage')) as owns,
         current_setting('row_security') = 'on' as follows
       from pg_roles where rolname = current_user`,
    ),
  );
  return Standing.parse(rows[0]);
}

/** What is wrong with the way a connection works; null when row level security holds for it. */
export function findExcess(standing: Standing, role: AppRole): string | null {
  const { schema, superuser, bypassrls, owns, follows } = standing;
  const as = `runs as ${standing.role}`;
  if (superuser) return `${as}, a superuser`;
  if (bypassrls) return `${as}, which passes row level security`;
  if (standing.role !== role || schema !== "cleargate") {
    return `${as} in ${schema} instead of ${role} in cleargate`;
  }
  if (owns > 0) return `${as}, which owns tables or may act as their owner`;
  return follows ? null : `${as} with row_security off`;
}

/** A pooler between us and the database may drop what a connection asks for at its start. */
export async function requireRole(pool: pg.Pool, role: AppRole, deadlineMs: number): Promise<void> {
  const excess = findExcess(await standingOf(pool, deadlineMs), role);
  if (excess === null) return;
  const what = role === "cleargate_app" ? "app" : "background work";
  throw new Bug(
    `The ${what} ${excess}: connect directly or through a pooler in session mode, ` +
      "and give its roles no more rights than the operations guide says.",
  );
}
