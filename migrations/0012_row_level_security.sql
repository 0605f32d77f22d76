-- Row level security: a connection sees the rows of one organisation only, whatever its statements ask for.
-- A later file that makes a table with organisation_id says at once:
--   select isolate('the_table');
-- and, where the loops work with it across organisations, what they may do, on which columns if not on all:
--   select open_to_loops('the_table', '{select,update}');
--   select open_to_loops('the_table', '{select}', 'id, organisation_id');
-- What is sought before the organisation is known is found by a function like organisation_of_workspace below:
-- security definer, search_path pinned, body in `begin atomic`, no execute for public, answers ids only. Its owner
-- gets a policy to read its tables after the files are applied (src/store/tenancy/look-ups.ts).
-- The owner is bound otherwise: a file that changes rows of an isolated table says `alter table the_table no force
-- row level security` before it and `force` after it.
create function isolate(target regclass, tenant name default 'organisation_id') returns void
  language plpgsql set search_path = cleargate, pg_temp as $$
declare
  -- The inner select is worked out once a statement, not once a row.
  ours text := format('%I = (select nullif(current_setting(%L, true), %L)::uuid)', tenant, 'cleargate.organisation', '');
begin
  execute format('alter table %s enable row level security, force row level security', target);
  execute format('create policy organisation on %s to cleargate_app using (%s) with check (%2$s)', target, ours);
end $$;

create function open_to_loops(target regclass, commands text[], columns text default null) returns void
  language plpgsql set search_path = cleargate, pg_temp as $$
declare
  command text;
begin
  foreach command in array commands loop
    execute format('grant %s %s on %s to cleargate_loops', command, '(' || columns || ')', target);
    execute format('create policy %I on %s for %s to cleargate_loops %s', 'loops_' || command, target, command,
      case command when 'insert' then 'with check (true)' else 'using (true)' end);
  end loop;
end $$;

create function organisation_of_workspace(given_surface text, given_ref text)
  returns table (organisation_id uuid, workspace_id uuid)
  language sql stable security definer set search_path = cleargate, pg_temp
begin atomic
  select w.organisation_id, w.id from workspaces w where w.surface = given_surface and w.ref = given_ref;
end;
create function organisation_of_migration(given_id uuid) returns uuid
  language sql stable security definer set search_path = cleargate, pg_temp
begin atomic
  select m.organisation_id from migrations m where m.id = given_id;
end;
revoke execute on function isolate, open_to_loops, organisation_of_workspace, organisation_of_migration from public;
grant execute on function organisation_of_workspace, organisation_of_migration to cleargate_app;

-- A row refers to rows of its own organisation only: each foreign key between two such tables takes it in.
alter table requirement_items
  add constraint requirement_items_of_organisation unique (organisation_id, migration_id, requirement);
alter table sign_off_requests add constraint sign_off_requests_of_organisation unique (organisation_id, id);
do $$
declare
  link text;
begin
  for link in
    select format('alter table %s drop constraint %I, add constraint %2$I %s', c.conrelid::regclass, c.conname,
      regexp_replace(replace(pg_get_constraintdef(c.oid), 'KEY (', 'KEY (organisation_id, '),
        '(REFERENCES \S+)\(', '\1(organisation_id, '))
    from pg_constraint c
      join pg_attribute a on a.attrelid = c.conrelid and a.attname = 'organisation_id'
      join pg_attribute b on b.attrelid = c.confrelid and b.attname = 'organisation_id'
    where c.contype = 'f' and c.connamespace = 'cleargate'::regnamespace and not a.attnum = any(c.conkey)
  loop
    execute link;
  end loop;
end $$;

grant usage on schema cleargate to cleargate_loops;
select isolate('organisations', 'id');
select isolate(a.attrelid::regclass) from pg_attribute a join pg_class t on t.oid = a.attrelid
  where t.relnamespace = 'cleargate'::regnamespace and t.relkind = 'r' and a.attname = 'organisation_id';
select open_to_loops(given.name::regclass, given.commands::text[], given.columns) from (values
  ('outbox', '{select,update,delete}', null), ('living_messages', '{select,insert,update,delete}', null),
  ('ledger_staging', '{select,delete}', null), ('inbound_events', '{select,delete}', null),
  ('ledger_entries', '{select,insert}', null), ('ledger_heads', '{select,insert}', null),
  ('organisations', '{select}', 'id, created_at'), ('workspaces', '{select}', 'id, organisation_id, surface, ref'),
  ('identities', '{select}', null)) as given (name, commands, columns);
revoke insert on ledger_entries, ledger_heads from cleargate_app;
revoke update, delete on ledger_staging from cleargate_app;
