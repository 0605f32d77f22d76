-- What a written word is about, and how the member who recorded it checked that it is authentic. Both are null in
-- rows from before: such a word is about everything that was there when it came.
alter table attestations
  -- Each document: how and where it was given, and its hash. An empty list: the answers, and none of the documents.
  add column about jsonb,
  -- Name and link of each of them, in the same order.
  add column about_named jsonb,
  add column checked_how text,
  add column checked_on date,
  add constraint attestations_about_no_list
    check (jsonb_typeof(about) = 'array' and jsonb_typeof(about_named) = 'array'),
  add constraint attestations_about_unnamed check ((about is null) = (about_named is null)),
  add constraint attestations_unknown_check check (
    checked_how in
      ('known_address', 'asked_back', 'signature_verified', 'handed_over', 'their_system')),
  add constraint attestations_checked_without_day
    check ((checked_how is null) = (checked_on is null)),
  add constraint attestations_checked_before_written check (checked_on >= confirmed_on);
