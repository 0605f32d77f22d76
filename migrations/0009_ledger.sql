-- The ledger: facts staged by the transaction that causes them, then sealed in order into an append-only tree.
create table ledger_staging (
  id bigint generated always as identity primary key,
  organisation_id uuid not null references organisations,
  -- RFC 8785 canonical JSON: these bytes are hashed.
  entry text not null,
  migration_id uuid,
  changes_state boolean not null
);
create index ledger_staging_of_organisation on ledger_staging (organisation_id, id);

create table ledger_entries (
  organisation_id uuid not null references organisations,
  sequence bigint not null,
  leaf_hash bytea not null,
  entry text not null,
  migration_id uuid,
  changes_state boolean not null,
  constraint ledger_entries_at_one_place primary key (organisation_id, sequence),
  constraint ledger_entries_hash_length check (octet_length(leaf_hash) = 32)
);
-- The last entry that changed a migration.
create index ledger_entries_of_migration
  on ledger_entries (organisation_id, migration_id, sequence desc) where changes_state;

-- One row for each sealed batch: the tree's size, its RFC 6962 root, and the roots of its full subtrees.
create table ledger_heads (
  organisation_id uuid not null references organisations,
  size bigint not null,
  root bytea not null,
  frontier bytea[] not null,
  sealed_at timestamptz not null,
  constraint ledger_heads_two_of_one_size primary key (organisation_id, size)
);

-- Personal data, bound to its entry by a salted commitment and erasable without breaking the tree.
create table ledger_personal (
  organisation_id uuid not null references organisations,
  commitment bytea not null,
  salt bytea,
  body text,
  erased_at timestamptz,
  constraint ledger_personal_written_twice primary key (organisation_id, commitment),
  constraint ledger_personal_half_erased
    check ((body is null) = (erased_at is not null) and (salt is null) = (erased_at is not null))
);

create trigger ledger_entries_never_change
  before update or delete or truncate on ledger_entries
  for each statement execute function no_change();
create trigger ledger_heads_never_change
  before update or delete or truncate on ledger_heads
  for each statement execute function no_change();

revoke update, delete on ledger_entries, ledger_heads from cleargate_app;
revoke delete on ledger_personal from cleargate_app;

create function notify_ledger() returns trigger language plpgsql as $$
begin
  perform pg_notify('cleargate_ledger', '');
  return null;
end $$;
create trigger ledger_staging_wakes_sealer
  after insert on ledger_staging for each statement execute function notify_ledger();
