-- Two accounts of one human being become one person, by a code that is shown on one and typed on the other.
create table link_codes (
  code_hash text primary key,
  organisation_id uuid not null,
  workspace_id uuid not null,
  user_id text not null,
  person_id uuid not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  spent_at timestamptz,
  -- A new code of an account replaces the one before.
  constraint link_codes_two_of_an_account unique (workspace_id, user_id),
  constraint link_codes_outside_workspace
    foreign key (organisation_id, workspace_id) references workspaces (organisation_id, id),
  constraint link_codes_outside_organisation
    foreign key (organisation_id, person_id) references people (organisation_id, id)
);

-- Codes that did not fit: after a few of them a person has to wait.
create table link_tries (
  id bigint generated always as identity primary key,
  organisation_id uuid not null,
  person_id uuid not null,
  tried_at timestamptz not null,
  constraint link_tries_outside_organisation
    foreign key (organisation_id, person_id) references people (organisation_id, id)
);
create index link_tries_of_person on link_tries (person_id, tried_at);

-- Who was ever found to be the same human being as another person. It stays when the accounts are taken apart again:
-- what either did in between cannot be told apart by two pairs of eyes.
create table same_humans (
  person_id uuid primary key,
  organisation_id uuid not null,
  human_id uuid not null,
  constraint same_humans_of_oneself check (person_id <> human_id),
  constraint same_humans_outside_organisation
    foreign key (organisation_id, person_id) references people (organisation_id, id),
  constraint same_humans_human_outside_organisation
    foreign key (organisation_id, human_id) references people (organisation_id, id)
);

-- The person that an account had before it was joined to another.
alter table identities add column first_person_id uuid,
  add constraint identities_first_outside_organisation
    foreign key (organisation_id, first_person_id) references people (organisation_id, id);

create function human_of(person uuid) returns uuid
  language sql stable parallel safe
begin atomic
  select coalesce((select s.human_id from same_humans s where s.person_id = person), person);
end;

create or replace function same_human(person_a uuid, email_a text, person_b uuid, email_b text) returns boolean
  language sql stable parallel safe
begin atomic
  select human_of(person_a) = human_of(person_b)
    or coalesce(lower(btrim(email_a)) = lower(btrim(email_b)), false);
end;

-- Says only whose a code is, so that somebody who typed it in another organisation hears why it cannot work.
create function organisation_of_link_code(given_hash text) returns uuid
  language sql stable security definer set search_path = cleargate, pg_temp
begin atomic
  select c.organisation_id from link_codes c where c.code_hash = given_hash;
end;
revoke execute on function organisation_of_link_code from public;
grant execute on function organisation_of_link_code to cleargate_app;
select isolate('link_codes');
select isolate('link_tries');
select isolate('same_humans');
