-- What people answered and gave as evidence for each requirement. Answers are revisions: the newest counts.
create table requirement_items (
  organisation_id uuid not null,
  migration_id uuid not null,
  requirement text not null,
  version integer not null default 0,
  reopened_reason text,
  reopened_at timestamptz,
  primary key (migration_id, requirement),
  constraint requirement_items_outside_organisation
    foreign key (organisation_id, migration_id) references migrations (organisation_id, id),
  constraint requirement_items_reopened_without_reason
    check ((reopened_reason is null) = (reopened_at is null))
);

create table answers (
  id bigint generated always as identity primary key,
  organisation_id uuid not null,
  migration_id uuid not null,
  requirement text not null,
  question text not null,
  -- Null: withdrawn.
  value jsonb,
  by_person uuid not null references people,
  by_name text not null,
  by_email text,
  given_at timestamptz not null,
  constraint answers_outside_item
    foreign key (migration_id, requirement) references requirement_items
);
-- The newest revision of each question.
create index answers_newest on answers (migration_id, requirement, question, id desc);

create table evidence (
  id uuid primary key,
  organisation_id uuid not null,
  migration_id uuid not null,
  requirement text not null,
  slot text not null,
  kind text not null,
  name text not null,
  sha256 text,
  bytes bigint,
  link text,
  held_on date,
  by_person uuid not null references people,
  by_name text not null,
  by_email text,
  given_at timestamptz not null,
  removed_by uuid references people,
  removed_at timestamptz,
  constraint evidence_outside_item
    foreign key (migration_id, requirement) references requirement_items,
  constraint evidence_unknown_kind check (kind in ('file', 'link', 'held')),
  constraint evidence_file_without_hash check (kind <> 'file' or sha256 is not null),
  constraint evidence_link_without_link check (kind <> 'link' or link is not null),
  constraint evidence_held_with_content
    check (kind <> 'held' or (held_on is not null and sha256 is null and link is null))
);
create index evidence_of_item on evidence (migration_id, requirement, given_at, id);

create trigger answers_never_change
  before update or delete or truncate on answers
  for each statement execute function no_change();
