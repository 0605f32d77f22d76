-- Workflow files by the hash of their canonical bytes, so that a migration keeps the version it started with.
create table workflow_definitions (
  hash text primary key,
  file text not null,
  vertical text not null,
  version integer not null,
  -- The place by which old readers' single vertical is chosen.
  place integer not null,
  body text not null,
  kept_at timestamptz not null
);

create table migration_definitions (
  organisation_id uuid not null,
  migration_id uuid not null,
  vertical text not null,
  -- Deferred: a transaction may name a definition before it keeps it.
  hash text not null references workflow_definitions deferrable initially deferred,
  position integer not null,
  primary key (migration_id, vertical),
  constraint migration_definitions_outside_organisation
    foreign key (organisation_id, migration_id) references migrations (organisation_id, id)
);

create function no_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger workflow_definitions_never_change
  before update or delete or truncate on workflow_definitions
  for each statement execute function no_change();
revoke update, delete on workflow_definitions from cleargate_app;
