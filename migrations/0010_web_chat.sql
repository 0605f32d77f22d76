-- The local web chat: its channels, what was said in them, and how far each person has read.
create table web_channels (
  organisation_id uuid not null references organisations,
  channel_id text not null,
  name text not null,
  kind text not null,
  -- Whose direct messages or home it is.
  owner_id text,
  created_at timestamptz not null,
  constraint web_channels_twice primary key (organisation_id, channel_id),
  constraint web_channels_unknown_kind check (kind in ('channel', 'direct', 'home')),
  constraint web_channels_owned_by_nobody check ((kind = 'channel') = (owner_id is null))
);

create table web_messages (
  position bigint generated always as identity unique,
  organisation_id uuid not null,
  ref uuid not null,
  channel_id text not null,
  thread_ref uuid,
  -- Null: the product itself.
  author_id text,
  -- The only person who sees it.
  only_for text,
  -- JSON as text: jsonb refuses characters that people can type.
  content text not null,
  sent_at timestamptz not null,
  edited_at timestamptz,
  attempt text not null,
  constraint web_messages_twice primary key (organisation_id, ref),
  constraint web_messages_posted_twice unique (organisation_id, attempt),
  constraint web_messages_outside_channels
    foreign key (organisation_id, channel_id) references web_channels (organisation_id, channel_id),
  constraint web_messages_outside_threads
    foreign key (organisation_id, thread_ref) references web_messages (organisation_id, ref)
    on delete cascade
);
-- A page of a channel or of a thread, newest first.
create index web_messages_of_channel
  on web_messages (organisation_id, channel_id, thread_ref, position desc);
create index web_messages_of_thread on web_messages (organisation_id, thread_ref);

create table web_read_marks (
  organisation_id uuid not null,
  channel_id text not null,
  user_id text not null,
  read_up_to bigint not null,
  constraint web_read_marks_twice primary key (organisation_id, channel_id, user_id),
  constraint web_read_marks_outside_channels
    foreign key (organisation_id, channel_id) references web_channels (organisation_id, channel_id)
);
