-- Who waits for one lane of the outbox is not woken for another.
create or replace function notify_outbox() returns trigger language plpgsql as $$
begin
  perform pg_notify('cleargate_outbox', lane) from (select distinct lane from added) lanes;
  return null;
end $$;
drop trigger outbox_wakes_drainers on outbox;
create trigger outbox_wakes_drainers
  after insert on outbox referencing new table as added
  for each statement execute function notify_outbox();
