-- Microsoft Teams: where Cleargate may speak there, and by which id Teams knows a person. Nothing of what is said.
create table teams_conversations (
  organisation_id uuid not null references organisations,
  -- The directory (tenant): a workspace may change its organisation, and its conversations are learned anew then.
  workspace_ref text not null,
  conversation_id text not null,
  kind text not null,
  service_url text not null,
  -- Whose personal chat it is.
  user_id text,
  seen_at timestamptz not null,
  constraint teams_conversations_twice primary key (organisation_id, workspace_ref, conversation_id),
  constraint teams_conversations_unknown_kind check (kind in ('personal', 'group', 'channel')),
  constraint teams_conversations_of_nobody check ((kind = 'personal') = (user_id is not null))
);
-- The chat of one person, to which messages go on their own.
create index teams_conversations_of_person on teams_conversations (organisation_id, workspace_ref, user_id);

create table teams_accounts (
  organisation_id uuid not null references organisations,
  workspace_ref text not null,
  user_id text not null,
  account_id text not null,
  name text not null,
  -- Where it can be asked who the person is now.
  conversation_id text not null,
  service_url text not null,
  time_zone text,
  seen_at timestamptz not null,
  constraint teams_accounts_twice primary key (organisation_id, workspace_ref, user_id)
);

select isolate('teams_conversations');
select isolate('teams_accounts');

-- Messages leave for workspaces of either platform.
create or replace function organisation_of_workspace_id(given_id uuid)
  returns table (organisation_id uuid, workspace_ref text)
  language sql stable security definer set search_path = cleargate, pg_temp
begin atomic
  select w.organisation_id, w.ref from workspaces w where w.id = given_id and w.surface in ('slack', 'teams');
end;
