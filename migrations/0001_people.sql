-- Organisations with their workspaces, and people with the identities under which chat platforms know them.
alter default privileges in schema cleargate
  grant select, insert, update, delete on tables to cleargate_app;

create function instant(moment timestamptz) returns text
  language sql stable strict parallel safe
  return to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

create table organisations (
  id uuid primary key,
  name text not null,
  created_at timestamptz not null
);

create table workspaces (
  id uuid primary key,
  organisation_id uuid not null references organisations,
  surface text not null,
  ref text not null,
  constraint workspaces_unknown_surface check (surface in ('slack', 'teams', 'web')),
  constraint workspaces_in_two_organisations unique (surface, ref),
  constraint workspaces_of_organisation unique (organisation_id, id)
);

create table people (
  id uuid primary key,
  organisation_id uuid not null references organisations,
  name text not null,
  email text,
  email_confirmed boolean not null,
  time_zone text not null,
  kind text not null,
  is_administrator boolean not null,
  last_seen_at timestamptz not null,
  constraint people_unknown_kind
    check (kind in ('member', 'guest', 'external', 'bot', 'deactivated')),
  constraint people_of_organisation unique (organisation_id, id)
);

create table identities (
  organisation_id uuid not null,
  workspace_id uuid not null,
  user_id text not null,
  person_id uuid not null,
  last_seen_at timestamptz not null,
  constraint identities_of_two_people primary key (workspace_id, user_id),
  constraint identities_outside_workspace
    foreign key (organisation_id, workspace_id) references workspaces (organisation_id, id),
  constraint identities_outside_organisation
    foreign key (organisation_id, person_id) references people (organisation_id, id)
);
-- The surface on which a person was seen last.
create index identities_of_person on identities (person_id, last_seen_at desc);

create table role_grants (
  id bigint generated always as identity primary key,
  organisation_id uuid not null,
  person_id uuid not null,
  role text not null,
  granted_by uuid references people,
  granted_at timestamptz not null,
  withdrawn_by uuid references people,
  withdrawn_at timestamptz,
  constraint role_grants_outside_organisation
    foreign key (organisation_id, person_id) references people (organisation_id, id)
);
-- Who holds a role now; a role is held once.
create unique index role_grants_held_twice on role_grants (organisation_id, role, person_id)
  where withdrawn_at is null;
