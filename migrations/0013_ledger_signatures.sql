-- What is signed of the ledger, by which key, what makes its proofs short, and what was found wrong with it.
-- The full subtrees over 16, 256, 4096 ... entries; the first sealer fills in those of an older ledger.
create table ledger_nodes (
  organisation_id uuid not null references organisations,
  level integer not null,
  place bigint not null,
  hash bytea not null,
  constraint ledger_nodes_at_one_place primary key (organisation_id, level, place)
);

-- The newest is in force.
create table ledger_keys (
  id bigint generated always as identity primary key,
  organisation_id uuid not null references organisations,
  key_id text not null,
  public_key bytea not null,
  registered_at timestamptz not null
);
create index ledger_keys_newest on ledger_keys (organisation_id, id desc);
-- An era ends when two people accept that the ledger does not go on as it was signed.
create table ledger_checkpoints (
  id bigint generated always as identity primary key,
  organisation_id uuid not null references organisations,
  era integer not null,
  size bigint not null,
  root bytea not null,
  key_id text not null,
  note text not null,
  signed_at timestamptz not null,
  constraint ledger_checkpoints_two_of_one_size unique (organisation_id, era, size)
);

create table ledger_breaks (
  id uuid primary key,
  organisation_id uuid not null references organisations,
  found jsonb not null,
  found_at timestamptz not null,
  constraint ledger_breaks_of_organisation unique (organisation_id, id)
);
create table ledger_break_acceptances (
  organisation_id uuid not null,
  break_id uuid not null,
  by_person uuid not null,
  reason text not null,
  is_final boolean not null,
  accepted_at timestamptz not null,
  constraint ledger_break_acceptances_twice_by_one primary key (break_id, by_person),
  constraint ledger_break_acceptances_by_three unique (break_id, is_final),
  constraint ledger_break_acceptances_outside_organisation
    foreign key (organisation_id, break_id) references ledger_breaks (organisation_id, id)
);

-- The newest of each kind is in force: the channel in which checkpoints are posted, and how the service was set up.
create table ledger_settings (
  id bigint generated always as identity primary key,
  organisation_id uuid not null references organisations,
  kind text not null,
  value jsonb not null,
  recorded_at timestamptz not null
);
create index ledger_settings_newest on ledger_settings (organisation_id, kind, id desc);

do $$ declare made text; begin
  foreach made in array '{nodes,keys,checkpoints,breaks,break_acceptances,settings}'::text[] loop
    made := 'ledger_' || made;
    perform isolate(made::regclass), open_to_loops(made::regclass, '{select,insert}');
    execute format('create trigger %I before update or delete or truncate on %I
      for each statement execute function no_change()', made || '_never_change', made);
    execute format('revoke update, delete on %I from cleargate_app', made);
  end loop;
end $$;
select open_to_loops('ledger_staging', '{insert}');
revoke insert on ledger_nodes, ledger_checkpoints from cleargate_app;

-- A notification makes commits wait for one another; the sealer looks often, and is woken by its own process.
drop trigger ledger_staging_wakes_sealer on ledger_staging;
drop function notify_ledger();
-- Nor should inserts share a lock on the organisation's row: the entry that it becomes is bound to it.
alter table ledger_staging drop constraint ledger_staging_organisation_id_fkey;
