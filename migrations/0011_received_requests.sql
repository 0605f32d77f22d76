-- Signed requests of chat platforms that were received, so that an exact replay is answered and does nothing.
-- Unlogged: it is a first fence in front of the event keys, which survive a crash of the database.
create unlogged table received_requests (
  key text not null,
  received_at timestamptz not null default clock_timestamp(),
  constraint received_requests_twice primary key (key)
);
-- What is older than a day is forgotten.
create index received_requests_by_age on received_requests (received_at);
