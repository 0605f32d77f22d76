-- The workspaces of one organisation join another, by a code that an administrator there had shown.
alter table link_codes add column purpose text not null default 'link',
  add constraint link_codes_unknown_purpose check (purpose in ('link', 'join'));

-- The one statement by which a row changes its organisation: every workspace of the organisation that the transaction
-- works for becomes one of the organisation whose code it is. It checks itself that the code is good, that no
-- migration was ever opened there, and that the web chat, whose people are not verified, is on neither side. Its
-- owner may change workspaces for it, those of the web chat apart (src/store/tenancy/look-ups.ts).
create function move_workspaces(given_hash text, given_at timestamptz)
  returns table (workspace_id uuid, organisation_id uuid)
  language sql volatile security definer set search_path = cleargate, pg_temp
begin atomic
  -- A code is used by one at a time, and what is held here is seen by the statement below as it is then.
  select pg_advisory_xact_lock(hashtextextended(given_hash, 10));
  select w.id from workspaces w
  where w.organisation_id = nullif(current_setting('cleargate.organisation', true), '')::uuid
    and w.surface <> 'web'
  order by w.id for update;
  update workspaces w set organisation_id = c.organisation_id
  from link_codes c
  where w.organisation_id = nullif(current_setting('cleargate.organisation', true), '')::uuid
    and c.code_hash = given_hash and c.purpose = 'join' and c.spent_at is null and c.expires_at > given_at
    and c.organisation_id <> w.organisation_id
    and not exists (select from migrations m where m.organisation_id = w.organisation_id)
    and not exists (select from workspaces o
      where o.organisation_id in (w.organisation_id, c.organisation_id) and o.surface = 'web')
  returning w.id, w.organisation_id;
end;
revoke execute on function move_workspaces from public;
grant execute on function move_workspaces to cleargate_app;

-- An organisation that has joined another opens no migration any more. What was on its way when it joined waits for
-- the move, finds no workspace, and is to be tried again.
create function refuse_migration_of_nobody() returns trigger language plpgsql set search_path = cleargate as $$
begin
  perform 1 from workspaces where organisation_id = new.organisation_id order by id limit 1 for key share;
  if found then return new; end if;
  raise exception 'the organisation has no workspace' using errcode = 'serialization_failure';
end $$;
create trigger migrations_of_nobody
  before insert on migrations for each row execute function refuse_migration_of_nobody();
