-- A customer's migration with its channels, detected verticals, workflow versions and contacts.
create table migrations (
  id uuid primary key,
  organisation_id uuid not null references organisations,
  customer text not null,
  industry text not null,
  time_zone text not null,
  platform text,
  proposal_on date,
  go_live_on date,
  state text not null default 'open',
  cancelled_because text,
  -- Null: created in the terminal.
  opened_by uuid references people,
  opened_by_name text,
  opened_by_email text,
  opened_at timestamptz not null,
  version bigint not null default 0,
  verticals text[],
  confirmed_by uuid references people,
  confirmed_by_name text,
  confirmed_by_email text,
  confirmed_at timestamptz,
  flags text[] not null default '{}',
  gate3_passed_at timestamptz,
  -- For old readers: {"compliance": {"vertical": first by the workflows' order, "verticals": all}}.
  metadata jsonb not null default '{}',
  constraint migrations_unknown_state check (state in ('open', 'closed', 'cancelled')),
  constraint migrations_verticals_without_confirmation
    check ((verticals is null) = (confirmed_at is null) and (verticals is null) = (confirmed_by is null)),
  constraint migrations_of_organisation unique (organisation_id, id)
);
-- A list of migrations, newest first.
create index migrations_by_age on migrations (organisation_id, opened_at desc, id);

create table migration_channels (
  organisation_id uuid not null,
  migration_id uuid not null,
  workspace_id uuid not null,
  channel_id text not null,
  linked_at timestamptz not null,
  released_at timestamptz,
  primary key (migration_id, workspace_id, channel_id),
  constraint migration_channels_outside_organisation
    foreign key (organisation_id, migration_id) references migrations (organisation_id, id),
  constraint migration_channels_outside_workspace
    foreign key (organisation_id, workspace_id) references workspaces (organisation_id, id)
);
create unique index migration_channels_with_two_open_migrations
  on migration_channels (workspace_id, channel_id) where released_at is null;

create table migration_detections (
  organisation_id uuid not null,
  migration_id uuid not null,
  position integer not null,
  detected jsonb not null,
  primary key (migration_id, position),
  constraint migration_detections_outside_organisation
    foreign key (organisation_id, migration_id) references migrations (organisation_id, id)
);

create table contacts (
  organisation_id uuid not null,
  migration_id uuid not null,
  role text not null,
  name text not null,
  title text not null,
  organisation text not null,
  email text not null,
  recorded_at timestamptz not null,
  constraint contacts_two_of_one_role primary key (migration_id, role),
  constraint contacts_outside_organisation
    foreign key (organisation_id, migration_id) references migrations (organisation_id, id)
);
