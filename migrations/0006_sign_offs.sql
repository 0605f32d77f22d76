-- Requests for signatures, signatures, and the tokens with which a terminal signs.
create table sign_off_requests (
  id uuid primary key,
  organisation_id uuid not null,
  migration_id uuid not null,
  requirement text not null,
  meaning text not null,
  content_hash text not null,
  reason text,
  expires_on date,
  by_person uuid not null references people,
  by_name text not null,
  by_email text,
  requested_at timestamptz not null,
  claim jsonb,
  ended jsonb,
  constraint sign_off_requests_outside_item
    foreign key (migration_id, requirement) references requirement_items,
  constraint sign_off_requests_unknown_meaning
    check (meaning in ('requirement_met', 'not_applicable', 'waiver')),
  -- Deferred: one transaction may end a request and open its successor in either order.
  constraint sign_off_requests_open_twice
    exclude using btree (migration_id with =, requirement with =, meaning with =)
    where (ended is null) deferrable initially deferred
);
create index sign_off_requests_of_item
  on sign_off_requests (migration_id, requirement, requested_at, id);

create table sign_offs (
  id uuid primary key,
  organisation_id uuid not null,
  migration_id uuid not null,
  requirement text not null,
  request_id uuid references sign_off_requests,
  meaning text not null,
  content_hash text not null,
  definition_hash text not null,
  role text not null,
  consent text not null,
  reason text,
  expires_on date,
  by_person uuid not null references people,
  by_name text not null,
  by_email text not null,
  surface text not null,
  workspace_ref text not null,
  user_id text not null,
  time_zone text not null,
  by_answerer boolean not null,
  signed_at timestamptz not null,
  revoked jsonb,
  constraint sign_offs_outside_item
    foreign key (migration_id, requirement) references requirement_items,
  constraint sign_offs_unknown_meaning
    check (meaning in ('requirement_met', 'not_applicable', 'waiver')),
  constraint sign_offs_without_consent check (consent <> ''),
  constraint sign_offs_waiver_without_end check (meaning <> 'waiver' or expires_on is not null)
);
create unique index sign_offs_signed_twice
  on sign_offs (migration_id, requirement, content_hash, by_person, meaning) where revoked is null;
create index sign_offs_of_item on sign_offs (migration_id, requirement, signed_at, id);

create table signing_tokens (
  token_hash text primary key,
  organisation_id uuid not null,
  migration_id uuid not null,
  requirement text not null,
  person_id uuid not null references people,
  meaning text not null,
  content_hash text not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  spent_at timestamptz,
  constraint signing_tokens_outside_item
    foreign key (migration_id, requirement) references requirement_items
);
