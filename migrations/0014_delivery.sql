-- How delivery keeps to what others can take: pauses that all processes share, and how far events were shipped.
create table delivery_pauses (
  organisation_id uuid not null references organisations,
  -- One target, or one kind of call in one workspace; an emergency has its own.
  scope text not null,
  free_at timestamptz not null,
  constraint delivery_pauses_twice_for_one_scope primary key (organisation_id, scope)
);
create index delivery_pauses_by_age on delivery_pauses (free_at);

-- How far Splunk has what an organisation recorded.
create table splunk_cursors (
  organisation_id uuid not null references organisations,
  -- Every entry up to this one was taken, or is written down as refused.
  entries_through bigint not null default 0,
  -- The newest checkpoint that was taken.
  checkpoints_through bigint not null default 0,
  -- One process ships at a time; a later lease has a higher number.
  fence bigint not null default 0,
  lease_until timestamptz,
  constraint splunk_cursors_two_of_one_organisation primary key (organisation_id),
  constraint splunk_cursors_before_the_first check (entries_through >= 0 and checkpoints_through >= 0)
);

-- Events that Splunk will not take: tried again, and after some attempts left out, so that they stop no other.
create table splunk_refusals (
  organisation_id uuid not null references organisations,
  sequence bigint not null,
  attempts integer not null default 0,
  why text not null,
  left_out_at timestamptz,
  constraint splunk_refusals_two_of_one_entry primary key (organisation_id, sequence)
);

select isolate('delivery_pauses');
select isolate('splunk_cursors');
select isolate('splunk_refusals');
select open_to_loops('delivery_pauses', '{select,insert,update,delete}');
select open_to_loops('splunk_cursors', '{select,insert,update}');
select open_to_loops('splunk_refusals', '{select,insert,update}');
