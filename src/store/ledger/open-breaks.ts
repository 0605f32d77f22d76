/** Which breaks of a ledger are open, as part of other statements. */

/**
 * Open breaks of the organisation that the expression names, oldest first. That a process has another key is over
 * when a process with the registered key has signed since.
 */
export const OPEN_BREAKS = (organisation: string) => `
  select b.id, b.found, b.found_at from ledger_breaks b
  where b.organisation_id = ${organisation}
    and not exists (select from ledger_break_acceptances a where a.break_id = b.id and a.is_final)
    and not (b.found ->> 'kind' = 'key_changed' and exists (
      select from ledger_checkpoints c where c.organisation_id = b.organisation_id
        and c.signed_at > b.found_at and c.key_id <> b.found #>> '{newKey,keyId}'))
  order by b.found_at, b.id`;
