/**
 * Lets the functions that find an organisation read the tables they need, and the one that moves workspaces change
 * those; nothing else passes row level security.
 */
import type pg from "pg";
import { z } from "zod";

/**
 * Tables under row level security that a SECURITY DEFINER function reads and its owner may not yet. A database
 * that was restored may have another owner than the one it was dumped from.
 */
const CLOSED = `
  select distinct t.oid::regclass::text as table, pg_get_userbyid(f.proowner) as owner
  from pg_proc f
    join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = f.oid
    join pg_class t on d.refclassid = 'pg_class'::regclass and t.oid = d.refobjid
  where f.pronamespace = 'cleargate'::regnamespace and f.prosecdef and t.relrowsecurity
    and not exists (select from pg_policy p
      where p.polrelid = t.oid and p.polname = 'look_up' and p.polroles = array[f.proowner])`;

/** The owner of the function that moves workspaces, where it may not yet. */
const UNMOVABLE = `
  select 'workspaces' as table, pg_get_userbyid(f.proowner) as owner
  from pg_proc f
  where f.pronamespace = 'cleargate'::regnamespace and f.proname = 'move_workspaces' and f.prosecdef
    and not exists (select from pg_policy p
      where p.polrelid = to_regclass('cleargate.workspaces') and p.polname = 'move'
        and p.polroles = array[f.proowner])`;

const Closed = z.object({ table: z.string(), owner: z.string() });

/** Gives the functions' owner what it needs; called after the schema files, at every start. */
export async function openLookUps(session: pg.Client): Promise<void> {
  const { rows } = await session.query(CLOSED);
  for (const { table, owner } of z.array(Closed).parse(rows)) {
    const role = session.escapeIdentifier(owner);
    await session.query(
      `begin;
       drop policy if exists look_up on ${table};
       create policy look_up on ${table} for select to ${role} using (true);
       commit`,
    );
  }
  const movable = await session.query(UNMOVABLE);
  for (const { owner } of z.array(Closed).parse(movable.rows)) {
    // Never those of the web chat: its people are not verified.
    const ours = "(surface <> 'web')";
    await session.query(
      `begin;
       drop policy if exists move on cleargate.workspaces;
       create policy move on cleargate.workspaces for update to ${session.escapeIdentifier(owner)}
         using ${ours} with check ${ours};
       commit`,
    );
  }
}
