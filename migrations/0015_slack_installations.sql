-- Several Slack workspaces install the app themselves; the token of each is kept encrypted.
create table slack_installations (
  workspace_id uuid primary key,
  organisation_id uuid not null,
  app_id text not null,
  enterprise_id text,
  is_org_wide boolean not null,
  bot_user_id text not null,
  scopes text[] not null,
  installed_at timestamptz not null,
  installed_by text not null,
  removed_at timestamptz,
  constraint slack_installations_of_organisation unique (organisation_id, workspace_id),
  constraint slack_installations_outside_workspace
    foreign key (organisation_id, workspace_id) references workspaces (organisation_id, id),
  constraint slack_installations_org_wide_without_enterprise
    check (not is_org_wide or enterprise_id is not null)
);

-- AES-256-GCM: the token under a data key of its own, the data key under a key of the key service.
create table slack_tokens (
  workspace_id uuid primary key,
  organisation_id uuid not null,
  key_id text not null,
  wrapped_key bytea not null,
  key_version text not null,
  bot_token bytea not null,
  constraint slack_tokens_without_installation
    foreign key (organisation_id, workspace_id) references slack_installations (organisation_id, workspace_id)
);

-- Started in a browser, before anybody knows whose workspace it will be; only hashes, good for ten minutes.
create table slack_install_states (
  state_hash text primary key,
  browser_hash text not null,
  expires_at timestamptz not null
);
-- Forgetting what has expired.
create index slack_install_states_by_end on slack_install_states (expires_at);

create function organisation_of_workspace_id(given_id uuid)
  returns table (organisation_id uuid, workspace_ref text)
  language sql stable security definer set search_path = cleargate, pg_temp
begin atomic
  select w.organisation_id, w.ref from workspaces w where w.id = given_id and w.surface = 'slack';
end;

create function slack_app_ids() returns table (app_id text)
  language sql stable security definer set search_path = cleargate, pg_temp
begin atomic
  select distinct i.app_id from slack_installations i where i.removed_at is null;
end;

-- Which keys the tokens are under, so that a start without one of them is refused and an old one is taken away.
create function slack_token_keys()
  returns table (organisation_id uuid, workspace_id uuid, workspace_ref text, key_id text)
  language sql stable security definer set search_path = cleargate, pg_temp
begin atomic
  select t.organisation_id, t.workspace_id, w.ref, t.key_id
  from slack_tokens t join workspaces w on w.id = t.workspace_id;
end;

revoke execute on function organisation_of_workspace_id, slack_app_ids, slack_token_keys from public;
grant execute on function organisation_of_workspace_id, slack_app_ids, slack_token_keys to cleargate_app;

select isolate('slack_installations');
select isolate('slack_tokens');
