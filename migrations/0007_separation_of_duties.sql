-- Nobody signs what they answered, uploaded, received or requested; a signature is revoked, never changed or removed.
create function same_human(person_a uuid, email_a text, person_b uuid, email_b text) returns boolean
  language sql immutable parallel safe
  return person_a = person_b or coalesce(lower(btrim(email_a)) = lower(btrim(email_b)), false);

create function refuse_signing_own_work() returns trigger language plpgsql set search_path = cleargate as $$
declare
  part text;
begin
  if new.by_answerer then return new; end if;
  select work.part into part from (
    select 'answerer' as part, by_person, by_email from (
      select distinct on (question) value, by_person, by_email from answers
      where migration_id = new.migration_id and requirement = new.requirement
      order by question, id desc
    ) newest where value is not null
    union all
    select 'uploader', by_person, by_email from evidence
    where migration_id = new.migration_id and requirement = new.requirement and removed_at is null
    union all
    select 'attestation_receiver', by_person, by_email from attestations
    where migration_id = new.migration_id and requirement = new.requirement and removed_at is null
    union all
    select 'requester', by_person, by_email from sign_off_requests
    where migration_id = new.migration_id and requirement = new.requirement
      and meaning = new.meaning
      and (id = new.request_id
        or (content_hash = new.content_hash
          and (ended is null or ended ->> 'as' = 'signed')))
  ) work
  where same_human(work.by_person, work.by_email, new.by_person, new.by_email)
  limit 1;
  if part is not null then
    raise exception 'the signer is the %', part
      using errcode = 'check_violation', constraint = 'sign_offs_signer_did_the_work';
  end if;
  return new;
end $$;

create trigger sign_offs_signer_did_the_work
  before insert on sign_offs for each row execute function refuse_signing_own_work();

create function refuse_other_than_revocation() returns trigger language plpgsql set search_path = cleargate as $$
begin
  if tg_op = 'UPDATE' and old.revoked is null
    and to_jsonb(new) - 'revoked' = to_jsonb(old) - 'revoked' then
    return new;
  end if;
  raise exception 'a signature can only be revoked' using errcode = 'restrict_violation';
end $$;

create trigger sign_offs_only_revoked
  before update or delete on sign_offs for each row execute function refuse_other_than_revocation();
create trigger sign_offs_never_truncated
  before truncate on sign_offs for each statement execute function no_change();
