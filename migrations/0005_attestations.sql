-- The written word of people outside, with the document that carries it.
create table attestations (
  id uuid primary key,
  organisation_id uuid not null,
  migration_id uuid not null,
  requirement text not null,
  role text not null,
  form text not null,
  from_name text not null,
  from_title text not null,
  from_organisation text not null,
  from_email text not null,
  statement text not null,
  confirmed_on date not null,
  document_name text not null,
  document_sha256 text not null,
  document_link text,
  controlled boolean not null,
  by_person uuid not null references people,
  by_name text not null,
  by_email text,
  received_at timestamptz not null,
  removed_by uuid references people,
  removed_at timestamptz,
  constraint attestations_outside_item
    foreign key (migration_id, requirement) references requirement_items,
  constraint attestations_unknown_form
    check (form in ('signed_document', 'letter', 'e_mail', 'minutes'))
);
create index attestations_of_item on attestations (migration_id, requirement, received_at, id);
