-- What came in and must not count twice, and what goes out and must not be lost.
create table inbound_events (
  organisation_id uuid not null references organisations,
  event_key text not null,
  received_at timestamptz not null default now(),
  constraint inbound_events_repeated primary key (organisation_id, event_key)
);
-- Forgetting what is older than a day.
create index inbound_events_by_age on inbound_events (received_at);

create table outbox (
  id bigint generated always as identity primary key,
  organisation_id uuid not null references organisations,
  lane text not null,
  recipient jsonb not null,
  -- Messages for one target leave in order.
  target text not null,
  message text not null,
  key text,
  edit_only boolean not null,
  digest text not null,
  state text not null default 'waiting',
  attempts integer not null default 0,
  fence bigint not null default 0,
  uncertain boolean not null default false,
  repost boolean not null default false,
  lease_until timestamptz,
  next_attempt_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  last_error text,
  constraint outbox_unknown_lane check (lane in ('emergency', 'interactive', 'bulk')),
  constraint outbox_unknown_state check (state in ('waiting', 'sent', 'dropped', 'dead'))
);
-- The head of each target's queue.
create index outbox_waiting on outbox (lane, target, id) where state = 'waiting';
-- Folding an edit into one that has not left yet; what a living message will say.
create index outbox_waiting_by_key on outbox (organisation_id, key, id) where state = 'waiting';
create index outbox_dead on outbox (id) where state = 'dead';
create index outbox_settled on outbox (settled_at) where state in ('sent', 'dropped');

create table living_messages (
  organisation_id uuid not null references organisations,
  key text not null,
  surface text not null,
  workspace_id uuid not null references workspaces,
  -- A channel's id, or the user's id for a direct message.
  place text not null,
  is_direct boolean not null,
  ref text not null,
  digest text not null,
  changed_at timestamptz not null default now(),
  constraint living_messages_in_two_places primary key (organisation_id, key)
);

create function notify_outbox() returns trigger language plpgsql as $$
begin
  perform pg_notify('cleargate_outbox', '');
  return null;
end $$;
create trigger outbox_wakes_drainers
  after insert on outbox for each statement execute function notify_outbox();
