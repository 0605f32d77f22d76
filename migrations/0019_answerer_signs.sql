-- Whoever answered signs only where the workflow of the migration says so, whatever the program claims.
-- The conditions of a workflow file stay with the program; what the tables tell of them is asked again here.
create function answerer_may_sign(signed sign_offs) returns boolean
  language sql stable set search_path = cleargate
begin atomic
  select signed.meaning = 'requirement_met'
    and exists (
      select from migration_definitions pinned
      join workflow_definitions kept on kept.hash = pinned.hash,
        jsonb_array_elements(kept.body::jsonb -> 'requirements') requirement,
        jsonb_array_elements(requirement -> 'sign_off' -> 'signers') signer
      where pinned.migration_id = signed.migration_id and pinned.hash = signed.definition_hash
        and requirement ->> 'name' = signed.requirement
        and (signer ->> 'may_be_answerer')::boolean
        and signed.role in (signer ->> 'role', signer ->> 'fallback')
    )
    -- One click confirms a detection that asked nothing and from which nothing was left out.
    and (signed.requirement <> 'vertical_confirmed' or exists (
      select from migrations m
      where m.id = signed.migration_id and m.verticals is not null
        and not 'needs_input' = any (m.flags)
        and not exists (
          select from migration_detections d
          where d.migration_id = m.id and (d.detected ->> 'decision' = 'ask'
            or (d.detected ->> 'decision' = 'auto' and d.detected ->> 'vertical' <> all (m.verticals)))
        )
    ));
end;

create or replace function refuse_signing_own_work() returns trigger
  language plpgsql set search_path = cleargate as $$
declare
  part text;
begin
  if new.by_answerer and answerer_may_sign(new) then return new; end if;
  if new.by_answerer then
    raise exception 'an answerer does not sign this'
      using errcode = 'check_violation', constraint = 'sign_offs_answerer_may_not_sign';
  end if;
  select work.part into part from (
    select 'answerer' as part, by_person, by_email from (
      select distinct on (question) value, by_person, by_email from answers
      where migration_id = new.migration_id and requirement = new.requirement
      order by question, id desc
    ) newest where value is not null
    union all
    select 'confirmer', confirmed_by, confirmed_by_email from migrations
    where id = new.migration_id and new.requirement = 'vertical_confirmed' and confirmed_by is not null
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
