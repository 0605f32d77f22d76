import { instantOf, type OrganisationId } from "../../domain/ids.ts";
import type { Deps } from "../ports.ts";

/**
 * Has the ledger shipped to Splunk again from an entry on, such as after Splunk lost some. Answers the organisations
 * of which something had been shipped. What Splunk has twice carries the same `event_id`.
 */
export async function resendEvents(
  deps: Deps,
  wish: { readonly from: number; readonly organisation: OrganisationId | null },
): Promise<readonly OrganisationId[]> {
  const all = await deps.store.organisations();
  const wanted = all.filter((id) => wish.organisation === null || id === wish.organisation);
  const resent: OrganisationId[] = [];
  for (const organisationId of wanted) {
    const done = await deps.store.write(organisationId, null, async (writing) => {
      if (!(await writing.resendEvents(wish.from))) return false;
      const fact = {
        type: "EventsResent",
        by: "terminal",
        sink: "splunk",
        from: wish.from,
      } as const;
      const at = instantOf(deps.clock());
      await writing.record([{ organisationId, actor: null, at, fact }]);
      return true;
    });
    if (done === true) resent.push(organisationId);
  }
  return resent;
}
